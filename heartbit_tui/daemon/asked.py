"""What waits for a person in an open session: for how long, and what is done when nobody answers."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Envelope,
    QuestionAnswered,
    QuestionAsked,
)
from heartbit_tui.kernel.ops import Answer, Decide, Op
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.tasks import Task

SOCKETS: Final = "ws"
"""The source of tasks that come over a WebSocket."""

GRACE: Final = 15.0
"""Seconds for which an answer that comes too late is still taken for what it is."""

NOBODY: Final = "Nobody answered within {seconds:g} s, so it was denied."

Request: TypeAlias = ApprovalRequested | QuestionAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A request that waits, since when, and which agent asks."""

    event: Request
    agent: str
    since: datetime


class Patience:
    """For how many seconds what a session asks waits: `sockets` while a task from a WebSocket is at work, else `usual`."""

    def __init__(self, usual: float, sockets: float) -> None:
        self._usual = usual
        self._sockets = sockets
        self._at_work: dict[str, str] = {}

    def __call__(self, session_id: str) -> float:
        return self._sockets if session_id in self._at_work.values() else self._usual

    async def hear(self, task: Task) -> None:
        """A task was begun, or has ended."""
        if task.state == "running" and task.request.source == SOCKETS:
            self._at_work[task.id] = task.session
        else:
            self._at_work.pop(task.id, None)


class Asked:
    """The open requests of one session; one that waits for longer than `patience` then says is denied or declined.

    With a patience of 0 seconds it waits for ever.
    """

    def __init__(self, clock: Clock, patience: Callable[[], float], submit: Callable[[Op], None]) -> None:
        self._clock = clock
        self._patience = patience
        self._submit = submit
        self._open: dict[str, Open] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._late: dict[str, float] = {}
        self._claimed = set[str]()

    @property
    def open(self) -> Mapping[str, Open]:
        """What waits, by its id, oldest first."""
        return MappingProxyType(self._open)

    def take(self, envelope: Envelope) -> None:
        """Hear of a request or of its answer."""
        match envelope.event:
            case ApprovalRequested(id=id) | QuestionAsked(id=id) as event:
                self._claimed.discard(id)
                self._open[id] = Open(event=event, agent=envelope.agent, since=envelope.at)
                if (seconds := self._patience()) > 0:
                    self._timers[id] = asyncio.create_task(self._give_up(id, seconds), name=f"patience for {id}")
            case ApprovalDecision(id=id) | QuestionAnswered(id=id):
                self._open.pop(id, None)
                self._claimed.discard(id)
                if (timer := self._timers.pop(id, None)) is not None:
                    timer.cancel()
            case _:
                pass

    def claim(self, id: str) -> bool:
        """Whether this waits and nobody has answered it yet; from now on somebody has."""
        first = id in self._open and id not in self._claimed
        if first:
            self._claimed.add(id)
        return first

    def too_late(self, id: str) -> bool:
        """Whether this was given up so recently that an answer may have been on its way."""
        until = self._late.get(id)
        return until is not None and self._clock.monotonic() <= until

    async def close(self) -> None:
        """Wait for nobody any more."""
        timers = tuple(self._timers.values())
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)

    async def _give_up(self, id: str, seconds: float) -> None:
        await self._clock.sleep(seconds)
        waiting = self._open.get(id)
        if waiting is None:
            return
        now = self._clock.monotonic()
        self._late = {each: until for each, until in self._late.items() if until >= now} | {id: now + GRACE}
        if isinstance(waiting.event, ApprovalRequested):
            self._submit(Decide(id=id, allow=False, note=NOBODY.format(seconds=seconds)))
        else:
            self._submit(Answer(id=id, answers=()))
