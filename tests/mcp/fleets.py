"""Fleets on real processes: what they need of the world, small and quick."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.events import Event, Question, ToolProgress
from heartbit_tui.kernel.ops import Decide
from heartbit_tui.kernel.protocols import Output
from heartbit_tui.mcp import Approvals, Fleet, Means, Shelf
from heartbit_tui.mcp.definitions import defined
from heartbit_tui.mcp.link import connecting
from heartbit_tui.mcp.tokens import Logins
from heartbit_tui.mcp.tools import ServerTool
from heartbit_tui.mcp.types import Authority, Origin, Server
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.server_children import Children

HERE = Path(__file__).parent
FRIENDLY, CONTRARY = str(HERE / "friendly.py"), str(HERE / "contrary.py")
SECONDS = 20.0


def friendly(program: str = FRIENDLY, **more: Any) -> dict[str, Any]:
    return {"command": sys.executable, "args": [program], **more}


def contrary(*words: str, program: str = CONTRARY, **more: Any) -> dict[str, Any]:
    return {"command": sys.executable, "args": ["-S", program, *words], "start_timeout": 5, "timeout": 5, **more}


def own(program: str, folder: Path) -> str:
    """A copy of a server, by whose place its processes are told from those of other tests."""
    return str(shutil.copy(program, folder))


def unsigned(_: Server) -> Authority | None:
    """Nobody signs."""
    return None


@dataclass
class World:
    """A folder with what is kept, what was said, and what a person would answer."""

    folder: Path
    project: bool = False
    said: list[str] = field(default_factory=list[str])
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    logins: Logins | None = None
    authority: Callable[[Server], Authority | None] = unsigned

    def means(self, children: Children) -> Means:
        folder = self.folder
        return Means(
            shelf=Shelf(lambda digest: LockedFile(folder / f"{digest[:8]}.json")),
            approvals=Approvals(LockedFile(folder / "approvals.json"), "/project"),
            connect=lambda: connecting(children, "0"),
            clock=SystemClock(),
            roots=(str(folder),),
            environment=self.environment,
            log=lambda name: str(folder / f"{name}.log"),
            say=lambda text, warning: self.said.append(text),
            logins=self.logins,
            authority=self.authority,
        )

    @asynccontextmanager
    async def fleet(self, servers: Mapping[str, Any], *, launch: bool = True) -> AsyncGenerator[Fleet]:
        """A fleet of these servers, all of which it has heard of, or given up."""
        origin = Origin(where="here:1", project=self.project)
        found = tuple(defined(servers, lambda _: origin, self.environment, strict=True))
        children = Children(self.environment)
        try:
            async with Fleet(found, self.means(children)) as fleet:
                if launch:
                    fleet.launch()
                    await fleet.first(SECONDS)
                yield fleet
        finally:
            children.end_all()


@dataclass
class Call:
    """What a call has of its session."""

    call_id: str = "call"
    agent: str = "test"
    events: list[Event] = field(default_factory=list[Event])
    answers: tuple[tuple[str, ...], ...] | None = None
    asked: list[Question] = field(default_factory=list[Question])
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def places(self) -> Mapping[str, str]:
        return {}

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self.heard.set()

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        self.asked += questions
        return self.answers

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        return None

    @property
    def progress(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, ToolProgress)]


def named(fleet: Fleet, tool: str) -> ServerTool:
    return next(each for each in fleet.tools() if each.offered.name == tool)


async def called(fleet: Fleet, tool: str, *, call: Call | None = None, **input: Any) -> Output:
    return await named(fleet, tool).run(input, call or Call())


async def until(fleet: Fleet, condition: Callable[[], bool]) -> None:
    """Return once it holds, looking whenever something has changed."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await fleet.news()


async def written(path: Path, words: str) -> None:
    """Return once a file holds these words, which another process writes."""
    async with asyncio.timeout(SECONDS):
        while not await asyncio.to_thread(_holds, path, words):
            pass


def _holds(path: Path, words: str) -> bool:
    return path.exists() and path.read_text() == words
