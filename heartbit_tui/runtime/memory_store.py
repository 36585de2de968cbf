"""Which memory the settings ask for, opened."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.notebook import Ground
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.memory.types import Confidentiality, Origin, Reach, Scope
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.remembering import Late, Remembering, Whose, project_of
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.store.database import Database

NOT_KEPT = "memory.type is {kind}: there is no memory that outlives a session, so nothing can be looked at here."
NOT_YET = "memory.type: postgres is not in this release; what is remembered is kept in the file of the sessions."
SQLITE = "heartbit_tui.memory.sqlite"
NAME = "heartbit"
"""The agent of a session."""

KINDS = ("sqlite", "postgres")
"""The types whose entries outlive a session."""


def kind_of(options: Options, settings: Settings) -> str:
    """Which memory a session has: none where nothing of the person's may be used, its own where nothing is kept."""
    if options.bare:
        return "none"
    kind = settings.config.string("memory.type") or "sqlite"
    passing = options.ephemeral or options.demo or settings.config.boolean("sessions.ephemeral")
    return "in_memory" if passing and kind != "none" else kind


def warnings(options: Options, settings: Settings) -> tuple[str, ...]:
    """What is to be told of the memory when a session opens."""
    return (NOT_YET,) if kind_of(options, settings) == "postgres" else ()


@asynccontextmanager
async def memory(kind: str, settings: Settings, clock: Clock) -> AsyncGenerator[Memory]:
    """The memory itself; in the one data file, which is opened when it is first needed, or gone with the process."""
    if kind == "in_memory":
        yield plugins.resolve("heartbit_tui.memory.volatile:VolatileMemory")(clock)
        return
    steps, prepare = plugins.resolve(f"{SQLITE}:STEPS"), plugins.resolve(f"{SQLITE}:prepare")
    async with Database.open(settings.store, "memory", steps, prepare, at_once=False) as database:
        yield plugins.resolve(f"{SQLITE}:SqliteMemory")(database, clock)


@asynccontextmanager
async def ground_of(options: Options, clock: Clock) -> AsyncGenerator[Ground]:
    """All that a person has in memory, without a session. Raises `ConfigError`, `StoreError`."""
    settings = await read(options, clock)
    kind = kind_of(options, settings)
    if kind not in KINDS:
        raise ConfigError(NOT_KEPT.format(kind=kind), key="memory.type", source=settings.config.source("memory.type"))
    async with memory(kind, settings, clock) as found:
        yield Ground(
            memory=found,
            reach=Reach(cap=Confidentiality.RESTRICTED),
            scope=Scope(),
            clean=Late(settings),
            origin=lambda: Origin(by="person"),
        )


@asynccontextmanager
async def remembered(
    options: Options, settings: Settings, session_id: str, clock: Clock
) -> AsyncGenerator[Remembering | None]:
    """What a session does with its memory, where it has one. Raises `StoreError`."""
    kind = kind_of(options, settings)
    if kind == "none":
        yield None
        return
    whose = Whose(agent=NAME, session=session_id, project=project_of(options.cwd))
    async with memory(kind, settings, clock) as found:
        yield Remembering(found, whose, settings, clock)
