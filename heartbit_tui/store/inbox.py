"""The inbox: what came of work that nobody watched, and waits for a person, in the one data file."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.store.database import Database
from heartbit_tui.wire.write import storable

LetterKind: TypeAlias = Literal["reply", "failure", "interrupted", "question", "meditation", "draft"]
"""What work had to say, work that failed, a task that waits to be taken up again, a request that waits for an answer, what
came of putting the memory in order, a skill that wants a word."""

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
    (
        "ALTER TABLE inbox ADD COLUMN tenant_id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE inbox ADD COLUMN user_id TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE inbox ADD COLUMN key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE inbox ADD COLUMN changed TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE inbox ADD COLUMN cost_usd REAL",
        "CREATE UNIQUE INDEX inbox_by_key ON inbox (key) WHERE key != ''",
    ),
    (
        "ALTER TABLE inbox ADD COLUMN read INTEGER NOT NULL DEFAULT 0",
        "UPDATE inbox SET read = done",
    ),
)
PART: Final = "inbox"
KEPT: Final = 1_000
"""Letters that are kept of each owner; of those that were done with, the oldest go first, then the oldest of all."""

TITLE: Final = 120
"""Letters of a title."""

_GIVEN: Final = "at, kind, source, title, text, about, tenant_id, user_id, key, changed, cost_usd"
_COLUMNS: Final = f"id, done, read, {_GIVEN}"
NO_LETTER = "Nothing in the inbox has the number {number}."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class NoLetterError(StoreError):
    """Nothing in the inbox has this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing in the inbox. `source` says where it is from; `about` is the id of the task or the draft behind it.

    `tenant_id` and `user_id` say whose it is, both empty for the person at this machine. `key` makes it the same letter
    however often it is put. `read` is whether a person has looked at it, `done` whether they are done with it. `changed`
    are the files that the work changed, as absolute paths, and `cost_usd` what it cost, None where no price is known.
    """

    at: datetime
    kind: LetterKind
    source: str
    title: str
    text: str
    about: str = ""
    id: int = 0
    done: bool = False
    read: bool = False
    tenant_id: str = ""
    user_id: str = ""
    key: str = ""
    changed: tuple[str, ...] = ()
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many letters wait, and how many of them nobody has looked at."""

    letters: int = 0
    unread: int = 0


