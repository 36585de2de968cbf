"""What is handed over is done, a few at a time, stopped when asked for, and never done twice by itself."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.daemon.attempt import AGAIN, TOO_LATE
from heartbit_tui.daemon.leftovers import UNKNOWN
from heartbit_tui.daemon.service import CANCELLED
from heartbit_tui.kernel.events import Envelope, UserMessage
from heartbit_tui.kernel.messages import Text
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store import driver
from heartbit_tui.tasks import Request, State, Task
from heartbit_tui.tasks.choosing import TOO_LATE as QUEUED_TOO_LONG
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import LONG, Ground, Heard, calls, daemon, done, says, seen

HOLD = says("at last", when="stay", wait=LONG, times=0)
HELLO = says("hello", times=0, usage={"input_tokens": 7, "output_tokens": 2}, cost_usd=0.25)


async def test_a_task_is_done_and_what_it_used_is_kept(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    ground.prepare([HELLO])
    async with daemon(ground, heard) as found:
        outcome = await done(found, "say hello")
        assert (outcome.state, outcome.text, outcome.usage.input_tokens, outcome.cost_usd) == (
            "completed",
            "hello",
            7,
            0.25,
        )
        task = await found.queue.get(outcome.id)
        assert task is not None
        assert (await found.store.index.info(task.session)).summary.title == "say hello"
        assert heard.told == [("say hello", "running"), ("say hello", "completed")]


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (says("at last", wait=LONG, times=0), "cancelled"),
        ({"fault": {"kind": "status", "status": 401}, "times": 0}, "failed"),
    ],
)
async def test_what_a_task_used_until_it_was_cancelled_or_failed_is_kept(
    tmp_path: Path, last: dict[str, Any], state: State
) -> None:
    ground, heard = Ground(tmp_path), Heard()
    look = calls("glob", {"pattern": "*"}, when="look", usage={"input_tokens": 7, "output_tokens": 2}, cost_usd=0.25)
    ground.prepare([look, last])
    async with daemon(ground, heard) as found:
        task_id = await found.service.submit(Request(task="look"))
        task = await heard.until(task_id, "running")
        if state == "cancelled":
            await seen(ground, found, task, "tool_call_completed")
            await found.service.stop(task_id)
        outcome = await found.service.outcome(task_id)
        used = (outcome.state, outcome.usage.input_tokens, outcome.cost_usd, outcome.tool_calls)
        assert used == (state, 7, 0.25, 1)
        stats = await found.queue.stats()
        assert (stats.usage.output_tokens, stats.cost_usd) == (2, 0.25)


async def test_so_many_tasks_are_at_work_at_a_time_as_the_settings_say(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    ground.prepare([HOLD], "[daemon]\nmax_concurrent_tasks = 2\n")
    async with daemon(ground, heard) as found:
        ids = [await found.service.submit(Request(task="stay")) for _ in range(4)]
        await heard.until(ids[1], "running")
        assert set(found.service.running) == set(ids[:2])
        assert await found.service.stop(ids[0]) == "running"
        await heard.until(ids[2], "running")
        assert set(found.service.running) == set(ids[1:3])


async def test_a_cancel_gets_through_while_all_places_are_taken(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    ground.prepare([HOLD], "[daemon]\nmax_concurrent_tasks = 1\n")
    async with daemon(ground, heard) as found:
        first, second = [await found.service.submit(Request(task="stay")) for _ in range(2)]
        await heard.until(first, "running")
        assert await found.service.stop(second) == "cancelled"
        assert await found.service.stop(first) == "running"
        one, other = await heard.until(first, "cancelled"), await heard.until(second, "cancelled")
        assert (one.error, other.error, other.started) == (CANCELLED, CANCELLED, None)
        assert await found.service.stop(first) == "cancelled"
        assert await found.service.stop("nobody") is None


async def test_a_task_goes_on_with_a_session_and_sees_what_was_said_there(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("one"), says("two")])
    async with daemon(ground) as found:
        first = await done(found, "first")
        begun = await found.queue.get(first.id)
        assert begun is not None
        session = begun.session
        second = await done(found, "second", session=session)
        log = (await found.store.load(session)).envelopes
        said = [
            part.text
            for each in log
            if isinstance(each.event, UserMessage)
            for part in each.event.message.content
            if isinstance(part, Text)
        ]
        assert [text for text in said if text in ("first", "second")] == ["first", "second"]
        assert (second.state, second.text) == ("completed", "two")
        placed = await found.queue.get(second.id)
        assert placed is not None
        assert placed.first_seq is not None
        assert placed.first_seq > 1


async def test_a_task_fails_with_a_sentence_where_its_session_cannot_be_opened(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO])
    async with daemon(ground) as found:
        outcome = await done(found, "x", folder=str(tmp_path / "missing"))
        assert outcome.state == "failed"
        assert "missing" in outcome.text
        assert (await done(found, "say hello")).state == "completed"


async def test_a_deadline_ends_a_task_at_work(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HOLD])
    clock = SystemClock()
    async with daemon(ground) as found:
        outcome = await done(found, "stay", deadline=clock.now() + timedelta(seconds=1))
        assert (outcome.state, outcome.text) == ("failed", TOO_LATE)


async def test_a_deadline_that_passes_while_all_places_are_taken_fails_its_task_at_once(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([HOLD], "[daemon]\nmax_concurrent_tasks = 1\n")
    async with daemon(ground, heard, clock) as found, asyncio.timeout(30):
        running = await found.service.submit(Request(task="stay"))
        await heard.until(running, "running")
        waiting = await found.service.submit(Request(task="x", deadline=clock.now() + timedelta(seconds=5)))
        outcome = asyncio.create_task(found.service.outcome(waiting))
        while 5.0 not in clock.slept:
            await clock.advance(0)
        await clock.advance(5)
        told = await heard.until(waiting, "failed")
        assert ((await outcome).text, told.error, told.started) == (QUEUED_TOO_LONG, QUEUED_TOO_LONG, None)
        assert found.service.running == (running,)


async def test_what_was_at_work_at_the_end_is_put_back_and_finished_by_the_next_daemon(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    ground.prepare([HOLD])
    async with daemon(ground, heard) as found:
        task_id = await found.service.submit(Request(task="stay"))
        await seen(ground, found, await heard.until(task_id, "running"), "run_started")
    ground.prepare([says("finished", when="has started again")])
    async with daemon(ground) as found:
        outcome = await found.service.outcome(task_id)
        task = await found.queue.get(task_id)
        assert task is not None
        assert (outcome.state, outcome.text, task.attempts) == ("completed", "finished", 2)
        assert _said((await found.store.load(task.session)).envelopes, "stay", AGAIN) == ["stay", AGAIN]


async def test_what_a_dead_daemon_left_is_resumed_unless_a_call_was_cut_off(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    ground.prepare([calls("bash", {"command": "sleep 3600"}, when="sleep"), HOLD])
    async with daemon(ground, heard) as found:
        sleeping = await heard.until(await found.service.submit(Request(task="sleep")), "running")
        holding = await heard.until(await found.service.submit(Request(task="stay")), "running")
        last = {
            sleeping: await seen(ground, found, sleeping, "tool_call_started"),
            holding: await seen(ground, found, holding, "turn_started"),
        }
    for task, seq in last.items():
        _cut(ground, task, seq)
    ground.prepare([says("finished", times=0)])
    async with daemon(ground, heard) as found:
        assert (await found.service.outcome(holding.id)).text == "finished"
        unknown = await heard.until(sleeping.id, "interrupted")
        assert unknown.error == UNKNOWN.format(calls="bash")
        assert await found.service.again(sleeping.id)
        assert (await found.service.outcome(sleeping.id)).text == "finished"


def _said(log: Sequence[Envelope], *texts: str) -> list[str]:
    """Which of these texts the model was told, in order."""
    messages = (each.event.message for each in log if isinstance(each.event, UserMessage))
    parts = (part.text for message in messages for part in message.content if isinstance(part, Text))
    return [text for text in parts if text in texts]


def _cut(ground: Ground, task: Task, last: int) -> None:
    """Let the files be as a daemon leaves them that dies after this seq: its log breaks off, and it is at work for nobody."""
    (path,) = ground.home.glob(".local/share/heartbit/*.db")
    connection = driver.connect(path)
    connection.execute("UPDATE tasks SET state = 'running', owner = 'dead', error = '' WHERE id = ?", (task.id,))
    key = connection.execute("SELECT key FROM sessions WHERE id = ?", (task.session,)).fetchone()[0]
    connection.execute("DELETE FROM events WHERE session = ? AND seq > ?", (key, last))
    connection.execute("UPDATE sessions SET last_seq = ? WHERE key = ?", (last, key))
    connection.close()


async def test_a_fault_of_who_hears_of_tasks_ends_none_of_them(tmp_path: Path) -> None:
    async def hear(task: Task) -> None:
        raise TypeError("of no kind that anybody knows")

    ground = Ground(tmp_path)
    ground.prepare([HELLO])
    async with daemon(ground, hear) as found:
        assert [(await done(found, each)).text for each in ("first", "second")] == ["hello", "hello"]
