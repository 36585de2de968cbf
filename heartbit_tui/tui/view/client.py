"""A replay as a client: envelopes come as they are due, and nothing that is sent has any effect."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from heartbit_tui.client.still import Still
from heartbit_tui.client.types import About
from heartbit_tui.kernel.events import (
    Delta,
    Envelope,
    ModeChanged,
    Notice,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionStarted,
)
from heartbit_tui.kernel.ledger import Ledger, Line
from heartbit_tui.kernel.ops import Close, Mode, Op
from heartbit_tui.tui.view.player import Player

READ_ONLY = "This is a replay: nothing can be said or changed in it. heartbit --resume goes on with a stored session."

NOBODY = About(session_id="", cwd="", provider="", model="", mode=Mode.ASK, tools=())


class Replay(Still):
    """A `Client` that plays. `clock` counts seconds; `touched` lets who waits look again at once."""

    def __init__(self, player: Player, clock: Callable[[], float], about: About = NOBODY) -> None:
        self._player = player
        self._clock = clock
        self._about = about
        self._ledger = Ledger()
        self._agent = ""
        self._running = False
        self._mode = about.mode
        self._said: list[Envelope] = []
        self._news = asyncio.Event()
        self._closed = False

    @property
    def about(self) -> About:
        return self._about

    @property
    def running(self) -> bool:
        return self._running

    @property
    def mode(self) -> Mode:
        return self._mode

    def costs(self) -> tuple[Line, ...]:
        return self._ledger.lines()

    def submit(self, op: Op) -> None:
        """Say that nothing can be sent; `Close` ends the replay."""
        if isinstance(op, Close):
            self._closed = True
        else:
            self._said.append(_notice(READ_ONLY, self._agent))
        self.touched()

    def touched(self) -> None:
        """The player was told something: look again."""
        self._news.set()

    def skipped(self, envelopes: Iterable[Envelope]) -> None:
        """Take note of envelopes that a jump goes over."""
        for envelope in envelopes:
            self._take(envelope)

    def again(self) -> None:
        """The story begins anew."""
        self._ledger, self._agent, self._running = Ledger(), "", False
        self._mode = self._about.mode
        self.skipped(self._player.shown)

    async def envelopes(self) -> AsyncIterator[Envelope]:
        async for batch in self.batches():
            for envelope in batch:
                yield envelope

    async def batches(self, pause: Callable[[], float] = lambda: 0.0) -> AsyncIterator[tuple[Envelope, ...]]:
        """What is due, as often as something is; waits without a timer while the replay stands still."""
        while not self._closed:
            self._news.clear()
            said, self._said = tuple(self._said), []
            batch = (*self._player.take(self._clock()), *said)
            self.skipped(batch)
            if batch:
                yield batch
                continue
            await self._wait(self._player.wait)

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def _take(self, envelope: Envelope) -> None:
        if isinstance(envelope.event, Delta):
            return
        self._ledger.take(envelope)
        match envelope.event:
            case SessionStarted(cwd=cwd, provider=provider, model=model, mode=mode):
                told = replace(self._about, session_id=envelope.session, cwd=cwd, provider=provider, model=model)
                self._about, self._mode = replace(told, mode=mode), mode
            case RunStarted():
                self._agent = self._agent or envelope.agent
                self._running = self._running or envelope.agent == self._agent
            case RunCompleted() | RunFailed() | RunInterrupted() if envelope.agent == self._agent:
                self._running = False
            case ModeChanged(mode=mode):
                self._mode = mode
            case _:
                pass


def _notice(text: str, agent: str) -> Envelope:
    event = Notice(level="info", text=text)
    return Envelope(seq=0, at=datetime.now(UTC), session="", run="", agent=agent, event=event)
