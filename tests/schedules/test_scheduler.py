"""Each occurrence becomes one task: at its time, whatever the clock, the machine and other daemons do meanwhile."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.scheduling import Handing, Schedules
from heartbit_tui.schedules.deciding import late_by
from heartbit_tui.schedules.firings import Firings
from heartbit_tui.schedules.scheduler import Scheduler
from heartbit_tui.tasks import Request
from heartbit_tui.testing import FakeClock
from tests.schedules.places import START, at_work, later, place, schedule

DAY = 86_400.0


async def test_a_daily_schedule_is_due_once_a_day_across_a_restart_and_a_change_of_clocks(tmp_path: Path) -> None:
    daily = schedule("0 9 * * *", timezone="Europe/Paris")
    async with place(tmp_path, daily) as found:
        async with at_work(found):
            await found.pass_time(DAY)
        found.intake.end("1")
        async with at_work(found):
            await found.pass_time(DAY)
        assert found.due() == ["2026-03-29T07:00:00", "2026-03-30T07:00:00"]
        assert found.intake.requests[0] == Request(
            task="Tidy up.", source="cron:nightly", key="cron:nightly:2026-03-29T07:00:00+00:00"
        )


async def test_every_second_is_due_each_second(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("* * * * * *", overlap="allow")) as found, at_work(found):
        await found.pass_time(30)
        assert found.due() == [later(n).isoformat().removesuffix("+00:00") for n in range(1, 31)]


async def test_it_sleeps_until_the_moment_and_never_longer_than_a_minute(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("30 1 12 * * *")) as found, at_work(found):
        await found.pass_time(90)
        assert found.clock.slept[:2] == [60.0, 30.0]
        assert found.due() == ["2026-03-28T12:01:30"]


@pytest.mark.security("X11", n=1)
async def test_of_all_that_was_missed_asleep_one_is_made_up_for(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("*/10 * * * *", overlap="allow")) as found, at_work(found):
        found.clock.jump(8 * 3_600 + 5)
        await found.pass_time(60)
        assert found.due() == ["2026-03-28T20:00:00"]
        await found.pass_time(600)
        assert found.due() == ["2026-03-28T20:00:00", "2026-03-28T20:10:00"]


async def test_what_was_missed_without_a_daemon_is_made_up_for_once_and_only_where_wanted(tmp_path: Path) -> None:
    wanted, unwanted = schedule("0 * * * *", name="a"), schedule("0 * * * *", name="b", catch_up=False)
    async with place(tmp_path, wanted, unwanted) as found:
        async with at_work(found):
            await found.pass_time(60)
        await found.clock.advance(3 * DAY)
        async with at_work(found):
            await found.pass_time(60)
        assert [(each.source, each.key[-25:]) for each in found.intake.requests] == [
            ("cron:a", "2026-03-31T12:00:00+00:00")
        ]


@pytest.mark.security("X11", n=1)
async def test_a_clock_that_is_set_back_brings_no_occurrence_again(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("0 * * * *", overlap="allow")) as found, at_work(found):
        await found.pass_time(3_600)
        found.clock.jump(-1_800)
        await found.pass_time(3_600)
        assert found.due() == ["2026-03-28T13:00:00"]
        await found.pass_time(1_800)
        assert found.due() == ["2026-03-28T13:00:00", "2026-03-28T14:00:00"]


async def test_a_clock_that_was_far_ahead_does_not_silence_a_schedule(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("0 * * * *", overlap="allow"), clock=FakeClock(START)) as found:
        found.clock.jump(100 * DAY)
        async with at_work(found):
            await found.pass_time(3_600)
        found.clock.jump(-100 * DAY)
        async with at_work(found):
            await found.pass_time(3_600)
        assert found.due() == ["2026-07-06T13:00:00", "2026-03-28T14:00:00"]


@pytest.mark.security("X11", n=1)
async def test_two_daemons_on_one_file_make_one_task_of_each_occurrence(tmp_path: Path) -> None:
    each = schedule("*/5 * * * * *", overlap="allow")
    async with place(tmp_path, each) as one, place(tmp_path, each) as other:
        async with at_work(one), at_work(other):
            for _ in range(12):
                await one.pass_time(5)
                await other.pass_time(5)
        assert sorted(one.due() + other.due()) == [later(n).isoformat().removesuffix("+00:00") for n in range(5, 61, 5)]


async def test_an_occurrence_is_passed_over_while_the_task_before_it_goes_on(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("* * * * *")) as found, at_work(found):
        await found.pass_time(180)
        assert found.due() == ["2026-03-28T12:01:00"]
        assert (await found.firings.all())["cron:nightly"].passed == 2
        await found.noticed(lambda: found.intake.end("1"))
        await found.pass_time(60)
        assert found.due() == ["2026-03-28T12:01:00", "2026-03-28T12:04:00"]


async def test_what_waits_for_the_task_before_it_becomes_one_task_when_that_ends(tmp_path: Path) -> None:
    waiting = schedule("* * * * *", overlap="queue", catch_up=False)
    async with place(tmp_path, waiting) as found, at_work(found):
        await found.pass_time(200)
        assert found.due() == ["2026-03-28T12:01:00"]
        await found.noticed(lambda: found.intake.end("1", state="failed"))
        assert found.due() == ["2026-03-28T12:01:00", "2026-03-28T12:03:00"]


async def test_tasks_go_on_at_the_same_time_where_that_is_allowed(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("* * * * *", overlap="allow")) as found, at_work(found):
        await found.pass_time(180)
        assert len(found.due()) == 3


async def test_jitter_makes_each_occurrence_late_by_its_own_share(tmp_path: Path) -> None:
    spread = schedule("0 * * * *", jitter="10m", overlap="allow")
    first, second = (late_by(spread, START + timedelta(hours=hour)) for hour in (1, 2))
    assert first != second
    assert timedelta(0) <= min(first, second) <= max(first, second) < timedelta(minutes=10)
    async with place(tmp_path, spread) as found, at_work(found):
        await found.pass_time(3_600 + first.total_seconds() - 0.001)
        assert found.due() == []
        await found.pass_time(0.002)
        assert found.due() == ["2026-03-28T13:00:00"]


async def test_what_was_not_accepted_is_told_and_handed_over_a_minute_later(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("0 13 * * *")) as found, at_work(found):
        found.intake.full = True
        await found.pass_time(3_600)
        assert found.told == [
            "The schedule nightly was due at 2026-03-28 13:00:00 UTC and could not be handed over: "
            "The disk is full, so nothing can be accepted. It is tried again."
        ]
        found.intake.full = False
        await found.pass_time(60)
        assert found.due() == ["2026-03-28T13:00:00"]


async def test_what_a_daemon_claimed_before_it_died_is_handed_over_by_the_next(tmp_path: Path) -> None:
    hourly = schedule("0 * * * *")
    async with place(tmp_path, hourly) as found:
        await found.firings.seen(hourly.source, hourly.plan, START)
        assert await found.firings.claim(hourly.source, later(3_600), later(3_600), alone=True)
        found.clock.jump(3_601)
        async with at_work(found):
            await found.pass_time(50)
            assert found.due() == []
            await found.pass_time(60)
        assert found.due() == ["2026-03-28T13:00:00"]


async def test_a_schedule_that_is_added_changed_or_switched_off_counts_at_once(tmp_path: Path) -> None:
    async with place(tmp_path) as found, at_work(found) as scheduler:
        found.schedules.append(schedule("10 * * * * *", overlap="allow"))
        await found.noticed(scheduler.changed)
        await found.pass_time(15)
        found.schedules[0] = schedule("20 * * * * *", overlap="allow")
        await found.noticed(scheduler.changed)
        await found.pass_time(15)
        found.schedules[0] = schedule("40 * * * * *", overlap="allow", enabled=False)
        await found.noticed(scheduler.changed)
        await found.pass_time(60)
        assert found.due() == ["2026-03-28T12:00:10", "2026-03-28T12:00:20"]


async def test_what_was_due_while_a_schedule_rested_is_passed_over_when_it_goes_on(tmp_path: Path) -> None:
    hourly = schedule("0 * * * *", overlap="allow")
    async with place(tmp_path, hourly) as found:
        schedules = Schedules((hourly,), found.database, {}, found.told.append)

        async def pause(*, paused: bool) -> None:
            (found.schedules[0],) = await schedules.known()
            await schedules.pause(found.schedules[0], found.clock.now(), paused=paused)
            (found.schedules[0],) = await schedules.known()

        async with at_work(found):
            await found.pass_time(3_600)
            await pause(paused=True)
            await found.pass_time(3 * 3_600 + 60)
            await pause(paused=False)
            await found.pass_time(3_600)
        assert found.due() == ["2026-03-28T13:00:00", "2026-03-28T17:00:00"]


async def test_the_end_of_a_task_is_heard_of_also_after_the_scheduler_was_begun_anew(tmp_path: Path) -> None:
    async with place(tmp_path, schedule("0 * * * *")) as found:
        scheduler = found.scheduler
        for seconds in (3_600, 60):
            running = asyncio.create_task(scheduler.run())
            await found.pass_time(seconds)
            if seconds == 60:
                await found.noticed(lambda: found.intake.end("1"))
                await found.pass_time(3_600)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert found.due() == ["2026-03-28T13:00:00", "2026-03-28T14:00:00"]


async def test_an_end_that_cannot_be_kept_is_tried_again_no_more_than_once_a_minute(tmp_path: Path) -> None:
    class Full(Firings):
        tries = 0

        async def ended(self, source: str, task: str, state: str, memo: str | None = None) -> None:
            self.tries += 1
            raise StoreError("The disk is full.")

    async with place(tmp_path, schedule("0 * * * *")) as found:
        firings = Full(found.database)
        scheduler = Scheduler(found.clock, Handing(found.intake), firings, found.known, found.told.append)
        running = asyncio.create_task(scheduler.run())
        await found.pass_time(3_600)
        found.intake.end("1")
        await found.pass_time(180)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert 1 <= firings.tries <= 4
        assert found.told == ["The end of the task 1 could not be kept: The disk is full."] * firings.tries
