"""The tables of the search over all sessions, as one step of the migrations."""

REMOVED = """
    CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
        INSERT INTO passage_words (passage_words, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """
"""Keeps the words in line with the texts that go."""

SEARCH = (
    # Up to which seq a session is in the index.
    "ALTER TABLE sessions ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0",
    # The id begins with the second at which the words were said, so that the newest are found first.
    """
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        call TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX passages_by_session ON passages (session)",
    """
    CREATE VIRTUAL TABLE passage_words
    USING fts5 (text, content = 'passages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2')
    """,
    """
    CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
        INSERT INTO passage_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
    REMOVED,
    """
    CREATE TRIGGER passage_changed AFTER UPDATE ON passages BEGIN
        INSERT INTO passage_words (passage_words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO passage_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
)
