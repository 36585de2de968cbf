"""The one way out of a session: every envelope in order to every reader, at the reader's own pace."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Self

from heartbit_tui.kernel.events import Delta, Envelope, TextDelta, ThinkingDelta, ToolInputDelta, ToolProgress

BACKLOG = 2_000
"""How many envelopes a new reader may ask for again; older ones stand in the store."""


class GapError(Exception):
    """A reader asked for envelopes that are no longer in the backlog: read the store first."""


class Subscription:
    """One reader's view: envelopes in order, neighbouring deltas of one kind merged while they wait.

    A slow reader gets larger deltas, never gaps. Iteration ends when the bus is closed or `close` was called.
    """

    def __init__(self, forget: Callable[["Subscription"], None]) -> None:
        self._forget = forget
        self._waiting: deque[_Slot] = deque()
        self._news = asyncio.Event()
        self._open = True

    def put(self, envelope: Envelope) -> None:
        """Queue an envelope; the bus calls this."""
        if not self._waiting or not self._waiting[-1].take(envelope):
            self._waiting.append(_Slot(envelope))
        self._news.set()

    def end(self) -> None:
        """Let the reader stop after what is queued; the bus calls this."""
        self._open = False
        self._news.set()

    def close(self) -> None:
        """Stop reading."""
        self._forget(self)
        self._waiting.clear()
        self.end()

    def drain(self) -> tuple[Envelope, ...]:
        """All that is queued, at once and without waiting."""
        taken = tuple(slot.envelope() for slot in self._waiting)
        self._waiting.clear()
        return taken

    async def wait(self) -> bool:
        """Return once something is queued (True), or the bus is closed and nothing is left (False)."""
        while not self._waiting and self._open:
            self._news.clear()
            await self._news.wait()
        return bool(self._waiting)

    def __aiter__(self) -> AsyncIterator[Envelope]:
        return self

    async def __anext__(self) -> Envelope:
        if not await self.wait():
            raise StopAsyncIteration
        return self._waiting.popleft().envelope()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Bus:
    """Hands each envelope to the sinks at once, then to the subscriptions; never waits.

    A sink is called before `publish` returns and must be quick; the recorder is one.
    """

    def __init__(self, sinks: tuple[Callable[[Envelope], None], ...] = (), backlog: int = BACKLOG) -> None:
        self._sinks = sinks
        self._readers: list[Subscription] = []
        self._backlog: deque[Envelope] = deque(maxlen=backlog)
        self._first = 0
        self._closed = False

    def publish(self, envelope: Envelope) -> None:
        """Send an envelope to everybody."""
        for sink in self._sinks:
            sink(envelope)
        if not isinstance(envelope.event, Delta):
            if len(self._backlog) == self._backlog.maxlen:
                self._first = self._backlog[0].seq
            self._backlog.append(envelope)
        for reader in tuple(self._readers):
            reader.put(envelope)

    def subscribe(self, after: int | None = None) -> Subscription:
        """Read what is published from now on, or all after the seq `after`.

        Deltas are not replayed. Raises `GapError` when `after` lies further back than the backlog goes.
        """
        reader = Subscription(self._remove)
        if after is not None:
            if after < self._first:
                raise GapError(f"the backlog begins after {self._first}, asked for {after}")
            for envelope in self._backlog:
                if envelope.seq > after:
                    reader.put(envelope)
        if self._closed:
            reader.end()
        else:
            self._readers.append(reader)
        return reader

    def close(self) -> None:
        """Let every reader come to an end."""
        self._closed = True
        for reader in self._readers:
            reader.end()
        self._readers.clear()

    def _remove(self, reader: Subscription) -> None:
        if reader in self._readers:
            self._readers.remove(reader)


class _Slot:
    """An envelope that waits, with the texts of the deltas that joined it."""

    def __init__(self, first: Envelope) -> None:
        self._last = first
        self._texts = [first.event.text] if isinstance(first.event, Delta) else []

    def take(self, envelope: Envelope) -> bool:
        """Join `envelope` if it continues the same delta."""
        event = envelope.event
        if not isinstance(event, Delta) or not _continues(self._last, envelope):
            return False
        self._texts.append(event.text)
        self._last = envelope
        return True

    def envelope(self) -> Envelope:
        event = self._last.event
        if len(self._texts) < 2 or not isinstance(event, Delta):
            return self._last
        return replace(self._last, event=replace(event, text="".join(self._texts)))


def _continues(one: Envelope, other: Envelope) -> bool:
    if one.agent != other.agent or one.run != other.run:
        return False
    match one.event, other.event:
        case (TextDelta(), TextDelta()) | (ThinkingDelta(), ThinkingDelta()):
            return True
        case (ToolInputDelta(tool_call_id=a), ToolInputDelta(tool_call_id=b)):
            return a == b
        case (ToolProgress(tool_call_id=a), ToolProgress(tool_call_id=b)):
            return a == b
        case _:
            return False
