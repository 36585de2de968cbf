"""A folder with a home and a project, whose session has agents that its own one can hand tasks to."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar

from heartbit_tui.client.local import Local, local
from heartbit_tui.kernel.events import Envelope, Event, Notice, Terminal, ToolCallStarted
from heartbit_tui.kernel.messages import Text, ToolResult
from heartbit_tui.kernel.ops import Mode, Op, Prompt
from heartbit_tui.runtime.options import Options

_Kind = TypeVar("_Kind", bound=Event)

RESEARCHER = """
[[agents]]
name = "researcher"
description = "Finds things out."
system_prompt = "You research."
"""
WRITER = """
[[agents]]
name = "writer"
description = "Writes texts."
system_prompt = "You write."
"""


def says(text: str, **more: Any) -> dict[str, Any]:
    return {"blocks": [{"text": text}], **more}


def calls(*made: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"blocks": [{"call": name, "input": given} for name, given in made], **more}


def delegate(*tasks: tuple[str, str], tool: str = "delegate_task", **more: Any) -> dict[str, Any]:
    given = {"tasks": [{"agent": agent, "task": task} for agent, task in tasks]}
    return calls((tool, given), when="begin", **more)


class Place:
    """What a session left behind, and while it lives a way to say something."""

    def __init__(self, client: Local) -> None:
        self.client = client
        self.seen: list[Envelope] = []
        self._grown = asyncio.Event()

    async def read(self) -> None:
        async for envelope in self.client.envelopes():
            self.seen.append(envelope)
            self._grown.set()

    def submit(self, op: Op) -> None:
        self.client.submit(op)

    async def ask(self, text: str = "begin") -> None:
        """One prompt to its end, which was seen."""
        await self.ask_with(Prompt(content=(Text(text=text),)))

    async def ask_with(self, prompt: Prompt) -> None:
        """The same with any prompt."""
        before = self._ended()
        self.submit(prompt)
        await self.until(lambda: self._ended() > before)
        await self.client.settled()

    def _ended(self) -> int:
        return sum(isinstance(each.event, Terminal) and each.agent == "heartbit" for each in self.seen)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of what was seen."""
        while not holds():
            self._grown.clear()
            await self._grown.wait()

    def of(self, kind: type[_Kind]) -> list[tuple[str, _Kind]]:
        """The events of one kind, each with its agent."""
        return [(each.agent, each.event) for each in self.seen if isinstance(each.event, kind)]

    def started(self, tool: str) -> list[str]:
        """The agents whose calls of a tool have started."""
        return [agent for agent, event in self.of(ToolCallStarted) if event.tool_name == tool]

    def notices(self) -> list[str]:
        """What was told to the person."""
        return [event.text for _, event in self.of(Notice)]

    def results(self, agent: str = "heartbit") -> list[ToolResult]:
        """What came of an agent's calls, in the order in which they were answered."""
        found = (each.event for each in self.seen if each.agent == agent)
        return [result for event in found if isinstance(result := getattr(event, "result", None), ToolResult)]


@asynccontextmanager
async def place(
    folder: Path,
    replies: Sequence[Any],
    settings: str = RESEARCHER + WRITER,
    *,
    flags: dict[str, object] | None = None,
    variables: dict[str, str] | None = None,
    **more: Any,
) -> AsyncGenerator[Place]:
    """An open session in `folder`/project, whose model plays `replies`; it is closed with all that it started."""
    home, project = folder / "home", folder / "project"
    config = home / ".config" / "heartbit" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    project.mkdir(parents=True, exist_ok=True)
    model = f'[provider]\nname = "scripted"\nscript = "{folder / "script.json"}"\n'
    config.write_text(model + dedent(settings), "utf-8")
    (folder / "script.json").write_text(json.dumps({"replies": list(replies)}), "utf-8")
    options = Options(
        cwd=project,
        environment={"HOME": str(home), "PATH": "/usr/bin:/bin", **(variables or {})},
        flags=flags or {},
        mode=more.pop("mode", Mode.YOLO),
        **more,
    )
    async with local(options) as client:
        found = Place(client)
        reading = asyncio.create_task(found.read())
        try:
            yield found
        finally:
            await client.settled()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
