"""The inbox: what came of work that nobody watched, and waits for a person, in the one data file."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store.database import Database

LetterKind: TypeAlias = Literal["reply", "failure", "meditation", "draft"]
"""What a heartbeat had to say, one that failed, what came of putting the memory in order, a skill that wants a word."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            source TEXT NOT NULL,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            about TEXT NOT NULL,
            done INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX inbox_waiting ON inbox (done, at)",
    ),
)
PART: Final = "inbox"
KEPT: Final = 1_000
"""Letters that are kept; of those that were done with, the oldest go first, then the oldest of all."""

_COLUMNS: Final = "id, at, kind, source, title, text, about, done"
NO_LETTER = "Nothing in the inbox has the number {number}."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing in the inbox. `source` says where it is from; `about` is the id of the task or the draft behind it."""

    at: datetime
    kind: LetterKind
    source: str
    title: str
    text: str
    about: str = ""
    id: int = 0
    done: bool = False


class Inbox:
    """Letters, the newest first. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, letter: Letter) -> Letter:
        """Keep a letter; it as it is then, with its number."""
        return await self._database.write(lambda connection: _put(connection, letter))

    async def list(self, *, done: bool | None = False, limit: int = 100) -> tuple[Letter, ...]:
        """Those that wait; with `done` those that were done with, or all for None."""
        where = "" if done is None else f"WHERE done = {int(done)}"
        asked = f"SELECT {_COLUMNS} FROM inbox {where} ORDER BY at DESC, id DESC LIMIT ?"
        rows = await self._database.read(lambda connection: connection.execute(asked, (limit,)).fetchall())
        return tuple(map(_letter, rows))

    async def finish(self, number: int) -> None:
        """A person is done with a letter."""
        asked = "UPDATE inbox SET done = 1 WHERE id = ?"
        if not await self._database.write(lambda connection: connection.execute(asked, (number,)).rowcount):
            raise StoreError(NO_LETTER.format(number=number))

    async def finish_about(self, kind: LetterKind, about: str) -> None:
        """A person is done with all letters of a kind about one thing, such as a draft that was accepted."""
        asked = "UPDATE inbox SET done = 1 WHERE kind = ? AND about = ?"
        await self._database.write(lambda connection: connection.execute(asked, (kind, about)))


def _put(connection: sqlite3.Connection, letter: Letter) -> Letter:
    asked = f"INSERT INTO inbox (at, kind, source, title, text, about) VALUES (?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}"
    at = (letter.at - _EPOCH) // _MICROSECOND
    row = connection.execute(
        asked, (at, letter.kind, letter.source, letter.title, letter.text, letter.about)
    ).fetchone()
    connection.execute(
        "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox ORDER BY done, at DESC, id DESC LIMIT -1 OFFSET ?)",
        (KEPT,),
    )
    return _letter(row)


def _letter(row: Sequence[Any]) -> Letter:
    number, at, kind, source, title, text, about, done = row
    return Letter(
        id=number,
        at=_EPOCH + at * _MICROSECOND,
        kind=cast("LetterKind", kind),
        source=source,
        title=title,
        text=text,
        about=about,
        done=bool(done),
    )
