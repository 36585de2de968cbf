"""Answers questions about sessions out of the index, without opening one."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import ids
from heartbit_tui.store.recorder import Place
from heartbit_tui.store.rows import lenient, storable
from heartbit_tui.store.summary import State, Summary
from heartbit_tui.store.worker import Worker

_COLUMNS = ", ".join(f"s.{field.name}" for field in fields(Summary))
_SELECT = f"SELECT s.key, s.id, {_COLUMNS} FROM sessions AS s"
_WORD = """
(s.title LIKE ? ESCAPE '\\' OR s.key IN (
    SELECT p.session FROM prompts AS p WHERE p.id IN (SELECT rowid FROM prompt_words WHERE prompt_words MATCH ?)
    UNION
    SELECT p.session FROM passages AS p WHERE p.id IN (SELECT rowid FROM passage_words WHERE passage_words MATCH ?)
))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """A session in the index."""

    id: str
    state: State
    summary: Summary

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

    async def search(self, query: str = "", *, limit: int = 50, cwd: str | None = None) -> list[SessionInfo]:
        """The sessions in which every word of `query` was said: in the title, a prompt or what is in the index of all words.

        The newest come first.
        A word also finds longer words that begin with it. `cwd` keeps to the sessions of one folder.
        """
        words = query.replace("\x00", " ").split()
        conditions = [_WORD for _ in words] + (["s.cwd = ?"] if cwd is not None else [])
        values = [value for word in words for value in (like(word), beginning(word), beginning(word))]
        if cwd is not None:
            values.append(storable(cwd))
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        statement = f"{_SELECT} {where} ORDER BY s.updated DESC, s.key DESC LIMIT ?"
        return [self._info(place) for place in await self._worker.do(_places(statement, (*values, limit)))]

    async def info(self, session_id: str) -> SessionInfo:
        """One session. Raises `StoreError` when there is none with exactly this id."""
        found = await self._worker.do(lambda connection: place_of(connection, session_id))
        return self._info(found)

    async def resolve(self, text: str) -> str:
        """The id that `text` means, a short form or the beginning of an id. Raises `StoreError`."""
        pairs = await self._worker.do(lambda connection: connection.execute("SELECT id FROM sessions").fetchall())
        return ids.resolve(text, (each for (each,) in pairs))

    async def last(self, cwd: str | None = None) -> SessionInfo | None:
        """The session that was used last, in this folder or anywhere."""
        return next(iter(await self.search(limit=1, cwd=cwd)), None)

    async def prompts(self, *, limit: int = 1000, cwd: str | None = None) -> list[str]:
        """What was typed, newest first, each once."""
        where, values = ("WHERE cwd = ?", (storable(cwd),)) if cwd is not None else ("", ())
        statement = f"SELECT text FROM prompts {where} GROUP BY text ORDER BY max(id) DESC LIMIT ?"
        found = await self._worker.do(lambda connection: connection.execute(statement, (*values, limit)).fetchall())
        return [text for (text,) in found]

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
        return SessionInfo(id=place.session_id, state=state, summary=place.summary)


def find_place(connection: sqlite3.Connection, session_id: str) -> Place | None:
    """Where a session stands, or None where there is none with this id."""
    return next(iter(_places(f"{_SELECT} WHERE s.id = ?", (storable(session_id),))(connection)), None)


def place_of(connection: sqlite3.Connection, session_id: str) -> Place:
    """Where a session stands. Raises `StoreError` when there is none with this id."""
    found = find_place(connection, session_id)
    if found is None:
        raise StoreError(f"No session {session_id!r}. `heartbit sessions` lists them.")
    return found


def all_places(connection: sqlite3.Connection) -> list[Place]:
    """Every session, the one that was used longest ago first."""
    return _places(f"{_SELECT} ORDER BY s.updated, s.key", ())(connection)


def file_bytes(path: Path) -> int:
    """The size of the session file with the files that SQLite keeps beside it."""
    parts = (path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))
    return sum(part.stat().st_size for part in parts if part.exists())


def _places(statement: str, values: tuple[object, ...]) -> Callable[[sqlite3.Connection], list[Place]]:
    names = [field.name for field in fields(Summary)]

    def operation(connection: sqlite3.Connection) -> list[Place]:
        found: list[Place] = []
        with lenient(connection):
            lines = connection.execute(statement, values).fetchall()
        for key, session_id, *columns in lines:
            told = dict(zip(names, columns, strict=True))
            told["renamed"] = bool(told["renamed"])
            found.append(Place(session_id=session_id, key=key, summary=Summary(**told)))
        return found

    return operation


def like(word: str) -> str:
    """A word as LIKE finds it anywhere, with `\\` before what would mean something there."""
    escaped = storable(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def beginning(word: str) -> str:
    """A word as FTS5 takes it: in quotes, so that nothing in it is syntax, and as a beginning."""
    return '"' + storable(word).replace('"', '""') + '"*'
