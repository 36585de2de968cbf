"""The daemon put together: the queue in the data file, the sessions that it opens, and what it knows of both."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, cast

from heartbit_tui.config import Config
from heartbit_tui.daemon.aftermath import Aftermath, after
from heartbit_tui.daemon.chats import Chats
from heartbit_tui.daemon.following import Following
from heartbit_tui.daemon.live import Connect, Host
from heartbit_tui.daemon.metrics import Figures
from heartbit_tui.daemon.planning import planner
from heartbit_tui.daemon.service import Around, Restart, Service, Terms
from heartbit_tui.daemon.waking import Plans, Waking, awake, planned
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Envelope, RunStarted
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.admitting import Entrance, entrance
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.store import ids
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import Inbox
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.store.locks import DAEMON, leases
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import STEPS, CommandQueue, SqliteQueue, Task

HARMLESS: Final = frozenset(
    {"read", "grep", "glob", "list", "todoread", "todowrite", "question", "skill", "webfetch", "websearch"}
)
"""Tools that may be used twice without harm; what any other one did that was cut off, a person has to look at."""

UNKNOWN: Final = (
    "heartbit was stopped while this was running, so what it did is not known: {calls}. "
    "Look, then take the task up again or cancel it."
)

Doubts = Callable[[Task], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a daemon is opened with: what its sessions are opened with, who opens them, and where time comes from.

    `bind` is the `host:port` to listen at, empty for what the settings say.
    """

    options: Options
    connect: Connect
    clock: Clock
    bind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A daemon at work."""

    name: str
    options: Options
    config: Config
    clock: Clock
    since: datetime
    queue: CommandQueue
    service: Service
    host: Host
    store: Store
    following: Following
    chats: Chats
    figures: Figures
    plans: Plans
    waking: Waking
    inbox: Inbox
    bind: str
    door: Entrance
    warnings: tuple[str, ...]

    async def session(self, session_id: str) -> SessionInfo | None:
        """The session with exactly this id, open or kept; None where there is none."""
        with suppress(StoreError):
            return await self.store.index.info(session_id)
        return None

    @property
    def at_work(self) -> int:
        """How many tasks and beats are at work; a beat that an agent does is one of the tasks."""
        return max(len(self.service.running), self.waking.beating)

    async def drain(self, grace: float) -> None:
        """Hand over and begin nothing new, and wait for what is at work; after `grace` seconds it is stopped.

        Beats get half of that, so that the task of one that is stopped ends with it and is not put back.
        """
        if grace <= 0:
            await self.waking.drain(0.0)
            await self.service.drain(0.0)
            return
        await asyncio.gather(self.service.drain(grace), self.waking.drain(grace / 2))


@asynccontextmanager
async def opened(setup: Setup, heard: Callable[[Task], Awaitable[None]] | None = None) -> AsyncGenerator[Daemon]:
    """A daemon that does tasks until this is left; `heard` is told of each that has begun or ended.

    Raises `ConfigError`, `StoreError`.
    """
    clock, options = setup.clock, replace(setup.options, surface="daemon")
    settings = await read(setup.options, clock)
    config, path, terms = settings.config, settings.store, _terms(settings.config, clock)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        store = await enter(Store.open(path, clock))
        database, queue = await enter(_queue(path, clock, terms.owner))
        bind = setup.bind or config.string("daemon.bind") or ""
        door = entrance(config, settings.places, setup.options.environment, clock, bind)
        plans = await enter(planned(options, settings, clock))
        aftermath, figures = await enter(after(options, settings, store, clock)), Figures()
        await aftermath.posting.catch_up(queue)
        aftermath.hear(partial(_told, figures, heard))
        host = await enter(_host(setup, config, partial(_take, figures, aftermath)))
        around = Around(
            options=planner(options, settings, door, plans.todos, clock),
            name=lambda: ids.new_id(clock.now()),
            doubts=doubting(store) if config.string("daemon.unknown_outcome") != "continue" else _no_doubts,
            heard=aftermath.task,
            stirred=Stirred(path.with_name(path.name + "-wal")),
            recall=aftermath.recall,
        )
        service = await enter(Service(queue, host, around, clock, terms))
        waking = await enter(awake(options, settings, plans, service, clock))
        aftermath.hear(waking.hear)
        yield Daemon(
            name=terms.owner,
            options=options,
            config=config,
            clock=clock,
            since=clock.now(),
            queue=queue,
            service=service,
            host=host,
            store=store,
            chats=Chats(database, store, clock),
            figures=figures,
            following=Following(host, store, queue, service, clock),
            plans=plans,
            waking=waking,
            inbox=aftermath.inbox,
            bind=bind,
            door=door,
            warnings=tuple(settings.warnings),
        )


@asynccontextmanager
async def _queue(path: Path, clock: Clock, name: str) -> AsyncGenerator[tuple[Database, SqliteQueue]]:
    """The queue in the data file, for a daemon of this name, which lives as long as this is open."""
    locks = leases(path)
    async with Database.open(path, "tasks", STEPS, _durably) as database:
        lease = await asyncio.to_thread(locks.take, name)
        try:
            queue = SqliteQueue(database, clock, locks.held)
            yield database, queue
            await queue.close()
        finally:
            lease.release()


def _host(setup: Setup, config: Config, hear: Callable[[Envelope], None]) -> Host:
    patience = config.number("daemon.interaction_timeout_seconds") or 0.0
    return Host(setup.connect, setup.clock, hear, patience=patience)


def _take(figures: Figures, aftermath: Aftermath, envelope: Envelope) -> None:
    figures.take(envelope)
    aftermath.posting.take(envelope)


async def _told(figures: Figures, heard: Callable[[Task], Awaitable[None]] | None, task: Task) -> None:
    figures.task(task)
    if heard is not None:
        await heard(task)


def _terms(config: Config, clock: Clock) -> Terms:
    return Terms(
        owner=f"{DAEMON}{ids.new_id(clock.now())}",
        most=config.integer("daemon.max_concurrent_tasks") or 1,
        restart=cast("Restart", config.string("daemon.on_restart")),
    )


def doubting(store: Store) -> Doubts:
    """What is not known of a task that was cut off: the calls with effects that had begun and have no result."""

    async def doubts(task: Task) -> str:
        try:
            log = (await store.load(task.session)).envelopes
        except StoreError:
            return ""  # nothing was done yet in a session that is not there
        unknown = unknown_calls([each for each in log if each.seq > (task.first_seq or 0)])
        return UNKNOWN.format(calls=", ".join(unknown)) if unknown else ""

    return doubts


def unknown_calls(log: Sequence[Envelope]) -> tuple[str, ...]:
    """The names of the tools whose calls had begun when the log broke off, and may have changed something."""
    agents = dict.fromkeys(each.agent for each in log if isinstance(each.event, RunStarted))
    calls = (call for agent in agents for call in Conversation(agent, log).open_calls())
    return tuple(call.call.name for call in calls if call.began is not None and call.call.name not in HARMLESS)


class Stirred:
    """Whether anybody has written to a file since this was asked last, told by its write-ahead log."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._seen: tuple[int, int] | None = None

    def __call__(self) -> bool:
        try:
            found = self._log.stat()
        except OSError:
            return True
        before, self._seen = self._seen, (found.st_mtime_ns, found.st_size)
        return self._seen != before


def _durably(connection: sqlite3.Connection) -> None:
    """Let no accepted task be lost, not even to a power cut."""
    connection.execute("PRAGMA synchronous = FULL")


async def _no_doubts(task: Task) -> str:
    return ""
