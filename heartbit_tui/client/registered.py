"""Which daemons work on a data file: each holds a lock beside it, and says there where it listens."""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from heartbit_tui import __version__
from heartbit_tui.config.locked import replaced
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.store.locks import DAEMON, folder_of, leases
from heartbit_tui.wire.write import timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A daemon as it registered; what it has not said yet, or no more, is empty. `lives` says whether it holds its lock."""

    name: str
    lives: bool
    pid: int = 0
    address: str = ""
    version: str = ""
    since: datetime | None = None


@contextmanager
def registered(store: Path, name: str, address: str, since: datetime) -> Generator[None]:
    """Say that a daemon of this name listens at an address, as long as this is open; what the dead have said goes."""
    folder = folder_of(store)
    for each in found(store):
        if not each.lives:
            _record(folder, each.name).unlink(missing_ok=True)
    told = {"pid": os.getpid(), "address": address, "version": __version__, "since": timestamp(since)}
    own = _record(folder, name)
    with suppress(OSError):  # without it, those who look for a daemon know less
        replaced(own, json.dumps(told) + "\n")
    try:
        yield
    finally:
        own.unlink(missing_ok=True)


def found(store: Path) -> tuple[Found, ...]:
    """The daemons that work on this data file, then those that ended without a word, the oldest first."""
    folder, held = folder_of(store), leases(store).held
    alive = {path.stem for path in folder.glob(f"{DAEMON}*.lock") if held(path.stem)}
    dead = {path.stem for path in folder.glob(f"{DAEMON}*.json")} - alive
    return (
        *(_found(folder, name, lives=True) for name in sorted(alive)),
        *(_found(folder, name, lives=False) for name in sorted(dead)),
    )


def _found(folder: Path, name: str, *, lives: bool) -> Found:
    said = dict(_said(_record(folder, name)))
    since, pid = said.get("since"), said.get("pid")
    return Found(
        name=name,
        lives=lives,
        pid=pid if isinstance(pid, int) else _holder(folder / f"{name}.lock"),
        address=str(said.get("address", "")),
        version=str(said.get("version", "")),
        since=_time(since) if isinstance(since, str) else None,
    )


def _said(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        said: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(said, dict):
        yield from cast("dict[str, Any]", said).items()


def _holder(lock: Path) -> int:
    try:
        text = lock.read_text("ascii").strip()
    except (OSError, ValueError):
        return 0
    return int(text) if text.isascii() and text.isdecimal() else 0


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _record(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
