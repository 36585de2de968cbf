"""A daemon that is asked to stop begins nothing new, lets what is at work end for a while, and puts the rest back."""

import asyncio
from pathlib import Path

import pytest

from heartbit_tui.daemon.http.tasks import STOPPING as REFUSED
from heartbit_tui.daemon.live import STOPPING
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.events import RunInterrupted
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Decide, Prompt
from heartbit_tui.runtime.options import New
from heartbit_tui.tasks import Request, Task
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import LONG, Ground, Heard, calls, daemon, says, seen
from tests.daemon.http import SETTINGS, served, submitted

ONE = "[daemon]\nmax_concurrent_tasks = 1\n[heartbeat]\nenabled = false\n"
HOLD = says("at last", when="stay", wait=LONG, times=0)


async def asleep(clock: FakeClock, seconds: float) -> None:
    """Return once somebody has begun to wait for so long; the time stands still."""
    async with asyncio.timeout(30):
        while seconds not in clock.slept:
            await clock.advance(0)


async def at_work_and_waiting(ground: Ground, found: Daemon, heard: Heard, until: str) -> tuple[Task, str]:
    """A task that has come so far, and the id of one that waits for its place."""
    first, second = [await found.service.submit(Request(task="stay")) for _ in range(2)]
    task = await heard.until(first, "running")
    await seen(ground, found, task, until)
    return task, second


async def test_what_ends_within_the_grace_is_completed_and_nothing_new_is_begun(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare(
        [calls("write", {"file_path": "new.txt", "content": "x"}, when="stay", times=0), says("just in time", times=0)],
        ONE,
    )
    async with daemon(ground, heard, clock, mode=None) as found:
        task, second = await at_work_and_waiting(ground, found, heard, "approval_requested")
        draining = asyncio.create_task(found.drain(30.5))
        await asleep(clock, 30.5)
        await clock.advance(30)
        live = found.host.find(task.session)
        assert live is not None
        live.client.submit(Decide(id=next(iter(live.asked.open)), allow=True))
        await draining
        await heard.until(task.id, "completed")
        assert heard.told == [("stay", "running"), ("stay", "completed")]
        waiting = await found.queue.get(second)
        assert waiting is not None
        assert (waiting.state, waiting.attempts) == ("pending", 0)


@pytest.mark.security("D13", n=2)
@pytest.mark.parametrize(("restart", "state"), [("resume", "pending"), ("interrupt", "interrupted")])
async def test_what_does_not_is_put_back_when_the_grace_is_over(tmp_path: Path, restart: str, state: str) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare(
        [HOLD], f"{ONE}[daemon.ws]\nenabled = false\n".replace("[daemon]\n", f'[daemon]\non_restart = "{restart}"\n')
    )
    async with daemon(ground, heard, clock) as found:
        first, second = await at_work_and_waiting(ground, found, heard, "turn_started")
        draining = asyncio.create_task(found.drain(30.5))
        await asleep(clock, 30.5)
        await clock.advance(30)
        assert not draining.done()
        await clock.advance(0.5)
        await draining
        stopped, waiting = await found.queue.get(first.id), await found.queue.get(second)
        assert stopped is not None
        assert waiting is not None
        assert (stopped.state, stopped.error, stopped.attempts, stopped.owner) == (state, STOPPING, 1, "")
        assert (waiting.state, waiting.attempts) == ("pending", 0)


async def test_what_a_guest_prompted_has_the_same_grace_and_keeps_no_daemon_from_ending(tmp_path: Path) -> None:
    ground, clock = Ground(tmp_path), FakeClock()
    ground.prepare([HOLD], ONE)
    async with (
        asyncio.timeout(60),
        daemon(ground, clock=clock) as found,
        found.host.use("of-a-guest", ground.options(which=New(id="of-a-guest"))) as live,
    ):
        live.client.submit(Prompt(content=(Text(text="stay"),)))
        draining = asyncio.create_task(found.drain(30.5))
        await asleep(clock, 30.5)
        await clock.advance(30)
        assert (draining.done(), found.at_work) == (False, 1)
        await clock.advance(0.5)
        await draining
        await live.client.settled()
        assert (await found.store.load("of-a-guest")).envelopes[-1].event == RunInterrupted(reason=STOPPING)
        live.client.submit(Prompt(content=(Text(text="stay"),)))  # came at the last moment


async def test_a_cancel_counts_while_it_stops(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([HOLD], ONE)
    async with daemon(ground, heard, clock) as found:
        first, second = await at_work_and_waiting(ground, found, heard, "turn_started")
        draining = asyncio.create_task(found.drain(30.5))
        await asleep(clock, 30.5)
        assert [await found.service.stop(each) for each in (first.id, second)] == ["running", "cancelled"]
        await draining
        stopped = await found.queue.get(first.id)
        assert stopped is not None
        assert (stopped.state, clock.now() - stopped.created) == ("cancelled", stopped.created - stopped.created)


async def test_asked_a_second_time_a_daemon_waits_for_nobody_and_the_next_one_goes_on(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HOLD], f"{SETTINGS}[daemon]\ndrain_timeout_seconds = {LONG}\n")
    async with asyncio.timeout(60):
        async with served(ground) as daemon, daemon.caller() as caller:
            task_id = await submitted(caller, "stay")
            while (await caller.get(f"/tasks/{task_id}")).json()["state"] != "running":
                pass
            daemon.stop.ask()
            while (await caller.get("/readyz")).status_code != 503:
                pass
            assert (await caller.get(f"/tasks/{task_id}")).json()["state"] == "running"
            daemon.stop.ask()
        async with served(ground) as daemon, daemon.caller() as caller:
            while (task := (await caller.get(f"/tasks/{task_id}")).json())["state"] != "running":
                pass
            assert task["attempts"] == 2


async def test_over_http_a_daemon_that_stops_refuses_tasks_and_is_not_ready_but_still_answers(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HOLD], SETTINGS + ONE)
    async with served(ground) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "stay")
        async with asyncio.timeout(30):
            while (await caller.get(f"/tasks/{task_id}")).json()["state"] != "running":
                pass
            daemon.stop.ask()
            while (await caller.get("/readyz")).status_code != 503:
                pass
        refused = await caller.post("/tasks", json={"task": "x"})
        assert (refused.status_code, refused.json()) == (503, {"error": REFUSED})
        assert (await caller.get("/healthz")).json()["status"] == "shutting_down"
        assert (await caller.delete(f"/tasks/{task_id}")).status_code == 204
