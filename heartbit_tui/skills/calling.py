"""The context policy that tells what a person called by `/name`, and tells skills again that a summary took away."""

import asyncio
from bisect import bisect_left
from collections.abc import Iterator

from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.dropping import note
from heartbit_tui.kernel.events import Notice, UserMessage
from heartbit_tui.kernel.messages import Assistant, Message, Text, ToolResult, User, user
from heartbit_tui.kernel.past import Past, Placed
from heartbit_tui.kernel.protocols import Request, Scene
from heartbit_tui.skills import find, told
from heartbit_tui.skills.stock import News, Stock
from heartbit_tui.skills.tool import NAME
from heartbit_tui.skills.types import Command, Skill

USES = "/{name} is the {what} in {file}."
REFUSED = "/{name} is not used: {reason}"
CHANGED = "Skills or commands changed on the disk ({parts}). They hold as they are now from their next use on."

MANY = 500
"""Messages, or events, that are not looked through while the screen waits: one takes about a microsecond."""

ONE, ALL = 20_000, 60_000
"""Bytes of one skill, and of all, that are told again after a summary; the newest come first."""

_CALLED = told.CALLED.partition("{")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands behind a slash at the beginning of a prompt."""

    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A skill or command in use: where it was told, its text, and the call whose result that was, or empty."""

    name: str
    seq: int
    text: str
    call: str = ""

    @property
    def once(self) -> bool:
        """Whether it is a command, which is about one prompt, where a skill holds on."""
        return self.text.startswith(told.ORDER.partition("{")[0])


def typed(text: str) -> Typed | None:
    """The call in a person's words; None where they begin with no slash and name."""
    first, newline, rest = text.strip().partition("\n")
    if not first.startswith("/"):
        return None
    name, _, arguments = first[1:].partition(" ")
    if not name or "/" in name:
        return None
    return Typed(name=name, arguments=f"{arguments}{newline}{rest}".strip())


class Calling(Whole):
    """A `ContextPolicy` of one session. Nothing of it is kept but in the log, so it goes on where that is taken up."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._seen = 0
        self._used: dict[str, Used] = {}
        self._calls: dict[str, str] = {}
        self._refused: set[int] = set()

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        news = await asyncio.to_thread(self._stock.look) if turn == 1 else News()
        self._tell(news, scene)
        past = scene.past()
        told_new = [await self._answer(placed, scene) for placed in _unanswered(past)]
        told_again = [self._again(used, scene) for used in await self._lost(past, request.messages)]
        return any(told_new) or bool(told_again) or bool(news)

    async def _answer(self, placed: Placed, scene: Scene) -> bool:
        """Tell what a prompt calls, where it calls something; whether it did."""
        call = typed(_text(placed.entry))
        found = self._stock.catalogue.called(call.name) if call else None
        if call is None:
            return False
        if found is None:
            refused = self._stock.catalogue.refused(call.name)
            if refused is not None:
                self._refuse(scene, placed.seq, call.name, refused.reason)
            return False
        text, fault = await asyncio.to_thread(self._text, found, call.arguments)
        if fault:
            self._refuse(scene, placed.seq, call.name, fault)
            return False
        scene.emit(Notice(level="info", text=USES.format(name=call.name, what=found.place.kind[:-1], file=found.file)))
        scene.emit(UserMessage(message=user(f"{_mark(call.name, placed.seq)}\n\n{text}"), origin="heartbit"))
        return True

    def _text(self, found: Skill | Command, arguments: str) -> tuple[str, str]:
        body = self._stock.body(found)
        if body.fault:
            return "", body.fault
        if isinstance(found, Command):
            return told.ordered(found, body.text, arguments), ""
        if found.apart and found.models:
            return told.APART.format(name=found.name, arguments=arguments or "none"), ""
        return told.loaded(found, body.text, find.inside(found.folder), arguments), ""

    def _refuse(self, scene: Scene, seq: int, name: str, reason: str) -> None:
        """Say once why a prompt's call comes to nothing."""
        if seq in self._refused:
            return
        self._refused.add(seq)
        scene.emit(Notice(level="warning", text=REFUSED.format(name=name, reason=reason)))

    def _tell(self, news: News, scene: Scene) -> None:
        if news:
            parts = (("new", news.added), ("changed", news.changed), ("gone", news.gone))
            listed = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)
            scene.emit(Notice(level="info", text=CHANGED.format(parts=listed)))

    async def _lost(self, past: Past, messages: tuple[Message, ...]) -> list[Used]:
        """What is in use but not told any more; looked for in a thread where there is much to look at."""

        def look() -> list[Used]:
            self._hear(past)
            return list(self._missing(past, messages))

        last = past.entries[-1].seq if past.entries else 0
        is_long = last - self._seen > MANY or (self._used and len(messages) > MANY)
        return await asyncio.to_thread(look) if is_long else look()

    def _hear(self, past: Past) -> None:
        """Take note of what was used since the last look; after going back, of everything anew."""
        entries = past.entries
        last = entries[-1].seq if entries else 0
        if last < self._seen:
            self._seen = 0
            self._used.clear()
            self._calls.clear()
        first = bisect_left(entries, self._seen + 1, key=lambda placed: placed.seq)
        for placed in entries[first:]:
            self._note(placed)
        self._seen = last

    def _note(self, placed: Placed) -> None:
        match placed.entry:
            case Assistant(calls=calls):
                self._calls |= {call.id: str(call.input.get("name", "")) for call in calls if call.name == NAME}
            case ToolResult(call_id=id, content=content, is_error=False) if id in self._calls:
                name = self._calls[id]
                self._used[name] = Used(name=name, seq=placed.seq, text=content, call=id)
            case User() if placed.origin == "heartbit":
                text = _text(placed.entry)
                name = _marked(text)
                if name:
                    self._used[name] = Used(name=name, seq=placed.seq, text=text.partition("\n\n")[2])
            case _:
                return

    def _missing(self, past: Past, messages: tuple[Message, ...]) -> Iterator[Used]:
        """What is in use but not told any more, oldest first, as much of it as fits."""
        if not self._used:
            return
        seen = _Seen(messages)
        seqs = [placed.seq for placed in past.entries]
        asked = next((placed.seq for placed in reversed(past.entries) if placed.own), 0)
        left = ALL
        chosen: list[Used] = []
        for used in sorted(self._used.values(), key=lambda each: -each.seq):
            place = bisect_left(seqs, used.seq)
            over = place == len(seqs) or seqs[place] != used.seq or (used.once and asked > used.seq)
            if over or _dropped(used, past):
                continue
            left -= min(len(used.text.encode()), ONE)
            if left >= 0 and not seen.has(used):
                chosen.append(used)
        yield from reversed(chosen)

    def _again(self, used: Used, scene: Scene) -> None:
        found = self._stock.catalogue.called(used.name)
        text = told.shortened(used.text, ONE, str(found.file) if found else used.name)
        message = user(f"{told.AGAIN.format(name=used.name)}\n\n{text}")
        scene.emit(UserMessage(message=message, origin="heartbit"))


