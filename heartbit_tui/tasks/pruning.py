"""Forgets tasks that ended long ago."""

import sqlite3
from datetime import datetime
from typing import Final

from heartbit_tui.tasks.grouping import Database
from heartbit_tui.wire.write import timestamp

OLD: Final = """
DELETE FROM tasks WHERE number IN (
    SELECT number FROM tasks INDEXED BY tasks_ended
    WHERE state IN ('completed', 'failed', 'cancelled') AND ended < ? ORDER BY ended LIMIT ?
)
RETURNING id
"""


async def prune(database: Database, before: datetime, most: int) -> tuple[str, ...]:
    """Forget so many of the tasks that ended before this, the oldest first; their ids. Raises `StoreError`.

    What waits, is at work or waits for a person is kept, however old it is.
    """

    def operation(connection: sqlite3.Connection) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in connection.execute(OLD, (timestamp(before), most)))

    return await database.write(operation)
