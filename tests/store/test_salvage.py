"""A damaged session file loses what was damaged and nothing else, and stays as it was beside the new one."""

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.parts import parts
from heartbit_tui.store import driver
from heartbit_tui.store.rows import lenient
from heartbit_tui.store.salvage.repair import examine, repair
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.samples import samples
from tests.store.logs import STARTED, give, placed, run
from tests.store.mutations import WAYS, damaged, damaged_log, last_frames, pages_of

MUTATIONS, EACH, LOGS = samples(2_000, 320), samples(225, 35), samples(200, 40)
PARTS = parts()
SECONDS = 2.0
EVENTS = "SELECT e.rowid, e.agent, e.seq, e.at, e.run, e.type, e.body FROM events AS e JOIN sessions AS s ON s.key = e.session"
"""The agent has another name in each session, so that a row says which one it is of."""

Event: TypeAlias = tuple[str, int, str, str, str, str]


def rows(path: Path) -> dict[Event, int]:
    """The events of a file with their rowids."""
    with closing(driver.connect(path)) as connection, lenient(connection):
        return {(a, b, c, d, e, f): rowid for rowid, a, b, c, d, e, f in connection.execute(EVENTS)}


def placed_rows(path: Path) -> dict[Event, frozenset[int]]:
    """The pages that each event stands on."""
    with closing(driver.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    pages = pages_of(path, "events", root)
    return {event: pages[rowid] for event, rowid in rows(path).items()}


async def written(path: Path, clock: FakeClock, *, indexed: bool, sessions: int = 3) -> None:
    """A file with some sessions, a long record in each, and pages that were given back."""
    async with Store.open(path, clock) as store:
        for number in range(sessions + 1):
            events = [STARTED, *run(f"prompt {number}", turns=3), *run("x" * 5_000)]
            log = placed(events, session=f"s{number}", agent=f"agent{number}")
            async with store.recorder(f"s{number}") as recorder:
                give(recorder, log)
        if indexed:
            await store.passages.catch_up(str)
        await store.delete("s1")


@pytest.fixture
def quick(tmp_path: Path) -> Generator[Path]:
    """A folder in memory where there is one: nothing here is about what a disk does."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.mark.slow
@pytest.mark.security("L2", n=EACH)
@pytest.mark.parametrize("way", WAYS)
def test_of_a_damaged_file_what_was_damaged_is_lost_and_no_more(quick: Path, way: str) -> None:
    path, clock = quick / "data/heartbit.db", FakeClock()
    tally: Counter[str] = Counter()
    slowest = 0.0
    with asyncio.Runner() as runner:
        runner.run(written(path, clock, indexed=way == "doubled"))
        data, places = path.read_bytes(), placed_rows(path)
        for number in range(EACH):
            damage = damaged(way, data, number)
            copy = quick / str(number) / "heartbit.db"
            copy.parent.mkdir()
            copy.write_bytes(damage.data)
            began = time.perf_counter()
            opened = runner.run(opens_or_tells(copy, clock))
            slowest = max(slowest, time.perf_counter() - began)
            assert opened or without_counters(copy.read_bytes()) == without_counters(damage.data)
            lost = places.keys() - mended(copy, clock, copy.read_bytes())
            assert number % 10 or runner.run(opens_or_tells(copy, clock))
            unharmed = [event for event in lost if not places[event] & damage.pages]
            assert unharmed == [], f"{way} {number}: {sorted(damage.pages)}, lost {len(unharmed)} of {len(lost)}"
            tally.update({"damaged": 1, "opened": opened, "lost": len(lost)})
            shutil.rmtree(copy.parent)
    assert tally["damaged"] == EACH
    assert slowest < SECONDS
    print(f"{way}: {dict(tally)} of {len(places)} each; the slowest opened or was refused after {slowest:.2f} s")


@pytest.mark.slow
@pytest.mark.security("L2", n=LOGS)
def test_of_a_damaged_log_of_writes_the_writes_behind_the_damage_are_saved(quick: Path) -> None:
    path, clock = quick / "data/heartbit.db", FakeClock()
    data, wal, places = asyncio.run(with_a_log(path, clock))
    newest = last_frames(wal)
    tally: Counter[str] = Counter()
    for number in range(LOGS):
        damage = damaged_log(wal, number)
        copy = quick / str(number) / "heartbit.db"
        copy.parent.mkdir()
        copy.write_bytes(data)
        copy.with_name("heartbit.db-wal").write_bytes(damage.data)
        began = time.perf_counter()
        opened = asyncio.run(opens_or_tells(copy, clock))
        assert time.perf_counter() - began < SECONDS
        lost = places.keys() - mended(copy, clock, copy.read_bytes())
        unharmed = [e for e in lost if not {newest[page] for page in places[e] if page in newest} & damage.pages]
        assert unharmed == [], f"{damage.kind} {number}: {sorted(damage.pages)}, lost {len(unharmed)} of {len(lost)}"
        tally.update({damage.kind: 1, "opened": opened, "lost": len(lost)})
        shutil.rmtree(copy.parent)
    assert EACH * len(WAYS) + LOGS == MUTATIONS
    print(f"{LOGS} damaged logs: {dict(tally)} of {len(places)} each")


async def with_a_log(path: Path, clock: FakeClock) -> tuple[bytes, bytes, dict[Event, frozenset[int]]]:
    """A file and its log while it is open, and the pages that each event stands on."""
    async with Store.open(path, clock) as store:
        for number in range(2):
            async with store.recorder(f"s{number}") as recorder:
                for envelope in placed([STARTED, *run("x" * 3_000, turns=3)], session=f"s{number}", agent=f"a{number}"):
                    recorder.take(envelope)
                    await recorder.committed(envelope.seq)
        copied = path.with_name("copy.db")
        log = copied.with_name("copy.db-wal")
        shutil.copy(path, copied)
        shutil.copy(f"{path}-wal", log)
    data, wal = copied.read_bytes(), log.read_bytes()
    assert len(wal) > 20 * 4096
    return data, wal, placed_rows(copied)


def without_counters(data: bytes) -> bytes:
    """A file but for the places in its head that SQLite writes when a file is opened to be written, whatever it holds."""
    return data[:24] + data[28:64] + data[68:92] + data[96:]


def mended(path: Path, clock: FakeClock, original: bytes) -> set[Event]:
    """The events that are there after a repair, which keeps the file as it was."""
    done = repair(path, clock, PARTS)
    if done.kept is None:
        assert done.found.state in ("whole", "index")
    else:
        assert done.kept.read_bytes() == original
    assert examine(path, PARTS).state == "whole"
    return set(rows(path))


async def opens_or_tells(path: Path, clock: FakeClock) -> bool:
    """Whether a file can be opened and read; where it cannot, that is told in a sentence."""
    try:
        async with Store.open(path, clock) as store:
            for info in await store.index.search():
                await store.load(info.id)
    except StoreError as error:
        return not str(error).endswith(".")
    return True
