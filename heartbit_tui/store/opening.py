"""Opens the data file to write it, whoever does: never while it is repaired, and looked over after a kill."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from heartbit_tui.store import driver
from heartbit_tui.store.damage import REPAIR, DamagedError
from heartbit_tui.store.locks import exclusive, in_use
from heartbit_tui.store.salvage import swap
from heartbit_tui.store.salvage.wal import is_torn

LOOK_SECONDS = 0.3
"""How long a file is looked over that was not closed; the whole of a large one takes longer."""


class OpenFile:
    """The file in the hands of one who writes it; it counts as in use until it is let go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._in_use = -1

    def connect(self, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
        """A connection that was prepared; the file is made with its folder (0600, 0700) where it is missing.

        Raises `DamagedError`, what SQLite raises, `OSError`, and whatever `prepare` does.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(self._path.with_name(self._path.name + ".opening")):
            # Never opened here once it is there: closing it again would drop the locks that SQLite holds on it.
            swap.finish(self._path)
            if not self._path.exists():
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            killed = False
            if self._in_use < 0:
                self._in_use, alone = in_use(self._path.with_name(self._path.name + ".in-use"))
                killed = alone and _look_at_log(self._path)
            connection = driver.connect(self._path)
            try:
                if killed:
                    _look_over(connection)
                prepare(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def let_go(self) -> None:
        """The file is not in use any more; doing it twice is harmless."""
        if self._in_use >= 0:
            os.close(self._in_use)
            self._in_use = -1


def _look_at_log(path: Path) -> bool:
    """Whether a log is there, as only a process leaves it that was killed.

    Raises `DamagedError` where SQLite would forget whole writes, because the log before them is damaged.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return False
    if is_torn(log.read_bytes()):
        raise DamagedError(f"The session file is damaged (the log of its last writes is). {REPAIR}")
    return True


def _look_over(connection: sqlite3.Connection) -> None:
    """Look for damage in a file that was not closed, as far as that is quick. Raises `DamagedError`."""
    until = time.monotonic() + LOOK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > until, 1_000)
    try:
        (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except driver.errors() as error:
        if "interrupted" not in str(error):
            raise
        told = "ok"
    finally:
        connection.set_progress_handler(None, 0)
    if told != "ok":
        raise DamagedError(f"The session file is damaged ({told}). {REPAIR}")
