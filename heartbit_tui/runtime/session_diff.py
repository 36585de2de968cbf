"""What a session has changed, as a diff that can be read; loaded when a change is judged."""

import os
from collections.abc import Sequence

from heartbit_tui.goals import Piece
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.diffs import unified
from heartbit_tui.undo.net import Net

LARGEST = 2_000_000
"""Bytes of a file of which a diff is made."""

BINARY = "--- a/{name}\n+++ b/{name}\n(a file that is no text: {before} bytes before, {after} after)\n"
NOT_KNOWN = "{name} ({why})"
TOO_LARGE = "is too large to be compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The diff of each file, and what is missing, by name with the reason."""

    pieces: tuple[Piece, ...] = ()
    unseen: tuple[str, ...] = ()


def difference(changes: Sequence[Net], root: str) -> Difference:
    """The diffs of these changes, with names from `root` on. Blocks for as long as comparing takes."""
    pieces: list[Piece] = []
    unseen: list[str] = []
    for each in changes:
        name = _name(each.path, root)
        sizes = [len(content) for content in (each.before, each.after) if content is not None]
        if each.why or max(sizes, default=0) > LARGEST:
            unseen.append(NOT_KNOWN.format(name=name, why=each.why or TOO_LARGE))
            continue
        text = _text(each, name)
        if text:
            pieces.append(Piece(name=name, text=text))
    return Difference(pieces=tuple(pieces), unseen=tuple(unseen))


def _text(change: Net, name: str) -> str:
    try:
        old, new = (None if data is None else data.decode("utf-8") for data in (change.before, change.after))
    except UnicodeDecodeError:
        before, after = (len(data or b"") for data in (change.before, change.after))
        return BINARY.format(name=name, before=before, after=after)
    return unified(old, new, name).text


def _name(path: str, root: str) -> str:
    """A path from the root on where it is in it, on one line."""
    near = os.path.relpath(path, root) if path.startswith(f"{root.rstrip('/')}/") else path
    return near.replace("\n", "␊").replace("\r", "␍")
