"""Gives chunks their vectors: those that have none of the model that counts now, in batches that are kept at once."""

import sqlite3
from collections.abc import Sequence
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.knowledge.types import Database, KnowledgeError
from heartbit_tui.knowledge.vectors import packed

_TEXTS = "SELECT c.key, c.title || char(10) || c.content"
_PENDING = """
FROM knowledge_documents AS d
JOIN knowledge_chunks AS c ON c.document = d.key
LEFT JOIN knowledge_vectors AS v ON v.chunk = c.key AND v.model = :model
WHERE d.project = :project AND v.chunk IS NULL
"""
_KEEP = """
INSERT OR REPLACE INTO knowledge_vectors (chunk, model, vector)
SELECT key, ?, ? FROM knowledge_chunks WHERE key = ?
"""

_MISFITS = "DELETE FROM knowledge_vectors WHERE model = ? AND length(vector) <> ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A chunk that waits for its vector, its title on the first line; chunks never change, so `revision` is 0."""

    key: int
    text: str
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Chunks that wait for a vector: some of them, and how many there are in all."""

    texts: tuple[Pending, ...]
    total: int


class Embedded(Protocol):
    """The vector of a chunk that had waited."""

    @property
    def key(self) -> int: ...
    @property
    def values(self) -> Sequence[float]: ...


class Vectors:
    """The vectors of a project, as whoever makes them sees it. Everything raises `StoreError`."""

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    async def pending(self, model: str, limit: int) -> Waiting:
        """Chunks that this model has not read yet."""
        told = {"model": model, "project": self._project}

        def operation(connection: sqlite3.Connection) -> Waiting:
            total: int = connection.execute(f"SELECT count(*) {_PENDING}", told).fetchone()[0]
            some = connection.execute(f"{_TEXTS} {_PENDING} ORDER BY c.key LIMIT :limit", {**told, "limit": limit})
            return Waiting(texts=tuple(Pending(key=key, text=text) for key, text in some), total=total)

        return await self._database.read(operation)

    async def embed(self, model: str, vectors: Sequence[Embedded]) -> int:
        """Keep vectors, in place of those of another model; how many. Those of chunks that are gone are left out.

        Vectors of this model of another length cannot be compared with them any more: their chunks wait again. Raises
        `KnowledgeError` where the new ones differ among themselves.
        """
        if len({len(each.values) for each in vectors}) > 1:
            raise KnowledgeError(f"{model} gave vectors of different lengths, which cannot be compared.")
        values = [(model, packed(each.values), each.key) for each in vectors]

        def operation(connection: sqlite3.Connection) -> int:
            if values:
                connection.execute(_MISFITS, (model, len(values[0][1])))
            return connection.executemany(_KEEP, values).rowcount

        return await self._database.write(operation)

    async def serve(self, model: str) -> None:
        """Give up the vectors of every other model."""
        gone = """
            DELETE FROM knowledge_vectors WHERE model <> ? AND chunk IN (
                SELECT c.key FROM knowledge_documents AS d JOIN knowledge_chunks AS c ON c.document = d.key
                WHERE d.project = ?)
        """
        await self._database.write(lambda connection: connection.execute(gone, (model, self._project)).rowcount)
