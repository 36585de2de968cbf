"""The list of one workspace: changes are made in the data file, and merged with what people changed in TODO.json."""

import asyncio
import contextlib
import json
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.schedules import plain
from heartbit_tui.schedules.firings import moment, stamp
from heartbit_tui.schedules.todo.entries import Entry, TodoError, read, shown, write
from heartbit_tui.schedules.todo.merging import Written, merged
from heartbit_tui.schedules.types import Database, Tell

_Answer = TypeVar("_Answer")

FILE = "TODO.json"
MOST_BYTES = 4_000_000
"""What a TODO.json may have; a longer one is not read."""

UNREADABLE = "{path} is not read and not written until it is put right: {problem}. The list goes on without it."
AWAY = "it is a link that leads out of its folder"
UNWRITTEN = "{path} could not be written: {problem}. The list itself is kept."

Entries: TypeAlias = dict[str, Entry]

Withheld: TypeAlias = Callable[[], str]
"""Why what others wrote into the file does not count now, in a sentence; empty where it does. It is called off the event loop."""


def nothing() -> str:
    """Of a workspace in which everything counts."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list at one moment, and when it was last gone through."""

    entries: tuple[Entry, ...]
    reviewed: datetime | None = None


class Todos:
    """The list of the workspace at `root`. Everything raises `StoreError`.

    Each operation takes in what TODO.json says by now, and writes it where it is not as the list is. `tell` hears, once
    each, what is wrong with the file. While something is `withheld`, a file that is not as it was written here last is left
    alone.
    """

    def __init__(
        self,
        database: Database,
        root: Path,
        clock: Clock,
        tell: Tell,
        new_id: Callable[[], str] = lambda: secrets.token_hex(4),
        withheld: Withheld = nothing,
    ) -> None:
        self._database = database
        self._place = str(root)
        self._path = root / FILE
        self._clock = clock
        self._tell = tell
        self._new_id = new_id
        self._withheld = withheld
        self._told = ""

    @property
    def path(self) -> Path:
        """Where the list is written out."""
        return self._path

    def fresh(self) -> str:
        """An id for a new entry."""
        return self._new_id()

    async def listed(self) -> Listed:
        """All entries, in the order in which they came."""
        return await self._changed(lambda entries, reviewed: Listed(entries=tuple(entries.values()), reviewed=reviewed))

    async def change(self, act: Callable[[Entries], _Answer]) -> _Answer:
        """Let `act` change the entries, by their ids; what it raises changes nothing."""
        return await self._changed(lambda entries, _: act(entries))

    async def review(self) -> None:
        """Keep that the list was gone through now."""
        now = self._clock.now()

        def operation(connection: sqlite3.Connection) -> None:
            statement = "UPDATE todo_exports SET reviewed = ? WHERE place = ?"
            if connection.execute(statement, (stamp(now), self._place)).rowcount == 0:
                connection.execute(
                    "INSERT INTO todo_exports (place, body, reviewed) VALUES (?, '{}', ?)", (self._place, stamp(now))
                )

        await self._database.write(operation)

    async def _changed(self, act: Callable[[Entries, datetime | None], _Answer]) -> _Answer:
        now = self._clock.now()
        withheld = await asyncio.to_thread(self._withheld)

        def operation(connection: sqlite3.Connection) -> tuple[_Answer, str]:
            base, reviewed = _last_written(connection, self._place)
            kept = _kept(connection, self._place)
            text, problem = _text_of(self._path)
            theirs, wrong = self._theirs(text, problem, base, now)
            if withheld and theirs != base:
                theirs, wrong = base, withheld
            whole = merged(base, kept, theirs)
            entries = {name: self._entry(body, now) for name, body in whole.items()}
            answer = act(entries, reviewed)
            written = {name: write(entry) for name, entry in entries.items()}
            _keep(connection, self._place, kept, written)
            return answer, wrong or self._export(connection, written, text, reviewed)

        answer, told = await self._database.write(operation)
        if told and told != self._told:
            self._tell(told)
        self._told = told
        return answer

    def _theirs(self, text: str | None, problem: str, base: Written, now: datetime) -> tuple[Written, str]:
        """The entries of the file, as they were written last where it says nothing; and why it cannot be read."""
        if text is not None and not problem:
            try:
                return self._parsed(text, base, now), ""
            except TodoError as error:
                problem = str(error)
        return base, UNREADABLE.format(path=self._path, problem=problem) if problem else ""

    def _parsed(self, text: str, base: Written, now: datetime) -> Written:
        """The entries of the file; one that was changed there without a word of when was changed now."""
        found: dict[str, JsonObject] = {}
        for number, value in enumerate(_values(text)):
            entry = read(value, f"entries[{number}]", now, self._new_id)
            if entry.id in found:
                raise TodoError(f"entries[{number}].id {entry.id[:60]!r} stands there twice")
            before = base.get(entry.id)
            body = write(entry)
            if before is not None and body != before and body["updated_at"] == before["updated_at"]:
                body = write(replace(entry, updated_at=now))
            found[entry.id] = body
        return found

    def _entry(self, body: JsonObject, now: datetime) -> Entry:
        return read(body, "an entry", now, self._new_id)

    def _export(
        self, connection: sqlite3.Connection, written: Written, text: str | None, reviewed: datetime | None
    ) -> str:
        """Write the file where it is not as the list is; what went wrong, or empty."""
        told = {"entries": list(written.values())}
        whole = told if reviewed is None else {**told, "last_reviewed_at": shown(reviewed)}
        wanted = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
        if wanted != text and (written or text is not None):
            if _text_of(self._path)[0] != text:
                # Somebody has just written it: what they wrote is taken in the next time.
                return ""
            try:
                _replace(self._path.resolve(), wanted)
            except OSError as error:
                return UNWRITTEN.format(path=self._path, problem=error.strerror or error)
        connection.execute(
            "INSERT INTO todo_exports (place, body) VALUES (?1, ?2) ON CONFLICT (place) DO UPDATE SET body = ?2",
            (self._place, json.dumps(written)),
        )
        return ""


