"""What a session has changed, as a diff that can be read; loaded when a change is judged."""

import os
from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.goals import Piece
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.diffs import Diff, unified
from heartbit_tui.undo.net import Net

LARGEST = 2_000_000
"""Bytes of a file of which a diff is made."""

BINARY = "--- a/{name}\n+++ b/{name}\n(a file that is no text: {before} bytes before, {after} after)\n"
NOT_KNOWN = "{name} ({why})"
TOO_LARGE = "is too large to be compared"
NO_DIFF = Diff(text="", added=0, removed=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The diff of each file, and what is missing, by name with the reason."""

    pieces: tuple[Piece, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One file by its name; `why` says, as the end of a sentence, why it could not be compared."""

    name: str
    diff: Diff = NO_DIFF
    why: str = ""


def compared(change: Net, root: str) -> Compared:
    """The diff of one file, by its name from `root` on. Blocks for as long as comparing takes."""
    name = _name(change.path, root)
    sizes = [len(content) for content in (change.before, change.after) if content is not None]
    if change.why or max(sizes, default=0) > LARGEST:
        return Compared(name=name, why=change.why or TOO_LARGE)
    return Compared(name=name, diff=_diff(change, name))


def difference(changes: Sequence[Net], root: str) -> Difference:
    """The diffs of these changes, with names from `root` on. Blocks for as long as comparing takes."""
    found = [compared(each, root) for each in changes]
    return Difference(
        pieces=tuple(Piece(name=each.name, text=each.diff.text) for each in found if each.diff.text),
        unseen=tuple(NOT_KNOWN.format(name=each.name, why=each.why) for each in found if each.why),
    )


def _diff(change: Net, name: str) -> Diff:
    try:
        old, new = (None if data is None else data.decode("utf-8") for data in (change.before, change.after))
    except UnicodeDecodeError:
        before, after = (len(data or b"") for data in (change.before, change.after))
        return replace(NO_DIFF, text=BINARY.format(name=name, before=before, after=after))
    return unified(old, new, name)


def _name(path: str, root: str) -> str:
    """A path from the root on where it is in it, on one line."""
    near = os.path.relpath(path, root) if path.startswith(f"{root.rstrip('/')}/") else path
    return near.replace("\n", "␊").replace("\r", "␍")
