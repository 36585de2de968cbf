"""What tests of heartbeats stand on: a folder with files, a clock moved by hand, a real data file, and what does beats."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path

from heartbit_tui.schedules.beats import BeatState, Do, Done, Find, Heartbeat, Said, States, Watcher
from heartbit_tui.schedules.beats_engine import Engine, Means
from heartbit_tui.schedules.beats_file import parse
from heartbit_tui.schedules.beats_found import Finder, Workspace
from heartbit_tui.schedules.beats_store import STEPS, SqliteStates
from heartbit_tui.store.database import Database
from heartbit_tui.testing.clock import FakeClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CALM = 6
"""Rounds of the loop after which nothing that was told of is still unheard."""


def beat(head: str, body: str = "Look at the build.", here: tzinfo = UTC) -> Heartbeat:
    """The heartbeat that a file with these lines at its head is."""
    found = parse(f"---\n{head}\n---\n{body}\n", Path("/w/HEARTBEAT.md"), Path("/w"), here)
    assert isinstance(found, Heartbeat), found
    return found


def quiet(heartbeat: Heartbeat) -> Done:
    """There is nothing to say."""
    return Done(ok=True, text="HEARTBEAT_OK")


class Doer:
    """Does beats: each gets what `answer` says, and `began` has when each began, in seconds since noon."""

    def __init__(self, clock: FakeClock, answer: Callable[[Heartbeat], Done] | None = None) -> None:
        self._clock = clock
        self._answer = answer or quiet
        self.began: list[tuple[str, float]] = []
        self.stopped: list[str] = []
        self.takes = 0.0
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self, heartbeat: Heartbeat) -> Done:
        self.began.append((heartbeat.file.name, self._clock.monotonic()))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.takes:
                await self._clock.sleep(self.takes)
            return self._answer(heartbeat)
        except asyncio.CancelledError:
            self.stopped.append(heartbeat.file.name)
            raise
        finally:
            self.at_once -= 1

    @property
    def times(self) -> list[float]:
        return [time for _, time in self.began]


class Bench:
    """An engine over the folder `workspace`, with the time of `clock`."""

    def __init__(self, workspace: Path, states: States, clock: FakeClock | None = None) -> None:
        self.workspace = workspace
        self.clock = clock or FakeClock(NOON)
        self.states = states
        self.doer = Doer(self.clock)
        self.said: list[Said] = []
        self.warned: list[str] = []
        self.workspaces: list[Workspace] = [Workspace(folder=workspace)]
        self.engine = self.made()

    def made(self, do: Do | None = None, watcher: Watcher | None = None, find: Find | None = None) -> Engine:
        means = Means(
            clock=self.clock,
            states=self.states,
            find=find or Finder(lambda: self.workspaces, UTC),
            do=do or self.doer,
            tell=self.tell,
            watcher=watcher,
            warn=self.warned.append,
            share=lambda: 0.0,
        )
        return Engine(means)

    async def tell(self, said: Said) -> None:
        self.said.append(said)

    def write(self, head: str, body: str = "Look at the build.", name: str = "HEARTBEAT.md") -> Path:
        file = self.workspace / name
        file.write_text(f"---\n{head}\n---\n{body}\n", "utf-8")
        return file

    @asynccontextmanager
    async def beating(self) -> AsyncGenerator[None]:
        """The engine at work, from its first sleep on."""
        task = asyncio.create_task(self.engine.run())
        await self.settled()
        try:
            yield
        finally:
            self.engine.drain()
            await task

    async def settled(self) -> None:
        """Return once the engine sleeps, and each beat that is at work too: nothing more is under way in a thread."""
        calm = 0
        while calm < CALM:
            if not self.engine.in_flight:
                await self.clock.slept_by()
            asleep = 1 + self.engine.in_flight * (2 if self.doer.takes else 1)
            calm = calm + 1 if self.clock.sleepers >= asleep else 0
            await asyncio.sleep(0)

    async def drained(self) -> None:
        """Return once the engine waits for what is at work: a beat, its bound, and the bound of the wait."""
        await self.clock.slept_by(3)

    async def pass_by(self, seconds: float) -> None:
        """Let time pass from one waking to the next, each of which is over before time goes on."""
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 1e-6:
            await self.settled()
            await self.clock.advance(min(left, self.clock.next_in or left))
        await self.settled()

    async def state(self, name: str = "HEARTBEAT.md") -> BeatState:
        key = str(self.workspace / name)
        return (await self.states.all()).get(key) or BeatState(key=key)


@asynccontextmanager
async def states(folder: Path) -> AsyncGenerator[SqliteStates]:
    """Where it is kept how heartbeats stand: a real file."""
    async with Database.open(folder / "heartbit.db", "heartbeats", STEPS) as database:
        yield SqliteStates(database)


@asynccontextmanager
async def bench(folder: Path) -> AsyncGenerator[Bench]:
    """A bench over a folder of its own."""
    workspace = folder / "workspace"
    workspace.mkdir()
    async with states(folder) as kept:
        yield Bench(workspace, kept)


def answers(*texts: str) -> Callable[[Heartbeat], Done]:
    """One answer after the other; `!` before one makes it a failure."""
    left = iter(texts)

    def answer(_: Heartbeat) -> Done:
        text = next(left)
        return Done(ok=not text.startswith("!"), text=text.removeprefix("!"))

    return answer


def gaps(times: Sequence[float]) -> list[float]:
    """The seconds between one and the next."""
    return [after - before for before, after in pairwise(times)]
