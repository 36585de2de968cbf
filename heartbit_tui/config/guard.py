"""What a project's own files may not set before a person trusts the folder."""

from collections.abc import Iterable, Sequence

from heartbit_tui.config.entry import Entry, Layer
from heartbit_tui.config.interpolate import refers
from heartbit_tui.config.keys import Path

HOW = "Look at them, then run `heartbit trust add` in this folder if you want them."


def split(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The entries that count in a project without trust, and those that do not.

    A permission rule is one thing: it counts whole or not at all.
    """
    known = tuple(entries)
    barred = {_unit(entry) for entry in known if entry.source.layer is Layer.PROJECT and _wants_trust(entry)}
    ignored = tuple(entry for entry in known if entry.source.layer is Layer.PROJECT and _unit(entry) in barred)
    return tuple(entry for entry in known if entry not in ignored), ignored


def warnings(ignored: Sequence[Entry]) -> tuple[str, ...]:
    """One sentence for each file that wants more than it may."""
    files = dict.fromkeys(entry.source.file.name for entry in ignored if entry.source.file)
    return tuple(_warning(name, ignored) for name in files)


def _warning(name: str, ignored: Sequence[Entry]) -> str:
    here = tuple(entry for entry in ignored if entry.source.file and entry.source.file.name == name)
    keys = ", ".join(f"{entry.name} (line {str(entry.source).rpartition(':')[2]})" for entry in here)
    return f"{name}: ignored, because this folder is not trusted: {keys}. {HOW}"


def _wants_trust(entry: Entry) -> bool:
    if not entry.key.plain and refers(entry.value):
        return True
    return entry.key.guarded and entry.value not in entry.key.harmless


def _unit(entry: Entry) -> tuple[str, Path]:
    name = entry.source.file.name if entry.source.file else ""
    whole = entry.path[:2] if entry.path[0] == "permissions" and isinstance(entry.path[1], int) else entry.path
    return name, whole
