"""A repair says what it found, keeps what it replaces, and is whole or has not happened."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Notice
from heartbit_tui.runtime.parts import parts
from heartbit_tui.store import driver, migrations
from heartbit_tui.store.damage import DamagedError
from heartbit_tui.store.database import Database
from heartbit_tui.store.found import Asked
from heartbit_tui.store.salvage.repair import examine, repair
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.store.logs import STARTED, record, run

PAGE, PARTS = 4096, parts()


async def filled(path: Path, clock: FakeClock, turns: int = 8) -> None:
    async with Store.open(path, clock) as store:
        for name in ("20260101-000000-aaaaaaaa", "20260102-000000-bbbbbbbb"):
            await record(store, name, [STARTED, *run(f"about {name[-8:]}", turns=turns)])
        await store.rename("20260102-000000-bbbbbbbb", "The second")
        await store.passages.catch_up(str)


def roots(path: Path) -> dict[str, int]:
    with closing(driver.connect(path)) as connection:
        return dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage").fetchall())


def wipe(path: Path, page: int) -> None:
    """Make a page of a file empty."""
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))


def content(path: Path) -> bytes:
    return path.read_bytes()


def files(path: Path) -> set[str]:
    return {each.name for each in path.parent.iterdir() if not each.name.endswith((".opening", ".in-use", ".locks"))}


async def test_a_whole_file_is_left_as_it_is(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    before = content(path)
    done = repair(path, clock, PARTS)
    assert (done.found.state, done.saved, done.kept) == ("whole", None, None)
    assert content(path) == before
    assert repair(path.with_name("none.db"), clock, PARTS).found.state == "missing"


async def test_a_look_alone_changes_nothing_and_tells_what_would_be_saved(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    wipe(path, 1)
    before = content(path)
    done = repair(path, clock, PARTS, dry_run=True)
    assert done.saved is not None
    assert (done.found.state, done.kept, done.saved.rows["sessions"]) == ("damaged", None, 2)
    assert content(path) == before
    assert files(path) == {"heartbit.db"}


async def test_a_repaired_file_is_used_as_before(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    wipe(path, 1)
    with pytest.raises(DamagedError, match="heartbit sessions repair"):
        async with Store.open(path, clock):
            pass
    done = repair(path, clock, PARTS)
    assert done.kept is not None
    assert files(path) == {"heartbit.db", done.kept.name}
    async with Store.open(path, clock) as store:
        assert {info.summary.title for info in await store.index.search()} == {"The second", "about aaaaaaaa"}
        await record(store, "20260101-000000-aaaaaaaa", run("and on"))
        assert await store.passages.catch_up(str) == 0
        assert len(await store.passages.search(Asked(text="echo"))) > 8
        assert (await store.audit.check()).broken == ""
    assert examine(path, PARTS).state == "whole"


async def test_a_session_whose_line_is_lost_keeps_the_name_that_an_index_has(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    wipe(path, roots(path)["sessions"])
    done = repair(path, clock, PARTS)
    assert done.saved is not None
    assert set(done.saved.found_again) == {"20260101-000000-aaaaaaaa", "20260102-000000-bbbbbbbb"}
    async with Store.open(path, clock) as store:
        known = {info.id: info.summary for info in await store.index.search()}
        assert known["20260102-000000-bbbbbbbb"].title == "The second"
        assert known["20260101-000000-aaaaaaaa"].messages == 17


async def test_a_log_that_lost_events_says_so_where_they_were(path: Path, clock: FakeClock) -> None:
    await filled(path, clock, turns=30)
    with closing(driver.connect(path)) as connection:
        before = {seq for (seq,) in connection.execute("SELECT seq FROM events WHERE session = 1")}
    page = content(path)[(roots(path)["events"] - 1) * PAGE :][:PAGE]
    wipe(path, int.from_bytes(page[int.from_bytes(page[12:14], "big") :][:4], "big"))
    done = repair(path, clock, PARTS)
    assert done.saved is not None
    assert done.kept is not None
    ((name, lost),) = done.saved.lost.items()
    async with Store.open(path, clock) as store:
        log = (await store.load(name)).envelopes
    told = [each.event for each in log if isinstance(each.event, Notice)]
    assert len(told) == 1
    assert f"{lost} events" in told[0].text
    assert done.kept.name in told[0].text
    assert len(log) == len(before) - lost + 1


async def test_a_file_that_somebody_has_open_is_not_repaired(store: Store, path: Path, clock: FakeClock) -> None:
    await record(store, "s", [STARTED])
    with pytest.raises(StoreError, match="has the session file open"):
        repair(path, clock, PARTS)


async def test_a_file_of_which_somebody_has_one_part_open_is_not_repaired(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    async with Database.open(path, "a", [("CREATE TABLE one (n INTEGER)",)]):
        with pytest.raises(StoreError, match="has the session file open"):
            repair(path, clock, PARTS)
    assert repair(path, clock, PARTS).found.state == "whole"


async def test_whoever_opens_a_part_first_finishes_a_swap_that_was_broken_off(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    new = path.with_name("heartbit.db.saved")
    shutil.copy(path, new)
    path.with_name("heartbit.db.swap").write_text('{"new": "heartbit.db.saved"}')
    async with Database.open(path, "a", [("CREATE TABLE one (n INTEGER)",)]):
        assert not new.exists()


async def test_a_file_of_a_newer_heartbit_is_not_repaired(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    with closing(driver.connect(path)) as connection:
        connection.execute("CREATE TABLE of_tomorrow (a TEXT)")
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer heartbit"):
        repair(path, clock, PARTS)
    wipe(path, roots(path)["events"])
    with pytest.raises(StoreError, match="newer heartbit"):
        repair(path, clock, PARTS)
    assert not any("damaged" in name or "saved" in name for name in files(path))


@pytest.mark.parametrize("older", range(1, len(migrations.STEPS)))
def test_a_damaged_file_of_an_older_version_is_saved_and_brought_to_todays(
    path: Path, clock: FakeClock, older: int
) -> None:
    path.parent.mkdir()
    with closing(driver.connect(path)) as connection:
        migrations.migrate(connection, migrations.STEPS[:older])
        connection.execute("INSERT INTO sessions (key, id, title) VALUES (7, 's', 'old')")
    with path.open("r+b") as file:
        file.seek(20)
        file.write(b"\xff" * 4)
    done = repair(path, clock, PARTS)
    assert (done.found.state, done.saved is not None) == ("damaged", True)
    with closing(driver.connect(path)) as connection:
        assert connection.execute("SELECT key, id, title, indexed FROM sessions").fetchall() == [(7, "s", "old", 0)]
        assert migrations.version(connection) == len(migrations.STEPS)


async def test_a_repair_that_cannot_write_leaves_the_file_as_it_is(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    wipe(path, 1)
    before = content(path)
    path.with_name("heartbit.db.saved").mkdir()
    with pytest.raises(StoreError, match="left as it is"):
        repair(path, clock, PARTS)
    assert content(path) == before


def test_what_is_no_database_is_kept_beside_an_empty_file(path: Path, clock: FakeClock) -> None:
    path.parent.mkdir()
    path.write_bytes(b"my novel\n" * 1000)
    done = repair(path, clock, PARTS)
    assert done.kept is not None
    assert done.kept.read_bytes() == b"my novel\n" * 1000
    assert examine(path, PARTS).state == "whole"


async def test_an_index_alone_is_made_anew_in_place(path: Path, clock: FakeClock) -> None:
    await filled(path, clock)
    with closing(driver.connect(path)) as connection:
        connection.execute("DELETE FROM passages WHERE kind = 'call'")
    done = repair(path, clock, PARTS)
    assert (done.found.state, done.kept) == ("index", None)
    async with Store.open(path, clock) as store:
        assert await store.passages.catch_up(str) == 0
        assert (await store.passages.agreement()).wrong == ()


# The swap


SWAPPER = """
import os, shutil, signal, sys
from pathlib import Path
from heartbit_tui.store.salvage import swap

