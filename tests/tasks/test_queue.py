"""What is accepted is kept, each task is begun once, and nobody's tasks keep another's from being done."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import ENDED, STEPS, Outcome, Request, Sight, SqliteQueue, Stats
from heartbit_tui.tasks.choosing import NEXT, TOO_LATE
from heartbit_tui.tasks.queue import CANCELLED, LOST
from heartbit_tui.testing.clock import FakeClock

_Answer = TypeVar("_Answer")
USAGE = Usage(input_tokens=10, output_tokens=4, cache_read_input_tokens=3)


@asynccontextmanager
async def queue(
    path: Path, clock: FakeClock | None = None, living: tuple[str, ...] = ()
) -> AsyncGenerator[SqliteQueue]:
    async with Database.open(path / "heartbit.db", "tasks", STEPS) as database:
        found = SqliteQueue(database, clock or FakeClock(), lambda owner: owner in living)
        yield found
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
        assert (await tasks.page()).total == 3


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


async def test_what_a_dead_daemon_had_at_work_is_interrupted_and_can_be_tried_again(tmp_path: Path) -> None:
    async with queue(tmp_path, living=("alive",)) as tasks:
        lost = await tasks.accept(Request(task="lost"))
        await tasks.claim("dead", naming)
        kept = await tasks.accept(Request(task="kept"))
        await tasks.claim("alive", naming)
        (found,) = await tasks.abandoned()
        assert (found.id, found.state, found.error, found.owner) == (lost.id, "interrupted", LOST, "")
        assert await tasks.abandoned() == ()
        assert not await tasks.end(completed(lost.id), "dead")
        assert await tasks.again(lost.id)
        assert not await tasks.again(lost.id)
        assert not await tasks.again(kept.id)
        second = await tasks.claim("alive", lambda: "a session that is not needed")
        assert second is not None
        assert (second.id, second.session, second.attempts) == (lost.id, "new-session", 2)


async def test_a_task_whose_deadline_has_passed_is_not_begun(tmp_path: Path) -> None:
    clock = FakeClock()
    async with queue(tmp_path, clock) as tasks:
        late = await tasks.accept(Request(task="late", deadline=clock.now() + timedelta(seconds=5)))
        soon = await tasks.accept(Request(task="in time", deadline=clock.now() + timedelta(seconds=6)))
        await clock.advance(5)
        begun = await tasks.claim("me", naming)
        assert begun is not None
        assert begun.id == soon.id
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


async def test_only_what_ended_before_is_forgotten(tmp_path: Path) -> None:
    clock = FakeClock()
    async with queue(tmp_path, clock) as tasks:
        for number in range(3):
            await tasks.accept(Request(task=str(number)))
        for _ in range(2):
            task = await tasks.claim("me", naming)
            assert task is not None
            await tasks.end(completed(task.id), "me")
            await clock.advance(10)
        assert await tasks.prune(clock.now() - timedelta(seconds=15)) == 1
        assert [each.request.task for each in (await tasks.page()).tasks] == ["2", "1"]


async def test_the_next_of_many_is_found_without_looking_at_all(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "heartbit.db", "tasks", STEPS) as database:
        tasks = SqliteQueue(database, FakeClock(), lambda _: True)
        for number in range(50):
            await tasks.accept(Request(task=str(number), tenant_id=f"t{number % 3}"))

        def plan(connection: sqlite3.Connection) -> str:
            return "\n".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {NEXT}"))

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
            await tasks.abandoned()
        assert await tasks.end(completed(task.id), "me") is (state == "running")
