"""`heartbit mcp`: the servers of tools that a person or a project defines."""

import asyncio
import re
import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, one_line, say, say_json
from heartbit_tui.client.served import at_home
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.mcp import json_file, telling, writing
from heartbit_tui.mcp.definitions import defined
from heartbit_tui.mcp.fleet import Fleet
from heartbit_tui.mcp.types import Fault, Json, Origin, Status
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.server_children import Children
from heartbit_tui.runtime.server_definitions import every
from heartbit_tui.runtime.servers import means_of
from heartbit_tui.runtime.settings import read

NONE = "No MCP server is defined. `heartbit mcp add NAME -- PROGRAM ARGUMENTS` or `heartbit mcp add NAME URL` adds one."
UNKNOWN = "There is no MCP server “{name}”. {known}"
PLAIN = "note: {what} is kept in {file} as it stands. A secret is better kept in a variable: write '${{NAME}}' in its place."
DONE = frozenset({"ready", "failed", "off", "unapproved", "refused", "faulty"})
"""How a server stands once a test of it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """What is defined where the command works."""

    fleet: Fleet
    around: Surroundings

    @property
    def home(self) -> str:
        return self.around.environment.get("HOME", "")


Act: TypeAlias = Callable[[_Here, Namespace], Awaitable[int]]


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    word = values.command.partition(" ")[2]
    if word in ("add", "remove"):
        return attempt(lambda: _EDITS[word](values))
    return attempt(lambda: asyncio.run(_act(values, _ACTS[word])))


async def _act(values: Namespace, act: Act) -> int:
    async with _here(values) as here:
        return await act(here, values)


@asynccontextmanager
async def _here(values: Namespace) -> AsyncGenerator[_Here]:
    around, clock = Surroundings(values), SystemClock()
    settings = await read(around.options, clock)
    only = clean(values.name) if values.command == "mcp test" else ""
    found = tuple(each for each in every(settings, around.cwd) if not only or each.name == only)
    children = Children(settings.environment)
    try:
        async with Fleet(found, means_of(around.options, settings, clock, children, _tell)) as fleet:
            yield _Here(fleet=fleet, around=around)
    finally:
        await asyncio.to_thread(children.end_all)


async def _list(here: _Here, values: Namespace) -> int:
    statuses = here.fleet.statuses()
    if values.json:
        say_json([telling.as_json(status) for status in statuses])
    elif not statuses:
        sys.stderr.write(f"{NONE}\n")
    else:
        shown = [at_home(status, here.home) for status in statuses]
        say(columns(_row(status) for status in shown))
        for status in shown:
            if status.told and status.phase != "off":
                _tell(status.told)
    return 0


def _row(status: Status) -> tuple[str, ...]:
    state = "not tried" if status.phase == "waiting" else telling.state(status)
    return (status.name, state, telling.offered(status), status.way, status.origin.where)


async def _test(here: _Here, values: Namespace) -> int:
    name = clean(values.name)
    status = _status(here, name)
    if status.phase == "waiting":
        here.fleet.launch()
        while (status := _status(here, name)).phase not in DONE:
            await here.fleet.news()
    if values.json:
        say_json(telling.as_json(status))
    else:
        say(columns(telling.facts(at_home(status, here.home))))
    return 0 if status.phase == "ready" else 1


async def _approve(here: _Here, values: Namespace) -> int:
    status = _status(here, clean(values.name))
    if status.phase in ("unapproved", "refused"):
        await here.fleet.decide(status.name, yes=True)
        say(f"{status.name} may start here, as long as it is defined as now: {status.way}")
    if status.withheld:
        await here.fleet.take(status.name)
        say(f"Taken as they are described now: {', '.join(status.withheld)}.")
    if status.phase not in ("unapproved", "refused") and not status.withheld:
        say(f"{status.name} does not wait for your word: {telling.state(status)}. {status.told}".rstrip())
    return 0 if status.phase != "faulty" else 1


async def _refuse(here: _Here, values: Namespace) -> int:
    status = _status(here, clean(values.name))
    if not status.origin.project or status.phase == "faulty":
        raise UsageError(
            f"{status.name} is not defined by this project: enabled = false in {status.origin.where} stops it."
        )
    await here.fleet.decide(status.name, yes=False)
    say(f"{status.name} does not start here, as long as it is defined as now.")
    return 0


def _status(here: _Here, name: str) -> Status:
    found = {status.name: status for status in here.fleet.statuses()}
    if name not in found:
        known = f"There are: {', '.join(found)}." if found else "`heartbit mcp list` lists those that there are."
        raise UsageError(UNKNOWN.format(name=name, known=known))
    return found[name]


def _add(values: Namespace) -> int:
    around, name = Surroundings(values), clean(values.name)
    server = _server([clean(word) for word in values.target], values)
    for each in defined({name: server}, lambda _: Origin(where="heartbit mcp add"), _Anything()):
        if isinstance(each, Fault):
            raise UsageError(each.text)
    file, add = _place(around, values)
    change = writing.in_shared if values.project else writing.in_settings
    add(lambda text: change(text, str(file), name, server))
    for key in ("env", "headers"):
        if any("${" not in text for text in server.get(key, {}).values()):
            _tell(PLAIN.format(what=f"what {'--env' if key == 'env' else '--header'} gives", file=file))
    say(f"{name} is in {file}. `heartbit mcp test {name}` tries it.")
    return 0


def _remove(values: Namespace) -> int:
    around, name = Surroundings(values), clean(values.name)
    file, change = _place(around, values)
    out = writing.out_of_shared if values.project else writing.out_of_settings
    change(lambda text: out(text, str(file), name))
    say(f"{name} is no longer in {file}.")
    return 0


def _server(target: list[str], values: Namespace) -> dict[str, Json]:
    """What the words of `mcp add` define."""
    if not target:
        raise UsageError("Say what to add: a URL, or -- and a program with its arguments.")
    if re.match(r"https?://", target[0]):
        if len(target) > 1 or values.env:
            raise UsageError("A server at a URL takes neither arguments nor --env.")
        headers = {"headers": _pairs(values.header, ":", "--header")} if values.header else {}
        return {**({"type": "http"} if values.project else {}), "url": target[0], **headers}
    if values.header:
        raise UsageError("--header is for a server at a URL.")
    arguments: dict[str, Json] = {"args": target[1:]} if len(target) > 1 else {}
    env: dict[str, Json] = {"env": _pairs(values.env, "=", "--env")} if values.env else {}
    return {"command": target[0], **arguments, **env}


def _pairs(words: list[str], sign: str, flag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        name, there, text = clean(word).partition(sign)
        if not there or not name.strip():
            raise UsageError(f"{flag} takes NAME{sign}VALUE, and not {one_line(word, 40)!r}.")
        found[name.strip()] = text.strip()
    return found


def _place(around: Surroundings, values: Namespace) -> tuple[Path, Callable[[Callable[[str], str]], object]]:
    """The file that is changed, and what changes it."""
    if not values.project:
        file = around.places.settings_file
        return file, LockedFile(file).update
    file = around.root / json_file.NAME

    def change(by: Callable[[str], str]) -> None:
        try:
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(by(text), encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}.", source=str(file)) from error

    return file, change


class _Anything(dict[str, str]):
    """An environment in which every variable is set: it is the machine of the session that has to have them."""

    def __missing__(self, name: str) -> str:
        return name


def _tell(text: str, warning: bool = True) -> None:
    sys.stderr.write(f"{one_line(text, 500)}\n")


_ACTS: Mapping[str, Act] = MappingProxyType({"list": _list, "test": _test, "approve": _approve, "refuse": _refuse})
_EDITS: Mapping[str, Callable[[Namespace], int]] = MappingProxyType({"add": _add, "remove": _remove})
