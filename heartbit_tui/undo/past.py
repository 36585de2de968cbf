"""What of a session can be gone back to: folded from its log."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    FilesChanged,
    Rewound,
    RunStarted,
    ToolCallStarted,
    Undone,
    UserMessage,
)
from heartbit_tui.kernel.messages import JsonObject, Text, ToolCall, User, empty_object
from heartbit_tui.kernel.standing import Standing

HEARD: tuple[type[Event], ...] = (
    AssistantMessage,
    FilesChanged,
    Rewound,
    RunStarted,
    ToolCallStarted,
    Undone,
    UserMessage,
)
"""The events that this fold looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A prompt, a call, or a person's own command, to which one can go back: to right before it.

    `number` counts the prompts that still count from 1, and the calls and commands of each (`3`, `3.2`; those before
    the first prompt are `0.1` and so on). Files go back to right before the event `seq`, the chat to right before
    `chat`, which is 0 for a command: the chat does not know of it. `files` counts the files that were changed from here
    to the next point.
    """

    kind: Literal["prompt", "call", "command"]
    number: str
    seq: int
    chat: int
    at: datetime
    text: str = ""
    tool: str = ""
    input: JsonObject
    call: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A record in the log; `lost` is what could not be kept of it, and what is `unsure` may be somebody else's doing."""

    seq: int
    record: str
    calls: tuple[str, ...] = ()
    files: int = 0
    lost: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call that the model asked for, and the event of the message that asked."""

    call: ToolCall
    seq: int


class Past:
    """Takes in the envelopes of a log, from the first on."""

    def __init__(self, log: Iterable[Envelope] = ()) -> None:
        self._points: list[Point] = []
        self._marks: list[Mark] = []
        self._asked: dict[str, _Asked] = {}
        self._standing = Standing()
        self._undone: list[tuple[int, Undone]] = []
        self._outcomes: set[str] = set()
        self.agent = ""
        self._run = 0
        self.seq = 0
        for envelope in log:
            self.take(envelope)

    def take(self, envelope: Envelope) -> None:
        """Take in the next envelope; one that was taken in before leaves no trace."""
        if envelope.seq <= self.seq:
            return
        self.seq = envelope.seq
        match envelope.event:
            case RunStarted():
                self.agent = self.agent or envelope.agent
                if envelope.agent == self.agent:
                    self._run = envelope.seq
                    self._undone.clear()
            case UserMessage(message=message, origin="prompt") if envelope.agent == self.agent:
                self._prompted(envelope, message)
            case AssistantMessage(message=message) if envelope.agent == self.agent:
                self._asked.update((call.id, _Asked(call, envelope.seq)) for call in message.calls)
            case ToolCallStarted() as started:
                self._called(envelope, started)
            case _:
                self._changed(envelope)

    def points(self) -> tuple[Point, ...]:
        """All that one can go back to, oldest first."""
        return tuple(self._numbered())

    def point(self, number: str) -> Point | None:
        """The point with this number."""
        return next((each for each in self.points() if each.number == number), None)

    def since(self, seq: int) -> tuple[Mark, ...]:
        """The records of the event `seq` and of all after it, newest first: what going back goes over."""
        return tuple(mark for mark in reversed(self._marks) if mark.seq >= seq)

    def calls_since(self, seq: int) -> tuple[Point, ...]:
        """The calls and commands that began at an event or after it and still count."""
        return tuple(each for each in self.points() if each.kind != "prompt" and each.seq >= seq)

    def last(self) -> Point | None:
        """To where an undo goes: the last prompt or command, or the one before where that was gone back to already."""
        seq, to = (self._undone[-1][0], self._undone[-1][1].to) if self._undone else (0, 0)
        found = (each for each in reversed(self.points()) if each.kind != "call")
        return next((each for each in found if each.seq > seq or each.seq < to), None)

    def again(self) -> tuple[int, Undone] | None:
        """The undo that a redo takes back, with its seq; None where there is none, or a prompt came since."""
        return self._undone[-1] if self._undone else None

    def told(self, intent: str) -> bool:
        """Whether the log has the outcome of the intent with this id."""
        return intent in self._outcomes

    def _prompted(self, envelope: Envelope, message: User) -> None:
        words = "".join(block.text for block in message.content if isinstance(block, Text))
        seq = self._run or envelope.seq
        point = Point(
            kind="prompt", number="", seq=seq, chat=envelope.seq, at=envelope.at, text=words, input=empty_object()
        )
        self._points.append(point)
        self._run = 0

    def _called(self, envelope: Envelope, started: ToolCallStarted) -> None:
        asked = self._asked.get(started.tool_call_id)
        if not self._points:
            return
        point = Point(
            kind="call",
            number="",
            seq=envelope.seq,
            chat=asked.seq if asked else envelope.seq,
            at=envelope.at,
            tool=started.tool_name,
            input=asked.call.input if asked else empty_object(),
            call=started.tool_call_id,
        )
        self._points.append(point)

    def _commanded(self, envelope: Envelope, commands: tuple[str, ...], files: int) -> None:
        """A person's own commands, side by side, are one point: what they did was seen when they had ended."""
        words = "; ".join(commands)
        point = Point(
            kind="command",
            number="",
            seq=envelope.seq,
            chat=0,
            at=envelope.at,
            text=words,
            tool="bash",
            input={"command": words},
            files=files,
        )
        self._points.append(point)

    def _changed(self, envelope: Envelope) -> None:
        match envelope.event:
            case FilesChanged(tool_call_ids=calls, record=record, lost=lost) as event:
                files = event.created + event.changed + event.deleted
                mark = Mark(seq=envelope.seq, record=record, calls=calls, files=files, lost=lost, unsure=event.unsure)
                self._marks.append(mark)
                if event.commands and not calls:
                    self._commanded(envelope, event.commands, files)
            case Rewound(to=to):
                self._standing.went_back(envelope.seq, to)
            case Undone(record=record, redo=redo) as undone:
                self._outcomes.add(undone.id)
                if record:
                    self._marks.append(Mark(seq=envelope.seq, record=record))
                if redo:
                    self._undone = [each for each in self._undone if each[0] != redo]
                else:
                    self._undone.append((envelope.seq, undone))
            case _:
                pass

    def _numbered(self) -> Iterator[Point]:
        files = Counter[str]()
        for mark in self._marks:
            files.update(dict.fromkeys(mark.calls[-1:], mark.files))
        prompt = call = 0
        for point in self._points:
            if not self._standing.counts(point.chat or point.seq):
                continue
            if point.kind == "prompt":
                prompt, call = prompt + 1, 0
                yield replace(point, number=str(prompt))
            else:
                call += 1
                yield replace(point, number=f"{prompt}.{call}", files=point.files or files[point.call])
