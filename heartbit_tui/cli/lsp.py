"""`heartbit lsp`: which language servers there are, and what they say of files."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from heartbit_tui.cli.options import clean
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, one_line, say, say_json, within
from heartbit_tui.client.counterparts import languages
from heartbit_tui.client.homely import homely
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.lsp.delta import shown
from heartbit_tui.lsp.types import Diagnostic, Standing
from heartbit_tui.runtime import language_check
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.language import offered
from heartbit_tui.runtime.language_check import Checked, Example
from heartbit_tui.runtime.settings import read

OFF = "Language servers are off: lsp.enabled is false."
UNSEEN = "no file for it was seen in this project"
NO_FILES = "Say which files to check: heartbit lsp check FILE…"
NO_FILE = "{word}: there is no such file."
NONE_SERVED = "None of these files is served by a language server that is here; `heartbit lsp list` tells which are."


def main(values: Namespace) -> int:
    """Do what the second word of the command says; the exit code."""
    return attempt(lambda: _check(values) if values.command.endswith(" check") else _list(values))


def _list(values: Namespace) -> int:
    around = Surroundings(values)
    settings = asyncio.run(read(around.options, SystemClock()))
    if not settings.config.boolean("lsp.enabled"):
        raise UsageError(OFF)
    found = offered(around.options, settings.config)
    served = language_check.examples(found, settings)
    asked = asyncio.run(language_check.versions(found, settings)) if values.versions else language_check.UNASKED
    rows = [
        (each, served.get(each.program.name, language_check.NO_FILE), asked.get(each.program.name, ""))
        for each in found.standings()
    ]
    if values.json:
        say_json([_as_json(*row) for row in rows])
    else:
        home = around.environment.get("HOME", "")
        say(within(_row(*row, str(around.cwd), home) for row in rows))
    return 0


def _row(each: Standing, here: Example, version: str, cwd: str, home: str) -> tuple[str, ...]:
    if not each.command:
        return "-", each.program.name, f"{languages(each)}: {homely(each.why, home)}"
    serves = here.by == each.program.name
    state = f"serves {shown(here.file, cwd)} and the like" if serves else f"{here.by} comes first"
    runs = " ".join(filter(None, (homely(each.command[0], home), version)))
    told = f"{languages(each)} ({each.program.part}): {runs}; {state if here.file else UNSEEN}"
    return "ok" if serves else "-", each.program.name, told


def _as_json(each: Standing, here: Example, version: str) -> JsonObject:
    return {
        "name": each.program.name,
        "part": each.program.part,
        "languages": list(each.program.languages),
        "extensions": list(each.program.extensions),
        "command": list(each.command),
        "here": bool(each.command),
        "version": version,
        "why": each.why,
        "serves": here.file if here.by == each.program.name else "",
    }


def _check(values: Namespace) -> int:
    around = Surroundings(values)
    files = _files(around.cwd, [clean(word) for word in values.files])
    checked = asyncio.run(_checked(around, files))
    for each in checked:
        if each.why:
            sys.stderr.write(f"heartbit: {one_line(f'{shown(each.path, str(around.cwd))}: {each.why}', 300)}\n")
    if all(each.diagnostics is None for each in checked):
        raise HeartbitError(NONE_SERVED)
    found = [(each.path, one) for each in checked for one in each.diagnostics or ()]
    if values.json:
        say_json([{"file": path, **asdict(one)} for path, one in found])
    else:
        for path, one in found:
            say(_line(shown(path, str(around.cwd)), one))
    return int(any(one.severity == "error" for _, one in found))


async def _checked(around: Surroundings, files: Sequence[str]) -> tuple[Checked, ...]:
    clock = SystemClock()
    settings = await read(around.options, clock)
    if not settings.config.boolean("lsp.enabled"):
        raise UsageError(OFF)
    return await language_check.checked(around.options, settings, clock, files)


def _files(cwd: Path, words: Sequence[str]) -> tuple[str, ...]:
    """The files, links resolved, each once. Raises `UsageError`."""
    if not words:
        raise UsageError(NO_FILES)
    for word in words:
        if not (cwd / word).is_file():
            raise UsageError(NO_FILE.format(word=word))
    return tuple(dict.fromkeys(os.path.realpath(cwd / word) for word in words))


def _line(path: str, one: Diagnostic) -> str:
    by = " ".join(filter(None, (one.source, one.code)))
    words = " ".join(one.message.split())
    return f"{path}:{one.line}:{one.column}: {one.severity}: {words}{f' ({by})' if by else ''}"
