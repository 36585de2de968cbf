"""A file that is damaged, full, read-only or from another version costs what is damaged, and no more."""

import asyncio
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Notice
from heartbit_tui.store import driver, migrations
from heartbit_tui.store.rows import Log
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.samples import samples
from tests.store.logs import STARTED, record, run

MUTATIONS = samples(200, 60)
ROOT = Path(__file__).parents[2]


def change(path: Path, statement: str, *values: object) -> None:
    connection = driver.connect(path)
    try:
        connection.execute(statement, values)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("type", "moon_phase", "Unknown type 'moon_phase'"),
        ("body", "{", "This is not JSON"),
        ("body", "[]", "not an object"),
        ("body", '{"turn":"x"}', "`turn`"),
        ("body", b"{\xff\xfe", "This is not JSON"),
        ("at", "yesterday", "no time in ISO 8601"),
    ],
)
async def test_a_row_that_cannot_be_read_is_told_in_its_place_and_kept(
    store: Store, path: Path, column: str, value: str | bytes, reason: str
) -> None:
    log = await record(store, "s", [STARTED, *run("a")])
    change(path, f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE seq = 4", value)
    loaded = await store.load("s")
    assert loaded.envelopes[:3] + loaded.envelopes[4:] == log[:3] + log[4:]
    notice = loaded.envelopes[3].event
    assert isinstance(notice, Notice)
    assert reason in notice.text
    assert [skipped.seq for skipped in loaded.skipped] == [4]
    fork = await store.fork("s")
    await record(store, "s", run("b"))
    change(path, "UPDATE events SET type = 'turn_started', at = '2026-01-01', body = '{\"turn\":1,\"max_turns\":2}'")
    assert (await store.load("s")).skipped == (await store.load(fork)).skipped == ()


async def test_a_last_row_from_a_newer_version_is_not_written_over(store: Store, path: Path) -> None:
    log = await record(store, "s", [STARTED, *run("a")])
    change(path, "UPDATE events SET type = 'moon_phase' WHERE seq = ?", len(log))
    assert (await store.load("s")).envelopes[-1].seq == len(log)
    await record(store, "s", run("b"))
    assert len((await store.load("s")).skipped) == 1


def mutated(data: bytes, dice: random.Random) -> bytes:
    """A file with flipped bits, a page of zeros, or its end missing."""
    kind = dice.randrange(4)
    spot = dice.randrange(100, len(data))
    if kind == 0:
        return data[:spot]
    if kind == 1:
        page = spot // 4096 * 4096
        return data[:page] + bytes(4096) + data[page + 4096 :]
    changed = bytearray(data)
    for _ in range(kind * 4):
        changed[dice.randrange(100, len(data))] ^= 1 << dice.randrange(8)
    return bytes(changed)


@pytest.mark.security("K30")
async def test_a_damaged_file_never_crashes_and_mostly_loses_little(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock) as store:
        log = await record(store, "s", [STARTED, *run("a", turns=60)])
    outcomes: list[int] = []
    for copy in copies(path):
        loaded = await loaded_or_refused(copy, clock)
        outcomes.append(-1 if loaded is None else len(set(map(repr, log)) - set(map(repr, loaded.envelopes))))
    refused = outcomes.count(-1)
    lost = sorted(outcome for outcome in outcomes if outcome >= 0)
    median = lost[len(lost) // 2]
    print(f"{MUTATIONS} mutations: {refused} refused with a sentence; else {median} of {len(log)} events lost (median)")
    assert len(outcomes) == MUTATIONS
    assert refused < MUTATIONS / 2
    assert median <= 20


def copies(path: Path) -> Iterator[Path]:
    """Damaged copies of a file, one after the other."""
    dice = random.Random(11)
    whole = path.read_bytes()
    for number in range(MUTATIONS):
        folder = path.parent / str(number)
        folder.mkdir()
        copy = folder / "heartbit.db"
        copy.write_bytes(mutated(whole, dice))
        yield copy
        shutil.rmtree(folder)


async def loaded_or_refused(path: Path, clock: FakeClock) -> Log | None:
    try:
        async with Store.open(path, clock) as store:
            await store.index.search("a")
            return await store.load("s")
    except StoreError:
        return None


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, clock: FakeClock) -> None:
    async def opened() -> None:
        async with Store.open(path, clock):
            pass

    path.parent.mkdir()
    path.write_bytes(b"my novel\n" * 1000)
    with pytest.raises(StoreError, match="damaged"):
        asyncio.run(opened())
    assert path.read_bytes() == b"my novel\n" * 1000


async def test_a_folder_that_cannot_be_made_is_an_error_with_a_sentence(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="could not be used"):
        async with Store.open(tmp_path / "file" / "heartbit.db", clock):
            pass


@pytest.mark.parametrize("strait", ["full", "readonly"])
def test_a_disk_that_takes_nothing_is_told_to_every_waiter(strait: str) -> None:
    command = [sys.executable, "-B", "-m", "tests.store.straits", strait]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout.splitlines()[-1:], done.stderr, done.returncode) == (["as promised"], "", 0)


