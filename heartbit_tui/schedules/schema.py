"""The tables of schedules and of what is to be done, as steps for whoever owns the file."""

_FIRST = (
    # Moments are microseconds since 1970, in UTC.
    """
    CREATE TABLE schedule_firings (
        source TEXT NOT NULL PRIMARY KEY,
        plan TEXT NOT NULL,
        due INTEGER NOT NULL,
        stage TEXT NOT NULL DEFAULT 'seen',
        claimed INTEGER,
        task TEXT NOT NULL DEFAULT '',
        passed INTEGER NOT NULL DEFAULT 0,
        memo TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE schedules_added (
        name TEXT NOT NULL PRIMARY KEY,
        cron TEXT NOT NULL,
        task TEXT NOT NULL,
        dialect TEXT NOT NULL,
        timezone TEXT NOT NULL,
        overlap TEXT NOT NULL,
        jitter TEXT NOT NULL,
        catch_up INTEGER NOT NULL,
        folder TEXT NOT NULL,
        added INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE todos (
        place TEXT NOT NULL,
        id TEXT NOT NULL,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (place, id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE todo_exports (
        place TEXT NOT NULL PRIMARY KEY,
        body TEXT NOT NULL,
        reviewed INTEGER
    ) STRICT, WITHOUT ROWID
    """,
)

_PAUSED = ("CREATE TABLE schedules_paused (name TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID",)

NAME = "schedules"
STEPS: tuple[tuple[str, ...], ...] = (_FIRST, _PAUSED)
"""How far each schedule is, which ones rest, those that were added by command, and what is to be done by workspace (its
root folder), as it is and as it was last written to TODO.json, with when it was last gone through."""
