"""What was found in the file of sessions, and what was done about it, in sentences."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.store.salvage.repair import Repaired
from heartbit_tui.store.salvage.saving import Saved

BESIDE: Mapping[str, str] = MappingProxyType({"audit": "audit", "memories": "memory", "knowledge_chunks": "knowledge"})
"""Tables beside the sessions whose rows are counted, and what each is of."""


def told(done: Repaired) -> Iterator[str]:
    """The outcome of a repair, or of a look that changed nothing, for a person."""
    match done.found.state:
        case "missing":
            yield "There is no file of sessions yet."
        case "whole":
            yield "The file of sessions is whole."
        case "index":
            yield "The sessions are whole; only the search index disagreed with them, and is made anew."
        case "damaged":
            yield "The file of sessions is damaged:"
    yield from (f"  {problem}" for problem in done.found.problems)
    if done.found.unreadable:
        yield f"{_count(done.found.unreadable, 'event')} cannot be shown, and will be left out with a note."
    if done.saved is not None:
        yield from _saved(done.saved, would=done.kept is None)
    if done.kept is not None:
        yield f"The file as it was: {done.kept}"


def _saved(saved: Saved, *, would: bool) -> Iterator[str]:
    rows = saved.rows
    what = f"{_count(rows.get('sessions', 0) + len(saved.found_again), 'session')}, {_count(rows.get('events', 0), 'event')}"
    more = "".join(f", {_count(rows[table], 'row')} of the {name}" for table, name in BESIDE.items() if rows.get(table))
    yield f"{'Can be saved' if would else 'Saved'}: {what}{more}."
    if saved.found_again:
        yield f"Found again without their titles: {', '.join(saved.found_again)}."
    if saved.lost:
        lost = ", ".join(f"{count} of {name}" for name, count in saved.lost.items())
        yield f"Lost for good: {_count(sum(saved.lost.values()), 'event')} ({lost}); their sessions say where."
    if saved.unreadable:
        yield f"{_count(saved.unreadable, 'record')} could not be read or told apart."
    if saved.strange:
        yield f"Tables that this heartbit does not know were left out: {', '.join(saved.strange)}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
