"""The application in a wanted state, the same on every machine: a scripted session, a fixed clock, a made-up folder."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.timer import Timer
from textual.worker_manager import WorkerManager

from heartbit_tui.client import still
from heartbit_tui.client.commands import Command
from heartbit_tui.client.fuzzy import Match
from heartbit_tui.client.history import HistoryFile
from heartbit_tui.client.memories import Memories
from heartbit_tui.client.offered import addresses
from heartbit_tui.client.served import Served
from heartbit_tui.client.serving import Address
from heartbit_tui.client.types import About, Client, Meters
from heartbit_tui.kernel.events import (
    Envelope,
    Event,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionStarted,
)
from heartbit_tui.kernel.ledger import Ledger, Line
from heartbit_tui.kernel.ops import Close, Effort, Mode, Op, SetMode
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.safety import Safety
from heartbit_tui.tui.app import HeartbitApp
from heartbit_tui.tui.bridge import Bridge
from heartbit_tui.tui.complete.sources import Choice, Sources
from heartbit_tui.tui.completing import Completing
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.live import Live
from heartbit_tui.tui.setup import Setup, Wishes
from heartbit_tui.tui.sheets.sheet import Sheet
from heartbit_tui.tui.status.activity import Activity
from heartbit_tui.tui.status.git import Branch
from heartbit_tui.tui.talk.pace import Pace
from heartbit_tui.tui.talk.talk import Connect
from heartbit_tui.tui.talk.talks import Talks
from heartbit_tui.tui.theme import load
from tests.tui.snapshots.shown import shown

AT = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
"""When the first envelope comes; each further one comes a second later."""

NOW = AT + timedelta(minutes=2)
PROJECT = "/home/you/project"
AGENT, SESSION, PROVIDER, MODEL = "heartbit", "2f61c0de", "anthropic", "claude-sonnet-4-5"
STARTED = SessionStarted(cwd=PROJECT, provider=PROVIDER, model=MODEL, mode=Mode.ASK)
TOOLS = ("bash", "read", "write", "edit", "patch", "grep", "glob", "list", "todowrite", "question", "webfetch")
SAFETY = Safety(
    trust="trusted",
    writable=(PROJECT,),
    hidden=("/home/you/.ssh", "/home/you/.aws"),
    rules=("allow bash(git status) (~/.config/heartbit/config.toml:4)", "deny read(.env) (.heartbit/config.toml:2)"),
    guardrails=("injection", "pii"),
    audited=True,
)
ABOUT = About(
    session_id=SESSION,
    cwd=PROJECT,
    provider=PROVIDER,
    model=MODEL,
    mode=Mode.ASK,
    tools=TOOLS,
    sandbox="bubblewrap",
    safety=SAFETY,
)
FILES = ("pulse.py", "tests/test_pulse.py", "README.md", "pyproject.toml", "docs/rhythm.md", "src/beat/__init__.py")


@dataclass(frozen=True, slots=True)
class Pose:
    """Which theme, and how large the screen is."""

    theme: str
    columns: int
    rows: int

    def __str__(self) -> str:
        return f"{self.theme}-{self.columns}x{self.rows}"


POSES = tuple(Pose(theme, *size) for theme in ("heartbit", "paper") for size in ((120, 40), (80, 24)))


class Told(still.Still):
    """A `Client` that tells what it is given, and keeps what is sent to it."""

    def __init__(self, number: int = 1, **about: Any) -> None:
        self.sent: list[Op] = []
        self.remembered: Memories | None = None
        self.served: Served | None = None
        self.written: dict[str, str] = {}
        """What commands in the background wrote."""
        self.metered: Meters | None = None
        self.running = False
        self.about = replace(ABOUT, session_id=f"{SESSION}-{number}", **about)
        self.mode = self.about.mode
        self._ledger = Ledger()
        self._seq = 0
        self._news: asyncio.Queue[tuple[Envelope, ...]] = asyncio.Queue()

    @property
    def meters(self) -> Meters | None:
        return self.metered

    def output(self, job: str) -> str:
        return self.written.get(job, "")

    def costs(self) -> tuple[Line, ...]:
        return self._ledger.lines()

    def submit(self, op: Op) -> None:
        self.sent.append(op)
        if isinstance(op, SetMode):
            self.mode = op.mode
        if isinstance(op, Close):
            self._news.put_nowait(())

    async def envelopes(self) -> AsyncIterator[Envelope]:
        async for batch in self.batches():
            for envelope in batch:
                yield envelope

    async def batches(self, pause: Callable[[], float] = float) -> AsyncIterator[tuple[Envelope, ...]]:
        while batch := await self._news.get():
            yield batch
            self._news.task_done()

    def memories(self) -> Memories | None:
        return self.remembered

    async def tell(self, events: Sequence[Event], agent: str) -> None:
        """Let something happen; returns when it was heard of."""
        batch = tuple(self._envelope(event, agent) for event in events)
        self._news.put_nowait(batch)
        await self._news.join()

    def _envelope(self, event: Event, agent: str) -> Envelope:
        self._seq += 1
        at = AT + timedelta(seconds=self._seq)
        found = Envelope(seq=self._seq, at=at, session=SESSION, run="r", agent=agent, event=event)
        self._ledger.take(found)
        match event:
            case RunStarted():
                self.running = True
            case RunCompleted() | RunFailed() | RunInterrupted():
                self.running = False
            case _:
                pass
        return found


class Stage:
    """One run of the application, what happens in it, and pictures of it."""

    def __init__(
        self, app: HeartbitApp, pilot: Pilot[int], clients: list[Told], keep: Callable[[str, str], None]
    ) -> None:
        self.app = app
        self.pilot = pilot
        self._clients = clients
        self._keep = keep

    @property
    def client(self) -> Told:
        """The session that was opened last."""
        return self._clients[-1]

    async def play(self, *events: Event, agent: str = AGENT) -> None:
        """Let events happen."""
        await self.client.tell(events, agent)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        """Press the keys of a text."""
        await self.press(*("space" if each == " " else each for each in text))

    async def type(self, text: str) -> None:
        """Type words into the draft, all at once."""
        self.app.draft.set_text(text)
        await self.pilot.pause()

    async def act(self, name: str, argument: str = "") -> None:
        """Do what an action is for."""
        self.app.act(name, argument)
        await self.pilot.pause()

    async def until(self, *words: str) -> None:
        """Return once all these words are on the screen."""
        for _ in range(400):
            text = "\n".join(rows(self.app))
            if all(word in text for word in words):
                return
            await self.pilot.pause()
        raise AssertionError(f"{words} never stood on the screen:\n" + "\n".join(rows(self.app)))

    async def shot(self, name: str) -> None:
        """Take a picture."""
        await self.pilot.pause()
        await self.pilot.pause()
        self._keep(name, shown(self.app, name))


@asynccontextmanager
async def stage(
    pose: Pose,
    keep: Callable[[str, str], None],
    *,
    wishes: Wishes | None = None,
    history: HistoryFile | None = None,
    **about: Any,
) -> AsyncGenerator[Stage]:
    """The application, open and with nothing said yet. `keep` gets each picture with its name.

    `about` are fields of the session's `About` that are to be others than usual.
    """
    setup = Setup(
        options=Options(cwd=Path(PROJECT), environment={"HOME": "/home/you"}, surface="tui", demo=True),
        keymap=keymap(),
        theme=load.load(pose.theme),
        wishes=wishes or Wishes(theme=pose.theme),
        history=history or HistoryFile(None),
    )
    clients: list[Told] = []

    @asynccontextmanager
    async def connected(_: Options) -> AsyncGenerator[Client]:
        clients.append(Told(len(clients) + 1, **about))
        yield clients[-1]

    async with asyncio.TaskGroup() as tasks:
        app = _app(setup, connected, tasks)
        async with app.run_test(size=(pose.columns, pose.rows), notifications=True) as pilot:
            await _standing(app, pilot)
            opened = Stage(app, pilot, clients, keep)
            await opened.play(STARTED)
            yield opened
            assert app.live is not None
            app.live.leave()


def rows(app: HeartbitApp) -> list[str]:
    """What stands on the screen, as text."""
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] what is on the screen has no public name
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


async def _standing(app: HeartbitApp, pilot: Pilot[int]) -> None:
    while app.live is None or app.talk.client is None:
        await pilot.pause()
    workers: WorkerManager = app.workers
    await workers.wait_for_complete()  # pyright: ignore[reportUnknownMemberType] a worker's result is of no matter here
    await pilot.pause()


def _app(setup: Setup, connect: Connect, tasks: asyncio.TaskGroup) -> HeartbitApp:
    async def load_live(app: HeartbitApp) -> Live:
        talks = Talks(connect, Pace(lambda: 0.0), tasks)
        talks.open(setup.options)
        return _Posed(app, setup, talks)

    app = HeartbitApp(setup.theme, load_live, calm=setup.wishes.calm)
    app.activity = Still(app.ink, calm=setup.wishes.calm, now=lambda: NOW)
    return app


class Still(Activity):
    """The row of what goes on, its heart between two beats."""

    def set_interval(self, *args: Any, **options: Any) -> Timer:
        return super().set_interval(*args, **{**options, "pause": True})


class _Posed(Live):
    """What comes alive, with a clock, a branch and files that are always the same."""

    def __init__(self, app: HeartbitApp, setup: Setup, talks: Talks) -> None:
        super().__init__(app, setup, talks)
        self.sheet = Sheet(app.ink, cwd=PROJECT, clock=_Steps())
        self.bridge = _OnMain(app)
        self.now = lambda: NOW

        async def offers() -> Sequence[Command]:
            return await app.talk.client.about.offers() if app.talk.client else ()

        def resources() -> Sequence[Address]:
            served = app.talk.client.served if app.talk.client else None
            return addresses(served.statuses()) if served else ()

        choosers = {"theme": _themes, "effort": _efforts}
        found = Sources(_Files(), choosers, offers=offers, resources=resources)
        self.completing = Completing(app.draft, self.menu, found, app.start)


class _Steps:
    """A clock on which a second passes whenever somebody looks: no key comes too soon after another."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 1.0
        return self._now


class _OnMain(Bridge):
    """Knows the branch without a repository."""

    async def look_at_git(self) -> None:
        self._branch = Branch(name="main", dirty=True)
        self.retold()


class _Files:
    """A handful of files."""

    def freshen(self) -> None:
        return

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        found = [name for name in FILES if text in name]
        return tuple(
            Match(text=name, positions=tuple(range(name.index(text), name.index(text) + len(text)))) for name in found
        )[:limit]


async def _themes() -> Sequence[Choice]:
    return [Choice(text=name) for name in load.names()]


async def _efforts() -> Sequence[Choice]:
    return [Choice(text=effort) for effort in Effort]
