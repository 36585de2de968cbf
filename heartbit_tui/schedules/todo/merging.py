"""What two have changed since they last agreed, put together: heartbit in its data file, a person in TODO.json."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from heartbit_tui.kernel.messages import JsonObject

Written: TypeAlias = Mapping[str, JsonObject]
"""Entries as they are written, by id."""

_MISSING = object()


def merged(base: Written, ours: Written, theirs: Written) -> dict[str, JsonObject]:
    """All entries: each field as whoever changed it has it, and as the file has it where both did.

    An entry that one removed and the other changed stays, so that no change is lost.
    """
    found: dict[str, JsonObject] = {}
    for name in dict.fromkeys((*ours, *theirs)):
        entry = _entry(base.get(name), ours.get(name), theirs.get(name))
        if entry is not None:
            found[name] = entry
    return found


def _entry(base: JsonObject | None, ours: JsonObject | None, theirs: JsonObject | None) -> JsonObject | None:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    return dict(_fields(base or {}, ours, theirs))


def _fields(base: JsonObject, ours: JsonObject, theirs: JsonObject) -> Iterator[tuple[str, Any]]:
    for name in dict.fromkeys((*ours, *theirs)):
        was, mine, other = (each.get(name, _MISSING) for each in (base, ours, theirs))
        value = mine if other == was else other
        if value is not _MISSING:
            yield name, value
