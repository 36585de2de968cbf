"""The tables of the tasks, in the one data file."""

from typing import Final

STEPS: Final = (
    (
        """
        CREATE TABLE tasks (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            task TEXT NOT NULL,
            source TEXT NOT NULL,
            user_id TEXT NOT NULL,
            tenant_id TEXT NOT NULL,
            key TEXT NOT NULL,
            priority INTEGER NOT NULL,
            deadline TEXT NOT NULL,
            folder TEXT NOT NULL,
            wanted_session TEXT NOT NULL,
            tools TEXT NOT NULL,
            silent TEXT NOT NULL,
            story_id TEXT NOT NULL,
            trust_level TEXT NOT NULL,
            state TEXT NOT NULL,
            created TEXT NOT NULL,
            started TEXT NOT NULL DEFAULT '',
            ended TEXT NOT NULL DEFAULT '',
            result TEXT NOT NULL DEFAULT '',
            error TEXT NOT NULL DEFAULT '',
            input_tokens INTEGER NOT NULL DEFAULT 0,
            output_tokens INTEGER NOT NULL DEFAULT 0,
            cache_creation_input_tokens INTEGER NOT NULL DEFAULT 0,
            cache_read_input_tokens INTEGER NOT NULL DEFAULT 0,
            reasoning_tokens INTEGER NOT NULL DEFAULT 0,
            tool_calls INTEGER NOT NULL DEFAULT 0,
            cost_usd REAL,
            session TEXT NOT NULL DEFAULT '',
            first_seq INTEGER,
            last_seq INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            owner TEXT NOT NULL DEFAULT '',
            cancelling INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE UNIQUE INDEX tasks_by_key ON tasks (tenant_id, user_id, key) WHERE key != ''",
        "CREATE INDEX tasks_waiting ON tasks (tenant_id, priority DESC, number) WHERE state = 'pending'",
        "CREATE INDEX tasks_with_deadline ON tasks (deadline) WHERE state = 'pending' AND deadline != ''",
        "CREATE INDEX tasks_running ON tasks (owner, tenant_id) WHERE state = 'running'",
        "CREATE INDEX tasks_of ON tasks (tenant_id, user_id, number)",
        "CREATE INDEX tasks_by_state ON tasks (state, number)",
        # When each tenant was last served, as a number that counts up: the next turn is for who waits longest.
        """
        CREATE TABLE chats (
            id TEXT NOT NULL PRIMARY KEY,
            tenant_id TEXT NOT NULL,
            user_id TEXT NOT NULL,
            title TEXT NOT NULL,
            created TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX chats_of ON chats (tenant_id, user_id, created)",
        "CREATE INDEX tasks_of_session ON tasks (wanted_session, number) WHERE wanted_session != ''",
        "CREATE TABLE task_turns (tenant_id TEXT NOT NULL PRIMARY KEY, served INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    ),
    # Which tasks ended long ago is found without looking at all.
    ("CREATE INDEX tasks_ended ON tasks (ended) WHERE state IN ('completed', 'failed', 'cancelled')",),
    (
        "ALTER TABLE tasks ADD COLUMN max_cost_usd REAL",
        "ALTER TABLE tasks ADD COLUMN max_tokens INTEGER",
        "ALTER TABLE tasks ADD COLUMN max_calls INTEGER",
    ),
    ("CREATE INDEX tasks_of_story ON tasks (tenant_id, user_id, story_id, number) WHERE story_id != ''",),
)
"""Each step leads from one version to the next."""
