"""ripgrep's command line, such that it sees the same files as the walker and takes no pattern for an option."""

import re
import shutil
import sys
from pathlib import Path

from heartbit_tui.tools.ignore import Scope

SEARCHED_BYTES = 100_000_000
"""Larger files are not searched."""

PREVIEW_BYTES = 4096

_ALWAYS = ("--no-config", "--no-messages", "--color=never", "--null", "--no-ignore-global", "--no-ignore-dot")
_SIMPLE_NAME = re.compile(r"[\w*?.{},-]+")


def find_ripgrep() -> str:
    """The program `rg`: on the PATH, or installed beside this Python; empty where there is none."""
    beside = Path(sys.executable).with_name("rg")
    return shutil.which("rg") or (str(beside) if beside.is_file() else "")


def _common(program: str, scope: Scope) -> list[str]:
    parents = [] if scope.parents else ["--no-ignore-parent"]
    return [program, *_ALWAYS, "--no-require-git", *parents]


def files_command(program: str, scope: Scope) -> list[str]:
    """Lists the files of a scope, each path ended by a NUL."""
    return [*_common(program, scope), "--files", "--", str(scope.base)]


def search_command(program: str, scope: Scope, pattern: str, *, literal: bool, include: str) -> list[str]:
    """Searches the files of a scope; each match is a path, a NUL, a line number, a colon and the line."""
    name = ["--type-add", f"wanted:{include}", "--type", "wanted"] if _SIMPLE_NAME.fullmatch(include) else []
    return [
        *_common(program, scope),
        "--with-filename",
        "--line-number",
        "--no-heading",
        "--crlf",
        "--sort=path",
        f"--max-columns={PREVIEW_BYTES}",
        "--max-columns-preview",
        f"--max-filesize={SEARCHED_BYTES}",
        *name,
        *(["--fixed-strings"] if literal else []),
        "-e",
        pattern,
        "--",
        str(scope.base),
    ]
