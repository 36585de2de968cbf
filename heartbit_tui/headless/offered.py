"""Headless tasks as tools for other agents: a task in a folder, its continuation, and a look at what came of it."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.client.tally import Tally
from heartbit_tui.client.types import Client
from heartbit_tui.headless import endings
from heartbit_tui.headless.asked import Person
from heartbit_tui.headless.endings import Ending, UsageError
from heartbit_tui.headless.result import NOTHING, result
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Terminal
from heartbit_tui.kernel.messages import JsonObject, Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.mcp.serving_types import Caller, Given
from heartbit_tui.mcp.types import OfferedTool
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import New, Options, Resume
from heartbit_tui.runtime.settings import read
from heartbit_tui.store.store import Store

Connect: TypeAlias = Callable[[Options], AbstractAsyncContextManager[Client]]

AT_ONCE = 4
"""Tasks that are worked on side by side; others wait for their turn."""

RUN, CONTINUE, LOOK = "run_task", "continue_session", "session_result"
_TASK = MappingProxyType(
    {"type": "string", "description": "What is to be done, whole and in plain words.", "minLength": 1}
)
_SESSION = MappingProxyType({"type": "string", "description": "The session_id of an earlier result.", "minLength": 1})
_FOLDER = MappingProxyType(
    {"type": "string", "description": "The folder to work in; the one that heartbit was started in without."}
)
ARGUMENTS: Mapping[str, Mapping[str, JsonObject]] = MappingProxyType(
    {
        RUN: MappingProxyType({"task": _TASK, "folder": _FOLDER}),
        CONTINUE: MappingProxyType({"session_id": _SESSION, "task": _TASK}),
        LOOK: MappingProxyType({"session_id": _SESSION}),
    }
)
OUTSIDE = "{path} is no folder in which heartbit may work here: {roots}. --add-dir adds one where it is started."
FOREIGN = "There is no session {id} in the folders that heartbit works in here."
RUNNING = Ending(subtype="running", exit_code=0)
"""How a session stands that is at work."""


class Offered:
    """The service: all tasks have the options it was started with, and stay inside its roots."""

    def __init__(self, options: Options, connect: Connect) -> None:
        self._options = options
        self._connect = connect
        self._roots = tuple(path.resolve() for path in (options.cwd, *options.extra_dirs))
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def instructions(self) -> str:
        """What a model is told of all of it."""
        return _text("offered")

    @property
    def tools(self) -> Sequence[OfferedTool]:
        """The tools."""
        return [
            OfferedTool(name=name, description=_text(name), schema=_schema(fields), reads=name == LOOK)
            for name, fields in ARGUMENTS.items()
        ]

    async def call(self, tool: str, arguments: JsonObject, caller: Caller) -> Given:
        """Do what a tool does; a failure has the shape of a result, too."""
        began = time.monotonic()
        try:
            given = _checked(tool, arguments)
            if tool == LOOK:
                return await self._look(given["session_id"])
            options = await self._chosen(tool, given, caller)
            async with self._turns:
                return await self._work(options, given["task"], caller, began)
        except Exception as error:  # noqa: BLE001 - the session boundary: whatever happens, there is a result
            return _given(Tally(), endings.of_error(error), "", began)

    async def _chosen(self, tool: str, given: Mapping[str, str], caller: Caller) -> Options:
        on_ask = "person" if caller.can_ask else self._options.on_ask
        options = replace(self._options, on_ask=on_ask)
        if tool == RUN:
            return replace(options, cwd=self._folder(given.get("folder", "")), which=New())
        session_id, cwd = await self._session(given["session_id"])
        return replace(options, cwd=cwd, which=Resume(id=session_id))

    async def _work(self, options: Options, task: str, caller: Caller, began: float) -> Given:
        tally, about = Tally(), NOTHING
        async with self._connect(options) as client:
            about, envelopes = client.about, client.envelopes()
            client.submit(Prompt(content=(Text(text=task),)))
            async with asyncio.TaskGroup() as tasks:
                person = Person(client, caller, tasks)
                async for envelope in envelopes:
                    tally.take(envelope)
                    person.hear(envelope)
                    if isinstance(envelope.event, Terminal) and tally.end is not None:
                        break
                person.leave()
            await client.finish()
        ending = endings.of(tally.end) if tally.end else endings.failed("crash", "The session ended before its run.")
        return _given(tally, ending, about.session_id, began)

    async def _look(self, text: str) -> Given:
        session_id, _ = await self._session(text)
        clock = SystemClock()
        settings = await read(self._options, clock)
        async with Store.open(settings.store, clock) as store:
            state = (await store.index.info(session_id)).state
            log = (await store.load(session_id)).envelopes
        tally = Tally()
        for envelope in log:
            tally.take(envelope)
        ended = endings.of(tally.end) if tally.end else endings.interrupted("the end of its process")
        spent = round((log[-1].at - log[0].at).total_seconds() * 1000) if log else 0
        ending = RUNNING if tally.end is None and state == "open" else ended
        return Given(value=result(tally, ending, session_id=session_id, duration_ms=spent))

    async def _session(self, text: str) -> tuple[str, Path]:
        """The session that an id means, and its folder. Raises `UsageError` for one of another folder."""
        clock = SystemClock()
        settings = await read(self._options, clock)
        async with Store.open(settings.store, clock) as store:
            try:
                session_id = await store.index.resolve(text)
                cwd = Path((await store.index.info(session_id)).summary.cwd)
            except StoreError as error:
                raise UsageError(FOREIGN.format(id=text)) from error
        if not self._holds(cwd):
            raise UsageError(FOREIGN.format(id=text))
        return session_id, cwd

    def _folder(self, text: str) -> Path:
        found = self._options.cwd / text
        if "\0" in text or not self._holds(found):
            roots = ", ".join(map(str, self._roots))
            raise UsageError(OUTSIDE.format(path=text or found, roots=roots))
        return found.resolve()

    def _holds(self, path: Path) -> bool:
        found = path.resolve()
        return found.is_dir() and any(found.is_relative_to(root) for root in self._roots)


def _given(tally: Tally, ending: Ending, session_id: str, began: float) -> Given:
    spent = round((time.monotonic() - began) * 1000)
    return Given(value=result(tally, ending, session_id=session_id, duration_ms=spent), is_error=ending.is_error)


def _checked(tool: str, arguments: JsonObject) -> Mapping[str, str]:
    """The arguments of a tool. Raises `UsageError`."""
    fields = ARGUMENTS.get(tool)
    if fields is None:
        raise UsageError(f"There is no tool {tool}: {', '.join(ARGUMENTS)}.")
    if odd := [name for name in arguments if name not in fields]:
        raise UsageError(f"{tool} does not take {', '.join(odd)}: {', '.join(fields)}.")
    found = {name: value for name, value in arguments.items() if isinstance(value, str) and value.strip()}
    if wrong := [name for name in fields if name not in found and (name != "folder" or arguments.get(name))]:
        raise UsageError(f"{tool} needs {', '.join(wrong)} as a text that is not empty.")
    return found


def _schema(fields: Mapping[str, JsonObject]) -> JsonObject:
    required = [name for name in fields if name != "folder"]
    properties = {name: dict(field) for name, field in fields.items()}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _text(name: str) -> str:
    return (files("heartbit_tui.headless") / f"{name}.md").read_text("utf-8").strip()
