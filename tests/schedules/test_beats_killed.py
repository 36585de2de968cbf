"""Heartbeats of a daemon that is killed again and again, and of two daemons on one file: none comes twice in an interval."""

import asyncio
import contextlib
import random
import signal
import sys
from pathlib import Path

import pytest

from tests.samples import samples
from tests.schedules.beats_rig import Bench, bench, gaps, states

EVERY = 90.0
SPEED = 1_000.0
"""Seconds of a heartbeat's time in one of the machine's."""

DAEMON = '''
import asyncio, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tests.schedules.beats_rig import Bench, states
from heartbit_tui.schedules.beats import Done

folder, speed, begin = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
start = time.monotonic()

class Quick:
    """The machine's time, as fast as wanted; it stands still while no daemon is there."""
    def monotonic(self):
        return begin + (time.monotonic() - start) * speed
    def now(self):
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.monotonic())
    async def sleep(self, seconds):
        await asyncio.sleep(seconds / speed)

async def main():
    clock = Quick()
    async def do(heartbeat):
        begun = (await kept.all())[heartbeat.key].last_run
        with (folder / "beats.txt").open("a") as told:
            told.write(f"{begun.timestamp()}\\n")
        print(clock.monotonic(), flush=True)
        await clock.sleep(60)
        return Done(ok=True, text="HEARTBEAT_OK")
    async with states(folder) as kept:
        bench = Bench(folder / "workspace", kept, clock)
        await bench.made(do).run()

asyncio.run(main())
'''


async def _beats_and_is_killed(folder: Path, begin: float, chance: random.Random) -> float:
    """A daemon from this moment on until some moment after one of its beats, which is returned, in heartbeats' seconds."""
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DAEMON, str(folder), str(SPEED), str(begin), stdout=asyncio.subprocess.PIPE
    )
    assert daemon.stdout is not None
    told = 0.0
    for _ in range(chance.randrange(1, 4)):
        told = float(await daemon.stdout.readline())
    after = chance.uniform(0, EVERY / SPEED)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(daemon.wait(), after)
    daemon.send_signal(signal.SIGKILL)
    await daemon.wait()
    return told + after * SPEED + 1.0


@pytest.mark.security("X12", n=200)
@pytest.mark.timeout(600)
async def test_a_daemon_that_is_killed_again_and_again_beats_once_in_an_interval(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "HEARTBEAT.md").write_text(f"---\nevery: {EVERY:g}s\n---\nLook.\n", "utf-8")
    chance, kills, at = random.Random(12), samples(200, 5), 0.0
    for _ in range(kills):
        at = await _beats_and_is_killed(tmp_path, at, chance)
    times = [float(line) for line in (tmp_path / "beats.txt").read_text().split()]
    assert len(times) >= kills
    assert min(gaps(times)) >= EVERY
    async with states(tmp_path) as kept:
        assert [state.failures for state in (await kept.all()).values()] == [0]


@pytest.mark.security("X12", n=1)
async def test_of_two_daemons_on_one_file_one_beats(tmp_path: Path) -> None:
    async with bench(tmp_path) as one, states(tmp_path) as kept:
        two = Bench(one.workspace, kept, one.clock)
        one.write("every: 10m")
        one.doer.takes = two.doer.takes = 30.0
        both = [asyncio.create_task(each.engine.run()) for each in (one, two)]
        await one.clock.slept_by(2)
        await one.clock.advance(30.0)  # now both find it due
        await one.clock.slept_by(4)  # one beats, with a bound on how long; the other one has nothing to do
        await one.clock.advance(30.0)
        for each in (one, two):
            each.engine.drain()
        await asyncio.gather(*both)
        assert [*one.doer.times, *two.doer.times] == [30.0]
        assert [state.status for state in (await kept.all()).values()] == ["ok"]
