"""A machine with a daemon on it: a home, a project, a model that plays a script, and a queue in the data file."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

from heartbit_tui.client.local import local
from heartbit_tui.daemon.opening import Daemon, Setup, opened
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.store.inbox import Letter
from heartbit_tui.tasks import Outcome, Request, State, Task

LONG = 3_600
"""Seconds for which a reply is waited for that nobody wants to come."""


def says(text: str, **more: Any) -> dict[str, Any]:
    return {"blocks": [{"text": text}], **more}


def calls(name: str, given: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"blocks": [{"call": name, "input": given}], **more}


class Ground:
    """The folders of one machine; a daemon is opened on it as often as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.project = folder / "project"
        self._script = folder / "script.json"

    def prepare(self, replies: Sequence[Any], settings: str = "") -> None:
        """Write the settings and the script of the model."""
        config = self.home / ".config" / "heartbit" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        self.project.mkdir(exist_ok=True)
        model = f'[provider]\nname = "scripted"\nscript = "{self._script}"\n'
        config.write_text(model + dedent(settings), "utf-8")
        self._script.write_text(json.dumps({"replies": list(replies)}), "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process on this machine."""
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}

    def options(self, **more: Any) -> Options:
        """What sessions are opened with."""
        given: dict[str, Any] = {"mode": Mode.YOLO, **more}
        return Options(cwd=self.project, environment=self.environment, surface="daemon", **given)


class Heard:
    """What was told of tasks, in order; `told` is each one's text and state."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self._grown = asyncio.Event()

    async def __call__(self, task: Task) -> None:
        self.tasks.append(task)
        self._grown.set()

    async def until(self, task_id: str, state: State) -> Task:
        """The task, once it was told that it stands like this."""
        while True:
            for task in self.tasks:
                if (task.id, task.state) == (task_id, state):
                    return task
            self._grown.clear()
            await self._grown.wait()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(each.request.task, each.state) for each in self.tasks]


@asynccontextmanager
async def daemon(
    ground: Ground, heard: Callable[[Task], Awaitable[None]] | None = None, clock: Clock | None = None, **more: Any
) -> AsyncGenerator[Daemon]:
    """A daemon on this machine, with what it runs ended after it."""
    setup = Setup(options=ground.options(**more), connect=local, clock=clock or SystemClock(), bind="127.0.0.1:0")
    async with opened(setup, heard) as found:
        yield found


async def done(found: Daemon, task: str, **more: Any) -> Outcome:
    """What comes of a task."""
    return await found.service.outcome(await found.service.submit(Request(task=task, **more)))


async def letters(found: Daemon, count: int = 1) -> tuple[Letter, ...]:
    """What waits in the inbox, once it is so many letters; each look goes to the file and back."""
    async with asyncio.timeout(30):
        while len(waiting := await found.inbox.list()) != count:
            pass
    return waiting


async def seen(ground: Ground, found: Daemon, task: Task, kind: str) -> int:
    """The seq of the first event of this type in the session of a task at work, once it has happened."""
    async with found.host.use(task.session, ground.options(which=New(id=task.session))) as live:
        async for lines in live.feed.after(0):
            for line in lines if isinstance(lines, tuple) else ():
                if line.type == kind:
                    return line.seq
    raise AssertionError(f"The session ended without {kind}.")
