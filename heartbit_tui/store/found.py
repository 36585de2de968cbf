"""Finds what was said and done in all sessions, word by word, the newest first."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store import ids, indexing
from heartbit_tui.store.driver import transaction
from heartbit_tui.store.index import beginning, like
from heartbit_tui.store.indexing import Agreement
from heartbit_tui.store.passages import CLOSING, OPENING, Kind, Mask
from heartbit_tui.store.rows import lenient
from heartbit_tui.store.sentences import sentence_of
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.write import storable

PATIENCE = 2.0
"""Seconds that a search waits for the index to be up to date, before it looks at what there is."""

SPARE = 3
"""Times as many rows as are wanted are looked at, because copies of a session say the same."""

_WORDS = re.compile(r'"([^"]+)"|(\S+)')
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of languages that put no blank between words, so that a word is no beginning of anything in the index."""

_SELECT = """
SELECT s.key, s.id, s.title, s.cwd, p.seq, p.kind, p.call, coalesce(e.at, ''), {text}
FROM {tables} JOIN sessions AS s ON s.key = p.session
LEFT JOIN events AS e ON e.session = p.session AND e.seq = p.seq
WHERE {conditions} ORDER BY {order} DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A sentence that was found: where it stands, and from where to where in it what was looked for.

    `call` is the id of the call that it is about, empty for words. `copies` counts the sessions that were forked
    from this one and say the same there. `at` is as `wire.write.timestamp` writes it.
    """

    session: str
    title: str
    cwd: str
    seq: int
    at: str
    kind: Kind
    call: str
    sentence: str
    marks: tuple[tuple[int, int], ...]
    copies: int = 0

    @property
    def short(self) -> str:
        """What people type to name the session."""
        return ids.short(self.session)

    @property
    def marked(self) -> str:
        """The sentence, with what was found between » and «."""
        text = self.sentence
        for start, stop in reversed(self.marks):
            text = f"{text[:start]}»{text[start:stop]}«{text[stop:]}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for: words that a text must all hold, each as a beginning; in quotes, one after the other.

    `cwd` and `session` narrow it down to a folder and to a session.
    """

    text: str
    cwd: str | None = None
    session: str = ""
    limit: int = 50

    @property
    def words(self) -> tuple[str, ...]:
        """The words and the phrases."""
        return tuple(filter(None, (one or other for one, other in _WORDS.findall(self.text.replace("\x00", " ")))))


class Passages:
    """The index of all words; everything raises `StoreError` when the file cannot be used."""

    def __init__(self, reader: Worker, writer: Worker, clock: Clock) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def search(self, asked: Asked) -> list[Hit]:
        """The texts that hold all words, newest first; what the index does not have yet is not among them."""
        if not asked.words:
            return []
        rows = await self._reader.do(_looked_up(asked))
        return _distinct([(key, _hit(row, asked.words)) for key, *row in rows])[: asked.limit]

    async def catch_up(self, mask: Mask, *, patience: float = PATIENCE) -> int:
        """Bring the index up to the log, for so many seconds at most; how many events are left to do."""
        until = self._clock.monotonic() + patience
        while await self._writer.do(lambda connection: _step(connection, mask)) and self._clock.monotonic() < until:
            pass
        return await self._reader.do(indexing.behind)

    async def agreement(self) -> Agreement:
        """Whether index and log agree."""
        return await self._writer.do(indexing.agreement)

    async def rebuild(self, mask: Mask) -> None:
        """Make the index anew."""

        def emptied(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                indexing.forget(connection)

        await self._writer.do(emptied)
        await self.catch_up(mask, patience=float("inf"))


def match_of(words: Sequence[str]) -> str:
    """The beginnings of words that a text must all hold, as FTS5 takes them."""
    return " AND ".join(map(beginning, words))


def _step(connection: sqlite3.Connection, mask: Mask) -> bool:
    key = indexing.next_behind(connection)
    if key:
        indexing.take_in(connection, key, mask)
    return bool(key)


def _looked_up(asked: Asked) -> Callable[[sqlite3.Connection], list[tuple[int, ...]]]:
    spaced = [word for word in asked.words if not _UNSPACED.search(word)]
    inside = [word for word in asked.words if _UNSPACED.search(word)]
    conditions = ["p.text LIKE ? ESCAPE '\\'" for _ in inside]
    values: list[object] = [like(word) for word in inside]
    if spaced:
        tables, order = "passage_words AS w JOIN passages AS p ON p.id = w.rowid", "w.rowid"
        text = f"highlight(passage_words, 0, char({ord(OPENING)}), char({ord(CLOSING)}))"
        conditions, values = ["passage_words MATCH ?", *conditions], [match_of(spaced), *values]
    else:
        tables, order, text = "passages AS p", "p.id", "p.text"
    if asked.cwd is not None:
        conditions, values = [*conditions, "s.cwd = ?"], [*values, storable(asked.cwd)]
    if asked.session:
        conditions, values = [*conditions, "s.id = ?"], [*values, storable(asked.session)]
    statement = _SELECT.format(text=text, tables=tables, conditions=" AND ".join(conditions), order=order)

    def operation(connection: sqlite3.Connection) -> list[tuple[int, ...]]:
        with lenient(connection):
            return connection.execute(statement, (*values, asked.limit * SPARE)).fetchall()

    return operation


def _hit(row: Sequence[object], words: Sequence[str]) -> Hit:
    session, title, cwd, seq, kind, call, at, text = map(str, row)
    sentence, marks = sentence_of(text, words)
    return Hit(
        session=session,
        title=title,
        cwd=cwd,
        seq=int(seq),
        at=at,
        kind=_kind(kind),
        call=call,
        sentence=sentence,
        marks=marks,
    )


def _distinct(found: list[tuple[int, Hit]]) -> list[Hit]:
    """The hits, each once: of a session and its copies the first one, which is the original."""
    first: dict[tuple[str, str, str, str], tuple[int, Hit]] = {}
    copies: dict[tuple[str, str, str, str], int] = {}
    for key, hit in found:
        same = (hit.at, hit.kind, hit.call, hit.sentence)
        copies[same] = copies.get(same, -1) + 1
        if same not in first or key < first[same][0]:
            first[same] = (key, hit)
    return [replace(hit, copies=copies[same]) for same, (_, hit) in first.items()]


def _kind(text: str) -> Kind:
    match text:
        case "prompt" | "answer" | "call":
            return text
        case _:
            return "result"
