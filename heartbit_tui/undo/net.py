"""What a session has changed in all: each file as it was before and as it was left."""

from collections.abc import Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.blobs import Blobs, Gone
from heartbit_tui.undo.plan import GONE, LOST, Went, wanted
from heartbit_tui.undo.record import read
from heartbit_tui.undo.types import UNKEPT, Change, Changes, State, alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """One path: its content before and after, None for no file. `why` says, as the end of a sentence, why one is not known."""

    path: str
    before: bytes | None = None
    after: bytes | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The files that records changed in all, sorted by path; of `gone` records nothing is kept any more."""

    changes: Changes = ()
    gone: int = 0


def touched(blobs: Blobs, newest_first: Sequence[str]) -> Touched:
    """Which files these records come to; what was changed back is left out. Blocks."""
    records: list[Went] = []
    gone = 0
    for record in newest_first:
        try:
            records.append(Went(changes=read(blobs, record)))
        except Gone:
            gone += 1
    wants = wanted(records)
    found = [Change(path=path, before=wants[path].then, after=wants[path].now) for path in sorted(wants)]
    return Touched(changes=tuple(each for each in found if _is_of_a_file(each)), gone=gone)


def seen(blobs: Blobs, change: Change) -> Net:
    """A change of a file with what the file held. Blocks."""
    try:
        return Net(path=change.path, before=_content(blobs, change.before), after=_content(blobs, change.after))
    except Gone as error:
        return Net(path=change.path, why=str(error))


def net(blobs: Blobs, newest_first: Sequence[str]) -> tuple[Net, ...]:
    """What these records come to for each file, sorted by path; what was changed back is left out. Blocks."""
    found = touched(blobs, newest_first)
    missing = (Net(path="a change", why=GONE),) * found.gone
    return (*(seen(blobs, each) for each in found.changes), *missing)


def _is_of_a_file(change: Change) -> bool:
    states = (change.before, change.after)
    return not alike(*states) and any(each is not None and each.kind in ("file", "link") for each in states)


def _content(blobs: Blobs, state: State | None) -> bytes | None:
    """What a file holds, or where a link leads. Raises `Gone` with the reason where that was not kept."""
    if state is None or state.kind not in ("file", "link"):
        return None
    if state.kind == "link":
        return f"(a link to {state.content})\n".encode("utf-8", "surrogateescape")
    if not state.is_kept:
        raise Gone(LOST.get(state.content.removeprefix(UNKEPT).partition(":")[0], GONE))
    try:
        return blobs.read(state.content) if state.size else b""
    except Gone as error:
        raise Gone(GONE) from error
