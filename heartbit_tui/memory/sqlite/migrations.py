"""The tables of the memory, as numbered steps.

Whose an entry is are columns of `memory_scopes`, one row for each combination, so that nothing has to be joined into
a string. Words and vectors are kept up by triggers: whoever changes a row changes them too.
"""

from typing import Final

_FIRST: Final = (
    """
    CREATE TABLE memory_owners (
        key INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        user TEXT NOT NULL,
        entries INTEGER NOT NULL DEFAULT 0,
        UNIQUE (tenant, user)
    ) STRICT
    """,
    """
    CREATE TABLE memory_scopes (
        key INTEGER PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES memory_owners (key),
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        project TEXT NOT NULL,
        UNIQUE (owner, agent, session, project)
    ) STRICT
    """,
    # A key is never used twice: vectors that come late may not reach another entry.
    """
    CREATE TABLE memories (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        owner INTEGER NOT NULL REFERENCES memory_owners (key),
        scope INTEGER NOT NULL REFERENCES memory_scopes (key),
        id TEXT NOT NULL,
        content TEXT NOT NULL,
        category TEXT NOT NULL,
        tags TEXT NOT NULL,
        keywords TEXT NOT NULL,
        summary TEXT NOT NULL,
        spaced TEXT,
        importance INTEGER NOT NULL CHECK (importance BETWEEN 1 AND 10),
        type TEXT NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
        strength REAL NOT NULL CHECK (strength BETWEEN 0 AND 1),
        created INTEGER NOT NULL,
        accessed INTEGER NOT NULL,
        anchor INTEGER NOT NULL,
        accesses INTEGER NOT NULL,
        sources TEXT NOT NULL,
        origin_session TEXT NOT NULL,
        origin_seq INTEGER NOT NULL,
        origin_by TEXT NOT NULL,
        pinned INTEGER NOT NULL,
        revision INTEGER NOT NULL DEFAULT 0,
        space INTEGER NOT NULL DEFAULT 0,
        UNIQUE (owner, id)
    ) STRICT
    """,
    "CREATE INDEX memories_by_time ON memories (owner, created, scope, level)",
    "CREATE INDEX memories_by_importance ON memories (owner, importance, created, scope, level)",
    "CREATE INDEX memories_by_strength ON memories (owner, anchor, created, pinned, scope, level)",
    "CREATE INDEX memories_by_space ON memories (space)",
    """
    CREATE TABLE memory_links (
        one INTEGER NOT NULL REFERENCES memories (key) ON DELETE CASCADE,
        other INTEGER NOT NULL REFERENCES memories (key) ON DELETE CASCADE,
        PRIMARY KEY (one, other)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX memory_links_back ON memory_links (other)",
    """
    CREATE VIEW memory_texts AS
    SELECT key, 'o' || owner AS owner, coalesce(spaced, content) AS content, keywords, summary FROM memories
    """,
    """
    CREATE VIRTUAL TABLE memory_words USING fts5 (
        owner, content, keywords, summary,
        content = 'memory_texts', content_rowid = 'key', tokenize = 'porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER memory_added AFTER INSERT ON memories BEGIN
        INSERT INTO memory_words (rowid, owner, content, keywords, summary)
        VALUES (new.key, 'o' || new.owner, coalesce(new.spaced, new.content), new.keywords, new.summary);
        UPDATE memory_owners SET entries = entries + 1 WHERE key = new.owner;
    END
    """,
    """
    CREATE TRIGGER memory_removed AFTER DELETE ON memories BEGIN
        INSERT INTO memory_words (memory_words, rowid, owner, content, keywords, summary)
        VALUES ('delete', old.key, 'o' || old.owner, coalesce(old.spaced, old.content), old.keywords, old.summary);
        UPDATE memory_owners SET entries = entries - 1 WHERE key = old.owner;
    END
    """,
    """
    CREATE TRIGGER memory_changed AFTER UPDATE OF content, spaced, keywords, summary ON memories BEGIN
        INSERT INTO memory_words (memory_words, rowid, owner, content, keywords, summary)
        VALUES ('delete', old.key, 'o' || old.owner, coalesce(old.spaced, old.content), old.keywords, old.summary);
        INSERT INTO memory_words (rowid, owner, content, keywords, summary)
        VALUES (new.key, 'o' || new.owner, coalesce(new.spaced, new.content), new.keywords, new.summary);
    END
    """,
    """
    CREATE TRIGGER memory_reworded AFTER UPDATE OF content ON memories WHEN old.content IS NOT new.content BEGIN
        UPDATE memories SET revision = revision + 1, space = 0 WHERE key = new.key;
    END
    """,
    """
    CREATE TABLE memory_spaces (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        model TEXT NOT NULL UNIQUE,
        dimension INTEGER NOT NULL,
        serving INTEGER NOT NULL DEFAULT 0,
        changes INTEGER NOT NULL DEFAULT 0,
        centre BLOB
    ) STRICT
    """,
)

_MEDITATION: Final = (
    """
    CREATE TABLE memory_drafts (
        id TEXT NOT NULL PRIMARY KEY,
        owner INTEGER NOT NULL REFERENCES memory_owners (key),
        made INTEGER NOT NULL,
        state TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        content TEXT NOT NULL,
        sources TEXT NOT NULL,
        model TEXT NOT NULL,
        cost REAL,
        note TEXT NOT NULL,
        decided INTEGER,
        file TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE memory_marks (
        key INTEGER PRIMARY KEY REFERENCES memories (key) ON DELETE CASCADE,
        draft TEXT NOT NULL,
        crystallised INTEGER,
        demoted INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE memory_places (
        owner INTEGER NOT NULL REFERENCES memory_owners (key),
        phase TEXT NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (owner, phase)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE memory_failures (
        fingerprint TEXT NOT NULL PRIMARY KEY,
        failures INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
"""What meditation knows: its drafts, which entries are in one, how far it came, and what it puts off after failures."""

_UNDONE: Final = (
    "ALTER TABLE memory_drafts ADD COLUMN run TEXT NOT NULL DEFAULT ''",
    # A merge goes with the entry that stayed: who forgets that entry forgets what it stood for.
    """
    CREATE TABLE memory_merges (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        owner INTEGER NOT NULL REFERENCES memory_owners (key),
        keeper INTEGER NOT NULL REFERENCES memories (key) ON DELETE CASCADE,
        at INTEGER NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        gone TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX memory_merges_by_keeper ON memory_merges (keeper)",
    """
    CREATE TABLE memory_apart (
        one INTEGER NOT NULL REFERENCES memories (key) ON DELETE CASCADE,
        other INTEGER NOT NULL REFERENCES memories (key) ON DELETE CASCADE,
        PRIMARY KEY (one, other)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX memory_apart_back ON memory_apart (other)",
)
"""Of which run a draft was made, what merges can be undone, and which entries a person has said are not the same."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _MEDITATION, _UNDONE)


def tables(key: int) -> tuple[str, str]:
    """The names of the tables of a model's codes and of its vectors."""
    return f"memory_codes_{key}", f"memory_vectors_{key}"


def space(key: int) -> tuple[str, ...]:
    """The tables of the vectors of one model: short codes by scope for the first pass, whole vectors for the last."""
    codes, vectors = tables(key)
    gone = f"""
        DELETE FROM {codes} WHERE scope = old.scope AND key = old.key;
        DELETE FROM {vectors} WHERE key = old.key;
        UPDATE memory_spaces SET changes = changes + 1 WHERE key = {key};
    """
    return (
        f"""
        CREATE TABLE {codes} (
            scope INTEGER NOT NULL, key INTEGER NOT NULL, code BLOB NOT NULL, PRIMARY KEY (scope, key)
        ) STRICT, WITHOUT ROWID
        """,
        f"CREATE TABLE {vectors} (key INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT",
        f"""
        CREATE TRIGGER memory_space_{key}_removed AFTER DELETE ON memories BEGIN {gone} END
        """,
        f"""
        CREATE TRIGGER memory_space_{key}_changed AFTER UPDATE OF content ON memories
        WHEN old.content IS NOT new.content BEGIN {gone} END
        """,
    )


def forgotten(key: int) -> tuple[str, ...]:
    """What lets nobody ask the tables of a model any more."""
    return (
        f"DROP TRIGGER memory_space_{key}_removed",
        f"DROP TRIGGER memory_space_{key}_changed",
        f"UPDATE memories SET space = 0 WHERE space = {key}",
        f"DELETE FROM memory_spaces WHERE key = {key}",
    )


def without_space(key: int) -> tuple[str, ...]:
    """What takes the tables of a model away again."""
    return (*forgotten(key), *(f"DROP TABLE {table}" for table in tables(key)))
