"""Heartbeats put together: in which folders they lie, who does them, and where what they say goes."""

import asyncio
import shlex
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from heartbit_tui.config import Config, Directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.meditation_drafts import Draft
from heartbit_tui.memory.meditation_report import Report, told
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.runtime.shelf import PACKAGE
from heartbit_tui.runtime.watching import further
from heartbit_tui.schedules import zones
from heartbit_tui.schedules.beats import SILENT, Done, Heartbeat, Said, Tell, Watcher
from heartbit_tui.schedules.beats_engine import PATIENCE, Engine, Means
from heartbit_tui.schedules.beats_file import MEMORY, NEAR
from heartbit_tui.schedules.beats_found import Finder, Workspace, files
from heartbit_tui.schedules.beats_store import STEPS, SqliteStates
from heartbit_tui.schedules.beats_watch import Watching
from heartbit_tui.store import inbox
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import Inbox, Letter, title_of
from heartbit_tui.tasks import Intake, Request
from heartbit_tui.tools.late import schemas

PART = "heartbeats"
MEDITATE = "heartbit_tui.runtime.meditating:meditate"
"""Loaded where a meditation is a beat: it brings models and what speaks HTTP with them."""

UNTRUSTED = "The folder {root} is not trusted. Look at it, then run `heartbit trust add` there."
UNCOUNTED = (
    "{names} does not count, because nobody trusts its folder. Look at it, then run `heartbit trust add {root}`."
)
MOST_NAMED = 5
CHANGED = "It is not as it was when the folder {root} was trusted; `heartbit trust diff` shows the change."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is kept of heartbeats: how they stand, and the inbox for what they say."""

    states: SqliteStates
    inbox: Inbox


@asynccontextmanager
async def ledger(file: Path) -> AsyncGenerator[Ledger]:
    """What is kept in this data file. Raises `StoreError`."""
    async with (
        Database.open(file, PART, STEPS) as beats,
        Database.open(file, inbox.PART, inbox.STEPS) as letters,
    ):
        yield Ledger(states=SqliteStates(beats), inbox=Inbox(letters))


def finder(config: Config, places: Directories, environment: Mapping[str, str]) -> Finder:
    """Looks for the heartbeats of all workspaces, which are looked for anew each time."""
    store, folders = TrustStore(LockedFile(places.trust_file)), named(config, environment)
    return Finder(lambda: _workspaces(folders, store, places), zones.local(environment))


def named(config: Config, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders that `heartbeat.workspaces` names, as the system knows them."""
    home = Path(environment.get("HOME") or "/")
    return tuple(_folder(text, home) for text in config.strings("heartbeat.workspaces"))


def uncounted(root: Path, known: Sequence[Path]) -> str:
    """A sentence on files in a project that nobody trusts yet, beside those that are known; empty where there are none."""
    names = [file.name for file in files(root) if file not in known]
    return UNCOUNTED.format(names=", ".join(names[:MOST_NAMED]), root=shlex.quote(str(root))) if names else ""


def slips(tools: Sequence[str]) -> Iterator[str]:
    """Sentences on names that are nearly those of tools; others may be of servers and plugins, which are not asked here."""
    known = (*schemas(), *MEMORY)
    for tool in tools:
        near = () if tool in known else get_close_matches(tool.lower(), known, n=1, cutoff=NEAR)
        if near:
            yield f"`tools`: {tool} is no tool of heartbit; did you mean `{near[0]}`?"


def watcher() -> Watcher | None:
    """What notices changes at once; None where what it needs is not installed."""
    with suppress(ImportError):
        return Watching()
    return None


def worded(beat: Heartbeat) -> str:
    """What an agent is asked at a beat: the words of the file behind a note on what a heartbeat is."""
    note = (PACKAGE / "schedules" / "beat.md").read_text("utf-8").strip()
    return f"{note.replace('{file}', beat.file.name)}\n\n{beat.text}"


class Handed:
    """A `Do` that hands each beat over as a task, and stops that task when it is stopped itself.

    `meditate` puts the memory in order, which is no task: no agent is asked.
    """

    def __init__(self, intake: Intake, clock: Clock, meditate: Callable[[], Awaitable[Done]]) -> None:
        self._intake = intake
        self._clock = clock
        self._meditate = meditate

    async def __call__(self, beat: Heartbeat) -> Done:
        """Do a beat. Raises `StoreError` where it cannot be handed over."""
        if beat.kind == "meditate":
            return await self._meditate()
        request = Request(
            task=worded(beat),
            source=source(beat),
            deadline=self._clock.now() + timedelta(seconds=PATIENCE),
            folder=str(beat.workspace),
            tools=beat.tools,
            silent=SILENT,
            max_cost_usd=beat.max_cost,
            max_tokens=beat.max_tokens,
            max_calls=beat.max_calls,
        )
        task = await self._intake.submit(request)
        try:
            outcome = await self._intake.outcome(task)
        except asyncio.CancelledError:
            await self._intake.cancel(task)
            raise
        return Done(ok=outcome.state == "completed", text=outcome.text, task=task)


