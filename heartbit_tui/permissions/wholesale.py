"""Commands that take away much of the work at once: asked about even where a sandbox lets commands run."""

import posixpath
import re
from collections.abc import Iterator

from heartbit_tui.kernel.protocols import Action
from heartbit_tui.permissions import shell
from heartbit_tui.permissions.paths import Workspace

GONE = "`{shown}` would take away all that it finds in {where} at once, which no sandbox gives back."
UNCOMMITTED = "`{shown}` would throw away work that is not committed, which no sandbox gives back."
UNKNOWN = "what the line does not spell out"

_RECURSIVE = re.compile(r"-[a-zA-Z]*[rR][a-zA-Z]*|--r[a-z]*")
_FORCE = re.compile(r"-[a-zA-Z]*f[a-zA-Z]*|--f[a-z]*")
_TESTS = re.compile(r"-(?:i?name|i?path|i?regex|empty|newer\w*|[acm]min|[acm]time|size|wholename|perm|user)")
_REMOVES = re.compile(r"\brm\b|-delete\b|\bgit\s+clean\b")
_EVERYTHING = frozenset({".", "./", ":/", ":", "*", "./*"})
"""How git is told of all files."""

_ALL_NAMES = frozenset({"*", ".*", "**", "?*", "{*,.*}", "{.,}*", "[!.]*"})
"""How a shell is told of all names in a folder."""


def sweeping(action: Action, workspace: Workspace) -> str:
    """Why one of a call's commands takes away much at once, in a sentence; empty where none does."""
    lines = (touch.what for touch in action.touches if touch.kind == "command")
    return next((reason for line in lines for reason in _reasons(line, workspace)), "")


def _reasons(line: str, workspace: Workspace) -> Iterator[str]:
    seen = shell.look(line)
    if seen.unclear and _REMOVES.search(line):
        yield GONE.format(shown=line, where=UNKNOWN)
    for simple in seen.commands:
        for words in shell.readings(simple.words):
            yield from _taken(words, simple.folders, workspace)


def _taken(words: tuple[shell.Word, ...], folders: tuple[str, ...], workspace: Workspace) -> Iterator[str]:
    """Why one command takes away much."""
    rest = words[1:]
    texts = tuple(word.text for word in rest)
    match shell.base(words[0].text):
        case "rm" if any(map(_RECURSIVE.fullmatch, texts)):
            targets = tuple(word for word in rest if not word.text.startswith("-"))
            yield from _gone(words, targets, folders, workspace)
        case "find" if "-delete" in texts and not any(map(_TESTS.fullmatch, texts)):
            starts = rest[: _first_option(texts)] or (shell.Word("."),)
            yield from _gone(words, starts, folders, workspace)
        case "git" if _throws_away(texts):
            yield UNCOMMITTED.format(shown=_shown(words))
        case _:
            return


def _shown(words: tuple[shell.Word, ...]) -> str:
    return " ".join(word.text for word in words)


def _first_option(texts: tuple[str, ...]) -> int:
    return next((at for at, text in enumerate(texts) if text.startswith("-")), len(texts))


def _gone(
    words: tuple[shell.Word, ...], targets: tuple[shell.Word, ...], folders: tuple[str, ...], workspace: Workspace
) -> Iterator[str]:
    for word in targets:
        if word.text == "{}":  # what find hands over; its own tests say what that is
            continue
        if not word.plain and not word.wild and not word.home:
            yield GONE.format(shown=_shown(words), where=UNKNOWN)
        elif any(_holds_root(word, folder, root) for folder in folders for root in workspace.roots):
            yield GONE.format(shown=_shown(words), where=word.text)


def _holds_root(word: shell.Word, folder: str, root: str) -> bool:
    """Whether a target is a root of the workspace, a folder around it, or everything in it."""
    if word.home:
        return True
    path = posixpath.normpath(posixpath.join(root, folder, word.text))
    whole = posixpath.dirname(path) if word.wild and posixpath.basename(path) in _ALL_NAMES else path
    return whole == "/" or root == whole or root.startswith(f"{whole}/") or whole.endswith("/.git")


def _throws_away(words: tuple[str, ...]) -> bool:
    match words:
        case ("-C" | "-c" | "--git-dir" | "--work-tree", _, *rest):
            return _throws_away(tuple(rest))
        case ("clean", *rest):
            return any(_FORCE.fullmatch(word) for word in rest)
        case ("reset", *rest):
            return any(word.startswith(("--h", "--merg")) for word in rest)
        case ("checkout" | "restore", *rest):
            forced = any(_FORCE.fullmatch(word) for word in rest)
            return forced or any(word in _EVERYTHING for word in rest)
        case ("stash", "drop" | "clear", *_):
            return True
        case _:
            return False
