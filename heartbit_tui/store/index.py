"""Answers questions about sessions out of the index, without opening one."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import ids
from heartbit_tui.store.recorder import NOBODY, Owner, Place
from heartbit_tui.store.rows import lenient
from heartbit_tui.store.summary import State, Summary
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.write import storable

Whose: TypeAlias = tuple[str, str | None]
"""Tenant and user whose sessions are meant; those of a whole tenant where there is no user."""

NO_SESSION = "No session {id!r}. `heartbit sessions` lists them."
_COLUMNS = ", ".join(f"s.{field.name}" for field in fields(Summary))
_FROM = "FROM sessions AS s LEFT JOIN owners AS o ON o.session = s.key"
_SELECT = f"SELECT s.key, s.id, ifnull(o.tenant, ''), ifnull(o.user, ''), {_COLUMNS} {_FROM}"
_WORD = """
(s.title LIKE ? ESCAPE '\\' OR s.key IN (
    SELECT p.session FROM prompts AS p WHERE p.id IN (SELECT rowid FROM prompt_words WHERE prompt_words MATCH ?)
    UNION
    SELECT p.session FROM passages AS p WHERE p.id IN (SELECT rowid FROM passage_words WHERE passage_words MATCH ?)
))
"""


class NoSessionError(StoreError):
    """There is no session with this id, or it is somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """A session in the index."""

    id: str
    state: State
    summary: Summary
    owner: Owner = NOBODY

    @property
    def short(self) -> str:
        """What people type to name it."""
        return ids.short(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """Bytes on the disk: the files in all, and what each session holds of it, largest first."""

    total: int
    sessions: tuple[tuple[str, int], ...]


class Index:
    """Lists, finds and measures sessions; `held` tells whether a process writes a session now."""

    def __init__(self, worker: Worker, held: Callable[[str], bool], path: Path) -> None:
        self._worker = worker
        self._held = held
        self._path = path

    async def search(
        self, query: str = "", *, limit: int = 50, cwd: str | None = None, owner: Whose | None = None
    ) -> list[SessionInfo]:
        """The sessions in which every word of `query` was said: in the title, a prompt or what is in the index of all words.

        The newest come first.
        A word also finds longer words that begin with it. `cwd` keeps to the sessions of one folder, `owner` to those
        of one user.
        """
        words = query.replace("\x00", " ").split()
        whose, names = _of(owner)
        conditions = [*(_WORD for _ in words), *(["s.cwd = ?"] if cwd is not None else []), *whose]
        values = [value for word in words for value in (like(word), beginning(word), beginning(word))]
        if cwd is not None:
            values.append(storable(cwd))
        values += names
        statement = f"{_SELECT} {_where(conditions)} ORDER BY s.updated DESC, s.key DESC LIMIT ?"
        return [self._info(place) for place in await self._worker.do(_places(statement, (*values, limit)))]

    async def info(self, session_id: str) -> SessionInfo:
        """One session. Raises `StoreError` when there is none with exactly this id."""
        found = await self._worker.do(lambda connection: place_of(connection, session_id))
        return self._info(found)

    async def resolve(self, text: str, owner: Owner | None = None) -> str:
        """The id that `text` means, a short form or the beginning of an id, of this owner's or of all. Raises `StoreError`."""
        where, values = _of(owner)
        statement = f"SELECT s.id {_FROM} {_where(where)}"
        pairs = await self._worker.do(lambda connection: connection.execute(statement, values).fetchall())
        return ids.resolve(text, (each for (each,) in pairs))

    async def last(self, cwd: str | None = None, owner: Owner | None = None) -> SessionInfo | None:
        """The session that was used last, in this folder or anywhere, by this owner or anybody."""
        return next(iter(await self.search(limit=1, cwd=cwd, owner=owner)), None)

    async def of_tenant(self, tenant: str, *, limit: int = 50) -> list[SessionInfo]:
        """The sessions of all users of a tenant, newest first."""
        statement = f"{_SELECT} WHERE o.tenant = ? ORDER BY s.updated DESC, s.key DESC LIMIT ?"
        return [self._info(place) for place in await self._worker.do(_places(statement, (storable(tenant), limit)))]

    async def prompts(self, *, limit: int = 1000, cwd: str | None = None) -> list[str]:
        """What was typed, newest first, each once."""
        where, values = ("WHERE cwd = ?", (storable(cwd),)) if cwd is not None else ("", ())
        statement = f"SELECT text FROM prompts {where} GROUP BY text ORDER BY max(id) DESC LIMIT ?"
        found = await self._worker.do(lambda connection: connection.execute(statement, (*values, limit)).fetchall())
        return [text for (text,) in found]

    async def prompted(self, after: int, *, limit: int = 1000) -> tuple[int, tuple[str, ...]]:
        """The number of the last prompt of all, and sessions in which one with a number above `after` was given."""
        last = "SELECT coalesce(max(id), 0) FROM prompts"
        given = "SELECT DISTINCT s.id FROM prompts AS p JOIN sessions AS s ON s.key = p.session WHERE p.id > ? LIMIT ?"

        def operation(connection: sqlite3.Connection) -> tuple[int, tuple[str, ...]]:
            ((number,),) = connection.execute(last)
            return number, tuple(session for (session,) in connection.execute(given, (after, limit)))

        return await self._worker.do(operation)

    async def disk(self) -> DiskUse:
        """What sessions take on the disk."""
        statement = "SELECT id, size FROM sessions ORDER BY size DESC, id"
        sizes = await self._worker.do(lambda connection: connection.execute(statement).fetchall())
        return DiskUse(total=file_bytes(self._path), sessions=tuple(sizes))

    def _info(self, place: Place) -> SessionInfo:
        state: State = "ended"
        if self._held(place.session_id):
            state = "open"
        elif place.summary.open_run:
            state = "crashed"
        return SessionInfo(id=place.session_id, state=state, summary=place.summary, owner=place.owner)


def find_place(connection: sqlite3.Connection, session_id: str) -> Place | None:
    """Where a session stands, or None where there is none with this id."""
    return next(iter(_places(f"{_SELECT} WHERE s.id = ?", (storable(session_id),))(connection)), None)


def place_of(connection: sqlite3.Connection, session_id: str) -> Place:
    """Where a session stands. Raises `NoSessionError` when there is none with this id."""
    found = find_place(connection, session_id)
    if found is None:
        raise NoSessionError(NO_SESSION.format(id=session_id))
    return found


def owned(place: Place | None, session_id: str, owner: Owner | None) -> Place:
    """Where a session of this owner stands, or where a new one will. Raises `NoSessionError` where it is somebody else's."""
    tenant, user = map(storable, owner or NOBODY)
    if place is None:
        return Place(session_id=session_id, owner=(tenant, user))
    if owner is not None and place.owner != (tenant, user):
        raise NoSessionError(NO_SESSION.format(id=session_id))
    return place


def all_places(connection: sqlite3.Connection) -> list[Place]:
    """Every session, the one that was used longest ago first."""
    return _places(f"{_SELECT} ORDER BY s.updated, s.key", ())(connection)


def file_bytes(path: Path) -> int:
    """The size of the session file with the files that SQLite keeps beside it."""
    parts = (path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))
    return sum(part.stat().st_size for part in parts if part.exists())


