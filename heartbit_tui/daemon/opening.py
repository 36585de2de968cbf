"""The daemon put together: the queue in the data file, the sessions that it opens, and what it knows of both."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from heartbit_tui.auth.users import Owner
from heartbit_tui.config import Config
from heartbit_tui.daemon.chats import Chats
from heartbit_tui.daemon.following import Following
from heartbit_tui.daemon.live import Connect, Host
from heartbit_tui.daemon.metrics import Figures
from heartbit_tui.daemon.service import Around, Restart, Service, Terms
from heartbit_tui.kernel.conversation import Conversation
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError, StoreError
from heartbit_tui.kernel.events import Envelope, RunStarted
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.admitting import Entrance, entrance
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.runtime.owning import workspace_of
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.store import ids
from heartbit_tui.store.database import Database
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.store.locks import Leases
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
    bind: str
    door: Entrance

    async def session(self, session_id: str) -> SessionInfo | None:
        """The session with exactly this id, open or kept; None where there is none."""
        with suppress(StoreError):
            return await self.store.index.info(session_id)
        return None


@asynccontextmanager
async def opened(setup: Setup, heard: Callable[[Task], Awaitable[None]] | None = None) -> AsyncGenerator[Daemon]:
    """A daemon that does tasks until this is left; `heard` is told of each that has begun or ended.

    Raises `ConfigError`, `StoreError`.
    """
    clock = setup.clock
    settings = await read(setup.options, clock)
    config, path = settings.config, settings.store
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(path, clock))
        database = await stack.enter_async_context(Database.open(path, "tasks", STEPS, _durably))
        leases = Leases(path.with_name(path.name + ".locks"))
        name = f"daemon-{ids.new_id(clock.now())}"
        lease = await asyncio.to_thread(leases.take, name)
        stack.callback(lease.release)
        bind = setup.bind or config.string("daemon.bind") or ""
        door = entrance(config, settings.places, setup.options.environment, clock, bind)
        queue = SqliteQueue(database, clock, leases.held)
        stack.push_async_callback(queue.close)
        patience = config.number("daemon.interaction_timeout_seconds")
        figures = Figures()
        host = await stack.enter_async_context(Host(setup.connect, clock, figures.take, patience=patience or 0.0))

        async def told(task: Task) -> None:
            figures.task(task)
            if heard is not None:
                await heard(task)

        around = Around(
            options=_planner(replace(setup.options, surface="daemon"), settings, door),
            name=lambda: ids.new_id(clock.now()),
            doubts=doubting(store) if config.string("daemon.unknown_outcome") != "continue" else _no_doubts,
            heard=told,
            stirred=Stirred(path.with_name(path.name + "-wal")),
        )
        terms = Terms(
            owner=name,
            most=config.integer("daemon.max_concurrent_tasks") or 1,
            restart=cast("Restart", config.string("daemon.on_restart")),
        )
        service = await stack.enter_async_context(Service(queue, host, around, clock, terms))
        yield Daemon(
            name=name,
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
            bind=bind,
            door=door,
        )


def owner_of(task: Task) -> Owner:
    """Whose a task is."""
    return Owner(tenant=task.request.tenant_id, user=task.request.user_id)


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


def _planner(base: Options, settings: Settings, door: Entrance) -> Callable[[Task], Awaitable[Options]]:
    """How the session of a task is opened: as the daemon was told to, in the task's own folder, session and name."""
    home = Path(base.environment.get("HOME") or "/")

    async def options(task: Task) -> Options:
        who = owner_of(task)
        if task.request.folder:
            folder = Path(task.request.folder)
        elif who == Owner():
            folder = base.cwd
        else:
            folder = await asyncio.to_thread(workspace_of, settings.config, settings.places, home, who)
        if not await asyncio.to_thread(_is_folder, folder):
            raise ConfigError(f"The folder of this task is not there: {folder}")
        identity = door.identity(who, (task.request.source,))
        return replace(base, cwd=folder, which=New(id=task.session), identity=identity)

    return options


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


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # longer than a path may be, or with a sign in it that none has
        return False


def _durably(connection: sqlite3.Connection) -> None:
    """Let no accepted task be lost, not even to a power cut."""
    connection.execute("PRAGMA synchronous = FULL")


async def _no_doubts(task: Task) -> str:
    return ""
