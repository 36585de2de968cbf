"""The context policy that puts a summary in place of the older part of a conversation, and loses nothing of it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from heartbit_tui.context import cutting, pinned, spans, tokens, writing
from heartbit_tui.context.room import FIRST_GUESS, Room
from heartbit_tui.context.types import Keeper, Settings
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.conversation import SUMMARY
from heartbit_tui.kernel.errors import ContextOverflowError, GuardrailError, HeartbitError
from heartbit_tui.kernel.events import ContextSummarized, Notice, SummaryFailed, SummaryStarted
from heartbit_tui.kernel.messages import Message, Usage
from heartbit_tui.kernel.past import Past, Placed
from heartbit_tui.kernel.protocols import Request, Scene, Shortening
from heartbit_tui.kernel.rounds import Rounds

Trigger: TypeAlias = Literal["threshold", "overflow", "asked"]

REST = 5
"""Turns that a failed summary is not tried again by itself."""

SHARE = 4
"""A person's words that stay have at most this part of the room."""

CUT_OFF = "The model's summary was cut off at {tokens} tokens."
FAILED = "The conversation was not summarised: {error} It is tried again in {turns} turns; /compact tries it now."
NOT_KEPT = "What a summary is about to take the place of could not be kept in memory: {kind}: {error}"
NO_MODEL = (
    "No summary could be written ({error}). Look at the parts that are named below for what was said and done before."
)