# Versions


EARLIER: tuple[migrations.Step, ...] = (
    ("CREATE TABLE one (a TEXT)", "INSERT INTO one VALUES ('kept')"),
    ("ALTER TABLE one ADD COLUMN b TEXT NOT NULL DEFAULT 'added'",),
    ("CREATE TABLE two (c TEXT)", "INSERT INTO two SELECT a || b FROM one"),
)


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], sqlite3.Connection]:
    return lambda: driver.connect(tmp_path / "steps.db")


@pytest.mark.parametrize("older", range(len(EARLIER) + 1))
def test_every_older_version_comes_to_the_newest(older: int, connect: Callable[[], sqlite3.Connection]) -> None:
    connection = connect()
    migrations.migrate(connection, EARLIER[:older])
    assert migrations.version(connection) == older
    migrations.migrate(connection, EARLIER)
    assert connection.execute("SELECT c FROM two").fetchall() == [("keptadded",)]
    assert migrations.version(connection) == len(EARLIER)
    connection.close()


@pytest.mark.security("M4")
@pytest.mark.parametrize("older", range(len(migrations.STEPS)))
def test_every_older_version_of_the_tables_comes_to_todays(
    older: int, connect: Callable[[], sqlite3.Connection]
) -> None:
    connection = connect()
    migrations.migrate(connection, migrations.STEPS[:older])
    migrations.migrate(connection)
    assert migrations.version(connection) == len(migrations.STEPS)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_step_that_fails_leaves_the_version_before_it(connect: Callable[[], sqlite3.Connection]) -> None:
    connection = connect()
    broken = (EARLIER[0], ("CREATE TABLE two (c TEXT)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(driver.errors()):
        migrations.migrate(connection, broken)
    assert migrations.version(connection) == 1
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("one",)]
    migrations.migrate(connection, EARLIER)
    connection.close()


async def test_a_file_of_a_newer_version_is_refused(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock):
        pass
    change(path, "PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer heartbit"):
        async with Store.open(path, clock):
            pass


def test_the_driver_is_one_that_can_load_extensions() -> None:
    connection = driver.module().connect(":memory:")
    assert hasattr(connection, "enable_load_extension")
    connection.close()


def test_vectors_are_compared_without_what_their_library_brings_along() -> None:
    """Where numpy is installed, the package of sqlite-vec imports it: 150 ms for each command that looks at the memory."""
    program = (
        "import sys; from heartbit_tui.store import driver; connection = driver.module().connect(':memory:');"
        "driver.with_vectors(connection); print(connection.execute('SELECT vec_version()').fetchone(), 'numpy' in sys.modules)"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\('v[0-9.]+',\) False\n", done.stdout), done.stdout
