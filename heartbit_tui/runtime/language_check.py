"""Language servers without a session: which files of a project they serve, their versions, and what they say of files."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.lsp.find import Inventory, first_file
from heartbit_tui.lsp.types import Diagnostic, Found
from heartbit_tui.runtime.language import Desk, offered, roots_of
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.environment import for_commands

VERSION_SECONDS = 3.0
"""How long a program may take to tell its version."""

SECONDS = 60.0
"""How long servers may take to start and to say what they think of all files."""

AT_ONCE = 8
"""Files that are looked at side by side."""

UNASKED: Mapping[str, str] = MappingProxyType({})
"""The versions where nobody asked."""

UNSERVED = "no language server that is here serves it; `heartbit lsp list` tells which there are"
OUTSIDE = "it is not in this project"
SILENT = "its language server said nothing: {why}"
LATE = f"not within {SECONDS:g} s"
_VERSION = re.compile(r"\d+\.\d+[\w.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A file that a program could serve, and the program for the same part of its language that does."""

    file: str = ""
    by: str = ""


NO_FILE = Example()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What servers say of a file; None, and why, where nobody said anything."""

    path: str
    diagnostics: tuple[Diagnostic, ...] | None = None
    why: str = ""


def examples(found: Inventory, settings: Settings) -> Mapping[str, Example]:
    """For each program that can be started one of the project's files that it could serve, where one was seen."""
    roots = roots_of(settings.workspace)
    files = {each.program.name: first_file(roots, Inventory(found=(each,)).endings) for each in found.found}
    return {
        each.program.name: Example(file=file, by=_first(found, file, each))
        for each in found.found
        if (file := files[each.program.name])
    }


def _first(found: Inventory, file: str, other: Found) -> str:
    chosen = (each.program for each in found.serving(file))
    return next((program.name for program in chosen if program.part == other.program.part), "")


async def versions(found: Inventory, settings: Settings) -> Mapping[str, str]:
    """The version of each program that tells one quickly, asked side by side and outside of the project."""
    environment = for_commands(settings.environment, settings.secret_names)
    told = await asyncio.gather(*(_version(each, environment) for each in found.found))
    return {each.program.name: version for each, version in zip(found.found, told, strict=True)}


async def _version(found: Found, environment: Mapping[str, str]) -> str:
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    with suppress(OSError, TimeoutError):
        process = await asyncio.create_subprocess_exec(
            found.command[0], "--version", stdin=nothing, stdout=pipe, stderr=nothing, env=environment, cwd="/"
        )
        try:
            async with asyncio.timeout(VERSION_SECONDS):
                out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        words = _VERSION.search(out[:2_000].decode("utf-8", "replace"))
        return words[0] if process.returncode == 0 and words else ""
    return ""


async def checked(options: Options, settings: Settings, clock: Clock, files: Sequence[str]) -> tuple[Checked, ...]:
    """What the servers of this project say of files, whose links are resolved. All of them are ended.

    Raises `ConfigError` for settings of servers that cannot be understood.
    """
    said: list[str] = []
    found = await asyncio.to_thread(offered, options, settings.config)
    desk = Desk(options, settings, clock, lambda text, _: said.append(text), found)
    try:
        servers, places = await desk.servers(), asyncio.Semaphore(AT_ONCE)
        roots = tuple(f"{root.rstrip('/')}/" for root in roots_of(settings.workspace))

        async def look(path: str) -> Checked:
            if not path.startswith(roots):
                return Checked(path=path, why=OUTSIDE)
            if not servers.places(path):
                return Checked(path=path, why=UNSERVED)
            async with places:
                return Checked(path=path, diagnostics=await servers.known(path))

        looking = {path: asyncio.ensure_future(look(path)) for path in files}
        await asyncio.wait(looking.values(), timeout=SECONDS)
        return tuple(_outcome(path, task, said) for path, task in looking.items())
    finally:
        await desk.close()


def _outcome(path: str, task: "asyncio.Future[Checked]", said: Sequence[Any]) -> Checked:
    if not task.done():
        task.cancel()
        return Checked(path=path, why=SILENT.format(why=LATE))
    found = task.result()
    if found.diagnostics is None and not found.why:
        return Checked(path=path, why=SILENT.format(why=said[-1] if said else "it ended, or does not work here"))
    return found