folder = Path(sys.argv[1])
for step in range(40):
    copy = folder.with_name(f"at{step}")
    shutil.copytree(folder, copy)
    child = os.fork()
    if child == 0:
        left = [step]

        def hook(event, args):
            if event in ("os.link", "os.rename", "os.remove", "open") and str(copy) in str(args[0]):
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1

        sys.addaudithook(hook)
        swap.swap(copy / "heartbit.db", copy / "heartbit.db.saved", copy / "heartbit.db.damaged-x")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(step, status, flush=True)
    if status == 0:
        break
"""
"""Swaps in copies of a folder, and is killed before its first, second, third … change there."""


def swapped_and_killed(folder: Path) -> list[list[str]]:
    """Each step with how the child ended."""
    command = [sys.executable, "-c", SWAPPER, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [line.split() for line in done.stdout.splitlines()]


async def test_a_kill_at_any_step_of_the_swap_leaves_the_old_or_the_new_file(path: Path, clock: FakeClock) -> None:
    folder = path.parent.with_name("before")
    folder.mkdir()
    async with Store.open(path, clock) as store:
        await record(store, "s", [STARTED, *run("the old one")])
        for name in ("heartbit.db", "heartbit.db-wal"):
            shutil.copy(path.with_name(name), folder / name)
    shutil.copy(path, folder / "heartbit.db.saved")
    with closing(driver.connect(folder / "heartbit.db.saved")) as connection:
        connection.execute("UPDATE sessions SET title = 'the new one'")
    old = {name: (folder / name).read_bytes() for name in ("heartbit.db", "heartbit.db-wal")}
    steps = swapped_and_killed(folder)
    assert [status for _, status in steps] == ["9"] * (len(steps) - 1) + ["0"]
    assert len(steps) > 6
    titles: list[str] = []
    for step, _ in steps:
        there = folder.with_name(f"at{step}")
        kept = {name: (there / name).read_bytes() for name in sorted(files(there / "heartbit.db"))}
        assert old["heartbit.db"] in kept.values()
        assert old["heartbit.db-wal"] in kept.values()
        async with Store.open(there / "heartbit.db", clock) as store:
            titles = [info.summary.title for info in await store.index.search()]
        assert titles in (["the old one"], ["the new one"])
        assert examine(there / "heartbit.db", PARTS).state == "whole"
    assert titles == ["the new one"]
