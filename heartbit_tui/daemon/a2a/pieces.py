"""What the lines of a task tell over A2A: pieces of its answer, what it is at, what it asks; pure."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, TypeAlias

from heartbit_tui.a2a.serving import Piece, Stood
from heartbit_tui.daemon.chats import AGENT
from heartbit_tui.daemon.feed import Line
from heartbit_tui.daemon.http.chats import DELTA
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.wire.read import parse_timestamp

ANEW: Final = frozenset({"turn_started", "retry_attempt"})
"""Where an answer begins anew: what was written before was none, or does not count."""

ASKS: Final = frozenset({"approval_requested", "question_asked"})
GOES_ON: Final = frozenset({"run_started", "approval_decision", "question_answered"})
USES: Final = "uses {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """Something waits for a person in a session since then, unless it was answered meanwhile."""

    session: str
    id: str
    at: datetime


Told: TypeAlias = Piece | Stood | Asks


class Pieces:
    """Takes lines in their order. Pieces of the answer that come together are one.

    A model may write several texts before the one that is its answer: each takes the place of the one before. `told` is
    what was told of it so far.
    """

    def __init__(self) -> None:
        self.told = ""
        self._written = ""

    def take(self, lines: Iterable[Line]) -> Iterator[Told]:
        """What these lines tell."""
        more = ""
        for each in lines:
            if each.type == DELTA:
                event: dict[str, Any] = json.loads(each.text)
                more += event["text"] if event["agent"] == AGENT else ""
                continue
            yield from self._piece(more)
            more = ""
            yield from self._event(each)
        yield from self._piece(more)

    def _event(self, line: Line) -> Iterator[Told]:
        if line.type not in ANEW | ASKS | GOES_ON | {"assistant_message", "tool_call_started"}:
            return
        event: dict[str, Any] = json.loads(line.text)
        at, main = parse_timestamp(event["at"]), event["agent"] == AGENT
        if line.type in ASKS:
            yield Asks(session=event["session"], id=event["id"], at=at)
        elif line.type in GOES_ON:
            yield Stood(state="working", at=at)
        elif line.type == "tool_call_started":
            yield Stood(state="working", at=at, words=USES.format(name=event["tool_name"]))
        elif main and line.type in ANEW:
            self._written = ""
        elif main:
            yield from self._whole(event["message"])

    def _piece(self, text: str) -> Iterator[Piece]:
        if text:
            append, self._written = bool(self._written), self._written + text
            self.told = self._written
            yield Piece(text=text, append=append)

    def _whole(self, message: dict[str, Any]) -> Iterator[Piece]:
        """A text that is whole now: told where it was not told piece by piece."""
        text = "".join(part["text"] for part in message["content"] if part["type"] == "text")
        if text and text != self._written:
            self.told = text
            yield Piece(text=text, append=False)
        self._written = ""
