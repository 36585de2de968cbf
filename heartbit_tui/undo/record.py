"""What changed, written down: one JSON row a path, kept like any other content."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from heartbit_tui.undo.blobs import Blobs, Gone
from heartbit_tui.undo.types import Change, Changes, Kind, State

Row = list[Any]


def row_of(state: State | None) -> Row | None:
    """A state as JSON."""
    return state and [state.kind, state.mode, state.content, state.size, state.names]


def state_of(row: Row | None) -> State | None:
    """A state out of JSON; raises `ValueError` or `TypeError` for anything else."""
    if row is None:
        return None
    kind, mode, content, size, names = row
    return State(kind=cast("Kind", str(kind)), mode=int(mode), content=str(content), size=int(size), names=int(names))


def written(changes: Iterable[Change]) -> bytes:
    """Changes as bytes; names that are no UTF-8 stay what they are."""
    rows = (json.dumps([each.path, row_of(each.before), row_of(each.after)]) for each in changes)
    return "\n".join(rows).encode("ascii")


def read(blobs: Blobs, record: str) -> Changes:
    """The changes of a record. Raises `Gone`."""
    try:
        return tuple(_changes(blobs.read(record)))
    except (ValueError, TypeError) as error:
        raise Gone(record) from error


def _changes(data: bytes) -> Iterator[Change]:
    for line in data.splitlines():
        path, before, after = json.loads(line)
        yield Change(path=str(path), before=state_of(before), after=state_of(after))


def contents(changes: Iterable[Change]) -> Iterator[str]:
    """The digests of all contents that changes name."""
    for change in changes:
        for state in (change.before, change.after):
            if state is not None and state.kind == "file" and state.is_kept:
                yield state.content
