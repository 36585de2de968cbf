"""A migration that is broken off anywhere leaves the version before it or the one after, for every part of the file."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from heartbit_tui.knowledge import schema
from heartbit_tui.memory import sqlite as memory
from heartbit_tui.store import database, driver, migrations

Steps = tuple[tuple[str, ...], ...]

PARTS: dict[str, Steps] = {"memory": memory.STEPS, "knowledge": schema.STEPS}


def migrate(connection: Connection, part: str, steps: Steps) -> None:
    if part == "sessions":
        migrations.migrate(connection, steps)
    else:
        database.migrate(connection, part, steps)


def version(connection: Connection, part: str) -> int:
    return migrations.version(connection) if part == "sessions" else database.version(connection, part)


def tables(connection: Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


@pytest.mark.security("M4", n=200)
def test_a_kill_at_any_statement_of_a_migration_leaves_the_old_or_the_new_version(tmp_path: Path) -> None:
    moments = 0
    for part, steps in {"sessions": migrations.STEPS, **PARTS}.items():
        for older in range(len(steps)):
            folder = tmp_path / f"{part}{older}"
            folder.mkdir()
            copies = list(left_by_kills(folder, lambda each, p=part, s=steps, n=older: migrate(each, p, s[: n + 1])))
            whole = opened(folder / "heartbit.db")
            for copy in copies:
                connection = opened(copy)
                there = 0 if part != "sessions" and not has_parts(connection) else version(connection, part)
                assert there <= older + 1
                migrate(connection, part, steps[: older + 1])
                assert (version(connection, part), tables(connection)) == (older + 1, tables(whole))
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                connection.close()
                moments += 1
            whole.close()
    print(f"{moments} kills within migrations")
    assert moments >= 200


def left_by_kills(folder: Path, work: Callable[[Connection], None]) -> Iterator[Path]:
    """Copies of the file and its log as they are before each statement: what a kill at that moment leaves."""
    path, taken = folder / "heartbit.db", list[Path]()
    connection = driver.connect(path)

    def copy(statement: str) -> None:
        target = folder / str(len(taken)) / path.name
        target.parent.mkdir()
        for name in (path.name, f"{path.name}-wal"):
            if (folder / name).exists():
                shutil.copyfile(folder / name, target.with_name(name))
        taken.append(target)

    connection.set_trace_callback(copy)
    work(connection)
    connection.set_trace_callback(None)
    connection.close()
    yield from taken


def opened(path: Path) -> Connection:
    return driver.connect(path)


def has_parts(connection: Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'parts'").fetchone()[0])
