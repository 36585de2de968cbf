"""Brings the index of all words up to the log, a little at a time, and finds out whether the two agree."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.store import driver
from heartbit_tui.store.driver import transaction
from heartbit_tui.store.passages import TYPES, Mask, Passage, passages
from heartbit_tui.store.search_tables import REMOVED

SLICE = 40
"""Events that are taken in at once: some milliseconds."""

LETTERS = 60_000
"""Characters of events that are taken in at once, where they are long."""

COUNTER = 24
"""Bits of an id that tell passages of one second apart."""

_KINDS = ", ".join(f"'{kind}'" for kind in TYPES)
_ROWS = f"SELECT seq, at, type, body FROM events WHERE session = ? AND seq > ? AND type IN ({_KINDS}) ORDER BY seq"
_INSERT = "INSERT INTO passages (id, session, seq, kind, call, text) VALUES (?, ?, ?, ?, ?, ?)"
_STRAY = "SELECT count(*) FROM passages WHERE session NOT IN (SELECT key FROM sessions)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How the index and the log stand to each other; `wrong` says in sentences where they disagree."""

    passages: int
    behind: int
    wrong: tuple[str, ...] = ()


def behind(connection: sqlite3.Connection) -> int:
    """How many events are not in the index yet, counted by their seqs."""
    return int(connection.execute("SELECT coalesce(sum(max(last_seq - indexed, 0)), 0) FROM sessions").fetchone()[0])


def next_behind(connection: sqlite3.Connection) -> int:
    """The key of a session that is not wholly in the index, the oldest first; 0 where there is none."""
    found = connection.execute("SELECT key FROM sessions WHERE indexed < last_seq ORDER BY updated, key LIMIT 1")
    return next((key for (key,) in found), 0)


def take_in(connection: sqlite3.Connection, key: int, mask: Mask) -> bool:
    """Add the next events of a session to the index, in a transaction of its own; whether more are waiting.

    What is masked and cut is made before the file is held; where another process was faster, nothing is added.
    """
    found = connection.execute("SELECT indexed, last_seq FROM sessions WHERE key = ?", (key,)).fetchone()
    if found is None or found[0] >= found[1]:
        return False
    mark, last = found
    lines = _lines(connection, key, mark)
    until = lines[-1][0] if lines else last
    wanted = [
        (at, passage) for seq, at, kind, body in lines for passage in passages(int(seq), str(kind), str(body), mask)
    ]
    with transaction(connection):
        moved = connection.execute(
            "UPDATE sessions SET indexed = ? WHERE key = ? AND indexed = ? AND last_seq >= ?", (until, key, mark, until)
        )
        if moved.rowcount:
            _add(connection, key, wanted)
    return until < last


def forget(connection: sqlite3.Connection) -> None:
    """Empty the index, within the caller's transaction; all is taken in again later."""
    connection.execute("DROP TRIGGER IF EXISTS passage_removed")
    connection.execute("DELETE FROM passages")
    connection.execute("INSERT INTO passage_words (passage_words) VALUES ('delete-all')")
    connection.execute(REMOVED)
    connection.execute("INSERT INTO prompt_words (prompt_words) VALUES ('rebuild')")
    connection.execute("UPDATE sessions SET indexed = 0")


def agreement(connection: sqlite3.Connection) -> Agreement:
    """Whether each word can be found where it was said, and nothing else is found."""
    (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    wrong = [*_words_wrong(connection, "prompt_words"), *_words_wrong(connection, "passage_words")]
    return Agreement(passages=count, behind=behind(connection), wrong=(*wrong, *rows_wrong(connection)))


def _lines(connection: sqlite3.Connection, key: int, mark: int) -> Sequence[tuple[int, str, str, str]]:
    lines: list[tuple[int, str, str, str]] = []
    letters = 0
    for line in connection.execute(f"{_ROWS} LIMIT {SLICE}", (key, mark)):
        lines.append(line)
        letters += len(line[3])
        if letters > LETTERS:
            break
    return lines


def _add(connection: sqlite3.Connection, key: int, wanted: Iterable[tuple[str, Passage]]) -> None:
    last: dict[int, int] = {}
    for at, passage in wanted:
        second = _second(at)
        last[second] = last[second] + 1 if second in last else _free(connection, second)
        connection.execute(_INSERT, (last[second], key, *passage))


def _free(connection: sqlite3.Connection, second: int) -> int:
    """The next id of this second."""
    until = (second + 1) << COUNTER
    (most,) = connection.execute("SELECT max(id) FROM passages WHERE id < ?", (until,)).fetchone()
    return max(second << COUNTER, most + 1 if most is not None else second << COUNTER)


def _second(at: str) -> int:
    try:
        moment = datetime.fromisoformat(at)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, TypeError, OverflowError):  # a damaged row is found with the oldest
        return 0


def _words_wrong(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    try:
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    except driver.errors() as error:
        yield f"{table} does not hold the words of its rows ({error})"


def rows_wrong(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Where the texts are not those of the events, told by what each is of; what was masked is not compared."""
    wrong: list[str] = []
    for key, name, mark in connection.execute("SELECT key, id, indexed FROM sessions").fetchall():
        there = connection.execute("SELECT seq, kind, call FROM passages WHERE session = ?", (key,)).fetchall()
        rows = connection.execute(_ROWS, (key, 0))
        of_rows = (each for row in rows if row[0] <= mark for each in passages(row[0], row[2], row[3], str))
        wanted = {(each.seq, each.kind, each.call) for each in of_rows}
        if missing := len(wanted.difference(there)):
            wrong.append(f"{missing} texts of session {name} are not in the index")
        if stray := len(set(there) - wanted):
            wrong.append(f"{stray} texts in the index belong to no event of session {name}")
    (count,) = connection.execute(_STRAY).fetchone()
    return (*wrong, *((f"{count} texts in the index belong to no session",) if count else ()))
