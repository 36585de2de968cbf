"""What belongs together under one `story_id`: the tasks of one user that have it, and nobody else's."""

import sqlite3

from heartbit_tui.tasks import rows
from heartbit_tui.tasks.grouping import Database
from heartbit_tui.tasks.types import Task


class Stories:
    """Looks for the tasks of a story in the data file; everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def before(self, task: Task, limit: int) -> tuple[Task, ...]:
        """The newest tasks of a task's story that were completed, oldest first.

        The story's name is compared whole: `mail` is not the beginning of `mail-2`. What was done in the session that the
        task goes on with is left out, because the agent has it before it.
        """
        request = task.request
        where = (
            "WHERE tenant_id = ? AND user_id = ? AND story_id = ? AND story_id != '' AND state = 'completed' "
            "AND result != '' AND session != ? ORDER BY number DESC LIMIT ?"
        )
        given = (request.tenant_id, request.user_id, request.story_id, task.session, limit)

        def operation(connection: sqlite3.Connection) -> tuple[Task, ...]:
            return tuple(reversed(rows.select(connection, where, given)))

        return await self._database.read(operation)
