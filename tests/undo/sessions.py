"""Sessions in a workspace of their own, whose model calls what a test says."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from heartbit_tui.client.local import Local, local
from heartbit_tui.kernel.events import Envelope, Event, Terminal
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt
from heartbit_tui.runtime.options import New, Options, Resume, Which


def bash(command: str) -> dict[str, Any]:
    return {"call": "bash", "input": {"command": command}}


def write(path: str, content: str) -> dict[str, Any]:
    return {"call": "write", "input": {"file_path": path, "content": content}}


NEW = New()


class Desk:
    """A home, a project in it, and what the model says next."""

    def __init__(self, folder: Path) -> None:
        self.home = (folder / "home").resolve()
        self.project = self.home / "project"
        self.project.mkdir(parents=True)
        self.data = self.home / "kept" / "data"
        self.environment = {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "HEARTBIT_HOME": str(self.home / "kept"),
        }
        self._script = self.home / "script.json"

    def options(self, which: Which, **more: Any) -> Options:
        flags = {"provider.name": "scripted", "provider.script": str(self._script), "sandbox.enabled": False}
        return Options(
            cwd=self.project,
            environment=self.environment,
            flags=flags,
            mode=Mode.YOLO,
            which=which,
            on_ask="deny",
            **more,
        )

    def says(self, *turns: Sequence[dict[str, Any]]) -> None:
        """The model makes these calls, turn by turn, each prompt's last words being its own."""
        replies: list[Any] = []
        for turn in turns:
            replies += [{"blocks": list(turn)}] if turn else ["Done."]
        self._script.write_text(json.dumps({"replies": replies}))

    @asynccontextmanager
    async def session(self, which: Which = NEW, **more: Any) -> AsyncGenerator["Talk"]:
        async with local(self.options(which, **more)) as client:
            yield Talk(client)

    def again(self) -> Which:
        return Resume()


class Talk:
    """A session as a person uses it."""

    def __init__(self, client: Local) -> None:
        self.client = client
        self._reader = client.envelopes()
        self.heard: list[Envelope] = []

    async def say(self, text: str) -> None:
        """Give a prompt and wait for its end."""
        self.client.submit(Prompt(content=(Text(text=text),)))
        async for envelope in self._reader:
            self.heard.append(envelope)
            if isinstance(envelope.event, Terminal):
                break
        await self.client.settled()

    async def undo(self, number: str = "", what: Any = "both", *, overrule: bool = False) -> None:
        await self.client.undo.carry_out(await self.client.undo.undo(number, what, overrule=overrule))

    async def redo(self) -> None:
        await self.client.undo.carry_out(await self.client.undo.redo())

    def events(self, kind: type[Event]) -> list[Any]:
        return [envelope.event for envelope in self.heard if isinstance(envelope.event, kind)]
