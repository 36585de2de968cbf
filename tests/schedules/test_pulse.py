"""The pulse looks when there may be something to do, slows down when there is not, and never overlaps itself."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from heartbit_tui.kernel.todos import Status
from heartbit_tui.runtime.scheduling import Handing
from heartbit_tui.schedules import orders, schema
from heartbit_tui.schedules.firings import Firings
from heartbit_tui.schedules.pulse import Around, Pulse, Purpose, prompt
from heartbit_tui.schedules.pulse_state import Memo, Rhythm, factor, next_look, says_nothing, seen
from heartbit_tui.schedules.todo import Entry, Todos
from heartbit_tui.schedules.windows import Window, minutes
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import Request, State
from heartbit_tui.testing import FakeClock
from heartbit_tui.testing.intake import FakeIntake

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HALF = 1_800.0


def entry(name: str = "a", **traits: object) -> Entry:
    plain = Entry(id=name, title=f"Title of {name}", created_at=START, updated_at=START, source="self")
    return replace(plain, **traits)


@dataclass
class Heart:
    """A workspace with a pulse that is not at work yet."""

    root: Path
    database: Database
    rhythm: Rhythm
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    intake: FakeIntake = field(default_factory=FakeIntake)
    told: list[str] = field(default_factory=list[str])

    @property
    def todos(self) -> Todos:
        return Todos(self.database, self.root, self.clock, self.told.append)

    @property
    def pulse(self) -> Pulse:
        purpose = Purpose(folder=str(self.root), orders=lambda: orders.found(self.root))
        around = Around(self.clock, Handing(self.intake), self.told.append)
        return Pulse(self.rhythm, purpose, self.todos, Firings(self.database), around)

    async def put(self, *entries: Entry) -> None:
        await self.todos.change(lambda kept: kept.update({each.id: each for each in entries}))

    async def pass_time(self, seconds: float) -> None:
        """Let time go by up to the next task, if there is one; the pulse has dealt with all of it afterwards."""
        end = self.clock.monotonic() + seconds
        tasks = len(self.intake.requests)
        await self.clock.slept_by(1)
        while (left := end - self.clock.monotonic()) > 0 and len(self.intake.requests) == tasks:
            await self.clock.advance(min(self.clock.slept[-1], left))
            asleep = asyncio.create_task(self.clock.slept_by(1))
            handed = asyncio.create_task(self.intake.accepted(tasks + 1))
            await asyncio.wait([asleep, handed], return_when=asyncio.FIRST_COMPLETED)
            for each in (asleep, handed):
                each.cancel()

    async def look(self, text: str, cost_usd: float | None = 0.0, state: State = "completed") -> float:
        """Wait for the next task and answer it; the seconds that it took to come."""
        before, number = self.clock.monotonic(), len(self.intake.requests) + 1
        await self.pass_time(86_400)
        self.intake.end(str(number), text, state=state, cost_usd=cost_usd)
        await self.clock.slept_by(1)
        return self.clock.monotonic() - before


@asynccontextmanager
async def heart(path: Path, **rhythm: object) -> AsyncGenerator[Heart]:
    async with Database.open(path / "heartbit.db", schema.NAME, schema.STEPS) as database:
        root = path / "work"
        root.mkdir()
        yield Heart(root, database, replace(Rhythm(zone=UTC), **rhythm))


@asynccontextmanager
async def at_work(found: Heart) -> AsyncGenerator[Pulse]:
    pulse = found.pulse
    running = asyncio.create_task(pulse.run())
    try:
        await found.clock.slept_by(1)
        yield pulse
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_it_looks_after_one_interval_and_hands_over_what_there_is_to_do(tmp_path: Path) -> None:
    async with heart(tmp_path) as found:
        await found.put(entry())
        async with at_work(found):
            await found.pass_time(HALF - 60)
            assert found.intake.requests == []
            await found.look("Done.")
        (request,) = found.intake.requests
        assert "[medium] Title of a (id: a, age: 30m, src: self)" in request.task
        assert request == Request(
            task=request.task,
            source="heartbit",
            key="heartbit:2026-05-04T09:30:00+00:00",
            folder=str(found.root),
            silent="HEARTBIT_OK",
        )
        assert (await found.todos.listed()).reviewed == START + timedelta(seconds=HALF)


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (entry(status=Status.COMPLETED),),
        (entry(status=Status.CANCELLED),),
        (entry(snoozed_until=datetime(2027, 1, 1, tzinfo=UTC)),),
    ],
)
async def test_without_anything_to_do_nothing_is_handed_over(tmp_path: Path, entries: tuple[Entry, ...]) -> None:
    async with heart(tmp_path) as found:
        await found.put(*entries)
        async with at_work(found):
            await found.pass_time(10 * HALF)
        assert found.intake.requests == []


async def test_answers_that_nothing_needed_doing_slow_it_down_and_another_answer_does_not(tmp_path: Path) -> None:
    async with heart(tmp_path, threshold=2) as found:
        await found.put(entry())
        async with at_work(found):
            waits = [
                await found.look(text) for text in ("HEARTBIT_OK", "HEARTBIT_OK", "**HEARTBIT_OK**", "HEARTBIT_OK")
            ]
            waits.append(await found.look("I wrote the letter."))
            waits.append(await found.look("HEARTBIT_OK"))
        assert [wait / HALF for wait in waits] == [1, 1, 2, 4, 4, 1]


async def test_while_its_tasks_fail_it_comes_less_often_and_one_that_was_stopped_is_none_of_them(
    tmp_path: Path,
) -> None:
    async with heart(tmp_path, threshold=0) as found:
        await found.put(entry())
        states: tuple[State, ...] = ("failed", "failed", "interrupted", "failed", "completed", "completed")
        async with at_work(found):
            waits = [await found.look("There is no model.", state=state) for state in states]
        assert [wait / HALF for wait in waits] == [1, 2, 4, 4, 4, 1]


async def test_something_new_to_do_ends_the_slowness(tmp_path: Path) -> None:
    async with heart(tmp_path, threshold=1) as found:
        async with at_work(found) as pulse:
            await found.pass_time(3 * HALF)
            await found.put(entry())
            pulse.changed()
            await found.pass_time(HALF)
        assert [each.key for each in found.intake.requests] == ["heartbit:2026-05-04T11:00:00+00:00"]


async def test_an_entry_whose_snooze_runs_out_wakes_it(tmp_path: Path) -> None:
    async with heart(tmp_path) as found:
        await found.put(entry(snoozed_until=START + timedelta(seconds=100)))
        async with at_work(found):
            await found.pass_time(HALF)
        assert [each.key for each in found.intake.requests] == ["heartbit:2026-05-04T09:01:40+00:00"]


async def test_it_waits_for_the_task_before_it_also_across_a_restart(tmp_path: Path) -> None:
    async with heart(tmp_path) as found:
        await found.put(entry())
        async with at_work(found):
            await found.pass_time(HALF)
        running = asyncio.create_task(found.pulse.run())
        await found.clock.advance(5 * HALF)
        assert len(found.intake.requests) == 1
        found.intake.end("1", "Done.")
        await found.intake.accepted(2)
        running.cancel()
        await asyncio.wait([running])
        assert [each.key[-14:-6] for each in found.intake.requests] == ["09:30:00", "12:00:00"]


async def test_two_daemons_on_one_file_look_once(tmp_path: Path) -> None:
    async with heart(tmp_path) as one:
        other = replace(one, clock=FakeClock(START))
        await one.put(entry())
        async with at_work(one), at_work(other):
            await one.look("Done.")
            await other.pass_time(HALF)
            assert len(one.intake.requests) == 1
        firings, last = Firings(one.database), START + timedelta(seconds=HALF)
        claims = [
            await firings.claim(
                "heartbit", last + timedelta(seconds=late), last + timedelta(hours=1), alone=True, since=last
            )
            for late in (1, 2)
        ]
        assert claims == [True, False]


async def test_the_cap_of_a_day_holds_until_the_next_day(tmp_path: Path) -> None:
    async with heart(tmp_path, most_per_day=0.5, zone=ZoneInfo("Europe/Paris")) as found:
        await found.put(entry())
        async with at_work(found):
            for _ in range(2):
                await found.look("Did a bit.", cost_usd=0.25)
            await found.pass_time(86_400)
        assert [each.key[9:-6] for each in found.intake.requests] == [
            "2026-05-04T09:30:00",
            "2026-05-04T10:00:00",
            "2026-05-04T22:00:00",
        ]
        assert found.told == ["The pulse has cost $0.50 on 2026-05-04, and may cost $0.50 a day."]


async def test_a_cap_that_cannot_be_held_is_told(tmp_path: Path) -> None:
    async with heart(tmp_path, most_per_day=0.5) as found:
        await found.put(entry())
        async with at_work(found):
            await found.look("Did a bit.", cost_usd=None)
        assert found.told[0].startswith("What the pulse costs is not known, because its model has no price;")


async def test_outside_its_hours_it_sleeps_until_they_begin(tmp_path: Path) -> None:
    window = Window(minutes("22:00"), minutes("06:00"), UTC)
    async with heart(tmp_path, window=window) as found:
        await found.put(entry())
        async with at_work(found):
            assert await found.look("Done.") == 13 * 3_600
            assert await found.look("Done.") == HALF


async def test_standing_orders_alone_are_something_to_do(tmp_path: Path) -> None:
    async with heart(tmp_path) as found:
        (found.root / "HEARTBIT.md").write_text("Look at the mail.")
        async with at_work(found):
            await found.pass_time(HALF)
        assert "## Standing orders\n\nLook at the mail." in found.intake.requests[0].task


async def test_what_is_not_accepted_is_told_and_handed_over_later(tmp_path: Path) -> None:
    async with heart(tmp_path) as found:
        await found.put(entry())
        found.intake.full = True
        async with at_work(found):
            await found.pass_time(HALF)
            assert found.told == [
                "The pulse could not look: The disk is full, so nothing can be accepted. It tries again in a minute."
            ]
            found.intake.full = False
            await found.pass_time(120)
        assert [each.key[-14:-6] for each in found.intake.requests] == ["09:30:00"]


@pytest.mark.parametrize(("idle", "factors"), [(0, 1), (5, 1), (6, 2), (7, 4), (8, 4), (1_000, 4)])
def test_it_slows_down_from_the_threshold_on_and_up_to_four_times(idle: int, factors: int) -> None:
    assert factor(Rhythm(zone=UTC), Memo(idle=idle)) == factors
    assert factor(Rhythm(zone=UTC, threshold=0), Memo(idle=idle)) == 1


def test_hours_that_never_come_mean_never() -> None:
    rhythm = Rhythm(zone=UTC, window=Window(540, 540, UTC))
    assert next_look(rhythm, Memo(), START, (), START) is None


async def test_an_entry_that_is_overdue_by_now_ends_the_slowness(tmp_path: Path) -> None:
    async with heart(tmp_path) as found:
        await found.put(entry(due_at=START + timedelta(hours=5)))
        async with at_work(found):
            for _ in range(6):
                await found.look(
                    "HEARTBIT_OK"
                )  # the sixth is at noon; the next would be at one, the one after at three
            assert await found.look("HEARTBIT_OK") == 2 * HALF
            assert await found.look("Done.") == 2 * HALF


def test_what_is_seen_differs_when_an_entry_changes_and_not_when_one_is_over() -> None:
    first = seen((entry(),), START)
    assert seen((entry(), entry("b", status=Status.COMPLETED)), START) == first
    others = [(entry(updated_at=START + timedelta(1)),), (entry(), entry("b")), ()]
    assert len({first, *(seen(each, START) for each in others)}) == 4


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        (" HEARTBIT_OK\n", True),
        ("`HEARTBIT_OK`.", True),
        ("Nothing to do.\n\nHEARTBIT_OK", True),
        ("", False),
        ("I did not answer HEARTBIT_OK.", False),
        (f"{'Long. ' * 60}\nHEARTBIT_OK", False),
    ],
)
def test_only_an_answer_that_says_so_means_nothing(text: str, nothing: bool) -> None:
    assert says_nothing(text) == nothing


def test_the_prompt_has_what_there_is_and_no_more() -> None:
    purpose = Purpose(folder="/w", orders=orders.Orders)
    done = entry("b", status=Status.COMPLETED)
    whole = prompt(replace(purpose, sensors=("mail", "rss")), (entry(), done), "Look at {todos}.", START)
    assert "HEARTBIT PULSE mode" in whole
    assert "Monday, 2026-05-04 09:00 UTC" in whole
    assert "Title of b" not in whole
    assert "1 completed" in whole
    assert "## Standing orders\n\nLook at {todos}.\n" in whole
    assert "when something happens: mail, rss." in whole
    plain = prompt(purpose, (entry(),), "", START)
    assert ("Standing orders" in plain, "## Sensors" in plain) == (False, False)


def test_a_prompt_of_ones_own_takes_the_place_of_heartbits() -> None:
    purpose = Purpose(folder="/w", orders=orders.Orders, prompt="Do {todos} by {x}.")
    assert prompt(purpose, (), "", START) == "Do No actionable items. by {x}."


SECTION = "# Us\n\nBuild with make.\n\n## Standing Orders ##\n\nWater.\n\n### Daily\n\n```\n## not a heading\n```\n\n## Style\n\nShort."


@pytest.mark.parametrize(
    ("own", "parents", "text"),
    [
        ("Water the plants.\n", None, "Water the plants."),
        (SECTION, None, "Water.\n\n### Daily\n\n```\n## not a heading\n```"),
        ("## Standing orders\n\n## Style\n\nShort.", None, ""),
        (" \n", None, ""),
        (None, "Build with make.", ""),
        (None, "## Standing orders\nFeed.", "Feed."),
        ("Own.", "## Standing orders\nFeed.", "Own."),
    ],
)
def test_orders_are_a_section_or_the_whole_file_of_the_workspace_itself(
    tmp_path: Path, own: str | None, parents: str | None, text: str
) -> None:
    root = tmp_path / "work"
    root.mkdir()
    for folder, given in ((root, own), (tmp_path, parents)):
        if given is not None:
            (folder / "HEARTBIT.md").write_text(given)
    assert orders.found(root, [tmp_path]) == orders.Orders(text=text)


def test_orders_are_not_read_through_a_link_that_leads_away(tmp_path: Path) -> None:
    root = tmp_path / "work"
    root.mkdir()
    (tmp_path / "secret").write_text("Key.")
    (root / "HEARTBIT.md").symlink_to(tmp_path / "secret")
    assert orders.found(root) == orders.Orders()


def test_orders_that_are_no_plain_file_or_too_long_are_told_and_waited_for_by_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "HEARTBIT.md")
    problem = f"{tmp_path}/HEARTBIT.md could not be read: it is no plain file."
    assert orders.found(tmp_path) == orders.Orders(problem=problem)
    (tmp_path / "HEARTBIT.md").unlink()
    (tmp_path / "HEARTBIT.md").write_text("Water the plants.\n" * 2_000)
    problem = f"{tmp_path}/HEARTBIT.md could not be read: it has more than 32 KiB."
    assert orders.found(tmp_path) == orders.Orders(problem=problem)
