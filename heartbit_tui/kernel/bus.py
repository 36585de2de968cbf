"""The one way out of a session: every envelope in order to every reader, at the reader's own pace."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Self, TypeAlias

from heartbit_tui.kernel.events import Delta, Envelope, Event, TextDelta, ThinkingDelta, ToolInputDelta, ToolProgress

BACKLOG = 2_000
"""How many envelopes a new reader may ask for again; older ones stand in the store."""


class GapError(Exception):
    """A reader asked for envelopes that are no longer in the backlog: read the store first."""


class Subscription:
    """One reader's view: envelopes in order, the deltas of one stream merged while they wait.

    A slow reader gets larger deltas, never gaps: what waits for it grows with the events and the streams (an
    agent's words, a call's output), not with the deltas. Between two other events each stream keeps its order, and
    envelopes come by the seq of their last piece. Iteration ends when the bus is closed or `close` was called.
    """

    def __init__(self, forget: Callable[["Subscription"], None]) -> None:
        self._forget = forget
        self._waiting: OrderedDict[int, _Slot] = OrderedDict()
        self._streams: dict[_Stream, _Slot] = {}
        self._news = asyncio.Event()
        self._facts = asyncio.Event()
        self._open = True

    def put(self, envelope: Envelope) -> None:
        """Queue an envelope; the bus calls this."""
        stream = _stream(envelope)
        if stream is None:
            self._streams.clear()
            slot = _Slot(envelope)
            self._waiting[id(slot)] = slot
            self._facts.set()
        else:
            self._join(stream, envelope)
        self._news.set()

    def end(self) -> None:
        """Let the reader stop after what is queued; the bus calls this."""
        self._open = False
        self._news.set()
        self._facts.set()

    def close(self) -> None:
        """Stop reading."""
        self._forget(self)
        self._clear()
        self.end()

    def drain(self) -> tuple[Envelope, ...]:
        """All that is queued, at once and without waiting."""
        taken = tuple(slot.envelope() for slot in self._waiting.values())
        self._clear()
        if self._open:
            self._facts.clear()
        return taken

    async def wait(self) -> bool:
        """Return once something is queued (True), or the bus is closed and nothing is left (False)."""
        while not self._waiting and self._open:
            self._news.clear()
            await self._news.wait()
        return bool(self._waiting)

    async def fact(self) -> None:
        """Return once more than deltas is queued since the last `drain`, or the bus is closed."""
        await self._facts.wait()

    def __aiter__(self) -> AsyncIterator[Envelope]:
        return self

    async def __anext__(self) -> Envelope:
        if not await self.wait():
            raise StopAsyncIteration
        _, slot = self._waiting.popitem(last=False)
        self._streams = {stream: waiting for stream, waiting in self._streams.items() if waiting is not slot}
        return slot.envelope()

    def _join(self, stream: "_Stream", envelope: Envelope) -> None:
        slot = self._streams.get(stream)
        if slot is None or not slot.take(envelope):
            slot = self._streams[stream] = _Slot(envelope)
            self._waiting[id(slot)] = slot
        else:
            self._waiting.move_to_end(id(slot))

    def _clear(self) -> None:
        self._waiting.clear()
        self._streams.clear()

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
        self._backlog: deque[Envelope] = deque()
        self._most = backlog
        self._first: int | None = None
        self._closed = False

    def publish(self, envelope: Envelope) -> None:
        """Send an envelope to everybody."""
        for sink in self._sinks:
            sink(envelope)
        if self._first is None:
            self._first = envelope.seq - 1
        if not isinstance(envelope.event, Delta):
            self._keep(envelope)
        for reader in tuple(self._readers):
            reader.put(envelope)

    def subscribe(self, after: int | None = None) -> Subscription:
        """Read what is published from now on, or all after the seq `after`.

        Deltas are not replayed. Raises `GapError` when `after` lies further back than the backlog goes.
        """
        reader = Subscription(self._remove)
        if after is not None:
            if self._first is not None and after < self._first:
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

    def _keep(self, envelope: Envelope) -> None:
        self._backlog.append(envelope)
        if len(self._backlog) > self._most:
            self._first = self._backlog.popleft().seq

    def _remove(self, reader: Subscription) -> None:
        if reader in self._readers:
            self._readers.remove(reader)


_Stream: TypeAlias = tuple[str, str, str]


class _Slot:
    """An envelope that waits, with the texts of the deltas that joined it."""

    def __init__(self, first: Envelope) -> None:
        self._last = first
        self._texts = [first.event.text] if isinstance(first.event, Delta) else []

    def take(self, envelope: Envelope) -> bool:
        """Join `envelope` if it continues the same delta."""
        event = envelope.event
        if not isinstance(event, Delta) or not _continues(self._last.event, event):
            return False
        self._texts.append(event.text)
        self._last = envelope
        return True

    def envelope(self) -> Envelope:
        event = self._last.event
        if len(self._texts) < 2 or not isinstance(event, Delta):
            return self._last
        return replace(self._last, event=replace(event, text="".join(self._texts)))


def _stream(envelope: Envelope) -> _Stream | None:
    """Whose deltas these are: a model's words and arguments are one stream, each call's output another."""
    match envelope.event:
        case ToolProgress(tool_call_id=call_id):
            return envelope.agent, envelope.run, call_id
        case TextDelta() | ThinkingDelta() | ToolInputDelta():
            return envelope.agent, envelope.run, ""
        case _:
            return None


def _continues(one: Event, other: Event) -> bool:
    match one, other:
        case (TextDelta(), TextDelta()) | (ThinkingDelta(), ThinkingDelta()) | (ToolProgress(), ToolProgress()):
            return True
        case (ToolInputDelta(tool_call_id=a), ToolInputDelta(tool_call_id=b)):
            return a == b
        case _:
            return False
