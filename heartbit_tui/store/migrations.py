"""The tables, as numbered steps from an empty file to today's."""

import sqlite3
from collections.abc import Sequence
from typing import TypeAlias

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store.driver import transaction

Step: TypeAlias = tuple[str, ...]
"""The statements that lead from one version to the next; all of them happen, or none."""

_FIRST: Step = (
    """
    CREATE TABLE sessions (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL DEFAULT '',
        renamed INTEGER NOT NULL DEFAULT 0,
        cwd TEXT NOT NULL DEFAULT '',
        provider TEXT NOT NULL DEFAULT '',
        model TEXT NOT NULL DEFAULT '',
        parent TEXT NOT NULL DEFAULT '',
        parent_seq INTEGER NOT NULL DEFAULT 0,
        created TEXT NOT NULL DEFAULT '',
        updated TEXT NOT NULL DEFAULT '',
        turns INTEGER NOT NULL DEFAULT 0,
        messages INTEGER NOT NULL DEFAULT 0,
        cost_usd REAL NOT NULL DEFAULT 0,
        unpriced INTEGER NOT NULL DEFAULT 0,
        size INTEGER NOT NULL DEFAULT 0,
        last_seq INTEGER NOT NULL DEFAULT 0,
        open_run TEXT NOT NULL DEFAULT '',
        open_agent TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    "CREATE INDEX sessions_by_time ON sessions (updated)",
    "CREATE INDEX sessions_by_folder ON sessions (cwd, updated)",
    """
    CREATE TABLE events (
        session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        at TEXT NOT NULL,
        run TEXT NOT NULL,
        agent TEXT NOT NULL,
        type TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (session, seq)
    ) STRICT
    """,
    """
    CREATE INDEX pieces ON events (session)
    WHERE type IN ('text_delta', 'thinking_delta', 'tool_input_delta', 'tool_progress')
    """,
    """
    CREATE TABLE prompts (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        cwd TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX prompts_by_session ON prompts (session)",
    """
    CREATE VIRTUAL TABLE prompt_words
    USING fts5 (text, content = 'prompts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2')
    """,
    """
    CREATE TRIGGER prompt_added AFTER INSERT ON prompts BEGIN
        INSERT INTO prompt_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER prompt_removed AFTER DELETE ON prompts BEGIN
        INSERT INTO prompt_words (prompt_words, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """,
)

STEPS: tuple[Step, ...] = (_FIRST,)


def version(connection: sqlite3.Connection) -> int:
    """How many steps this file has behind it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Bring the file to the newest version, one transaction a step.

    Raises `StoreError` when a newer heartbit has written the file.
    """
    while (now := version(connection)) < len(steps):
        with transaction(connection):
            # Another process may have taken the step meanwhile.
            if version(connection) == now:
                for statement in steps[now]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {now + 1}")
    if now > len(steps):
        raise StoreError(
            f"The session file has version {now}, and this heartbit knows versions up to {len(steps)}: "
            "a newer heartbit has written it. Update heartbit."
        )
