"""`heartbit doctor`: what is there and what is missing, in words that are safe to paste."""

import os
import platform
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from heartbit_tui import __version__
from heartbit_tui.cli import reach
from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt, columns, is_terminal, say, say_json
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime import settings
from heartbit_tui.store import driver

State: TypeAlias = Literal["ok", "note", "bad"]


class Finding(NamedTuple):
    """One thing that was looked at; `bad` ones keep heartbit from working."""

    state: State
    name: str
    what: str


def main(values: Namespace) -> int:
    """Look at everything; the exit code is 1 where anything is bad."""
    return attempt(lambda: _look(values))


def _look(values: Namespace) -> int:
    around = Surroundings(values)
    home = around.environment.get("HOME", "")
    return _tell(values, tuple(_safe(finding, home) for finding in _all(around)))


def _safe(finding: Finding, home: str) -> Finding:
    """The finding without the person's name, which stands in the path of the home directory."""
    hides = len(home) > 1
    return finding._replace(what=finding.what.replace(home, "~") if hides else finding.what)


def _tell(values: Namespace, findings: tuple[Finding, ...]) -> int:
    if values.json:
        say_json([finding._asdict() for finding in findings])
    else:
        say(columns((_mark(finding.state), finding.name, finding.what) for finding in findings))
    return int(any(finding.state == "bad" for finding in findings))


def _mark(state: State) -> str:
    return {"ok": "ok", "note": "-", "bad": "BAD"}[state]


def _all(around: Surroundings) -> Iterator[Finding]:
    yield Finding("ok", "heartbit", __version__)
    yield Finding("ok", "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _terminal()
    yield from _folders(around)
    yield from _programs(around)
    yield _sqlite()
    yield _store(around)
    yield from _settings(around)
    yield from _keys(around)
    yield from (Finding("ok" if each.ok else "note", each.name, each.what) for each in reach.look(around))


def _terminal() -> Finding:
    size = shutil.get_terminal_size()
    shown = f"{size.columns}x{size.lines}" if is_terminal(1) else "no terminal"
    facts = (os.environ.get(name, "") for name in ("TERM", "COLORTERM", "LANG"))
    return Finding("ok", "terminal", " ".join((shown, *filter(None, facts), sys.stdout.encoding)))


def _folders(around: Surroundings) -> Iterator[Finding]:
    for name in ("config", "data", "state", "cache"):
        folder: Path = getattr(around.places, name)
        writable = _writable(folder)
        shown = f"{folder}{'' if writable else ': cannot be written'}"
        yield Finding("ok" if writable else "bad", f"{name} folder", shown)


def _writable(folder: Path) -> bool:
    """Whether a folder can be written, or could be made."""
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _programs(around: Surroundings) -> Iterator[Finding]:
    search = around.environment.get("PATH")
    for name, without in (("bash", "the bash tool needs it"), ("git", ""), ("rg", "searching is slower")):
        found = shutil.which(name, path=search)
        missing = f"not found{f'; {without}' if without else ''}"
        yield Finding("ok" if found else "bad" if name == "bash" else "note", name, "found" if found else missing)


def _sqlite() -> Finding:
    return Finding("ok", "sqlite", f"{driver.module().sqlite_version} ({driver.module().__name__})")


def _store(around: Surroundings) -> Finding:
    file = around.sessions_file
    if not file.is_file():
        return Finding("note", "sessions", "none yet")
    try:
        connection = driver.connect(file, reads_only=True)
        try:
            (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except driver.errors() as error:
        return Finding("bad", "sessions", f"cannot be read: {error}")
    whole = told == "ok"
    return Finding(
        "ok" if whole else "bad", "sessions", f"{file.stat().st_size / 1e6:.1f} MB, whole" if whole else told
    )


def _settings(around: Surroundings) -> Iterator[Finding]:
    try:
        config = settings.configuration(around.options)
    except HeartbitError as error:
        yield Finding("bad", "settings", str(error))
        return
    yield Finding("ok", "settings", "understood")
    yield from (Finding("note", "settings", warning) for warning in config.warnings)


def _keys(around: Surroundings) -> Iterator[Finding]:
    try:
        found = around.credentials.status()
    except HeartbitError as error:
        yield Finding("bad", "keys", str(error))
        return
    yield from (Finding("ok", f"key {each.provider}", f"from {each.secret.place}") for each in found if each.secret)
    if not any(each.secret for each in found):
        yield Finding("note", "keys", "none; see `heartbit auth login`, or start ollama or llama.cpp")
