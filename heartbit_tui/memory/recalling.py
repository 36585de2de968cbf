"""Brings what is remembered into a conversation: when a run begins, and when it comes to something else."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from heartbit_tui.kernel.bases import Outer
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Event, MemoryRecalled, RecallReason, UserMessage
from heartbit_tui.kernel.messages import Assistant, Audio, Image, Message, Text, User, user
from heartbit_tui.kernel.protocols import ContextPolicy, Request, View
from heartbit_tui.memory import telling
from heartbit_tui.memory.fencing import Fence, read
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.topics import answers, shifted, terms
from heartbit_tui.memory.types import Query, Recalled

CANDIDATES = 20
"""Entries that are looked at for those few that are brought."""

ALIKE = 0.4
"""Cosine from which an entry that has no word of the question is brought unasked."""

WORDS = 2_000
"""Characters of what was said, or is worked on, that make a question."""

SLOW = "the memory was not searched within {seconds:g} s"
FAILED = "the memory could not be searched: {error}"
ORIGIN = "memory, searched by heartbit ({reason})"
REASONS = MappingProxyType({"start": "a task began", "topic": "the work came to something else"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is brought: entries and characters a time, times a run, turns between two of them, seconds a search."""

    entries: int = 5
    characters: int = 4_000
    times: int = 3
    turns: int = 5
    seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What recalling needs: the notebook, marks for data, the time, and which texts are heartbit's own."""

    notebook: Notebook
    fence: Fence
    now: Callable[[], datetime]
    own: Callable[[str], bool]


@dataclass(slots=True, kw_only=True)
class _Run:
    """What one run has recalled so far."""

    said: int = 0
    topic: tuple[str, ...] = ()
    times: int = 0
    turn: int = 0


class Recalling(Outer):
    """A `ContextPolicy` around another: adds what is remembered to the end of the conversation, where it then stays.

    What stands in the conversation already is not brought again. A search that fails or takes too long holds nothing
    up; the event says so.
    """

    def __init__(self, inner: ContextPolicy, means: Means, bounds: Bounds | None = None) -> None:
        super().__init__(inner)
        self._means = means
        self._bounds = bounds or Bounds()
        self._run = _Run()
        self._note = read("recalled.md")

    async def view(self, request: Request, *, turn: int) -> View:
        if turn == 1:
            self._run = _Run()
        events = await self._brought(request.messages, turn)
        for event in events:
            if isinstance(event, UserMessage):
                request = replace(request, messages=_with(request.messages, event.message))
        view = await self.policy.view(request, turn=turn)
        return replace(view, events=(*events, *view.events))

    async def _brought(self, messages: Sequence[Message], turn: int) -> tuple[Event, ...]:
        """What is told when there is a reason to search; nothing where nothing fits."""
        found = self._occasion(messages, turn)
        if found is None:
            return ()
        reason, query = found
        self._run.times, self._run.turn, self._run.topic = self._run.times + 1, turn, terms(query)
        chosen, note = await self._search(query, _text(messages))
        if not chosen and not note:
            return ()
        entries = tuple(telling.recollection(each, query) for each in chosen)
        cut = telling.cut(query, telling.TOLD)
        told = MemoryRecalled(reason=reason, query=cut, entries=entries, turn=turn, note=note)
        return (told, self._message(reason, chosen)) if chosen else (told,)

    def _occasion(self, messages: Sequence[Message], turn: int) -> tuple[RecallReason, str] | None:
        """Why the memory is to be searched now, and for what; None while there is no reason."""
        said = [text for message in messages if isinstance(message, User) for text in self._words(message)]
        news, self._run.said = said[self._run.said :] if turn > 1 else said[-1:], len(said)
        if turn == 1:
            return ("start", news[0][:WORDS]) if news else None
        if self._run.times >= self._bounds.times:
            return None
        if news and shifted(self._run.topic, terms(news[-1])):
            return "topic", news[-1][:WORDS]
        if turn - self._run.turn < self._bounds.turns:
            return None
        work = _work(messages)
        return ("topic", work) if shifted(self._run.topic, terms(work)) else None

    def _words(self, message: User) -> Iterator[str]:
        """What a person said in a message."""
        for block in message.content:
            if isinstance(block, Text) and not self._means.own(block.text):
                yield block.text

    async def _search(self, query: str, seen: str) -> tuple[tuple[Recalled, ...], str]:
        notebook, bounds = self._means.notebook, self._bounds
        try:
            async with asyncio.timeout(bounds.seconds):
                recall = await notebook.recall(Query(text=query, limit=CANDIDATES), touch=False)
                chosen = choose(recall.found, query, seen, bounds)
                await notebook.touch([each.entry.id for each in chosen])
        except TimeoutError:
            return (), SLOW.format(seconds=bounds.seconds)
        except HeartbitError as error:
            return (), FAILED.format(error=str(error).rstrip("."))
        return chosen, recall.notice if chosen else ""

    def _message(self, reason: RecallReason, chosen: Sequence[Recalled]) -> UserMessage:
        now = self._means.now()
        rows = "\n".join(telling.brought(each, now) for each in chosen)
        text = self._means.fence(rows, ORIGIN.format(reason=REASONS[reason]), self._note)
        return UserMessage(message=user(text), origin="heartbit")


def choose(found: Sequence[Recalled], query: str, seen: str, bounds: Bounds) -> tuple[Recalled, ...]:
    """Of what was found that which is worth bringing up unasked: it answers, is pinned and found, or is alike enough."""
    asked = terms(query)
    chosen: list[Recalled] = []
    left = bounds.characters
    for each in found:
        if len(chosen) == bounds.entries:
            break
        size = min(len(each.entry.content), telling.TOLD)
        if size <= left and each.entry.id not in seen and _fits(each, asked):
            chosen.append(each)
            left -= size
    return tuple(chosen)


def _fits(found: Recalled, asked: Sequence[str]) -> bool:
    entry, why = found.entry, found.why
    if entry.pinned and (why.lexical_rank is not None or why.vector_rank is not None):
        return True
    if why.similarity is not None and why.vector_rank is not None and why.similarity >= ALIKE:
        return True
    return bool(asked) and answers(asked, terms(" ".join((entry.content, entry.summary, *entry.keywords, *entry.tags))))


def _with(messages: Sequence[Message], more: User) -> tuple[Message, ...]:
    """The messages as the log will have them: what comes in a person's place joins the last message of that side."""
    last = messages[-1] if messages else None
    if isinstance(last, User):
        return (*messages[:-1], User(content=(*last.content, *more.content)))
    return (*messages, more)


def _text(messages: Sequence[Message]) -> str:
    """All words of the conversation in which an id can stand."""
    blocks = (block for message in messages if isinstance(message, User) for block in message.content)
    texts = (
        block.text if isinstance(block, Text) else block.content
        for block in blocks
        if not isinstance(block, Image | Audio)
    )
    return "\n".join(texts)


def _work(messages: Sequence[Message]) -> str:
    """What the agent says and does just now, in words."""
    pieces: list[str] = []
    for message in messages[-4:]:
        if isinstance(message, Assistant):
            pieces.append(message.text)
            pieces += (str(value) for call in message.calls for value in call.input.values())
    return re.sub(r"\s+", " ", " ".join(pieces))[-WORDS:]
