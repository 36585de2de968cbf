"""A session of a daemon, seen as a client: what happens comes as server-sent events, ops go as requests."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.client.still import Still
from heartbit_tui.client.types import About
from heartbit_tui.kernel.bus import Bus, Subscription
from heartbit_tui.kernel.events import (
    Envelope,
    ModeChanged,
    ModelChanged,
    Notice,
    RunStarted,
    SessionStarted,
    Terminal,
)
from heartbit_tui.kernel.ledger import Ledger, Line
from heartbit_tui.kernel.messages import JsonObject, Text
from heartbit_tui.kernel.ops import Close, Mode, Op, Prompt
from heartbit_tui.runtime.options import Options
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.read import load_envelope
from heartbit_tui.wire.write import dump

AGENT: Final = "heartbit"
PAUSE: Final = 0.3
"""Seconds between two looks whether a task that waits was begun."""

WORDS_ALONE: Final = "A daemon's session takes words alone: pictures and sounds were left out."
GONE: Final = "The daemon does not answer any more: {why}"


def _at_once() -> float:
    return 0.0


@asynccontextmanager
async def attached(url: str, token: str, wanted: str) -> AsyncGenerator["Attached"]:
    """The session of a daemon that `wanted` means, by its own id or by that of a task in it.

    It goes on when this is left. Raises `RemoteError`.
    """
    async with Remote.open(url, token) as remote:
        shown = await _session_of(remote, wanted)
        session_id = shown["id"]
        log = (await remote.ask("GET", f"/sessions/{session_id}/log"))["events"]
        client = Attached(remote, shown, _read(log))
        work = (asyncio.create_task(client.listen()), asyncio.create_task(client.send()))
        try:
            yield client
        finally:
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            client.close()


def connecting(url: str, token: str, wanted: str) -> "Callable[[Options], Any]":
    """The same as a surface opens sessions; what its options say of a session counts for nothing there."""
    return lambda options: attached(url, token, wanted)


class Attached(Still):
    """A `Client` of a session that a daemon has; all who are attached to it see the same, and the first answer counts."""

    def __init__(self, remote: Remote, shown: JsonObject, log: tuple[Envelope, ...]) -> None:
        self.remote = remote
        """The way to its daemon."""
        self._shown = shown
        begun = _open_run(log)
        self._log = log[:begun]
        self._bus = Bus()
        self._early: Subscription | None = self._bus.subscribe()
        """What the first reader gets: nothing that comes before it looks is lost."""
        self._ledger = Ledger()
        self._ops: asyncio.Queue[Op] = asyncio.Queue()
        self._running = False
        self._idle = asyncio.Event()
        self._mode = Mode(shown.get("mode") or Mode.ASK.value)
        self._model = (str(shown["provider"]), str(shown["model"]))
        self._seq = 0
        for envelope in log:
            self._fold(envelope)
        for envelope in log[begun:]:  # a run that goes on is told as it happens: it may wait for an answer
            self._bus.publish(envelope)
        self._settle()

    @property
    def about(self) -> About:
        shown, (provider, model) = self._shown, self._model
        return About(
            session_id=str(shown["id"]),
            cwd=str(shown["cwd"]),
            provider=provider,
            model=model,
            mode=self._mode,
            tools=tuple(shown.get("tools", ())),
            sandbox=str(shown.get("sandbox", "")),
            warnings=tuple(shown.get("warnings", ())),
        )

    @property
    def running(self) -> bool:
        return self._running

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def history(self) -> tuple[Envelope, ...]:
        return self._log

    async def whole(self) -> tuple[Envelope, ...]:
        return self._log

    def costs(self) -> tuple[Line, ...]:
        return self._ledger.lines()

    def submit(self, op: Op) -> None:
        """Send an op to the daemon; what it refuses is told as a notice."""
        if isinstance(op, Close):  # the session is the daemon's
            return
        if isinstance(op, Prompt):
            self._running = True
            self._settle()
        self._ops.put_nowait(op)

    async def settled(self) -> None:
        await self._idle.wait()

    async def finish(self) -> int:
        return self._seq

    def envelopes(self) -> AsyncIterator[Envelope]:
        return self._reader()

    async def batches(self, pause: Callable[[], float] = _at_once) -> AsyncIterator[tuple[Envelope, ...]]:
        reader = self._reader()
        while await reader.wait():
            with suppress(TimeoutError):
                async with asyncio.timeout(pause()):
                    await reader.fact()
            yield reader.drain()

    def close(self) -> None:
        """Let all readers end."""
        self._bus.close()

    async def listen(self) -> None:
        """Hear of what happens there until this is cancelled, or the daemon is gone."""
        path = f"/sessions/{self._shown['id']}/events?follow=true"
        try:
            async for each in self.remote.events(path, self._seq):
                for envelope in _read((each,)):
                    self._fold(envelope)
                    self._bus.publish(envelope)
                    self._settle()
        except RemoteError as error:
            self._tell(GONE.format(why=error))
        self.close()

    async def send(self) -> None:
        """Send ops, one after the other."""
        while True:
            op = await self._ops.get()
            try:
                await self._sent(op)
            except RemoteError as error:
                self._tell(str(error))
                self._running = self._running and not isinstance(op, Prompt)
                self._settle()

    async def _sent(self, op: Op) -> None:
        session_id = str(self._shown["id"])
        if not isinstance(op, Prompt):
            await self.remote.ask("POST", f"/sessions/{session_id}/ops", dump(op))
            return
        words = "".join(part.text for part in op.content if isinstance(part, Text))
        if len(op.content) > sum(isinstance(part, Text) for part in op.content):
            self._tell(WORDS_ALONE)
        await self.remote.submit(words, session_id=session_id)

    def _reader(self) -> Subscription:
        early, self._early = self._early, None
        return early or self._bus.subscribe()

    def _fold(self, envelope: Envelope) -> None:
        self._seq = max(self._seq, envelope.seq)
        self._ledger.take(envelope)
        match envelope.event:
            case ModeChanged(mode=mode):
                self._mode = mode
            case SessionStarted(provider=provider, model=model) | ModelChanged(provider=provider, model=model):
                self._model = (provider, model)
            case RunStarted() if envelope.agent == AGENT:
                self._running = True
            case event if isinstance(event, Terminal) and envelope.agent == AGENT:
                self._running = False
            case _:
                pass

    def _settle(self) -> None:
        if self._running:
            self._idle.clear()
        else:
            self._idle.set()

    def _tell(self, text: str) -> None:
        """A notice of this side's own, which stands in no log."""
        event = Notice(level="warning", text=text)
        now = datetime.now(UTC)
        self._bus.publish(
            Envelope(seq=self._seq, at=now, session=str(self._shown["id"]), run="", agent=AGENT, event=event)
        )


