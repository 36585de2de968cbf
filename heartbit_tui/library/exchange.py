"""One prompt and all that comes of it, as a stream of envelopes with a result at its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from heartbit_tui.client.tally import Tally
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Envelope, Terminal, TextDelta
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.library.result import Result, result_of

NOT_OVER = "The run is not over: read the stream to its end first."


class Exchange:
    """Counts what a prompt sets off, and keeps it for whoever reads."""

    def __init__(self, session_id: str, now: Callable[[], float]) -> None:
        self._session_id = session_id
        self._now = now
        self._began = now()
        self._tally = Tally()
        self._told: asyncio.Queue[Envelope | None] = asyncio.Queue()
        self._fault: BaseException | None = None
        self.result: Result | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or self._fault is not None

    def take(self, envelope: Envelope) -> None:
        """Hear an envelope of the session; the one that ends the run ends this."""
        self._tally.take(envelope)
        self._told.put_nowait(envelope)
        if self._tally.ends_run(envelope) and isinstance(envelope.event, Terminal):
            seconds = self._now() - self._began
            self.result = result_of(self._tally, envelope.event, session_id=self._session_id, seconds=seconds)
            self._told.put_nowait(None)

    def spoil(self, fault: BaseException) -> None:
        """Let whoever reads get this error at the end."""
        self._fault = self._fault or fault

    def fail(self, fault: BaseException) -> None:
        """End with an error, now."""
        self.spoil(fault)
        self._told.put_nowait(None)

    async def next(self) -> Envelope | None:
        """What comes next; None at the end. Raises what a callback of the program raised."""
        envelope = await self._told.get()
        if envelope is None and self._fault is not None:
            raise self._fault
        return envelope


class Stream:
    """The envelopes of one prompt, read once: `async for envelope in stream`. The prompt is sent when reading begins."""

    def __init__(
        self, prompt: Prompt, begin: Callable[[Prompt], Awaitable[Exchange]], leave: Callable[[Exchange], None]
    ) -> None:
        self._prompt = prompt
        self._begin = begin
        self._leave = leave
        self._exchange: Exchange | None = None

    @property
    def result(self) -> Result:
        """What came of it. Raises `HeartbitError` while the run is not over."""
        found = self._exchange.result if self._exchange is not None else None
        if found is None:
            raise HeartbitError(NOT_OVER)
        return found

    async def __aiter__(self) -> AsyncIterator[Envelope]:
        exchange = self._exchange = await self._begin(self._prompt)
        try:
            while (envelope := await exchange.next()) is not None:
                yield envelope
        finally:
            self._leave(exchange)

    async def words(self) -> AsyncIterator[str]:
        """The words of the answer alone, piece by piece as they are written."""
        async for envelope in self:
            if isinstance(envelope.event, TextDelta):
                yield envelope.event.text

    async def whole(self) -> Result:
        """Read to the end; what came of it."""
        async for _ in self:
            pass
        return self.result
