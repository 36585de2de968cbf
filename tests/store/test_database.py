"""A part of the data file has a version of its own, and each step to it happens as a whole or not at all."""

import sqlite3
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import database, driver
from heartbit_tui.store.database import Database
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock

FIRST = ("CREATE TABLE one (n INTEGER) STRICT", "INSERT INTO one VALUES (1)")
SECOND = ("ALTER TABLE one ADD COLUMN more TEXT NOT NULL DEFAULT 'x'",)


async def test_two_parts_and_the_sessions_share_a_file_and_migrate_apart(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "heartbit.db"
    async with Database.open(path, "a", [FIRST]) as part:
        assert await part.read(lambda each: each.execute("SELECT n FROM one").fetchall()) == [(1,)]
    assert path.stat().st_mode & 0o777 == 0o600
    async with Store.open(path, FakeClock()), Database.open(path, "a", [FIRST, SECOND]) as part:
        assert await part.read(lambda each: each.execute("SELECT more FROM one").fetchall()) == [("x",)]
        async with Database.open(path, "b", [("CREATE TABLE two (n INTEGER)",)]) as other:
            await other.write(lambda each: each.execute("INSERT INTO two VALUES (1)"))
    with pytest.raises(StoreError, match="newer heartbit"):
        async with Database.open(path, "a", [FIRST]):
            pass


@pytest.mark.parametrize("broken", range(3))
def test_a_step_that_breaks_off_leaves_the_version_before_it(tmp_path: Path, broken: int) -> None:
    connection = driver.connect(tmp_path / "heartbit.db")
    database.migrate(connection, "a", [FIRST])
    statements = ["CREATE TABLE t1 (n)", "CREATE TABLE t2 (n)", "INSERT INTO t1 VALUES (1)"]
    with pytest.raises(driver.errors()):
        database.migrate(connection, "a", [FIRST, [*statements[:broken], "nonsense", *statements[broken:]]])
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert (tables, database.version(connection, "a")) == ({"one", "parts"}, 1)
    database.migrate(connection, "a", [FIRST, statements])
    assert database.version(connection, "a") == 2
    connection.close()


async def test_a_write_that_fails_leaves_nothing_and_a_read_sees_one_moment(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "heartbit.db", "a", [FIRST]) as part:

        def fails(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO one VALUES (2)")
            connection.execute("INSERT INTO nothing VALUES (2)")

        with pytest.raises(StoreError):
            await part.write(fails)
        assert await part.read(lambda each: each.execute("SELECT count(*) FROM one").fetchone()[0]) == 1