async def _session_of(remote: Remote, wanted: str) -> JsonObject:
    """The session as it stands; of a task that still waits, once it is begun."""
    with suppress(RemoteError):
        return await remote.ask("GET", f"/sessions/{wanted}")
    task = await remote.find(wanted)
    while True:
        session_id, waits = task.get("session_id", "-"), task["state"] in ("pending", "running")
        try:
            return await remote.ask("GET", f"/sessions/{session_id}")
        except RemoteError:
            if not waits:
                raise
        await asyncio.sleep(PAUSE)
        task = await remote.task(str(task["id"]))


def _open_run(log: tuple[Envelope, ...]) -> int:
    """Where in a log the run begins that has no end; its length where all have ended."""
    begun = len(log)
    for index, envelope in enumerate(log):
        if envelope.agent == AGENT and isinstance(envelope.event, RunStarted):
            begun = index
        elif envelope.agent == AGENT and isinstance(envelope.event, Terminal):
            begun = len(log)
    return begun


def _read(log: "tuple[Mapping[str, Any], ...] | list[Mapping[str, Any]]") -> tuple[Envelope, ...]:
    """The envelopes; one of a newer version than this is left out."""
    found = list[Envelope]()
    for each in log:
        with suppress(WireError):
            found.append(load_envelope(each))
    return tuple(found)
