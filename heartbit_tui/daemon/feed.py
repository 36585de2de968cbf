"""What happens in an open session, once, as lines that any number of readers are sent at their own pace."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.wire.names import type_of
from heartbit_tui.wire.write import dumps

KEPT: Final = 4_096
"""Lines that are kept for readers; who is further behind reads on in the store."""

AT_ONCE: Final = 512
"""Lines that a reader gets at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An envelope as it is sent: its place in the session, its type, and its JSON."""

    seq: int
    type: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a reader has missed: the lines after one seq, up to and with another. They stand in the store."""

    after: int
    until: int


def line(envelope: Envelope) -> Line:
    """An envelope ready to be sent."""
    return Line(seq=envelope.seq, type=type_of(type(envelope.event)), text=dumps(envelope))


class Feed:
    """The newest lines of a session; a reader costs nothing but its place among them.

    `last` is the seq of the newest one, from the beginning that of what is in the store already.
    """

    def __init__(self, last: int = 0, kept: int = KEPT) -> None:
        self.last = last
        self._gone = last
        self._lines: deque[Line] = deque()
        self._kept = kept
        self._closed = False
        self._news = asyncio.Event()

    def add(self, envelope: Envelope) -> None:
        """Tell all readers."""
        if len(self._lines) == self._kept:
            self._gone = self._lines.popleft().seq
        self._lines.append(line(envelope))
        self.last = envelope.seq
        self._wake()

    def close(self) -> None:
        """Nothing more will come: readers end after the last line."""
        self._closed = True
        self._wake()

    async def after(self, seq: int) -> AsyncGenerator[tuple[Line, ...] | Gap]:
        """All lines after `seq`, in order, those that wait at once; a gap stands for those that are not kept here."""
        while True:
            if seq < self._gone:
                yield Gap(after=seq, until=self._gone)
                seq = self._gone
            batch = self._batch(seq)
            if batch:
                seq = batch[-1].seq
                yield batch
            elif self._closed:
                return
            else:
                await self._news.wait()

    def since(self, seq: int, until: int | None = None) -> tuple[Line, ...] | None:
        """The lines after `seq`, up to another, as they are now; None where some of them are not kept here any more."""
        if seq < self._gone:
            return None
        return tuple(each for each in self._lines if each.seq > seq and (until is None or each.seq <= until))

    def _batch(self, seq: int) -> tuple[Line, ...]:
        if self.last <= seq:
            return ()
        newer = len(self._lines)
        while newer and self._lines[newer - 1].seq > seq:
            newer -= 1
        stop = min(newer + AT_ONCE, len(self._lines))
        return tuple(self._lines[at] for at in range(newer, stop))

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
