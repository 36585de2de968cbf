"""What a session has changed in all: each file as it was before and as it was left."""

from collections.abc import Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.blobs import Blobs, Gone
from heartbit_tui.undo.plan import GONE, LOST, Went, wanted
from heartbit_tui.undo.record import read
from heartbit_tui.undo.types import UNKEPT, State, alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """One path: its content before and after, None for no file. `why` says, as the end of a sentence, why one is not known."""

    path: str
    before: bytes | None = None
    after: bytes | None = None
    why: str = ""


def net(blobs: Blobs, newest_first: Sequence[str]) -> tuple[Net, ...]:
    """What these records come to for each file, sorted by path; what was changed back is left out. Blocks."""
    records: list[Went] = []
    missing: list[Net] = []
    for record in newest_first:
        try:
            records.append(Went(changes=read(blobs, record)))
        except Gone:
            missing.append(Net(path="a change", why=GONE))
    wants = wanted(records).items()
    found = [_net(blobs, path, want.then, want.now) for path, want in wants if not alike(want.then, want.now)]
    return (*sorted((each for each in found if each is not None), key=lambda each: each.path), *missing)


def _net(blobs: Blobs, path: str, before: State | None, after: State | None) -> Net | None:
    if not any(state is not None and state.kind in ("file", "link") for state in (before, after)):
        return None
    try:
        return Net(path=path, before=_content(blobs, before), after=_content(blobs, after))
    except Gone as error:
        return Net(path=path, why=str(error))


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
