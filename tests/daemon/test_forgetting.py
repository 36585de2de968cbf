"""What ended long ago is forgotten with what belongs to it, and nobody who hands a task over waits for that."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.config import load
from heartbit_tui.daemon.forgetting import EVERY, forget
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.store.database import Database
from heartbit_tui.store.inbox import Letter, LetterKind
from heartbit_tui.tasks import STEPS, Request
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.daemon.ground import LONG, Ground, Heard, daemon, done, says

HOLD = says("at last", when="stay", wait=LONG, times=0)
HELLO = says("hello", times=0)
DAY = 86_400.0


@asynccontextmanager
async def tasks_of(ground: Ground) -> AsyncGenerator[Database]:
    """The data file as the queue has it open."""
    (path,) = ground.home.glob(".local/share/heartbit/*.db")
    async with Database.open(path, "tasks", STEPS) as database:
        yield database


async def left(found: Daemon) -> list[str]:
    """The words of all tasks that there are, the oldest first."""
    page = await found.queue.page(limit=500)
    return [each.request.task for each in reversed(page.tasks)]


async def until(found: Daemon, clock: FakeClock, words: list[str]) -> None:
    """Return once these tasks are left; the time stands still."""
    async with asyncio.timeout(30):
        while await left(found) != words:
            await clock.advance(0)


async def passed(clock: FakeClock, days: int, *, looks: bool) -> None:
    """Let whole days pass; where old tasks are looked for, each begins and ends with the wait for the next look."""
    for _ in range(days):
        if looks:
            await rested(clock)
        await clock.advance(DAY)
    if looks:
        await rested(clock)


async def rested(clock: FakeClock) -> None:
    """Return once old tasks have been looked for today, and tomorrow is waited for."""
    looks = 1 + round(clock.monotonic() / DAY)
    while clock.slept.count(DAY) < looks:
        await clock.asked(len(clock.slept) + 1)


@pytest.mark.parametrize(("days", "after"), [(2, ["stay", "new"]), (0, ["old", "stay", "new"])])
async def test_old_tasks_go_once_a_day_and_what_runs_stays(tmp_path: Path, days: int, after: list[str]) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([HOLD, HELLO], f"[daemon]\nkeep_days = {days}\n[heartbeat]\nenabled = false\n")
    async with daemon(ground, heard, clock) as found:
        await done(found, "old")
        running = await found.service.submit(Request(task="stay"))
        await heard.until(running, "running")
        await passed(clock, 2, looks=bool(days))
        await done(found, "new")
        assert await left(found) == ["old", "stay", "new"]
        await passed(clock, 1, looks=bool(days))
        assert await left(found) == after
        assert found.service.running == (running,)


async def test_what_is_old_at_the_start_goes_then(tmp_path: Path) -> None:
    ground, clock = Ground(tmp_path), FakeClock()
    ground.prepare([HELLO], "[heartbeat]\nenabled = false\n")
    async with daemon(ground, clock=clock) as found:
        await done(found, "old")
    later = FakeClock(EPOCH + timedelta(days=31))
    async with daemon(ground, clock=later) as found:
        await until(found, later, [])


async def test_letters_that_were_done_with_go_with_their_task_and_those_that_wait_stay(tmp_path: Path) -> None:
    ground, clock = Ground(tmp_path), FakeClock()
    ground.prepare([HELLO], "[heartbeat]\nenabled = false\n")
    async with daemon(ground, clock=clock) as found:
        old = (await done(found, "old")).id
        kinds: tuple[LetterKind, ...] = ("reply", "failure", "question")
        for about in (old, "another"):
            for kind in kinds:
                letter = await found.inbox.put(
                    Letter(at=clock.now(), kind=kind, source="x", title=kind, text="", about=about)
                )
                if kind == "reply":
                    await found.inbox.finish(letter.id)
        await clock.advance(1)
        async with tasks_of(ground) as database:
            assert await forget(database, found.inbox, clock.now()) == 1
        stay = [(each.about, each.kind) for each in await found.inbox.list(done=None)]
        assert sorted(stay) == sorted([(old, "failure"), *(("another", kind) for kind in kinds)])


async def test_tasks_are_accepted_while_many_are_forgotten(tmp_path: Path) -> None:
    ground, clock = Ground(tmp_path), FakeClock()
    ground.prepare([HOLD], "[daemon]\nmax_concurrent_tasks = 1\n[heartbeat]\nenabled = false\n")
    async with daemon(ground, clock=clock) as found:
        await found.service.submit(Request(task="stay"))
        ids = await asyncio.gather(*(found.service.submit(Request(task="stay")) for _ in range(300)))
        await asyncio.gather(*(found.queue.cancel(each) for each in ids))
        await clock.advance(1)
        accepted = 0
        async with tasks_of(ground) as database:
            forgetting = asyncio.create_task(forget(database, found.inbox, clock.now(), at_once=10))
            while not forgetting.done():
                await found.service.submit(Request(task="stay"))
                accepted += 1
        assert await forgetting == 300
        assert accepted >= 10
        assert (await found.queue.page()).total == accepted + 1


def test_a_day_lies_between_two_times_and_the_key_has_an_effect() -> None:
    assert EVERY == DAY
    config = load((), {}, {"daemon.keep_days": 7}, trusted=False)
    assert (config.integer("daemon.keep_days"), config.warnings) == (7, ())
