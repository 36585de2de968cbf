"""Heartbeats beat when they are due, one at a time in each workspace, whatever happens to their files meanwhile."""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from heartbit_tui.kernel.errors import ConfigError, HeartbitError, StoreError
from heartbit_tui.schedules.beats import BeatState, Done, Heartbeat
from heartbit_tui.schedules.beats_engine import GRACE, PATIENCE
from heartbit_tui.schedules.beats_found import Finder, Workspace
from heartbit_tui.schedules.beats_watch import Watching
from heartbit_tui.testing.clock import FakeClock
from tests.schedules.beats_rig import NOON, Bench, answers, bench, gaps, states

HALF = 1_800.0


async def test_the_first_beat_comes_after_half_a_minute_and_the_next_after_the_interval(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 30m")
        async with on.beating():
            await on.pass_by(2 * HALF + 60)
    assert on.doer.times == [30.0, 30 + HALF, 30 + 2 * HALF]
    assert on.said == []


async def test_after_a_restart_the_rest_of_the_interval_is_waited_for_and_what_was_missed_comes_soon(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 30m", name="HEARTBEAT-recent.md")
        on.write("every: 30m", name="HEARTBEAT-missed.md")
        for name, minutes in (("HEARTBEAT-recent.md", 20), ("HEARTBEAT-missed.md", 90)):
            last = NOON - timedelta(minutes=minutes)
            due = last + timedelta(minutes=30)
            await on.states.ran(BeatState(key=str(on.workspace / name), last_run=last, next_due=due, every=1_800))
        async with on.beating():
            await on.pass_by(700)
    assert on.doer.began == [("HEARTBEAT-missed.md", 30.0), ("HEARTBEAT-recent.md", 600.0)]


async def test_a_last_beat_that_lies_ahead_counts_as_one_of_just_now(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        file = on.write("every: 30m")
        await on.states.ran(BeatState(key=str(file), last_run=NOON + timedelta(days=3)))
        async with on.beating():
            await on.pass_by(HALF + 1)
    assert on.doer.times == [HALF]


async def test_failures_put_the_next_beat_off_up_to_eight_times_also_over_a_restart(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 10m")
        on.doer = type(on.doer)(on.clock, answers(*["!no model"] * 5, "Found something.", "HEARTBEAT_OK"))
        on.engine = on.made()
        async with on.beating():
            await on.pass_by(30 + 600 * (2 + 4) + 60)
        on.engine = on.made()
        async with on.beating():
            await on.pass_by(600 * (8 + 8 + 8 + 1) - 59)
        assert gaps(on.doer.times) == [1_200.0, 2_400.0, 4_800.0, 4_800.0, 4_800.0, 600.0]
        assert [(said.ok, said.text) for said in on.said] == [(False, "no model"), (True, "Found something.")]
        assert (await on.state()).failures == 0


async def test_beats_with_nothing_to_say_come_less_often_until_a_person_is_there(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 10m")
        async with on.beating():
            await on.pass_by(30 + 600 * (5 + 2 + 4 + 4) + 1)
            assert gaps(on.doer.times) == [600.0] * 5 + [1_200.0, 2_400.0, 2_400.0]
            await on.engine.heard()
            await on.pass_by(601)
    assert gaps(on.doer.times)[-1] == 600.0


async def test_a_person_who_comes_while_it_beats_counts_for_that_beat_too(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 10m")
        async with on.beating():
            await on.pass_by(10_800)
            assert (await on.state()).quiet > 1
            on.doer.takes = 60.0
            begun = len(on.doer.began)
            while len(on.doer.began) == begun:
                await on.pass_by(30)
            await on.engine.heard()
            await on.pass_by(60)
            assert (await on.state()).quiet == 1


async def test_a_changed_interval_holds_at_once_and_a_longer_one_too(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 6h")
        async with on.beating():
            await on.pass_by(1_000)
            on.write("every: 20m")
            await on.pass_by(300)
            on.write("every: 3h")
            await on.pass_by(10_800)
    assert on.doer.times == [30.0, 1_230.0, 1_230 + 10_800.0]


async def test_a_file_that_is_wrong_for_a_while_beats_as_it_was_and_tells_what_is_wrong(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 10m")
        async with on.beating():
            await on.pass_by(100)
            on.write("every: sometimes")
            await on.pass_by(600)
            (standing,) = on.engine.standing()
            assert "'sometimes' is no duration" in standing.fault
            assert standing.heartbeat is not None
            on.write("every: 20m")
            await on.pass_by(1_300)
            assert on.engine.standing()[0].fault == ""
    assert on.doer.times == [30.0, 630.0, 1_830.0]


async def test_a_file_that_was_never_right_does_not_beat_until_it_is(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 0")
        async with on.beating():
            await on.pass_by(600)
            assert on.doer.times == []
            on.write("every: 5m")
            await on.pass_by(120)
    assert len(on.doer.times) == 1


async def test_a_removed_file_stops_and_comes_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        file = on.write("every: 10m")
        async with on.beating():
            await on.pass_by(60)
            file.unlink()
            await on.pass_by(1_800)
            assert on.engine.standing() == ()
            on.write("every: 10m")
            await on.pass_by(61)
    assert on.doer.times == [30.0, 1_890.0]


async def test_a_workspace_that_is_refused_or_gone_is_not_beaten_for_and_keeps_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 10m")
        async with on.beating():
            await on.pass_by(60)
            on.workspaces[:] = [Workspace(folder=on.workspace, refused=lambda file, data: "It is not trusted.")]
            await on.pass_by(1_800)
            (standing,) = on.engine.standing()
            assert (standing.heartbeat, standing.fault) == (None, "It is not trusted.")
    assert on.doer.times == [30.0]


async def test_one_beat_at_a_time_in_a_workspace_and_others_beside_it(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with bench(tmp_path) as on:
        on.workspaces.append(Workspace(folder=other))
        on.doer.takes = 100.0
        for name in ("HEARTBEAT-a.md", "HEARTBEAT-b.md"):
            on.write("every: 1h", name=name)
        (other / "HEARTBEAT.md").write_text("---\nevery: 1h\n---\nLook.\n", "utf-8")
        async with on.beating():
            await on.pass_by(300)
    assert on.doer.began == [("HEARTBEAT.md", 30.0), ("HEARTBEAT-a.md", 30.0), ("HEARTBEAT-b.md", 130.0)]
    assert on.doer.most_at_once == 2


async def test_a_file_that_goes_while_it_beats_keeps_its_workspace_busy_and_ends_its_beat(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.doer.takes = 100.0
        gone = on.write("every: 1h", name="HEARTBEAT-a.md")
        on.write("every: 1h", name="HEARTBEAT-b.md")
        async with on.beating():
            await on.pass_by(40)
            gone.unlink()
            await on.pass_by(70)
            on.write("every: 1h", name="HEARTBEAT-a.md")
            await on.pass_by(400)
        state = await on.state("HEARTBEAT-a.md")
    assert (on.doer.began, on.doer.most_at_once) == ([("HEARTBEAT-a.md", 30.0), ("HEARTBEAT-b.md", 130.0)], 1)
    assert (state.status, state.seconds) == ("ok", 100.0)


async def test_what_a_person_wanted_of_a_file_that_is_gone_is_wanted_no_more(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.doer.takes = 100.0
        on.write("every: 1h", name="HEARTBEAT-a.md")
        wanted = on.write("every: 1h\nactive_hours: 02:00-03:00\ntz: UTC", name="HEARTBEAT-b.md")
        async with on.beating():
            await on.pass_by(40)
            assert on.engine.beat(str(wanted))
            wanted.unlink()
            await on.pass_by(200)
            on.write("every: 1h\nactive_hours: 02:00-03:00\ntz: UTC", name="HEARTBEAT-b.md")
            await on.pass_by(200)
    assert on.doer.began == [("HEARTBEAT-a.md", 30.0)]


async def test_while_it_cannot_be_told_what_is_trusted_nothing_begins_and_what_is_at_work_goes_on(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as on:
        on.doer.takes = 100.0
        on.write("every: 5m")
        broken = False

        def workspaces() -> list[Workspace]:
            if broken:
                raise ConfigError("trust.toml is not valid TOML.")
            return on.workspaces

        on.engine = on.made(find=Finder(workspaces, UTC))
        async with on.beating():
            await on.pass_by(40)
            broken = True
            await on.pass_by(1_000)
            told = (
                "The heartbeats could not be looked for: trust.toml is not valid TOML. It is tried again in a minute."
            )
            assert (on.doer.times, (await on.state()).status, on.warned) == ([30.0], "ok", [told])
            broken = False
            await on.pass_by(200)
    assert len(on.doer.times) == 2


async def test_a_beat_that_hangs_is_stopped_and_has_failed(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 1h")
        on.doer.takes = 10_000.0
        async with on.beating():
            await on.pass_by(30 + PATIENCE + 1)
            state = await on.state()
    assert on.doer.stopped == ["HEARTBEAT.md"]
    assert (state.status, state.failures) == ("error", 1)
    assert [said.text for said in on.said] == ["It took longer than 300 seconds and was stopped."]


async def test_a_drain_ends_the_sleep_at_once_with_nothing_in_flight(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 1h")
        async with on.beating():
            await on.pass_by(60)
            assert on.engine.in_flight == 0
            on.engine.drain()
    assert on.clock.monotonic() == 60.0


async def test_a_drain_waits_for_what_is_at_work_and_then_stops_it_which_is_no_failure(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 1h")
        on.doer.takes = 200.0
        running = asyncio.create_task(on.engine.run())
        await on.pass_by(40)
        assert on.engine.in_flight == 1
        on.engine.drain()
        await on.drained()
        await on.clock.advance(GRACE)
        await running
        state = await on.state()
    assert (on.doer.stopped, on.engine.in_flight) == (["HEARTBEAT.md"], 0)
    assert (state.status, state.failures, state.next_due) == ("interrupted", 0, NOON + timedelta(seconds=30))


async def test_a_person_lets_a_heartbeat_beat_now_also_one_that_rests_and_its_rhythm_goes_on_from_there(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as on:
        key = str(on.write("every: 10m"))
        async with on.beating():
            await on.engine.pause(key, paused=True)
            await on.pass_by(100)
            assert on.engine.standing()[0].state.paused
            assert (on.engine.beat(key), on.engine.beat("/w/unknown.md")) == (True, False)
            await on.pass_by(1_000)
            await on.engine.pause(key, paused=False)
            await on.pass_by(1_000)
    assert on.doer.times == [100.0, 1_100.0, 1_700.0]


async def test_what_is_paused_rests_until_it_goes_on(tmp_path: Path) -> None:
    async with states(tmp_path) as kept:
        on = Bench(tmp_path, kept)
        file = on.write("every: 10m")
        async with on.beating():
            await kept.pause(str(file))
            await on.pass_by(1_800)
            assert on.doer.times == []
            await kept.pause(str(file), paused=False)
            await on.pass_by(61)
    assert on.doer.times == [1_830.0]


async def test_a_fault_of_one_beat_leaves_the_others_beating(tmp_path: Path) -> None:
    async def faulty(heartbeat: Heartbeat) -> Done:
        if heartbeat.file.name == "HEARTBEAT-a.md":
            raise HeartbitError("There is no model.")
        raise ValueError("a slip")

    async with bench(tmp_path) as on:
        on.write("every: 10m", name="HEARTBEAT-a.md")
        on.write("every: 10m", name="HEARTBEAT-b.md")
        on.engine = on.made(faulty)
        async with on.beating():
            await on.pass_by(61)
    assert [said.text for said in on.said] == ["There is no model.", "ValueError: a slip"]


class Full:
    """`States` on a disk that is full."""

    async def all(self) -> dict[str, BeatState]:
        raise StoreError("The disk is full.")

    async def plan(self, key: str, next_due: object, every: int) -> None:
        raise StoreError("The disk is full.")

    async def begin(self, before: BeatState, begun: BeatState) -> bool:
        raise StoreError("The disk is full.")

    async def ran(self, state: BeatState) -> None:
        raise StoreError("The disk is full.")

    async def pause(self, key: str, *, paused: bool = True) -> None:
        raise StoreError("The disk is full.")

    async def heard(self) -> None:
        raise StoreError("The disk is full.")


async def test_a_full_disk_makes_no_beat_come_more_often(tmp_path: Path) -> None:
    on = Bench(tmp_path, Full())
    on.write("every: 10m")
    async with on.beating():
        await on.pass_by(1_900)
    assert on.doer.times == [30.0, 630.0, 1_230.0, 1_830.0]
    assert set(on.warned) == {"The disk is full."}


async def test_a_clock_that_was_set_back_puts_nothing_off_for_longer_than_an_interval(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        file = on.write("every: 10m")
        due = NOON + timedelta(days=2)
        await on.states.ran(BeatState(key=str(file), last_run=due - timedelta(minutes=10), next_due=due, every=600))
        async with on.beating():
            await on.pass_by(700)
    assert on.doer.times == [600.0]


async def test_a_change_of_a_file_is_noticed_before_a_minute_is_over(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.engine = on.made(watcher=Watching())
        async with on.beating():
            async with asyncio.timeout(20):
                while not on.engine.standing():  # a file that is there before the system watches is not told of
                    on.write("every: 10m")
                    os.utime(on.workspace / "HEARTBEAT.md")
                    await asyncio.sleep(0)
    assert on.clock.monotonic() == 0.0


async def test_a_folder_that_was_removed_and_made_anew_is_watched_anew(tmp_path: Path) -> None:
    class Told:
        """A `Watcher` that tells of nothing, and knows what it was asked to watch."""

        def __init__(self) -> None:
            self.watched: list[tuple[Path, ...]] = []

        async def changes(self, folders: Sequence[Path]) -> AsyncGenerator[None]:
            self.watched.append(tuple(folders))
            await asyncio.Event().wait()
            yield

    async with bench(tmp_path) as on:
        watcher = Told()
        on.write("every: 1h")
        on.engine = on.made(watcher=watcher)
        async with on.beating():
            await on.pass_by(200)
            assert watcher.watched == [(on.workspace,)]
            on.workspace.rename(tmp_path / "before")
            on.workspace.mkdir()
            await on.pass_by(200)
    assert watcher.watched == [(on.workspace,)] * 2


async def test_in_a_whole_day_nothing_comes_outside_its_hours(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 30m\nactive_hours: 09:00-17:00\ntimezone: Europe/Paris", "Say something.")
        on.doer = type(on.doer)(on.clock, lambda _: Done(ok=True, text="Something."))
        on.engine = on.made()
        async with on.beating():
            await on.pass_by(86_400)
    # Noon in UTC is 13:00 in Paris: 30 s later, then each half hour before 17:00; the next day from 9:00 to 13:00.
    assert on.doer.times == [30.0 + HALF * n for n in range(8)] + [72_000.0 + HALF * n for n in range(9)]


@pytest.mark.parametrize(
    ("midnight", "shown"),
    [
        ("2026-03-28T23:00+00:00", ["01:30", "03:00"]),
        ("2026-10-24T22:00+00:00", ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]),
    ],
)
async def test_in_a_night_in_which_clocks_are_set_nothing_comes_outside_its_hours(
    tmp_path: Path, midnight: str, shown: list[str]
) -> None:
    began, paris = datetime.fromisoformat(midnight), ZoneInfo("Europe/Paris")
    async with states(tmp_path) as kept:
        on = Bench(tmp_path, kept, FakeClock(began))
        on.write("every: 30m\nactive_hours: 01:30-03:30\ntimezone: Europe/Paris")
        on.doer = type(on.doer)(on.clock, lambda _: Done(ok=True, text="Something."))
        on.engine = on.made()
        async with on.beating():
            await on.pass_by(6 * 3_600)
    times = [(began + timedelta(seconds=time)).astimezone(paris) for time in on.doer.times]
    assert [f"{time:%H:%M}" for time in times] == shown


@pytest.mark.parametrize("said", ["", "HEARTBEAT_OK", " **HEARTBEAT_OK**\n", "All is well. HEARTBEAT_OK"])
async def test_nothing_is_told_where_there_is_nothing_to_say(tmp_path: Path, said: str) -> None:
    async with bench(tmp_path) as on:
        on.write("every: 10m")
        on.doer = type(on.doer)(on.clock, answers(said))
        on.engine = on.made()
        async with on.beating():
            await on.pass_by(60)
        assert (await on.state()).quiet == 1
    assert on.said == []