async def meditated(options: Options, clock: Clock, kept: Inbox) -> Done:
    """A meditation as a beat: its drafts are put into the inbox; it has nothing to say where there was nothing to do.

    One that could do nothing for its troubles has failed. Raises `ConfigError`, `StoreError`.
    """
    meditate: Callable[[Options, Clock], Awaitable[Report]] = plugins.resolve(MEDITATE)
    report = await meditate(options, clock)
    for each in drafted(report.waiting):
        await kept.put(each)
    return Done(ok=bool(report.changed) or not report.troubles, text=told(report) or SILENT)


@asynccontextmanager
async def beats(
    options: Options, settings: Settings, intake: Intake, clock: Clock, warn: Callable[[str], None], *channels: Tell
) -> AsyncGenerator[Engine]:
    """The engine for all workspaces, whose `run` lets them beat; what they say goes to the inbox and to `channels`.

    Raises `StoreError`.
    """
    async with ledger(settings.store) as kept:
        means = Means(
            clock=clock,
            states=kept.states,
            find=finder(settings.config, settings.places, options.environment),
            do=Handed(intake, clock, partial(meditated, options, clock, kept.inbox)),
            tell=telling(kept.inbox, *channels),
            watcher=watcher(),
            warn=warn,
        )
        yield Engine(means)


def source(beat: Heartbeat) -> str:
    """What a task or a letter of a heartbeat is known by as to where it is from."""
    return f"heartbeat:{beat.workspace.name}/{beat.file.name}"


def letter(said: Said) -> Letter:
    """What a beat had to say, as it waits for a person."""
    kind = "meditation" if said.heartbeat.kind == "meditate" else "reply"
    return Letter(
        at=said.at,
        kind=kind if said.ok else "failure",
        source=source(said.heartbeat),
        title=title_of(said.text),
        text=said.text,
        about=said.task,
        key=f"{said.task}:1" if said.task else "",
    )


def drafted(drafts: Sequence[Draft]) -> Iterator[Letter]:
    """Skills that wait for a person's word, as letters; of each there is one, however often it is put.

    One that was written by a cycle that was stopped has none before the next.
    """
    for each in drafts:
        text = f"{each.description}\n\nMade of {each.made_of}. {each.note}".strip()
        yield Letter(
            at=each.made,
            kind="draft",
            source="meditation",
            title=each.name,
            text=text,
            about=each.id,
            key=f"draft:{each.id}",
        )


def telling(kept: Inbox, *channels: Tell) -> Tell:
    """Puts what a beat had to say into the inbox, then into each channel; it waits in the inbox whatever those do."""

    async def tell(said: Said) -> None:
        await kept.put(letter(said))
        for channel in channels:
            await channel(said)

    return tell


def _workspaces(named: tuple[Path, ...], store: TrustStore, places: Directories) -> tuple[Workspace, ...]:
    """The folders that the settings name, which count as they are, and those that are trusted, as they were then."""
    trusted = (Path(folder) for folder in store.folders())
    others = [folder for folder in trusted if folder not in named]
    return (
        *(Workspace(folder=folder) for folder in named),
        *(Workspace(folder=folder, refused=_Known(store, folder, places).refused) for folder in others),
    )


class _Known:
    """Whether a folder and its heartbeats are as they were when a person trusted it; looked at once, for one look."""

    def __init__(self, store: TrustStore, root: Path, places: Directories) -> None:
        self._store = store
        self._root = root
        self._look = partial(further, root, places)
        self._reason: str | None = None

    def refused(self, file: Path, data: bytes) -> str:
        if self._reason is None:
            try:
                state = self._store.look(self._root, self._look()).state
            except ConfigError as error:
                self._reason = str(error)
            else:
                told = {"untrusted": UNTRUSTED, "changed": CHANGED}.get(state, "")
                self._reason = told.format(root=self._root)
        return self._reason


def _folder(text: str, home: Path) -> Path:
    """A folder that the settings name, as the system knows it."""
    path = home / text[2:] if text == "~" or text.startswith("~/") else home / text
    return Path(path).resolve()
