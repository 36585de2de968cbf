"""What is accepted is kept, each task is begun once, and nobody's tasks keep another's from being done."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import pytest

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import ENDED, STEPS, Outcome, Request, Sight, SqliteQueue, Stats, Waits, prune
from heartbit_tui.tasks.choosing import NEXT, TOO_LATE
from heartbit_tui.tasks.pruning import OLD
from heartbit_tui.tasks.queue import CANCELLED, UNREADABLE
from heartbit_tui.testing.clock import FakeClock
from tests.samples import samples

_Answer = TypeVar("_Answer")
FLOOD = samples(10_000, 500)
USAGE = Usage(input_tokens=10, output_tokens=4, cache_read_input_tokens=3)


@asynccontextmanager
async def queue(
    path: Path, clock: FakeClock | None = None, living: tuple[str, ...] = ()
) -> AsyncGenerator[SqliteQueue]:
    async with both(path, clock, living) as (_, found):
        yield found


@asynccontextmanager
async def both(
    path: Path, clock: FakeClock | None = None, living: tuple[str, ...] = ()
) -> AsyncGenerator[tuple[Database, SqliteQueue]]:
    """A queue, and the file that it is in."""
    async with Database.open(path / "heartbit.db", "tasks", STEPS) as database:
        found = SqliteQueue(database, clock or FakeClock(), lambda owner: owner in living)
        yield database, found
        await found.close()


class Counting:
    """Counts the transactions that change a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.commits = 0

    async def read(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        return await self._database.read(operation)

    async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        self.commits += 1
        return await self._database.write(operation)


def naming() -> str:
    return "new-session"


def completed(task_id: str, text: str = "done") -> Outcome:
    return Outcome(id=task_id, state="completed", text=text, usage=USAGE, cost_usd=0.5, tool_calls=2, last_seq=9)


async def test_a_task_is_accepted_begun_and_ended_and_says_so_after_reopening(tmp_path: Path) -> None:
    clock = FakeClock()
    request = Request(task="do it", tenant_id="t", user_id="u", tools=("read",), priority=3, silent="OK", folder="/x")
    request = replace(request, max_cost_usd=0.25, max_tokens=9_000, max_calls=3)
    async with queue(tmp_path, clock) as tasks:
        accepted = await tasks.accept(request)
        assert (accepted.state, accepted.request, accepted.attempts) == ("pending", request, 0)
        await clock.advance(1)
        begun = await tasks.claim("me", naming)
        assert begun is not None
        assert (begun.id, begun.state, begun.session, begun.owner) == (accepted.id, "running", "new-session", "me")
        assert await tasks.begun(begun.id, "me", 7) == 7
        assert await tasks.begun(begun.id, "me", 9) == 7
        await clock.advance(2)
        assert await tasks.end(completed(begun.id), "me")
        assert not await tasks.end(completed(begun.id, "again"), "me")
    async with queue(tmp_path, clock) as tasks:
        task = await tasks.get(accepted.id)
        assert task is not None
        assert task.outcome == Outcome(
            id=task.id, state="completed", text="done", usage=USAGE, cost_usd=0.5, seconds=2.0, tool_calls=2, last_seq=9
        )
        assert (task.request, task.first_seq, task.attempts) == (request, 7, 1)


async def test_the_same_key_of_the_same_user_is_the_same_task(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        one = await tasks.accept(Request(task="a", key="k", user_id="u"))
        assert await tasks.accept(Request(task="another text", key="k", user_id="u")) == one
        assert (await tasks.accept(Request(task="a", key="k", user_id="v"))).id != one.id
        assert (await tasks.accept(Request(task="a", key="k", user_id="u", tenant_id="t"))).id != one.id
        assert await tasks.accept(Request(task="a", key="k", user_id="u"), "an id that is not needed") == one
        assert (await tasks.accept(Request(task="a", key="l", user_id="u"), "an id")).id == "an id"
        assert (await tasks.page()).total == 4


async def test_many_that_are_handed_over_at_once_are_all_kept_in_few_commits(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "heartbit.db", "tasks", STEPS) as database:
        counting = Counting(database)
        tasks = SqliteQueue(counting, FakeClock(), lambda _: True)
        accepted = await asyncio.gather(*(tasks.accept(Request(task=str(number))) for number in range(200)))
        assert [each.request.task for each in accepted] == [str(number) for number in range(200)]
        assert counting.commits <= 3
        assert (await tasks.page(limit=200)).total == 200


async def test_each_tenant_gets_its_turn_and_within_one_priority_and_age_decide(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        for number in range(5):
            await tasks.accept(Request(task=f"a{number}", tenant_id="a", priority=number % 2))
        await tasks.accept(Request(task="b0", tenant_id="b"))
        await tasks.accept(Request(task="c0", tenant_id="c"))
        order: list[str] = []
        while (task := await tasks.claim("me", naming)) is not None:
            order.append(task.request.task)
            await tasks.end(completed(task.id), "me")
        assert order == ["a1", "b0", "c0", "a3", "a0", "a2", "a4"]


async def test_a_tenant_with_fewer_at_work_comes_first(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        for name in "aaab":
            await tasks.accept(Request(task=name, tenant_id=name))
        claimed = [await tasks.claim("me", naming) for _ in range(2)]
        assert [each.request.tenant_id for each in claimed if each] == ["a", "b"]
        await tasks.accept(Request(task="b again", tenant_id="b"))
        for each in claimed:
            if each and each.request.tenant_id == "b":
                await tasks.end(completed(each.id), "me")
        third = await tasks.claim("me", naming)
        assert third is not None
        assert third.request.task == "b again"


async def test_tasks_of_one_session_are_done_one_after_the_other(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        for number in range(2):
            await tasks.accept(Request(task=f"s{number}", session="s"))
        await tasks.accept(Request(task="free"))
        first, second, third = [await tasks.claim("me", naming) for _ in range(3)]
        assert first is not None
        assert second is not None
        assert (first.request.task, first.session, second.request.task, third) == ("s0", "s", "free", None)
        await tasks.end(completed(first.id), "me")
        last = await tasks.claim("me", naming)
        assert last is not None
        assert last.request.task == "s1"


async def test_no_task_is_begun_by_two_daemons_on_one_file(tmp_path: Path) -> None:
    async with queue(tmp_path) as one, queue(tmp_path) as other:
        for number in range(60):
            await one.accept(Request(task=str(number)))
        taken: Counter[str] = Counter()

        async def work(tasks: SqliteQueue, owner: str) -> None:
            while (task := await tasks.claim(owner, naming)) is not None:
                taken[task.id] += 1
                await tasks.end(completed(task.id), owner)

        await asyncio.gather(*(work(each, name) for each, name in ((one, "x"), (other, "y"), (one, "x"), (other, "y"))))
        assert set(taken.values()) == {1}
        assert len(taken) == 60


async def test_cancelling_stops_what_waits_asks_what_runs_and_leaves_what_ended(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        running = await tasks.accept(Request(task="running"))
        await tasks.claim("me", naming)
        waiting = await tasks.accept(Request(task="waiting"))
        assert await tasks.cancel(waiting.id) == "cancelled"
        assert await tasks.claim("me", naming) is None
        assert await tasks.cancel(running.id) == "running"
        assert await tasks.asked_to_stop("me") == (running.id,)
        assert await tasks.asked_to_stop("another") == ()
        await tasks.end(Outcome(id=running.id, state="cancelled", text=CANCELLED, usage=USAGE), "me")
        assert await tasks.asked_to_stop("me") == ()
        assert await tasks.cancel(running.id) == "cancelled"
        assert await tasks.cancel("unknown") is None
        ended = await tasks.get(running.id)
        assert ended is not None
        assert (ended.error, ended.usage, ended.cost_usd) == (CANCELLED, USAGE, None)


async def test_what_a_dead_daemon_had_at_work_is_taken_over_in_one_step_and_once(tmp_path: Path) -> None:
    async with queue(tmp_path, living=("alive",)) as tasks:
        ids = [(await tasks.accept(Request(task=name))).id for name in ("again", "unknown")]
        for _ in ids:
            await tasks.claim("dead", naming)
        kept = await tasks.accept(Request(task="kept"))
        await tasks.claim("alive", naming)
        again, unknown = await tasks.abandoned()
        assert [(each.id, each.state, each.owner) for each in (again, unknown)] == [
            (task_id, "running", "dead") for task_id in ids
        ]
        assert await tasks.abandoned() == (again, unknown)
        assert [await tasks.take_over(again, ""), await tasks.take_over(unknown, "Look.")] == ["pending", "interrupted"]
        assert [await tasks.take_over(again, "Look."), await tasks.take_over(unknown, "")] == [None, None]
        assert await tasks.abandoned() == ()
        assert not await tasks.end(completed(again.id), "dead")
        stopped = await tasks.get(unknown.id)
        assert stopped is not None
        assert (stopped.state, stopped.error, stopped.owner, stopped.ended) == ("interrupted", "Look.", "", None)
        second = await tasks.claim("alive", lambda: "a session that is not needed")
        assert second is not None
        assert (second.id, second.session, second.attempts) == (again.id, "new-session", 2)
        assert await tasks.take_over(again, "") is None
        assert [await tasks.again(each) for each in (unknown.id, unknown.id, kept.id)] == [True, False, False]


async def test_a_task_that_was_asked_to_stop_is_never_begun_again(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        for why, told in (("", CANCELLED), ("Look.", f"{CANCELLED} Look.")):
            task_id = (await tasks.accept(Request(task="x"))).id
            await tasks.claim("dead", naming)
            assert await tasks.cancel(task_id) == "running"
            (left,) = await tasks.abandoned()
            assert await tasks.take_over(left, why) == "cancelled"
            task = await tasks.get(task_id)
            assert task is not None
            assert (task.error, task.ended is not None) == (told, True)
        put_back = (await tasks.accept(Request(task="x"))).id
        await tasks.claim("stopping", naming)
        await tasks.cancel(put_back)
        assert await tasks.end(Outcome(id=put_back, state="pending", text="stopping", usage=USAGE), "stopping")
        task = await tasks.get(put_back)
        assert task is not None
        assert (task.state, task.error, task.usage) == ("cancelled", CANCELLED, USAGE)
        assert await tasks.claim("me", naming) is None


async def test_a_task_whose_deadline_has_passed_is_not_begun(tmp_path: Path) -> None:
    clock = FakeClock()
    async with queue(tmp_path, clock) as tasks:
        late = await tasks.accept(Request(task="late", deadline=clock.now() + timedelta(seconds=5)))
        soon = await tasks.accept(Request(task="in time", deadline=clock.now() + timedelta(seconds=6)))
        assert await tasks.waits() == Waits(deadline=late.request.deadline)
        await clock.advance(5)
        begun = await tasks.claim("me", naming)
        assert begun is not None
        assert begun.id == soon.id
        assert await tasks.claim("me", naming) is None
        assert [await tasks.drop_late(), await tasks.drop_late()] == [(late.id,), ()]
        assert await tasks.waits() is None
        await tasks.accept(Request(task="whenever"))
        assert await tasks.waits() == Waits()
        failed = await tasks.get(late.id)
        assert failed is not None
        assert (failed.state, failed.error, failed.started) == ("failed", TOO_LATE, None)


async def test_pages_and_figures_are_of_whose_tasks_are_seen(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        for tenant, user, source in (("t", "u", "api"), ("t", "v", "ws"), ("s", "u", "api"), ("", "", "cron:x")):
            await tasks.accept(Request(task=tenant + user, tenant_id=tenant, user_id=user, source=source))
        first = await tasks.claim("me", naming)
        assert first is not None
        await tasks.end(completed(first.id), "me")
        assert [each.request.task for each in (await tasks.page()).tasks] == ["", "su", "tv", "tu"]
        assert [each.request.task for each in (await tasks.page(limit=2, offset=1)).tasks] == ["su", "tv"]
        assert (await tasks.page(Sight(tenant_id="t"))).total == 2
        assert (await tasks.page(Sight(tenant_id="t", user_id="u"))).total == 1
        assert (await tasks.page(Sight(tenant_id="", user_id=""))).total == 1
        assert (await tasks.page(source="api", state="pending")).total == 1
        assert await tasks.stats() == Stats(
            total_tasks=4,
            tasks_by_state={"completed": 1, "pending": 3},
            tasks_by_source={"api": 2, "cron:x": 1, "ws": 1},
            usage=USAGE,
            cost_usd=0.5,
        )
        assert (await tasks.stats(Sight(tenant_id="nobody"))).total_tasks == 0


async def test_only_what_ended_before_is_forgotten_the_oldest_first_and_so_many_at_a_time(tmp_path: Path) -> None:
    clock = FakeClock()
    async with both(tmp_path, clock, living=("me",)) as (database, tasks):
        for number in range(4):
            await tasks.accept(Request(task=str(number)))
        ids = list[str]()
        for _ in range(3):
            task = await tasks.claim("me", naming)
            assert task is not None
            await tasks.end(completed(task.id), "me")
            ids.append(task.id)
            await clock.advance(10)
        before = clock.now() - timedelta(seconds=15)
        assert [await prune(database, before, 1) for _ in range(3)] == [(ids[0],), (ids[1],), ()]
        assert [each.request.task for each in (await tasks.page()).tasks] == ["3", "2"]


async def test_what_waits_runs_or_is_not_decided_is_kept_however_old_it_is(tmp_path: Path) -> None:
    clock = FakeClock()
    async with both(tmp_path, clock) as (database, tasks):
        for name in ("undecided", "put back", "at work", "waits", "cancelled"):
            await tasks.accept(Request(task=name))
        undecided, put_back, _ = [await tasks.claim("me", naming) for _ in range(3)]
        assert undecided is not None
        assert put_back is not None
        await tasks.take_over(undecided, "Look.")
        await tasks.end(Outcome(id=put_back.id, state="pending", text="", usage=USAGE), "me")
        gone = (await tasks.page(state="pending", limit=1)).tasks[0]
        await tasks.cancel(gone.id)
        await clock.advance(400 * 86_400)
        assert await prune(database, clock.now(), 100) == (gone.id,)
        assert {each.request.task for each in (await tasks.page()).tasks} == {
            "undecided",
            "put back",
            "at work",
            "waits",
        }


async def test_what_is_old_is_found_without_looking_at_all(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "heartbit.db", "tasks", STEPS) as database:
        plan = await database.read(
            lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {OLD}", ("", 9)).fetchall()
        )
        told = "\n".join(str(row[3]) for row in plan)
        assert "tasks_ended" in told
        assert "SCAN tasks" not in told


OF_BEFORE = """
    INSERT INTO tasks (
        id, task, source, user_id, tenant_id, key, priority, deadline, folder, wanted_session, tools, silent,
        story_id, trust_level, state, created
    ) VALUES ('a', 'x', 'api', '', '', '', 0, '', '', '', '', '', '', '', 'pending', '2026-01-01T00:00:00Z')
"""


async def test_a_file_of_the_version_before_gets_what_it_lacks(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "heartbit.db", "tasks", STEPS[:1]) as database:
        await database.write(lambda connection: connection.execute(OF_BEFORE))
    async with both(tmp_path) as (database, tasks):
        kept = await tasks.get("a")
        assert kept is not None
        assert kept.request == Request(task="x", source="api")
        accepted = await tasks.accept(Request(task="x", max_calls=3))
        assert await tasks.get(accepted.id) == accepted
        assert await prune(database, FakeClock().now(), 1) == ()


@pytest.mark.security("D11", n=FLOOD)
async def test_a_tenant_with_a_flood_of_tasks_keeps_another_waiting_for_one_of_them_at_most(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        await asyncio.gather(*(tasks.accept(Request(task="flood", tenant_id="a", priority=100)) for _ in range(FLOOD)))
        for _ in range(20):
            begun = await tasks.claim("me", naming)
            assert begun is not None
            await tasks.end(completed(begun.id), "me")
        one = await tasks.accept(Request(task="one", tenant_id="b", priority=-100))
        after = [await tasks.claim("me", naming) for _ in range(2)]
        assert one.id in [each.id for each in after if each]


@pytest.mark.security("D11", n=500)
async def test_a_tenant_that_takes_all_places_does_not_get_the_next_one_before_another(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        for _ in range(500):
            await tasks.accept(Request(task="flood", tenant_id="a"))
        held = [await tasks.claim("me", naming) for _ in range(4)]
        await tasks.accept(Request(task="one", tenant_id="b"))
        assert held[0] is not None
        await tasks.end(completed(held[0].id), "me")
        following = await tasks.claim("me", naming)
        assert following is not None
        assert following.request.tenant_id == "b"


async def test_the_next_of_many_is_found_without_looking_at_all(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "heartbit.db", "tasks", STEPS) as database:
        tasks = SqliteQueue(database, FakeClock(), lambda _: True)
        for number in range(50):
            await tasks.accept(Request(task=str(number), tenant_id=f"t{number % 3}"))

        def plan(connection: sqlite3.Connection) -> str:
            return "\n".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {NEXT}", {"now": ""}))

        told = await database.read(plan)
        assert [line for line in told.splitlines() if "SCAN tasks" in line or "SCAN each" in line] == []
        assert "tasks_waiting" in told


def test_the_states_that_are_not_left_are_those_of_outcomes() -> None:
    assert {"completed", "failed", "cancelled"} == ENDED


@pytest.mark.parametrize("state", ["pending", "running", "interrupted"])
async def test_only_one_at_work_can_end(tmp_path: Path, state: str) -> None:
    async with queue(tmp_path) as tasks:
        task = await tasks.accept(Request(task="x"))
        if state != "pending":
            await tasks.claim("me", naming)
        if state == "interrupted":
            (left,) = await tasks.abandoned()
            await tasks.take_over(left, "Look.")
        assert await tasks.end(completed(task.id), "me") is (state == "running")


DAMAGED = {"deadline": "zzz", "created": "never", "tools": "['write'", "started": "\x00"}


@pytest.mark.parametrize("name", DAMAGED)
async def test_a_task_that_is_damaged_fails_with_a_word_and_holds_up_no_other(tmp_path: Path, name: str) -> None:
    async with both(tmp_path) as (database, found):
        first, second = [await found.accept(Request(task=each, tools=("read",))) for each in ("first", "second")]
        change = f"UPDATE tasks SET {name} = ? WHERE id = ?"
        await database.write(lambda connection: connection.execute(change, (DAMAGED[name], first.id)).rowcount)
        assert await found.waits() == Waits(deadline=None)
        failed = await found.claim("one", naming)
        assert failed is not None
        assert (failed.id, failed.state, failed.attempts) == (first.id, "failed", 0)
        assert failed.error == UNREADABLE.format(names=name)
        begun = await found.claim("one", naming)
        assert begun is not None
        assert (begun.id, begun.state, begun.request.tools) == (second.id, "running", ("read",))
        assert [each.id for each in (await found.page()).tasks] == [second.id, first.id]
        assert await found.claim("one", naming) is None


async def test_of_a_damaged_task_at_work_no_tool_is_taken_for_one_that_it_may_use(tmp_path: Path) -> None:
    async with both(tmp_path) as (database, found):
        task = await found.accept(Request(task="x", tools=("read",)))
        await found.claim("dead", naming)
        change = "UPDATE tasks SET tools = '[7]' WHERE id = ?"
        await database.write(lambda connection: connection.execute(change, (task.id,)).rowcount)
        (left,) = await found.abandoned()
        assert (left.id, left.request.tools) == (task.id, ())


UNTIMELY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
"""A time that is none in UTC."""


@pytest.mark.parametrize("odd", [{"deadline": UNTIMELY}, {"max_calls": 2**63}])
async def test_a_task_that_cannot_be_kept_is_refused_and_those_of_the_same_commit_are_not(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    async with queue(tmp_path) as tasks:
        requests = [Request(task="first"), Request(task="odd", **odd), Request(task="last")]
        async with asyncio.timeout(20):
            found = await asyncio.gather(*map(tasks.accept, requests), return_exceptions=True)
        assert [isinstance(each, Exception) for each in found] == [False, True, False]
        assert [each.request.task for each in (await tasks.page()).tasks] == ["last", "first"]


async def test_whatever_a_file_does_everybody_who_waits_for_a_commit_hears_of_it(tmp_path: Path) -> None:
    class Breaking(Counting):
        async def write(self, operation: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
            raise TypeError("of no kind that anybody knows")

    async with Database.open(tmp_path / "heartbit.db", "tasks", STEPS) as database:
        found = SqliteQueue(Breaking(database), FakeClock(), lambda owner: True)
        async with asyncio.timeout(20):
            told = await asyncio.gather(*(found.accept(Request(task=each)) for each in "ab"), return_exceptions=True)
        assert [type(each) for each in told] == [TypeError, TypeError]


async def test_what_came_of_a_task_is_kept_also_with_what_is_no_text_in_it(tmp_path: Path) -> None:
    async with queue(tmp_path) as tasks:
        task = await tasks.accept(Request(task="read x\udcff"))
        await tasks.claim("me", naming)
        assert await tasks.end(replace(completed(task.id), state="failed", text="no x\udcff"), "me")
        ended = await tasks.get(task.id)
        assert ended is not None
        assert (ended.request.task, ended.error) == (r"read x\udcff", r"no x\udcff")