class Inbox:
    """Letters, the newest first. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, letter: Letter) -> Letter:
        """Keep a letter; it as it is then, with its number. One with a key that is known already stays as it was."""
        return await self._database.write(lambda connection: _put(connection, letter))

    async def list(
        self, *, done: bool | None = False, limit: int = 100, tenant_id: str | None = None, user_id: str | None = None
    ) -> tuple[Letter, ...]:
        """Those that wait; with `done` those that were done with, or all for None. A tenant and a user of None are any."""
        wanted = {"done": None if done is None else int(done), "tenant_id": tenant_id, "user_id": user_id}
        known = {name: value for name, value in wanted.items() if value is not None}
        where = " AND ".join(f"{name} = :{name}" for name in known) or "TRUE"
        asked = f"SELECT {_COLUMNS} FROM inbox WHERE {where} ORDER BY at DESC, id DESC LIMIT :limit"
        given = {**known, "limit": limit}
        rows = await self._database.read(lambda connection: connection.execute(asked, given).fetchall())
        return tuple(map(_letter, rows))

    async def get(self, number: int) -> Letter:
        """One letter. Raises `NoLetterError` for a number that there is not."""
        asked = f"SELECT {_COLUMNS} FROM inbox WHERE id = ?"
        row = await self._database.read(lambda connection: connection.execute(asked, (number,)).fetchone())
        if row is None:
            raise NoLetterError(NO_LETTER.format(number=number))
        return _letter(row)

    async def waiting(self) -> Waiting:
        """How many wait."""
        asked = "SELECT count(*), coalesce(sum(NOT read), 0) FROM inbox WHERE NOT done"
        letters, unread = await self._database.read(lambda connection: connection.execute(asked).fetchone())
        return Waiting(letters=letters, unread=unread)

    async def finish(self, number: int, *, done: bool = True) -> None:
        """A person is done with a letter, or takes it back. Raises `NoLetterError` for a number that there is not."""
        await self._set("done = :value, read = max(read, :value)", number, done)

    async def mark(self, number: int, *, read: bool = True) -> None:
        """A person has looked at a letter, or wants it to count as new. Raises `NoLetterError` as `finish` does."""
        await self._set("read = :value", number, read)

    async def _set(self, what: str, number: int, value: bool) -> None:
        asked, given = f"UPDATE inbox SET {what} WHERE id = :number", {"number": number, "value": int(value)}
        if not await self._database.write(lambda connection: connection.execute(asked, given).rowcount):
            raise NoLetterError(NO_LETTER.format(number=number))

    async def finish_about(self, kind: LetterKind, about: str) -> None:
        """A person is done with all letters of a kind about one thing, such as a draft that was accepted."""
        asked = "UPDATE inbox SET done = 1, read = 1 WHERE kind = ? AND about = ?"
        await self._database.write(lambda connection: connection.execute(asked, (kind, about)))

    async def finish_key(self, key: str) -> None:
        """The letter with a key waits for nobody any more, such as a question that was answered elsewhere."""
        asked = "UPDATE inbox SET done = 1, read = 1 WHERE key = ? AND key != ''"
        await self._database.write(lambda connection: connection.execute(asked, (key,)))

    async def forget(self, about: Sequence[str]) -> None:
        """Remove the letters about these things that a person was done with, and the questions that nobody waits on any more."""
        ended = "DELETE FROM inbox WHERE about = ? AND (done = 1 OR kind = 'question')"
        given = [(each,) for each in about]
        await self._database.write(lambda connection: connection.executemany(ended, given))


def title_of(text: str) -> str:
    """The first line of a text that says something, as a title."""
    lines = (line.strip().lstrip("#").strip() for line in text.splitlines())
    return next((line for line in lines if line), "")[:TITLE]


def json_of(letter: Letter) -> JsonObject:
    """A letter as it is told to programs."""
    return {
        "id": letter.id,
        "at": letter.at.isoformat(),
        "kind": letter.kind,
        "source": letter.source,
        "title": letter.title,
        "text": letter.text,
        "about": letter.about,
        "done": letter.done,
        "read": letter.read,
        "changed": list(letter.changed),
        "cost_usd": letter.cost_usd,
        "tenant_id": letter.tenant_id,
        "user_id": letter.user_id,
    }


def letter_from(given: Mapping[str, Any]) -> Letter:
    """The letter that `json_of` told. Raises `KeyError`, `ValueError` or `TypeError` for what is none."""
    names = ("kind", "source", "title", "text", "about", "id", "done", "cost_usd", "tenant_id", "user_id")
    told = {name: given[name] for name in names}
    at, changed = datetime.fromisoformat(given["at"]), tuple(map(str, given["changed"]))
    return Letter(**told, at=at, changed=changed, read=bool(given.get("read")))


def _put(connection: sqlite3.Connection, letter: Letter) -> Letter:
    known = connection.execute(f"SELECT {_COLUMNS} FROM inbox WHERE key = ? AND key != ''", (letter.key,)).fetchone()
    if known is not None:
        return _letter(known)
    marks = ", ".join("?" for _ in _GIVEN.split(","))
    row = connection.execute(
        f"INSERT INTO inbox ({_GIVEN}) VALUES ({marks}) RETURNING {_COLUMNS}",
        (
            (letter.at - _EPOCH) // _MICROSECOND,
            *(letter.kind, *map(storable, (letter.source, letter.title, letter.text, letter.about))),
            *(letter.tenant_id, letter.user_id, letter.key),
            json.dumps(letter.changed),
            letter.cost_usd,
        ),
    ).fetchone()
    connection.execute(
        "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE tenant_id = ? AND user_id = ? "
        "ORDER BY done, at DESC, id DESC LIMIT -1 OFFSET ?)",
        (letter.tenant_id, letter.user_id, KEPT),
    )
    return _letter(row)


def _letter(row: Sequence[Any]) -> Letter:
    number, done, read, at, kind, source, title, text, about, tenant, user, key, changed, cost = row
    return Letter(
        id=number,
        at=_EPOCH + at * _MICROSECOND,
        kind=cast("LetterKind", kind),
        source=source,
        title=title,
        text=text,
        about=about,
        done=bool(done),
        read=bool(read),
        tenant_id=tenant,
        user_id=user,
        key=key,
        changed=tuple(json.loads(changed)),
        cost_usd=cost,
    )
