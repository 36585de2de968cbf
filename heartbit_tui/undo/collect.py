"""Makes room: removes what no session and no workspace needs any more, and the oldest where there is too much."""

import fcntl
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.undo.blobs import Blobs, Gone
from heartbit_tui.undo.cache import SUFFIX, kept_contents, kept_records
from heartbit_tui.undo.engine import BLOBS, INDEXES, JOURNALS, LOCK
from heartbit_tui.undo.journal import Journal
from heartbit_tui.undo.record import contents, read

INDEX_DAYS = 30
"""A workspace that nobody worked in for so long is read anew when somebody does."""

DAY = 86_400


class InUse(Exception):
    """Some session is open: what it will need is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The records of one session, by its id."""

    session: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was removed, or would be: contents, bytes, and the sessions that cannot be undone any more for want of room."""

    removed: int
    freed: int
    kept: int
    size: int
    dropped: tuple[str, ...]


def collect(
    folder: Path, newest_first: Sequence[Kept], *, most: int | None, now: float, dry_run: bool = False
) -> Collected:
    """Remove what is not needed, until what stays takes at most `most` bytes. Raises `InUse` and `OSError`."""
    with _alone(folder):
        blobs = Blobs(folder / BLOBS)
        _forget_indexes(folder / INDEXES, now - INDEX_DAYS * DAY, dry_run=dry_run)
        needed = set(kept_contents(folder / INDEXES))
        needed |= _of(blobs, Kept(session="", records=tuple(kept_records(folder / INDEXES))))
        for entry in Journal(folder / JOURNALS).entries():
            needed.update(step.then.content for step in entry.steps if step.then)
        wanted, dropped = _within(blobs, needed, newest_first, most)
        swept = blobs.sweep(wanted, older_than=now, dry_run=dry_run)
    return Collected(removed=swept.removed, freed=swept.freed, kept=swept.kept, size=swept.size, dropped=tuple(dropped))


def _within(
    blobs: Blobs, needed: set[str], newest_first: Iterable[Kept], most: int | None
) -> tuple[set[str], list[str]]:
    """What stays, and which sessions there is no room for."""
    sizes = blobs.sizes()
    wanted = set(needed)
    room = None if most is None else most - _size(wanted, sizes)
    dropped: list[str] = []
    for kept in newest_first:
        more = _of(blobs, kept) - wanted
        size = _size(more, sizes)
        if room is not None and size > room:
            dropped += [kept.session] if more else []
            room = 0
            continue
        wanted |= more
        room = None if room is None else room - size
    return wanted, dropped


def _of(blobs: Blobs, kept: Kept) -> set[str]:
    """The contents that a session needs, its records among them."""
    found = set[str](kept.records)
    for record in kept.records:
        with suppress(Gone):
            found.update(contents(read(blobs, record)))
    return found


def _size(digests: Iterable[str], sizes: Mapping[str, int]) -> int:
    return sum(sizes.get(digest, 0) for digest in digests)


def _forget_indexes(folder: Path, before: float, *, dry_run: bool) -> None:
    for file in folder.glob(f"*{SUFFIX}") if folder.is_dir() and not dry_run else ():
        with suppress(OSError):
            if file.stat().st_mtime < before:
                file.unlink()


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """While no session is open, and none can be opened."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise InUse from error
    finally:
        os.close(handle)
