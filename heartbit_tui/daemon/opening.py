"""The daemon put together: the queue in the data file, the sessions that it opens, and what it knows of both."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

from heartbit_tui.config import Config
from heartbit_tui.daemon.aftermath import Aftermath, after
from heartbit_tui.daemon.asked import Patience
from heartbit_tui.daemon.chats import Chats
from heartbit_tui.daemon.deleting import Deleting
from heartbit_tui.daemon.following import Following
from heartbit_tui.daemon.forgetting import forgetting
from heartbit_tui.daemon.leftovers import looking_back
from heartbit_tui.daemon.live import Connect, Host
from heartbit_tui.daemon.metrics import Figures
from heartbit_tui.daemon.noted import note
from heartbit_tui.daemon.noticing import People, noticing
from heartbit_tui.daemon.planning import Plan, planner
from heartbit_tui.daemon.service import Around, Restart, Service, Terms
from heartbit_tui.daemon.told_before import ToldBefore
from heartbit_tui.daemon.troubles import Troubles
from heartbit_tui.daemon.visiting import Visits
from heartbit_tui.daemon.waking import Plans, Waking, awake, planned
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.admitting import Entrance, entrance, parted
from heartbit_tui.runtime.audited import trail_of
from heartbit_tui.runtime.changed import Changes
from heartbit_tui.runtime.commons import Commons
from heartbit_tui.runtime.memory_ground import Marks
from heartbit_tui.runtime.memory_owned import Holdings, holdings
from heartbit_tui.runtime.opening import UNDO
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.runtime.skill_places import wanted
from heartbit_tui.runtime.skilled import stock
from heartbit_tui.skills.stock import Stock
from heartbit_tui.store import ids
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import Inbox
from heartbit_tui.store.index import NoSessionError, SessionInfo
from heartbit_tui.store.locks import DAEMON, leases
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import STEPS, CommandQueue, SqliteQueue, Task
from heartbit_tui.tasks.recent import Recent
from heartbit_tui.tasks.stories import Stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a daemon is opened with: what its sessions are opened with, who opens them, and where time comes from.

    `bind` is the `host:port` to listen at, empty for what the settings say. `told` hears of all that happens in sessions.
    """

    options: Options
    connect: Connect
    clock: Clock
    bind: str = ""
    told: Callable[[Envelope], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A daemon at work. `leaving` is set once it answers no more, so that whoever looks on is let go."""

    name: str
    file: Path
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
    deleting: Deleting
    visits: Visits
    changes: Changes
    figures: Figures
    plans: Plans
    waking: Waking
    inbox: Inbox
    holdings: Holdings | None
    recent: Recent
    stock: Stock | None
    bind: str
    door: Entrance
    warnings: tuple[str, ...]
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    async def session(self, session_id: str) -> SessionInfo | None:
        """The session with exactly this id, open or kept; None where there is none. Raises `StoreError`."""
        with suppress(NoSessionError):
            return await self.store.index.info(session_id)
        return None

    @property
    def at_work(self) -> int:
        """How many tasks, beats and prompts of guests are at work; a beat that an agent does is one of the tasks."""
        return max(len(self.service.running), self.waking.beating, len(self.host.working))

    async def drain(self, grace: float) -> None:
        """Hand over and begin nothing new, and wait for what is at work; after `grace` seconds it is stopped.

        Beats get half of that, so that the task of one that is stopped ends with it and is not put back.
        """
        if grace <= 0:
            await self.waking.drain(0.0)
            await self.service.drain(0.0)
            await self.host.drain(0.0)
            return
        began = self.clock.monotonic()
        await asyncio.gather(self.service.drain(grace), self.waking.drain(grace / 2))
        await self.host.drain(grace - (self.clock.monotonic() - began))


@asynccontextmanager
async def opened(setup: Setup, heard: Callable[[Task], Awaitable[None]] | None = None) -> AsyncGenerator[Daemon]:
    """A daemon until this is left; `heard` hears of each task that begins or ends. Raises `ConfigError`, `StoreError`."""
    clock, settings = setup.clock, await read(setup.options, setup.clock)
    config, path, terms = settings.config, settings.store, _terms(settings.config, clock)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        options = replace(setup.options, surface="daemon", commons=await enter(Commons()))
        store = await enter(Store.open(path, clock))
        database, queue = await enter(_queue(path, clock, terms.owner))
        troubles, figures, bind = Troubles(clock), Figures(), _bind(setup, config)
        door = entrance(config, settings.places, setup.options.environment, clock, bind)
        plans = await enter(planned(options, settings, clock, troubles.tell))
        aftermath = await enter(after(options, settings, store, clock))
        await aftermath.posting.catch_up(queue)
        aftermath.hear(partial(_told, figures, heard))
        chats, recent = Chats(database, store, clock), Recent(database)
        host = await enter(_host(replace(setup, connect=chats.titled(setup.connect)), config, figures, aftermath))
        plan = planner(options, settings, door, plans.todos, clock)
        around = _around(settings, store, aftermath, Stories(database), plan, clock)
        service = await enter(Service(queue, host, around, clock, terms))
        waking = await enter(awake(options, settings, plans, service, aftermath, troubles))
        aftermath.hear(waking.hear)
        await enter(_beside(waking, People(store.index, recent), database, aftermath, config, clock))
        yield Daemon(
            name=terms.owner,
            file=path,
            options=options,
            config=config,
            clock=clock,
            since=clock.now(),
            queue=queue,
            service=service,
            host=host,
            store=store,
            chats=chats,
            deleting=Deleting(chats, host, recent, lambda owner: trail_of(settings, door.identity(owner))),
            visits=Visits(host, around.options, store, clock),
            changes=Changes(store, settings.places.data / UNDO),
            figures=figures,
            following=Following(host, store, queue, service, clock),
            plans=plans,
            waking=waking,
            inbox=aftermath.inbox,
            holdings=await enter(holdings(options, settings, clock)),
            recent=recent,
            stock=stock(options, settings) if wanted(options, config) else None,
            bind=bind,
            door=door,
            warnings=tuple(settings.warnings),
        )


def _bind(setup: Setup, config: Config) -> str:
    """Where to listen; what is no address is told as that here, before it could be told as one that others reach."""
    bind = setup.bind or config.string("daemon.bind") or ""
    parted(bind)
    return bind


def _around(
    settings: Settings, store: Store, aftermath: Aftermath, stories: Stories, plan: Plan, clock: Clock
) -> Around:
    careful = settings.config.string("daemon.unknown_outcome") != "continue"
    return Around(
        options=plan,
        name=lambda: ids.new_id(clock.now()),
        look_back=looking_back(store, careful=careful),
        heard=aftermath.task,
        stirred=Stirred(settings.store.with_name(settings.store.name + "-wal")),
        recall=ToldBefore(stories, Marks().fence, aftermath.recall).recall,
    )


@asynccontextmanager
async def _queue(path: Path, clock: Clock, name: str) -> AsyncGenerator[tuple[Database, SqliteQueue]]:
    """The queue in the data file, for a daemon of this name, which lives as long as this is open."""
    locks = leases(path)
    async with Database.open(path, "tasks", STEPS, _durably) as database:
        lease = await asyncio.to_thread(locks.take, name)
        try:
            await asyncio.to_thread(locks.sweep)
            queue = SqliteQueue(database, clock, locks.held)
            yield database, queue
            await queue.close()
        finally:
            lease.release()


@asynccontextmanager
async def _beside(
    waking: Waking, people: People, database: Database, aftermath: Aftermath, config: Config, clock: Clock
) -> AsyncGenerator[None]:
    """What goes on beside all tasks: people are noticed, and old tasks forgotten."""
    days = config.integer("daemon.keep_days") or 0
    async with noticing(people, waking.notice, clock), forgetting(database, aftermath.inbox, clock, days):
        yield


def _host(setup: Setup, config: Config, figures: Figures, aftermath: Aftermath) -> Host:
    usual, sockets = (config.number(f"daemon.{of}interaction_timeout_seconds") or 0.0 for of in ("", "ws."))
    patience = Patience(usual, sockets)
    aftermath.hear(patience.hear)
    return Host(setup.connect, setup.clock, partial(_take, figures, aftermath, setup.told), patience=patience)


def _take(figures: Figures, aftermath: Aftermath, told: Callable[[Envelope], None] | None, envelope: Envelope) -> None:
    figures.take(envelope)
    aftermath.posting.take(envelope)
    if told is not None:
        told(envelope)


async def _told(figures: Figures, heard: Callable[[Task], Awaitable[None]] | None, task: Task) -> None:
    figures.task(task)
    note(task)
    if heard is not None:
        await heard(task)


def _terms(config: Config, clock: Clock) -> Terms:
    return Terms(
        owner=f"{DAEMON}{ids.new_id(clock.now())}",
        most=config.integer("daemon.max_concurrent_tasks") or 1,
        restart=cast("Restart", config.string("daemon.on_restart")),
    )


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
