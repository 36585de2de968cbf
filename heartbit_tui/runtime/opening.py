"""Which session is opened: a new one, one that is taken up again, or a copy of one; kept or not."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress

from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    CommandEnded,
    CommandStarted,
    ContextRestored,
    ContextSummarized,
    Envelope,
    Event,
    FilesChanged,
    GoalJudged,
    GoalSet,
    JobEnded,
    JobStarted,
    ModeChanged,
    ModelCalled,
    ModelChanged,
    Notice,
    PlanKept,
    PlanStarted,
    ResultReplaced,
    ResultRestored,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionRenamed,
    SessionStarted,
    StepEnded,
    StepStarted,
    TextDelta,
    TodosChanged,
    ToolAnswered,
    ToolCallStarted,
    ToolDropped,
    ToolRestored,
    Undone,
    UserMessage,
)
from heartbit_tui.kernel.protocols import Clock, Journal
from heartbit_tui.kernel.recovery import ENDING
from heartbit_tui.permissions.past import MOST
from heartbit_tui.runtime import capping, plugins, retention
from heartbit_tui.runtime.audited import trail_of
from heartbit_tui.runtime.meters import Meters
from heartbit_tui.runtime.options import New, Options, Resume
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.store.ids import is_whole, new_id, short
from heartbit_tui.store.recorder import Owner
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import Trail

RESUMED: tuple[type[Event], ...] = (
    SessionStarted,
    SessionRenamed,
    ModeChanged,
    ModelChanged,
    UserMessage,
    AssistantMessage,
    ToolAnswered,
    ToolCallStarted,
    TextDelta,
    Rewound,
    ContextSummarized,
    ContextRestored,
    ResultReplaced,
    ResultRestored,
    ToolDropped,
    ToolRestored,
    ModelCalled,
    TodosChanged,
    RunStarted,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    Notice,
    FilesChanged,
    Undone,
    CommandStarted,
    CommandEnded,
    JobStarted,
    JobEnded,
    PlanKept,
    PlanStarted,
    GoalSet,
    GoalJudged,
    StepStarted,
    StepEnded,
)
"""What is read of a session that is taken up again: all that the model sees, what it cost, and what holds."""

UNDO = "undo"
"""The folder of undo in the data directory."""

SLICE = 1_000
"""Envelopes of a long log that are counted at once."""


class Forgetful:
    """A `Journal` of a session that is not kept: there is nothing to wait for."""

    async def committed(self, seq: int) -> None:
        return

    async def kept(self, seq: int) -> None:
        return


async def _nothing() -> tuple[Envelope, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a session's envelopes come from and go to."""

    session_id: str
    bus: Bus
    journal: Journal
    meters: Meters
    log: tuple[Envelope, ...] = ()
    whole: Callable[[], Awaitable[tuple[Envelope, ...]]] = _nothing
    """Reads all that was recorded up to the end of `log`, with what that leaves out."""
    trail: Trail | None = None
    """What hears of every verdict for the audit; None where nothing is kept."""
    store: Store | None = None
    """The open file; None where nothing is kept."""


