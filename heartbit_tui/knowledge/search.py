"""Finds chunks by their words and by their meaning, and puts the two rankings together."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.knowledge import query, rows, vectors
from heartbit_tui.knowledge.chunk import chunk_id
from heartbit_tui.knowledge.load import is_url
from heartbit_tui.knowledge.types import Database, Embedder, Found, Hit, Wanted, Withheld

DEPTH = 60
"""Chunks that each ranking brings in, at least; four times as many as are wanted where that is more."""

CONTENT_WEIGHT, TITLE_WEIGHT = 1.0, 2.0
"""How much a word counts in a chunk's text, and in the title of its document."""

WORDS_ALONE = "Searched by words alone: {why}"
PARTLY = "{missing} of {chunks} chunks have no vector yet and are found by words alone; `heartbit knowledge index` makes them."
EMPTY = "Nothing is indexed here; `heartbit knowledge index PATH` does that."

_BY_WORDS = """
SELECT c.key FROM knowledge_words AS w
JOIN knowledge_chunks AS c ON c.key = w.rowid
JOIN knowledge_documents AS d ON d.key = c.document
WHERE knowledge_words MATCH :match AND d.project = :project
AND (:source = '' OR substr(d.uri, 1, length(:source)) = :source)
ORDER BY bm25(knowledge_words, :content, :title), c.number, d.uri LIMIT :limit
"""
_CHUNK = """
SELECT d.uri, c.title, c.number, c.first_line, c.last_line, c.content FROM knowledge_chunks AS c
JOIN knowledge_documents AS d ON d.key = c.document WHERE c.key = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """The keys of chunks by words and by meaning, the best first."""

    words: Sequence[int]
    meaning: Sequence[int] = ()

    def by(self, key: int) -> Iterator[Literal["words", "meaning"]]:
        if key in self.words:
            yield "words"
        if key in self.meaning:
            yield "meaning"


class Search:
    """Searches one project; by meaning too where there is an embedder. Everything raises `StoreError`.

    Files for which `withheld` is true by now are not told, however they came into the index.
    """

    def __init__(
        self,
        database: Database,
        project: str,
        embedder: Embedder | None = None,
        *,
        withheld: Withheld = lambda _: False,
    ) -> None:
        self._database = database
        self._project = project
        self._embedder = embedder
        self._withheld = withheld
        self._whole: tuple[int, int] | None = None

    async def find(self, wanted: Wanted) -> Found:
        """The best chunks for a question, the best first.

        Both rankings count alike (reciprocal rank fusion). Where meaning cannot be asked now, words alone decide, and
        the note says so. When the first vectors come in meanwhile, it is searched again, by meaning too.
        """
        vector, note = await self._vector(wanted.text)
        found = await self._database.read(lambda connection: self._found(connection, wanted, vector, note))
        if vector or note:
            return found
        vector, note = await self._vector(wanted.text)
        if not vector:
            return found
        return await self._database.read(lambda connection: self._found(connection, wanted, vector, note))

    async def _vector(self, text: str) -> tuple[Sequence[float], str]:
        """What a question means, as the embedder has it; else why not, and nothing before there is a vector to compare."""
        embedder = self._embedder
        if embedder is None or not embedder.dimension or not text.strip():
            return (), ""
        if not await self._database.read(lambda connection: rows.has_vectors(connection, embedder.model)):
            return (), ""
        try:
            return (await embedder.embed([text]))[0], ""
        except HeartbitError as problem:
            return (), WORDS_ALONE.format(why=problem)

    def _found(self, connection: sqlite3.Connection, wanted: Wanted, vector: Sequence[float], note: str) -> Found:
        depth = max(DEPTH, 4 * wanted.limit)
        ranked = _Ranked(
            words=self._by_words(connection, wanted, depth),
            meaning=self._by_meaning(connection, wanted, vector, depth),
        )
        scores = query.fused(ranked.words, ranked.meaning)
        best = sorted(scores, key=lambda key: (-scores[key], key))
        hits = (
            hit for hit in _hits(connection, best, scores, ranked) if is_url(hit.uri) or not self._withheld(hit.uri)
        )
        note = note or self._unfinished(connection)
        return Found(hits=tuple(islice(hits, wanted.limit)), note=note)

    def _unfinished(self, connection: sqlite3.Connection) -> str:
        """What there is to say where nothing is indexed, or not all of it has a vector."""
        if not rows.has_chunks(connection, self._project):
            return EMPTY
        if self._embedder is None or not self._embedder.dimension:
            return ""
        held = rows.extent(connection, self._project)
        if held == self._whole:
            return ""
        missing = rows.missing(connection, self._project, self._embedder.model)
        if missing:
            return PARTLY.format(missing=missing, chunks=held[0])
        self._whole = held
        return ""

    def _by_words(self, connection: sqlite3.Connection, wanted: Wanted, depth: int) -> list[int]:
        match = query.match(wanted.text)
        if not match:
            return []
        told = {"match": match, "project": self._project, "source": wanted.source, "limit": depth}
        weights = {"content": CONTENT_WEIGHT, "title": TITLE_WEIGHT}
        return [key for (key,) in connection.execute(_BY_WORDS, {**told, **weights})]

    def _by_meaning(
        self, connection: sqlite3.Connection, wanted: Wanted, vector: Sequence[float], depth: int
    ) -> list[int]:
        if not vector or self._embedder is None:
            return []
        place = vectors.Place(project=self._project, source=wanted.source, model=self._embedder.model)
        return [key for key, cosine in vectors.nearest(connection, place, vector, depth) if cosine > 0]


def _hits(
    connection: sqlite3.Connection, keys: Sequence[int], scores: Mapping[int, float], ranked: _Ranked
) -> Iterator[Hit]:
    for key in keys:
        uri, title, number, first, last, text = connection.execute(_CHUNK, (key,)).fetchone()
        yield Hit(
            id=chunk_id(uri, number),
            uri=uri,
            title=title,
            first_line=first,
            last_line=last,
            text=text,
            score=scores[key],
            by=tuple(ranked.by(key)),
        )
