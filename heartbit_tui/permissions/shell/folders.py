"""Where `cd` leads."""

import posixpath

from heartbit_tui.permissions.shell.seen import Word
from heartbit_tui.permissions.shell.wrappers import readings

_MOST = 8
_MOVERS = frozenset({"cd", "pushd", "popd"})


def moved(words: tuple[Word, ...], folders: tuple[str, ...]) -> tuple[str, ...] | None:
    """The folders after a change of folder: None where nothing changes, none at all where it cannot be told.

    The shell follows `..` by name and programs by where links lead, so a path with both has two readings.
    """
    if not any(command[0].text in _MOVERS for command in readings(words)):
        return None
    if not is_cd(words):
        return ()
    target = words[1].text
    found = dict.fromkeys(form for folder in folders for form in _forms(folder, target))
    return tuple(found) if len(found) <= _MOST else ()


def is_cd(words: tuple[Word, ...]) -> bool:
    """Whether this is `cd` to one folder that is spelled out."""
    if len(words) != 2 or words[0] != Word("cd"):
        return False
    word = words[1]
    return word.plain and not word.wild and not word.home and bool(word.text) and not word.text.startswith("-")


def _forms(folder: str, target: str) -> tuple[str, str]:
    joined = posixpath.join(folder, target)
    return joined, posixpath.normpath(joined)
