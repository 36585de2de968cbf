"""Which files of a project the command lines of hooks name: what these hold is run, so trust is about it."""

import json
import os
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import cast

from heartbit_tui.kernel.dataclass import dataclass

RUNNERS = frozenset(
    {".", "ash", "bash", "bun", "busybox", "dash", "deno", "eval", "exec", "fish", "ksh", "lua", "node"}
    | {"perl", "php", "python", "ruby", "sh", "source", "ts-node", "tsx", "xargs", "zsh"}
)
"""Programs that run what a file holds, whatever it is called; a version behind the name, as in python3.12, does not count."""

FILTERS = frozenset({"awk", "gawk", "make", "mawk", "sed"})
"""Those that do so where they are told `-f`."""

DATA = frozenset(
    {"", ".cfg", ".csv", ".css", ".html", ".ini", ".json", ".jsonc", ".lock", ".log", ".md"}
    | {".rst", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml"}
)
"""Endings of files that only a program among `RUNNERS` would run."""

MOST = 200
"""Files that are looked at; command lines that name more are about something else."""

_ROOT = re.compile(
    r"\$\{?(?:CLAUDE_PROJECT_DIR|HEARTBIT_PROJECT_DIR|PWD)\b(?::?[-+?][^}]*)?\}?|\$\(\s*pwd\s*\)|\$\(\s*git rev-parse --show-toplevel\s*\)"
)
_WRITTEN = re.compile(r"(?:\d+|&)?>{1,2}[|&]?\s*[^\s;&|()<>]+")
_BETWEEN = re.compile(r"[\s;&|()<>`{}=,:]+")
_WILD = re.compile(r"[*?[]")
_VERSION = re.compile(r"(?<=[a-z])[\d.]+$")


@dataclass(frozen=True, slots=True)
class Named:
    """A path below the root that a command line names, maybe with wildcards; `runs` where a program among `RUNNERS` is at work."""

    path: str
    runs: bool


def commands(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The command lines of all hooks in these files: settings (`.toml`), and files of hooks (`.json`).

    One that cannot be read has none: its hooks do not run either.
    """
    return tuple(command for name, data in files.items() for command in _within(_hooks(name, data)))


def scripts(lines: Iterable[str], root: Path) -> tuple[str, ...]:
    """The files below the root that these command lines name, and that are run by them as far as their names tell."""
    found = (name for line in lines for name in _there(line, root))
    return tuple(islice(dict.fromkeys(found), MOST))


def named(command: str, root: str) -> tuple[Named, ...]:
    """The paths that a command line may name, whether something is there or not; what it writes to by `>` is none of them.

    Also what `python -m` and `node` find by a shorter name, and what lies in a folder that it changes to.
    """
    plain = _WRITTEN.sub(" ", re.sub(r"[\"'\\]", "", _ROOT.sub(".", command)))
    words = [word for word in _BETWEEN.split(plain) if word]
    programs = {_VERSION.sub("", posixpath.basename(word)) for word in words}
    pairs = list(zip(("", *words), words, strict=False))
    folders = ["", *(word for before, word in pairs if before in ("cd", "pushd", "-C", "--directory"))]
    spelled = [path for before, word in pairs for path in _spellings(before, word, programs)]
    paths = (posixpath.join(folder, path) for path in (*spelled, *_quoted(command)) for folder in folders)
    inside = dict.fromkeys(found for path in paths if (found := _inside(path, root)))
    runs = bool(programs & RUNNERS or ("-f" in words and programs & FILTERS))
    return tuple(Named(path, runs) for path in inside)


def _there(line: str, root: Path) -> Iterator[str]:
    for each in named(line, str(root)):
        paths = _matching(each.path, root) if _WILD.search(each.path) else [root / each.path]
        yield from (str(path.relative_to(root)) for path in paths if _is_script(path, runs=each.runs))


def _matching(pattern: str, root: Path) -> list[Path]:
    """What the pattern matches, no deeper than it has slashes."""
    return sorted(islice(root.glob(pattern.replace("**", "*")), MOST))


def _is_script(path: Path, *, runs: bool) -> bool:
    """Whether it is a file, and no mere data: what looks like that counts where it is run or says that it can be."""
    try:
        if not path.is_file():
            return False
        if runs or PurePosixPath(path).suffix not in DATA or os.access(path, os.X_OK):
            return True
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except (OSError, ValueError):
        return False


def _spellings(before: str, word: str, programs: set[str]) -> Iterator[str]:
    """The files that a word may mean."""
    yield word
    if "python" in programs:
        place = word.replace(".", "/") if before == "-m" else word
        yield from (f"{place}/__main__.py", *((f"{place}.py", f"{place}/__init__.py") if before == "-m" else ()))
    if programs & {"node", "bun", "deno"}:
        yield from (f"{word}.js", f"{word}/index.js")


def _quoted(command: str) -> Iterator[str]:
    """The words that have a blank in them."""
    try:
        yield from (word for word in shlex.split(_ROOT.sub(".", command)) if re.search(r"\s", word) and len(word) < 300)
    except ValueError:
        return


def _inside(path: str, root: str) -> str:
    """The path below the root; empty for one that is elsewhere, or no path."""
    if "\0" in path or "$" in path or path.startswith("~"):
        return ""
    relative = posixpath.relpath(posixpath.join(root, path), root)
    return "" if relative == "." or relative == ".." or relative.startswith("../") else relative


def _hooks(name: str, data: bytes) -> object:
    """The part of a file that is about hooks."""
    if b"hooks" not in data and name.endswith(".toml"):
        return None
    try:
        text = data.decode("utf-8-sig")
        if name.endswith(".json"):
            return json.loads(text)
        import tomllib  # slow to import, and most projects have no hooks

        return tomllib.loads(text).get("hooks")
    except (ValueError, RecursionError):
        return None


def _within(value: object) -> Iterator[str]:
    """Each `command` in a document."""
    if isinstance(value, Mapping):
        table = cast("Mapping[str, object]", value)
        if isinstance(table.get("command"), str):
            yield str(table["command"])
        yield from (command for inner in table.values() for command in _within(inner))
    elif isinstance(value, list | tuple):
        yield from (command for inner in cast("list[object]", value) for command in _within(inner))
