"""Processes that die, and processes that write at the same time."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeAlias

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.store import driver
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from tests.samples import samples
from tests.store.appender import event_for
from tests.store.logs import STARTED, placed, record, run

KILLS = samples(50, 20)
WRITES = 1_000
ROOT = Path(__file__).parents[2]
Appender: TypeAlias = "subprocess.Popen[str]"


@pytest.fixture
def start(path: Path) -> Generator[Callable[[], Appender]]:
    """Starts appenders, and ends them with the test."""
    running: list[Appender] = []

    def begin() -> Appender:
        command = [sys.executable, "-m", "tests.store.appender", str(path)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        running.append(process)
        return process

    yield begin
    for process in running:
        with process:
            process.kill()


def tell(process: Appender, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def heard(process: Appender) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed_at(process: Appender, moment: int) -> int:
    """Let a child append, kill it once it acknowledged `moment` events; the last seq that it acknowledged."""
    tell(process, "go s")
    child = int(heard(process).removeprefix("pid "))
    acknowledged = 0
    for count in range(10**6):
        if count == moment:
            os.kill(child, signal.SIGKILL)
        line = heard(process)
        if line == "gone":
            return acknowledged
        acknowledged = int(line)
    raise AssertionError("the child outlived its kill")


def quick_check(path: Path, pragma: str) -> str:
    connection = driver.connect(path)
    try:
        return str(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
    finally:
        connection.close()


def complete(log: tuple[Envelope, ...], last: int) -> bool:
    """Whether all events up to `last` are there; pieces may be merged into later ones, or replaced by the whole."""
    there = {each.seq: each.event for each in log}
    wanted = {seq: event_for(seq) for seq in range(1, last + 1)}
    return all(there.get(seq) == event for seq, event in wanted.items() if not isinstance(event, Delta))


async def test_a_kill_loses_nothing_that_was_acknowledged(
    start: Callable[[], Appender], path: Path, clock: FakeClock
) -> None:
    dice = random.Random(7)
    process = start()
    seen = 0
    for _ in range(KILLS):
        acknowledged = killed_at(process, dice.choice((0, 1, 2, 5, dice.randrange(60))))
        seen = max(seen, acknowledged)
        if not seen:
            continue
        async with Store.open(path, clock) as store:
            log = await store.load("s")
        assert log.skipped == ()
        assert complete(log.envelopes, seen)
        assert quick_check(path, "quick_check") == "ok"
    assert quick_check(path, "integrity_check") == "ok"
    assert seen > 0
    print(f"{KILLS} kills, {seen} events acknowledged, 0 lost")


@pytest.mark.security("L9", n=2 * WRITES)
async def test_two_processes_write_their_sessions_at_once(
    start: Callable[[], Appender], path: Path, clock: FakeClock
) -> None:
    processes = [start(), start()]
    for name, process in zip("ab", processes, strict=True):
        tell(process, f"write {name} {WRITES}")
    for process in processes:
        assert [int(heard(process)) for _ in range(WRITES)] == list(range(1, WRITES + 1))
        with process:
            pass
    async with Store.open(path, clock) as store:
        for name in "ab":
            assert complete((await store.load(name)).envelopes, WRITES)
        assert [info.summary.last_seq for info in await store.index.search()] == [WRITES, WRITES]
    print(f"2 x {WRITES} writes, 0 lost")


async def test_a_second_process_is_refused_a_session_until_the_first_dies(
    start: Callable[[], Appender], store: Store
) -> None:
    first, second = start(), start()
    tell(first, "hold s")
    assert heard(first) == "held"
    with pytest.raises(StoreError, match=f"in use by process {first.pid}"):
        await record(store, "s", [STARTED])
    tell(second, "hold s")
    assert heard(second).startswith("refused Session s is in use by process")
    first.kill()
    first.wait()
    log = await record(store, "s", [STARTED, *run("a")])
    assert (await store.load("s")).envelopes == log


async def test_a_session_whose_process_died_in_a_run_is_found_as_crashed(
    start: Callable[[], Appender], store: Store
) -> None:
    await record(store, "s", [STARTED, *run("a")[:-1]])
    process = start()
    tell(process, "hold s")
    assert heard(process) == "held"
    assert (await store.index.info("s")).state == "open"
    process.kill()
    process.wait()
    assert (await store.index.info("s")).state == "crashed"


async def test_a_new_file_may_be_opened_by_many_at_once(start: Callable[[], Appender], path: Path) -> None:
    processes = [start() for _ in range(4)]
    for number, process in enumerate(processes):
        tell(process, f"write s{number} 3")
    assert [heard(process) for process in processes for _ in range(3)] == ["1", "2", "3"] * 4
    assert quick_check(path, "integrity_check") == "ok"


def test_events_of_the_appender_are_of_every_weight() -> None:
    assert placed([event_for(1)])[0].event == STARTED
    assert len({type(event_for(seq)) for seq in range(1, 30)}) == 4


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="/proc/locks does not tell who holds a lock")
async def test_opening_the_file_again_drops_no_lock(store: Store, path: Path, clock: FakeClock) -> None:
    """The kernel lets go of a process's locks on a file as soon as the process closes any handle of it."""
    await record(store, "s", [STARTED])
    assert locks_on(path) > 0
    async with Store.open(path, clock) as second:
        await second.index.last("")
        assert locks_on(path) > 0
    assert locks_on(path) > 0


def locks_on(path: Path) -> int:
    """How many locks this process holds on a file."""
    own, file = str(os.getpid()), f":{path.stat().st_ino}"
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return sum(line[1] == "POSIX" and line[4] == own and line[5].endswith(file) for line in held)
