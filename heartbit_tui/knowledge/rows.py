"""What is written into the tables of the knowledge base, and read from them; each function is part of one operation."""

import sqlite3
from collections.abc import Iterable, Mapping

from heartbit_tui.knowledge.prepare import Ready
from heartbit_tui.knowledge.types import Kind, Source, Stats


def digests(connection: sqlite3.Connection, project: str) -> Mapping[str, str]:
    """The digest of each document of a project, by its URI."""
    return dict(
        connection.execute("SELECT uri, digest FROM knowledge_documents WHERE project = ?", (project,)).fetchall()
    )


def has_chunks(connection: sqlite3.Connection, project: str) -> bool:
    """Whether anything of a project can be found."""
    some = """
        SELECT 1 FROM knowledge_documents AS d JOIN knowledge_chunks AS c ON c.document = d.key WHERE d.project = ? LIMIT 1
    """
    return connection.execute(some, (project,)).fetchone() is not None


def extent(connection: sqlite3.Connection, project: str) -> tuple[int, int]:
    """How many chunks a project has, and the key of the newest: both are the same as long as nothing is added."""
    counted = """
        SELECT count(*), coalesce(max(c.key), 0) FROM knowledge_documents AS d
        JOIN knowledge_chunks AS c ON c.document = d.key WHERE d.project = ?
    """
    count, newest = connection.execute(counted, (project,)).fetchone()
    return count, newest


def missing(connection: sqlite3.Connection, project: str, model: str) -> int:
    """How many chunks of a project a model has not read."""
    counted = """
        SELECT count(*) FROM knowledge_documents AS d JOIN knowledge_chunks AS c ON c.document = d.key
        LEFT JOIN knowledge_vectors AS v ON v.chunk = c.key AND v.model = ? WHERE d.project = ? AND v.chunk IS NULL
    """
    return int(connection.execute(counted, (model, project)).fetchone()[0])


def has_vectors(connection: sqlite3.Connection, model: str) -> bool:
    """Whether anything at all was read by a model."""
    return (
        connection.execute("SELECT 1 FROM knowledge_vectors WHERE model = ? LIMIT 1", (model,)).fetchone() is not None
    )


def put(connection: sqlite3.Connection, project: str, at: str, prepared: Iterable[tuple[Ready, str]]) -> None:
    """Keep documents, each with its source, in place of what was known of them before."""
    for each, source in prepared:
        document = each.document
        connection.execute("DELETE FROM knowledge_documents WHERE project = ? AND uri = ?", (project, document.uri))
        size = len(document.text.encode("utf-8", "replace"))
        key = connection.execute(
            "INSERT INTO knowledge_documents (project, uri, source, title, digest, size, indexed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (project, document.uri, source, document.title, each.digest, size, at),
        ).lastrowid
        connection.executemany(
            "INSERT INTO knowledge_chunks (document, number, first_line, last_line, title, content) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [(key, n, c.first_line, c.last_line, document.title, c.text) for n, c in enumerate(each.chunks)],
        )


def settle(
    connection: sqlite3.Connection, project: str, gone: Iterable[str], claimed: Iterable[tuple[str, str]]
) -> None:
    """Forget documents with their chunks, words and vectors; note from which source the others come now."""
    connection.executemany(
        "DELETE FROM knowledge_documents WHERE project = ? AND uri = ?", [(project, uri) for uri in gone]
    )
    connection.executemany(
        "UPDATE knowledge_documents SET source = ? WHERE project = ? AND uri = ? AND source <> ?",
        [(source, project, uri, source) for uri, source in claimed],
    )


def sources(connection: sqlite3.Connection, project: str) -> tuple[Source, ...]:
    """The sources that were added by hand."""
    found = connection.execute("SELECT kind, what FROM knowledge_sources WHERE project = ? ORDER BY what", (project,))
    return tuple(Source(kind=_kind(kind), what=what) for kind, what in found)


def add_sources(connection: sqlite3.Connection, project: str, added: Iterable[Source]) -> None:
    """Add sources that are to be indexed from now on."""
    connection.executemany(
        "INSERT OR IGNORE INTO knowledge_sources (project, kind, what) VALUES (?, ?, ?)",
        ((project, each.kind, each.what) for each in added),
    )


def drop_source(connection: sqlite3.Connection, project: str, what: str) -> bool:
    """Forget a source that was added by hand; whether it was there."""
    gone = connection.execute("DELETE FROM knowledge_sources WHERE project = ? AND what = ?", (project, what))
    return gone.rowcount > 0


def stats(connection: sqlite3.Connection, project: str, model: str) -> Stats:
    """What a project holds."""
    documents, size, at = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0), coalesce(max(indexed_at), '') FROM knowledge_documents WHERE project = ?",
        (project,),
    ).fetchone()
    chunks, vectors = connection.execute(
        """
        SELECT count(*), count(v.chunk) FROM knowledge_documents AS d
        JOIN knowledge_chunks AS c ON c.document = d.key
        LEFT JOIN knowledge_vectors AS v ON v.chunk = c.key AND v.model = ?
        WHERE d.project = ?
        """,
        (model, project),
    ).fetchone()
    per_source = connection.execute(
        """
        SELECT d.source, count(DISTINCT d.key), count(c.key) FROM knowledge_documents AS d
        LEFT JOIN knowledge_chunks AS c ON c.document = d.key WHERE d.project = ? GROUP BY d.source ORDER BY d.source
        """,
        (project,),
    ).fetchall()
    return Stats(
        documents=documents,
        chunks=chunks,
        bytes=size,
        vectors=vectors,
        model=model,
        indexed_at=at,
        per_source=tuple((source, count, pieces) for source, count, pieces in per_source),
    )


def _kind(text: str) -> Kind:
    match text:
        case "url":
            return "url"
        case "glob":
            return "glob"
        case _:
            return "file"