class _Seen:
    """What of skills stands in messages as they would be sent."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self._results: dict[str, str] = {}
        self._lines: set[str] = set()
        for message in messages:
            for block in message.content if isinstance(message, User) else ():
                if isinstance(block, ToolResult):
                    self._results[block.call_id] = block.content
                elif isinstance(block, Text) and block.text.startswith("["):
                    self._lines.add(block.text.partition("\n")[0])

    def has(self, used: Used) -> bool:
        if used.call and self._results.get(used.call) == used.text:
            return True
        return told.AGAIN.format(name=used.name) in self._lines or any(
            line.startswith(f"{_CALLED}{used.name} (#") for line in self._lines
        )


def _unanswered(past: Past) -> Iterator[Placed]:
    """The prompts at the end of a conversation for which nothing was told yet, oldest first."""
    tail: list[Placed] = []
    lines: set[str] = set()
    for placed in reversed(past.entries):
        if isinstance(placed.entry, Assistant):
            break
        if placed.own:
            tail.append(placed)
        elif placed.origin == "heartbit":
            lines.add(_text(placed.entry).partition("\n")[0])
    for placed in reversed(tail):
        call = typed(_text(placed.entry))
        if call is not None and _mark(call.name, placed.seq) not in lines:
            yield placed


def _dropped(used: Used, past: Past) -> bool:
    """Whether the person took it out."""
    return past.replaced.get(used.call) == note(ToolResult(call_id=used.call, content=used.text))


def _mark(name: str, seq: int) -> str:
    return told.CALLED.format(name=name.removeprefix("skill:"), seq=seq)


def _marked(text: str) -> str:
    """The name in the first line of what was told for a call or told again; empty for any other text."""
    line = text.partition("\n")[0]
    if line.startswith(_CALLED) and line.endswith(")]"):
        return line[len(_CALLED) :].rpartition(" (#")[0]
    before, _, after = told.AGAIN.partition("{name}")
    return line[len(before) : -len(after)] if line.startswith(before) and line.endswith(after) else ""


def _text(message: object) -> str:
    blocks = message.content if isinstance(message, User) else ()
    return next((block.text for block in blocks if isinstance(block, Text)), "")