def _of(owner: Whose | None) -> tuple[list[str], list[str]]:
    """The conditions that keep to the sessions of an owner, and their values."""
    if owner is None:
        return [], []
    tenant, user = owner
    if user is None:
        return ["ifnull(o.tenant, '') = ?"], [storable(tenant)]
    owner = (tenant, user)
    return (["o.session IS NULL"], []) if owner == NOBODY else (["o.tenant = ?", "o.user = ?"], [*map(storable, owner)])


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _places(statement: str, values: tuple[object, ...]) -> Callable[[sqlite3.Connection], list[Place]]:
    names = [field.name for field in fields(Summary)]

    def operation(connection: sqlite3.Connection) -> list[Place]:
        found: list[Place] = []
        with lenient(connection):
            lines = connection.execute(statement, values).fetchall()
        for key, session_id, tenant, user, *columns in lines:
            told = dict(zip(names, columns, strict=True))
            told["renamed"] = bool(told["renamed"])
            found.append(Place(session_id=session_id, key=key, summary=Summary(**told), owner=(tenant, user)))
        return found

    return operation


def like(word: str) -> str:
    """A word as LIKE finds it anywhere, with `\\` before what would mean something there."""
    escaped = storable(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def beginning(word: str) -> str:
    """A word as FTS5 takes it: in quotes, so that nothing in it is syntax, and as a beginning."""
    return '"' + storable(word).replace('"', '""') + '"*'