def _values(text: str) -> list[object]:
    try:
        whole = cast("object", json.loads(text))
        json.dumps(whole, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise TodoError(f"it is no JSON: {error}") from error
    entries = cast("dict[str, object]", whole).get("entries") if isinstance(whole, dict) else None
    if not isinstance(entries, list):
        raise TodoError('it has no list "entries"')
    return cast("list[object]", entries)


def _text_of(path: Path) -> tuple[str | None, str]:
    """What the file says, None where there is none or nothing in it; and why it cannot be read."""
    try:
        if not path.resolve().is_relative_to(path.parent.resolve()):
            return None, AWAY
        data = plain.contents(path, MOST_BYTES)
        if len(data) > MOST_BYTES:
            return None, f"it has more than {MOST_BYTES:,} bytes"
        text = data.decode("utf-8-sig")
        return text if text.strip() else None, ""
    except FileNotFoundError:
        return None, ""
    except UnicodeDecodeError:
        return None, "it is no UTF-8"
    except OSError as error:
        return None, error.strerror or str(error)
    except RuntimeError:  # what Python 3.12 raises for links that lead in a circle
        return None, "it is a link in a circle"


def _replace(path: Path, text: str) -> None:
    """Put a text in the place of the file, in one step."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _last_written(connection: sqlite3.Connection, place: str) -> tuple[Written, datetime | None]:
    row = connection.execute("SELECT body, reviewed FROM todo_exports WHERE place = ?", (place,)).fetchone()
    if row is None:
        return {}, None
    return cast("Written", json.loads(row[0])), None if row[1] is None else moment(row[1])


def _kept(connection: sqlite3.Connection, place: str) -> Written:
    rows = connection.execute("SELECT id, body FROM todos WHERE place = ? ORDER BY number", (place,))
    return {row[0]: cast("JsonObject", json.loads(row[1])) for row in rows}


def _keep(connection: sqlite3.Connection, place: str, before: Written, now: Written) -> None:
    for gone in before.keys() - now.keys():
        connection.execute("DELETE FROM todos WHERE place = ? AND id = ?", (place, gone))
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM todos WHERE place = ?", (place,)).fetchone()
    for number, (name, body) in enumerate(now.items(), int(last) + 1):
        if before.get(name) != body:
            connection.execute(
                "INSERT INTO todos (place, id, number, body) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (place, id) DO UPDATE SET body = ?4",
                (place, name, number, json.dumps(body)),
            )