class Summarise(Whole):
    """A `ContextPolicy` that summarises when a threshold is passed, when something did not fit, and when it is asked.

    All that grows with the conversation is done in threads. The log keeps everything. What a person said last, the task, the plan and the open todos stay word for word.
    """

    def __init__(self, settings: Settings, room: Room, keeper: Keeper | None = None) -> None:
        self._settings = settings
        self._room = room
        self._keeper = keeper
        self._answer = writing.ANSWER
        self._rest = 0
        self._after = 0
        self._undone = False

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        self._rest = max(self._rest - 1, 0)
        limit = self.threshold(request)
        self._heed(scene.past(), request)
        if not limit or self._rest or self._room.size(request) <= max(limit, self._again(request, limit)):
            return False
        try:
            found = await self._summarised(request, scene, turn, trigger="threshold")
        except GuardrailError:
            raise
        except HeartbitError as error:
            self._rest = REST
            scene.emit(Notice(level="warning", text=FAILED.format(error=error, turns=REST)))
            return False
        if found is not None:
            scene.emit(found)
        return found is not None

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        trigger: Trigger = "asked" if overflow is None else "overflow"
        found = await self._summarised(request, scene, turn, trigger=trigger, focus=focus)
        return None if found is None else Shortening(events=(found,), usage=found.usage)

    def _heed(self, past: Past, request: Request) -> None:
        """Let what a person brought back stand until the conversation has grown by much."""
        if past.undone and not self._undone:
            self._after = self._room.size(request)
        self._undone = past.undone

    def _again(self, request: Request, limit: int) -> int:
        """How large a conversation that was just summarised has to grow until that is worth doing again."""
        grown = self._after + limit // 2 if self._after else 0
        return min(grown, self._room.bound(request) or grown)

    def threshold(self, request: Request) -> int:
        """The tokens beyond which a summary is written; 0 for never."""
        settings = self._settings
        if settings.strategy in ("unlimited", "sliding_window"):
            return 0
        if settings.threshold:
            return settings.threshold
        share = int(self._room.window * settings.share)
        return min(share, self._room.bound(request)) if share else 0

    async def _summarised(
        self, request: Request, scene: Scene, turn: int, *, trigger: Trigger, focus: str = ""
    ) -> ContextSummarized | None:
        past = scene.past()
        end = await asyncio.to_thread(cutting.through, past)
        if not end:
            return None
        gone = await asyncio.to_thread(_gone, past, end)
        scene.emit(SummaryStarted(turn=turn, trigger=trigger))
        try:
            written = await self._written(scene, past, gone, focus, trigger)
            await self._flush(scene, gone)
        except BaseException:
            scene.emit(SummaryFailed(turn=turn))
            raise
        event = await asyncio.to_thread(self._event, request, past, gone, written)
        found = replace(event, turn=turn, trigger=trigger, through=end)
        self._after = found.tokens_after
        return found

    async def _flush(self, scene: Scene, gone: Sequence[Placed]) -> None:
        """Hand what is about to go to who keeps it; the summary takes its place whether that worked or not."""
        if self._keeper is None:
            return
        try:
            await self._keeper.keep(await asyncio.to_thread(_messages, gone))
        except Exception as error:  # noqa: BLE001 - memory is beside the conversation: its fault must not stop it
            scene.emit(Notice(level="warning", text=NOT_KEPT.format(kind=type(error).__name__, error=error)))

    async def _written(
        self, scene: Scene, past: Past, gone: Sequence[Placed], focus: str, trigger: Trigger
    ) -> writing.Written:
        """What the model wrote; after an overflow the links alone have to do where it wrote nothing."""
        task = writing.Task(
            entries=gone,
            earlier=pinned.written(past.fold.event.summary) if past.fold else "",
            focus=focus,
            room=self._asking(),
            answer=min(self._answer, max(self._asking() // 4, 64)),
            recursive=self._settings.recursive,
        )
        usage = Usage()
        reason = CUT_OFF.format(tokens=task.answer)
        try:
            for attempt in (task, writing.longer(task))[: 2 if trigger != "threshold" else 1]:
                found = await writing.write(scene, attempt)
                usage += found.usage
                if found.text:
                    return replace(found, usage=usage)
        except GuardrailError:
            raise
        except HeartbitError as error:
            if trigger != "overflow":
                raise
            reason = str(error)
        self._answer = writing.longer(task).answer
        if trigger != "overflow":
            raise HeartbitError(reason)
        return writing.Written(text=NO_MODEL.format(error=reason.rstrip(".")), usage=usage)

    def _asking(self) -> int:
        """Tokens that one question may have, by plain estimate."""
        return round((self._room.window or FIRST_GUESS) * 0.8 / max(self._room.factor, 0.1))

    def _words(self, request: Request) -> int:
        bound = self.threshold(request) or self._room.bound(request)
        return min(pinned.WORDS, bound // SHARE) if bound else pinned.WORDS

    def _event(
        self, request: Request, past: Past, gone: Sequence[Placed], written: writing.Written
    ) -> ContextSummarized:
        most = self._words(request)
        earlier = past.fold.event if past.fold else None
        new = tuple(placed for placed in gone if earlier is None or placed.seq >= earlier.through)
        parts = spans.of(new, earlier.spans if earlier else ())
        text = pinned.text(written.text, past, parts, most=most)
        kept = pinned.kept(gone, most)
        stays = _size(placed for placed in gone if placed.seq in kept)
        lost = _size(gone) + (tokens.text(SUMMARY + earlier.summary) if earlier else 0)
        plain = tokens.request(request)
        after = max(plain - lost + stays + tokens.text(SUMMARY + text) + tokens.OVERHEAD, 0)
        return ContextSummarized(
            turn=0,
            usage=written.usage,
            summary=text,
            kept=kept,
            spans=parts,
            tokens_before=round(plain * self._room.factor),
            tokens_after=round(after * self._room.factor),
        )


def _gone(past: Past, end: int) -> tuple[Placed, ...]:
    """What a summary takes the place of."""
    return tuple(placed for placed in past.told() if placed.seq < end)


def _messages(entries: Iterable[Placed]) -> tuple[Message, ...]:
    rounds = Rounds(frozenset[str]())
    for placed in entries:
        rounds.add(placed.entry)
    return rounds.messages()


def _size(entries: Iterable[Placed]) -> int:
    return tokens.messages(_messages(entries))
