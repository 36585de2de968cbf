"""The tables, as numbered steps from an empty file to today's."""

import sqlite3
from collections.abc import Sequence
from typing import TypeAlias

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store.damage import REPAIR, DamagedError
from heartbit_tui.store.driver import transaction
from heartbit_tui.store.search_tables import SEARCH

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

_AUDIT: Step = (
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        session TEXT NOT NULL,
        seq INTEGER NOT NULL,
        run TEXT NOT NULL,
        agent TEXT NOT NULL,
        user TEXT NOT NULL,
        tenant TEXT NOT NULL,
        kind TEXT NOT NULL,
        tool TEXT NOT NULL,
        call TEXT NOT NULL,
        decision TEXT NOT NULL,
        decided_by TEXT NOT NULL,
        told TEXT NOT NULL,
        previous TEXT NOT NULL,
        digest TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX audit_by_session ON audit (session, id)",
    # Up to which row retention has removed, and what the next one follows.
    "CREATE TABLE audit_kept (until INTEGER NOT NULL, digest TEXT NOT NULL) STRICT",
    f"INSERT INTO audit_kept (until, digest) VALUES (0, '{'0' * 64}')",
    """
    CREATE TRIGGER audit_added BEFORE INSERT ON audit
    WHEN new.id <= (SELECT max(until) FROM audit_kept) OR EXISTS (SELECT 1 FROM audit WHERE id >= new.id)
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
    """,
    """
    CREATE TRIGGER audit_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
    """,
    """
    CREATE TRIGGER audit_removed BEFORE DELETE ON audit
    WHEN old.id > (SELECT max(until) FROM audit_kept)
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
    """,
    """
    CREATE TRIGGER audit_kept_forward BEFORE UPDATE ON audit_kept
    WHEN new.until <= old.until OR NOT EXISTS (SELECT 1 FROM audit WHERE id = new.until AND digest = new.digest)
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
    """,
    """
    CREATE TRIGGER audit_kept_once BEFORE INSERT ON audit_kept
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
    """,
    """
    CREATE TRIGGER audit_kept_stays BEFORE DELETE ON audit_kept
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END
    """,
)

_SPENDING: Step = ("CREATE INDEX audit_spending ON audit (at) WHERE kind = 'model_called'",)

_OWNERS: Step = (
    # Whose a session is; those of the person at this machine are not in it.
    """
    CREATE TABLE owners (
        session INTEGER PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
        tenant TEXT NOT NULL,
        user TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX owners_by_name ON owners (tenant, user)",
    "CREATE INDEX audit_by_owner ON audit (tenant, user, id) WHERE tenant != ''",
)

STEPS: tuple[Step, ...] = (_FIRST, _AUDIT, _SPENDING, SEARCH, _OWNERS)
TOO_NEW = (
    "The session file has version {found}, and this heartbit knows versions up to {known}: "
    "a newer heartbit has written it. Update heartbit."
)


def version(connection: sqlite3.Connection) -> int:
    """How many steps this file has behind it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Bring the file to the newest version, one transaction a step.

    Raises `StoreError` when a newer heartbit has written the file, `DamagedError` when its version is none.
    """
    while 0 <= (now := version(connection)) < len(steps):
        with transaction(connection):
            # Another process may have taken the step meanwhile.
            if version(connection) == now:
                for statement in steps[now]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {now + 1}")
    if now < 0:
        raise DamagedError(f"The session file is damaged (it says that it has version {now}). {REPAIR}")
    if now > len(steps):
        raise StoreError(TOO_NEW.format(found=now, known=len(steps)))
