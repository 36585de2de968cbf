"""How heartbeats stand outlives the process, however it ends, and several may write it at once."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from heartbit_tui.schedules.beats import BeatState
from heartbit_tui.schedules.beats_store import STEPS, SqliteStates
from heartbit_tui.store.database import Database
from tests.schedules.beats_rig import NOON, states

WRITER = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from heartbit_tui.schedules.beats import BeatState
from tests.schedules.beats_rig import NOON, states

async def main():
    async with states(Path(sys.argv[1])) as kept:
        for number in range(100_000):
            await kept.ran(BeatState(key="a", last_run=NOON + timedelta(seconds=number), failures=number))
            print(number, flush=True)

asyncio.run(main())
"""
WHOLE = BeatState(
    key="/w/HEARTBEAT.md",
    last_run=NOON,
    next_due=NOON + timedelta(microseconds=1),
    every=90,
    status="error",
    error="No model.",
    failures=3,
    quiet=2,
    seconds=1.5,
)


async def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    async with states(tmp_path) as kept:
        await kept.ran(WHOLE)
        await kept.ran(BeatState(key="b"))
    async with states(tmp_path) as kept:
        assert await kept.all() == {WHOLE.key: WHOLE, "b": BeatState(key="b")}


async def test_a_beat_that_ends_leaves_what_a_person_paused(tmp_path: Path) -> None:
    async with states(tmp_path) as kept:
        await kept.pause(WHOLE.key)
        await kept.ran(WHOLE)
        assert (await kept.all())[WHOLE.key].paused


async def test_two_processes_worth_of_writers_lose_nothing(tmp_path: Path) -> None:
    async with states(tmp_path) as one, Database.open(tmp_path / "heartbit.db", "heartbeats", STEPS) as database:
        other = SqliteStates(database)
        await asyncio.gather(
            *(one.ran(BeatState(key=f"a{n}", failures=n)) for n in range(20)),
            *(other.ran(BeatState(key=f"b{n}", failures=n)) for n in range(20)),
        )
        assert len(await one.all()) == 40


async def test_a_kill_while_it_is_written_leaves_a_state_that_can_be_read(tmp_path: Path) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    assert writer.stdout is not None
    told = -1
    while told < 50:
        told = int(await writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = (await writer.stdout.read()).split()
    await writer.wait()
    told = max([told, *map(int, rest)])
    async with states(tmp_path) as kept:
        state = (await kept.all())["a"]
        assert state.failures >= told
        assert state.last_run == NOON + timedelta(seconds=state.failures)
        await kept.ran(WHOLE)
