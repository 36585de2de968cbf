"""The tables of the knowledge base, as steps for whoever owns the file."""

_FIRST = (
    """
    CREATE TABLE knowledge_documents (
        key INTEGER PRIMARY KEY,
        project TEXT NOT NULL,
        uri TEXT NOT NULL,
        source TEXT NOT NULL,
        title TEXT NOT NULL,
        digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        indexed_at TEXT NOT NULL,
        UNIQUE (project, uri)
    ) STRICT
    """,
    """
    CREATE TABLE knowledge_chunks (
        key INTEGER PRIMARY KEY,
        document INTEGER NOT NULL REFERENCES knowledge_documents (key) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        first_line INTEGER NOT NULL,
        last_line INTEGER NOT NULL,
        title TEXT NOT NULL,
        content TEXT NOT NULL,
        UNIQUE (document, number)
    ) STRICT
    """,
    """
    CREATE VIRTUAL TABLE knowledge_words
    USING fts5 (
        content, title, content = 'knowledge_chunks', content_rowid = 'key',
        tokenize = 'porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER knowledge_chunk_added AFTER INSERT ON knowledge_chunks BEGIN
        INSERT INTO knowledge_words (rowid, content, title) VALUES (new.key, new.content, new.title);
    END
    """,
    """
    CREATE TRIGGER knowledge_chunk_removed AFTER DELETE ON knowledge_chunks BEGIN
        INSERT INTO knowledge_words (knowledge_words, rowid, content, title)
        VALUES ('delete', old.key, old.content, old.title);
    END
    """,
    """
    CREATE TABLE knowledge_vectors (
        chunk INTEGER PRIMARY KEY REFERENCES knowledge_chunks (key) ON DELETE CASCADE,
        model TEXT NOT NULL,
        vector BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX knowledge_vectors_by_model ON knowledge_vectors (model)",
    """
    CREATE TABLE knowledge_sources (
        project TEXT NOT NULL,
        kind TEXT NOT NULL,
        what TEXT NOT NULL,
        PRIMARY KEY (project, kind, what)
    ) STRICT, WITHOUT ROWID
    """,
)

NAME = "knowledge"
STEPS: tuple[tuple[str, ...], ...] = (_FIRST,)
"""Documents by project (its root folder), their chunks with an index of words, a vector for each chunk that an
embedder has read, and the sources that were added by hand."""
