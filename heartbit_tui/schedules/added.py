"""Schedules that were added by command, in the data file."""

import sqlite3
from datetime import datetime

from heartbit_tui.schedules.firings import stamp
from heartbit_tui.schedules.reading import Wanted
from heartbit_tui.schedules.types import Database

_COLUMNS = "name, cron, task, dialect, timezone, overlap, jitter, catch_up, folder"


class Added:
    """Reads and writes schedules as they were worded. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[Wanted, ...]:
        """All of them, by name."""

        def operation(connection: sqlite3.Connection) -> tuple[Wanted, ...]:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM schedules_added ORDER BY name")
            return tuple(_wanted(row) for row in rows)

        return await self._database.read(operation)

    async def add(self, wanted: Wanted, now: datetime) -> bool:
        """Keep a schedule; False when there is one of this name."""

        def operation(connection: sqlite3.Connection) -> bool:
            values = (
                wanted.name,
                wanted.cron,
                wanted.task,
                wanted.dialect,
                wanted.timezone,
                wanted.overlap,
                wanted.jitter,
                int(wanted.catch_up),
                wanted.folder,
                stamp(now),
            )
            statement = (
                f"INSERT OR IGNORE INTO schedules_added ({_COLUMNS}, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            return connection.execute(statement, values).rowcount == 1

        return await self._database.write(operation)

    async def remove(self, name: str) -> bool:
        """Forget a schedule; False when there was none of this name."""

        def operation(connection: sqlite3.Connection) -> bool:
            return connection.execute("DELETE FROM schedules_added WHERE name = ?", (name,)).rowcount == 1

        return await self._database.write(operation)


def _wanted(row: tuple[str, str, str, str, str, str, str, int, str]) -> Wanted:
    name, cron, task, dialect, timezone, overlap, jitter, catch_up, folder = row
    return Wanted(
        name=name,
        cron=cron,
        task=task,
        dialect=dialect,
        timezone=timezone,
        overlap=overlap,
        jitter=jitter,
        catch_up=bool(catch_up),
        folder=folder,
    )
