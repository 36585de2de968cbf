"""Which memory the settings ask for, opened."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from heartbit_tui.config.idle import idle
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.events import Event, Notice
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.brought import NOTHING, Brought
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.plugged import plugged
from heartbit_tui.runtime.remembering import GROUND, Remembering
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.runtime.shelf import Shelf, Whose, project_of
from heartbit_tui.store.store import Store

if TYPE_CHECKING:
    from heartbit_tui.memory.embed.following import Followed, Follower
    from heartbit_tui.memory.notebook import Ground

NOT_KEPT = "memory.type is {kind}: there is no memory that outlives a session, so nothing can be looked at here."
EMBEDDING = "heartbit_tui.runtime.embedding:embedding"
MANY = 200
"""Entries from which it is told that they get vectors."""

NAME = "heartbit"
"""The agent of a session."""

BROUGHT = "brought"
"""A memory that the program or a plugin brings."""

KINDS = ("sqlite", "postgres", BROUGHT)
"""The types whose entries outlive a session."""

Embedding: TypeAlias = Callable[[Settings, Clock, Callable[[str], None]], AbstractAsyncContextManager[Any]]
"""Opens what makes vectors: `asking` for questions, `reading` for what is kept."""


def kind_of(options: Options, settings: Settings) -> str:
    """Which memory a session has: none where nothing of the person's may be used, its own where nothing is kept."""
    if options.demo:
        return "in_memory"
    if options.brought.memory is not None:
        return BROUGHT
    if options.bare or settings.config.string("plugins.memory"):
        return "none"
    kind = settings.config.string("memory.type") or "sqlite"
    passing = options.ephemeral or settings.config.boolean("sessions.ephemeral")
    return "in_memory" if passing and kind != "none" else kind


@asynccontextmanager
async def shelf(
    kind: str, settings: Settings, clock: Clock, brought: Brought = NOTHING, store: Store | None = None
) -> AsyncGenerator[Shelf]:
    """Where the memory is; it is opened when it is first needed, and closed with this. `store` is the file, if it is open."""
    found = Shelf(None if kind in ("in_memory", BROUGHT) else settings.store, clock, store)
    if brought.memory is not None:
        found.wrap(brought.memory)
    try:
        yield found
    finally:
        await found.close()
        if brought.close is not None:
            await brought.close()


@asynccontextmanager
async def remembered(
    options: Options,
    settings: Settings,
    session_id: str,
    clock: Clock,
    embedding: Embedding | None = None,
    *,
    store: Store | None = None,
) -> AsyncGenerator[Remembering | None]:
    """What a session does with its memory, where it has one. Raises `ConfigError`, `StoreError`."""
    kind = kind_of(options, settings)
    if kind == "none":
        yield None
        return
    whose = _owned(Whose(agent=NAME, session=session_id, project=project_of(options.cwd)), options)
    async with shelf(kind, settings, clock, options.brought, store) as found:
        remembering = Remembering(found, whose, settings, clock)
        await found.is_empty()  # so that the first request does not wait for it while the screen is loaded beside it
        async with (
            by_meaning(found, settings, clock, remembering.tell, embedding) as follower,
            following(follower),
        ):
            if follower is not None:
                follower.wake()
            yield remembering


@asynccontextmanager
async def following(follower: "Follower | None") -> AsyncGenerator[None]:
    """In here what has no vector gets one, whenever the follower is woken."""
    if follower is None:
        yield
        return
    work = asyncio.create_task(follower.run(), name="vectors of the memory")
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def _owned(whose: Whose, options: Options) -> Whose:
    """The same for whom the options name; the columns of the person at this machine are empty."""
    identity = options.identity
    return whose if identity is None else replace(whose, tenant=identity.tenant, user=identity.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """All that a person has in memory, what gives it vectors where something does, and what its settings warn of."""

    ground: "Ground"
    follower: "Follower | None"
    warnings: tuple[str, ...]


@asynccontextmanager
async def ground_of(options: Options, clock: Clock) -> AsyncGenerator[Personal]:
    """The memory without a session.

    Raises `ConfigError`, `StoreError`.
    """
    settings = await read(options, clock)
    options, warnings = await plugged(options, settings, clock)
    kind = kind_of(options, settings)
    if kind not in KINDS:
        raise ConfigError(NOT_KEPT.format(kind=kind), key="memory.type", source=settings.config.source("memory.type"))
    whose = _owned(Whose(agent="", session="", project=""), options)
    async with (
        shelf(kind, settings, clock, options.brought) as found,
        by_meaning(found, settings, clock, lambda _: None) as follower,
    ):
        ground = cast("Ground", plugins.resolve(f"{GROUND}:of_command")(found.memory, whose, settings))
        yield Personal(ground=ground, follower=follower, warnings=(*warnings, *idle(settings.config)))


@asynccontextmanager
async def by_meaning(
    found: Shelf,
    settings: Settings,
    clock: Clock,
    tell: Callable[[Event], None],
    embedding: Embedding | None = None,
) -> "AsyncGenerator[Follower | None]":
    """Lets the memory be searched by meaning too, where the settings name an embedder; what gives it its vectors."""
    if (settings.config.string("memory.embedding.provider") or "none") == "none" or not found.takes_vectors:
        yield None
        return
    opening = embedding or cast("Embedding", plugins.resolve(EMBEDDING))
    async with opening(settings, clock, lambda text: tell(Notice(level="info", text=text))) as made:
        memory, progress, failed = found.memory, *_told(tell)
        make = plugins.resolve("heartbit_tui.memory.embed.following:Follower")
        follower = cast("Follower", make(memory, made.reading, clock, progress=progress, failed=failed))
        found.wrap(plugins.resolve("heartbit_tui.memory.semantic:SemanticMemory")(memory, made.asking, follower))
        yield follower


def _told(tell: Callable[[Event], None]) -> "tuple[Callable[[Followed], None], Callable[[HeartbitError], None]]":
    """What tells of long work at its beginning, at each quarter and at its end, and what tells of a failure."""
    told = set[tuple[str, int]]()

    def progress(followed: "Followed") -> None:
        quarter = 4 if followed.over else 4 * followed.done // max(followed.total, 1)
        if followed.total >= MANY and (followed.model, quarter) not in told:
            told.add((followed.model, quarter))
            tell(Notice(level="info", text=_how_far(followed)))

    def failed(error: HeartbitError) -> None:
        tell(Notice(level="warning", text=f"The memory is searched by words alone for now: {error}"))

    return progress, failed


def _how_far(followed: "Followed") -> str:
    done, total, model = followed.done, followed.total, followed.model
    if followed.over:
        without = f"; {followed.failed:,} got none and are found by their words" if followed.failed else ""
        return f"{done:,} memories have their vectors ({model}){without}."
    if not done:
        return f"{total:,} memories get vectors; they are searched by words meanwhile ({model})."
    return f"{done:,} of {total:,} memories have their vectors ({model})."
