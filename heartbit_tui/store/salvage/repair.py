"""Finds out what is wrong with a session file, and puts it right."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store import driver, indexing
from heartbit_tui.store.locks import alone, exclusive
from heartbit_tui.store.migrations import STEPS, TOO_NEW, version
from heartbit_tui.store.salvage import swap
from heartbit_tui.store.salvage.parts import Part, strange
from heartbit_tui.store.salvage.saving import Saved, save
from heartbit_tui.store.salvage.versions import misshapen, tables, version_of
from heartbit_tui.store.salvage.wal import is_torn

State: TypeAlias = Literal["missing", "whole", "index", "damaged"]
"""None there; nothing wrong; only what can be made anew is wrong; pages of the file are damaged."""

INDEX = "inverted index"
"""What SQLite says where only the words disagree, which are made anew."""

TOLD = 5
"""Problems of a kind that are told at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is wrong with a file: sentences, worst first. `unreadable` counts events that stay but cannot be shown."""

    state: State
    problems: tuple[str, ...] = ()
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What was found and what was done; `kept` is the damaged file as it was, `saved` what a new one has of it."""

    found: Found
    saved: Saved | None = None
    kept: Path | None = None


def examine(path: Path, parts: Sequence[Part], *, deep: bool = True) -> Found:
    """Look at the whole file, and change nothing in it. Raises `StoreError` where a newer heartbit has written it.

    `parts` are all that are kept in it beside the sessions. Where it is not `deep`, the indexes are not compared with
    what they are of, which takes longest.
    """
    if not path.exists():
        return Found(state="missing")
    try:
        with closing(driver.look_at(path)) as connection:
            told = (*_log_problems(path), *_torn(connection, "integrity_check" if deep else "quick_check"))
            problems = tuple(line for line in told if INDEX not in line)
            if problems:
                return Found(state="damaged", problems=problems)
            now, named = version(connection), tables(connection)
            if now > len(STEPS) and strange(named, parts):
                raise StoreError(TOO_NEW.format(found=now, known=len(STEPS)))
            if now != version_of(named, now, STEPS):
                return Found(state="damaged", problems=(f"It says that it is of version {now}, which it is not",))
            if others := misshapen(connection, now, STEPS):
                return Found(state="damaged", problems=(f"It is not made as it should be: {', '.join(others[:TOLD])}",))
            if now == len(STEPS) and deep:
                wrong = (*told, *indexing.rows_wrong(connection))
                unreadable = _unreadable(connection)
                return Found(state="index" if wrong else "whole", problems=wrong[:TOLD], unreadable=unreadable)
        return Found(state="whole")
    except driver.errors() as error:
        return Found(state="damaged", problems=(f"SQLite cannot read it: {error}",))


def repair(path: Path, clock: Clock, parts: Sequence[Part], *, dry_run: bool = False) -> Repaired:
    """Save what can be saved, and keep a damaged file as it was beside the new one.

    `parts` are all that are kept in the file beside the sessions. Raises `StoreError` where the file is open elsewhere,
    was written by a newer heartbit, or could not be saved; then it is as it was.
    """
    if not path.exists():
        return Repaired(found=Found(state="missing"))
    try:
        with exclusive(path.with_name(f"{path.name}.opening")), alone(path.with_name(f"{path.name}.in-use")):
            swap.finish(path)
            return _repaired(path, clock, parts, dry_run=dry_run)
    except driver.errors() as error:
        raise StoreError(f"The session file could not be repaired ({error}). It was left as it is.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"The session file could not be repaired: {reason}. It was left as it is.") from error


def _repaired(path: Path, clock: Clock, parts: Sequence[Part], *, dry_run: bool) -> Repaired:
    found = examine(path, parts)
    if found.state == "index" and not dry_run:
        with closing(driver.connect(path)) as connection, driver.transaction(connection):
            indexing.forget(connection)
    if found.state != "damaged":
        return Repaired(found=found)
    kept = _free_name(path, f"{clock.now():%Y%m%d-%H%M%S}")
    target = swap.target_of(path)
    try:
        saved = save(path, target, parts, kept_as=kept.name)
        if not dry_run:
            target.chmod(0o600)
            swap.swap(path, target, kept)
    finally:
        if not path.with_name(f"{path.name}.swap").exists():
            swap.target_of(path)
    return Repaired(found=found, saved=saved, kept=None if dry_run else kept)


def _log_problems(path: Path) -> Iterator[str]:
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and is_torn(log.read_bytes()):
        yield "The log of the last writes is damaged, and whole writes stand behind the damage"


def _free_name(path: Path, when: str) -> Path:
    names = (f"{path.name}.damaged-{when}{f'-{number}' if number else ''}" for number in range(1000))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def _torn(connection: sqlite3.Connection, check: str) -> tuple[str, ...]:
    """What SQLite says of the pages, in its own words."""
    told = (str(line) for (line,) in connection.execute(f"PRAGMA {check}({TOLD})"))
    return tuple(line for line in _lines(told) if line != "ok")[:TOLD]


def _lines(told: Iterator[str]) -> Iterator[str]:
    for each in told:
        yield from each.splitlines()


def _unreadable(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM events WHERE NOT json_valid(body)").fetchone()[0])