@asynccontextmanager
async def placed(
    options: Options, settings: Settings, clock: Clock, *also: Callable[[Envelope], None]
) -> AsyncGenerator[Place]:
    """The place of the session that the options ask for; all that happens in it goes to `also`, too.

    Raises `StoreError` when the file cannot be used, or there is no such session.
    """
    if options.ephemeral or settings.config.boolean("sessions.ephemeral"):
        if isinstance(options.which, Resume):
            raise StoreError("A session that is not kept cannot take up another one: leave out --ephemeral.")
        meters = capping.unrecorded(settings, clock)
        bus = Bus((meters.take, settings.gate.take, *also, *_log(settings)))
        session_id = options.which.id or new_id(clock.now())
        yield Place(session_id=session_id, bus=bus, journal=Forgetful(), meters=meters)
        return
    async with _store(options, settings, clock) as store:
        session_id = await _find(options, store, clock)
        trail = trail_of(settings, options.identity)
        async with store.recorder(session_id, trail, owner=owner_of(options)) as recorder:
            log = await _taken_up(store, session_id) if recorder.seq else ()
            last = log[-1].seq if log else 0
            meters = capping.recorded(settings, clock, store, session_id, last)
            for number, envelope in enumerate(log, 1):
                meters.take(envelope)
                if number % SLICE == 0:
                    await asyncio.sleep(0)
            began = _Began(bool(log))
            if options.on_ask == "person":  # nobody else is offered what earlier answers speak for
                settings.gate.past.begin(await store.audit.answered(trail.user, tenant=trail.tenant, limit=MOST))
            bus = Bus((recorder.take, meters.take, began.take, settings.gate.take, *also, *_log(settings)))

            async def whole() -> tuple[Envelope, ...]:
                recorded = (await store.load(session_id)).envelopes if last else ()
                return tuple(envelope for envelope in recorded if envelope.seq <= last)

            yield Place(
                session_id=session_id,
                bus=bus,
                journal=recorder,
                meters=meters,
                log=log,
                whole=whole,
                trail=trail,
                store=store,
            )
        if not began.yes:
            await _forget(store, session_id)
        await retention.prune(store, settings.config, settings.places.state, clock, settings.places.data / UNDO)


@asynccontextmanager
async def _store(options: Options, settings: Settings, clock: Clock) -> AsyncGenerator[Store]:
    """The open file: the one that several sessions have in common, else one of this session's own."""
    if options.commons is not None:
        yield await options.commons.store(settings.store, clock)
        return
    async with Store.open(settings.store, clock) as store:
        yield store


class _Began:
    """Sees whether anything was asked in a session; one that was only opened is not worth keeping."""

    def __init__(self, yes: bool) -> None:
        self.yes = yes

    def take(self, envelope: Envelope) -> None:
        self.yes = self.yes or isinstance(envelope.event, RunStarted)


def _log(settings: Settings) -> Iterator[Callable[[Envelope], None]]:
    """The log file as a sink, where the settings ask for one."""
    if settings.config.is_set("log.level"):
        sink = plugins.resolve("heartbit_tui.runtime.logfile:sink")(settings.config, settings.places.state)
        if sink is not None:
            yield sink


async def _forget(store: Store, session_id: str) -> None:
    with suppress(StoreError):  # it never came into the file, or cannot be taken out of it
        await store.delete(session_id)


async def _taken_up(store: Store, session_id: str) -> tuple[Envelope, ...]:
    """What a session is taken up again by; of one whose process died, also what says how far each thing had come."""
    died = (await store.index.info(session_id)).summary.open_run
    return (await store.load(session_id, only=(*RESUMED, *ENDING) if died else RESUMED)).envelopes


def owner_of(options: Options) -> Owner | None:
    """Whose sessions there are for these options; None for the person at this machine, who has all."""
    identity = options.identity
    return (identity.tenant, identity.user) if identity is not None else None


async def _find(options: Options, store: Store, clock: Clock) -> str:
    owner = owner_of(options)
    match options.which:
        case New(id=""):
            return new_id(clock.now())
        case New(id=text):
            return text if is_whole(text) else await _known(text, store, owner) or text
        case Resume(id="", fork=fork):
            last = await store.index.last(str(options.cwd), owner)
            if last is None:
                raise StoreError(f"There is no session of {options.cwd} to take up again.")
            return await store.fork(last.id) if fork else last.id
        case Resume(id=text, fork=fork):
            session_id = await store.index.resolve(text, owner)
            return await store.fork(session_id) if fork else session_id


async def _known(text: str, store: Store, owner: Owner | None) -> str:
    """The session with exactly this id or short id, or empty."""
    try:
        found = await store.index.resolve(text, owner)
    except StoreError:  # none begins so, or several do
        return ""
    return found if text in (found, short(found)) else ""
