"""A session that breaks off ends its task with a word about it; the daemon and all other sessions go on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.client.types import Client
from heartbit_tui.daemon.attempt import BROKE_OFF
from heartbit_tui.daemon.opening import Setup, opened
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.store import driver
from heartbit_tui.tasks import Request
from heartbit_tui.tasks.queue import UNREADABLE
from tests.daemon.ground import LONG, Ground, Heard, daemon, done, says, seen
from tests.daemon.http import SETTINGS, ended, served, submitted

HOLD = says("at last", when="stay", wait=LONG, times=0)
HELLO = says("hello", when="hello", times=0)


class Breaking:
    """Opens sessions; the first of them breaks off with `error` once that is wanted, as by a fault of its own task."""

    def __init__(self, error: Exception) -> None:
        self.wanted = asyncio.Event()
        self._errors = [error]

    @asynccontextmanager
    async def __call__(self, options: Options) -> AsyncGenerator[Client]:
        async with local(options) as client, asyncio.TaskGroup() as inside:
            fault = inside.create_task(self._break())
            yield client
            fault.cancel()

    async def _break(self) -> None:
        await self.wanted.wait()
        if self._errors:
            raise self._errors.pop()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ZeroDivisionError("by zero"), "heartbit itself failed: ZeroDivisionError: by zero."),
        (StoreError("The disk is full."), "The disk is full."),
    ],
)
async def test_a_task_whose_session_breaks_off_fails_and_the_next_one_there_is_done(
    tmp_path: Path, error: Exception, told: str
) -> None:
    ground, heard, breaking = Ground(tmp_path), Heard(), Breaking(error)
    ground.prepare([HELLO, HOLD])
    setup = Setup(options=ground.options(), connect=breaking, clock=SystemClock(), bind="127.0.0.1:0")
    async with opened(setup, heard) as found, asyncio.timeout(30):
        task_id = await found.service.submit(Request(task="stay"))
        task = await heard.until(task_id, "running")
        await seen(ground, found, task, "turn_started")
        breaking.wanted.set()
        outcome = await found.service.outcome(task_id)
        assert (outcome.state, outcome.text) == ("failed", BROKE_OFF.format(why=told))
        assert (await done(found, "say hello", session=task.session)).text == "hello"
        assert found.service.running == ()


async def test_a_task_whose_session_cannot_be_written_fails_in_words_and_the_next_one_is_done(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO])
    async with daemon(ground) as found, asyncio.timeout(30):
        _do(ground, "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        outcome = await done(found, "say hello")
        assert outcome.state == "failed"
        assert "The disk is full, so the session cannot be saved." in outcome.text
        _do(ground, "DROP TRIGGER full")
        assert (await done(found, "say hello")).text == "hello"


async def test_a_task_that_cannot_be_written_is_refused_with_503_and_none_is_left_of_it(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO], SETTINGS)
    async with served(ground) as found, found.caller() as caller:
        _do(ground, "CREATE TRIGGER full BEFORE INSERT ON tasks BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        refused = await caller.post("/tasks", json={"task": "say hello", "key": "once"})
        assert (refused.status_code, [*refused.json()], refused.headers["retry-after"]) == (503, ["error"], "5")
        _do(ground, "DROP TRIGGER full")
        assert (await caller.get("/tasks")).json() == {"tasks": [], "total": 0}
        task = await ended(caller, await submitted(caller, "say hello", key="once"))
        assert (task["state"], task["result"]) == ("completed", "hello")


async def test_a_task_that_is_damaged_on_the_disk_is_told_of_and_the_others_are_done(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO, HOLD], SETTINGS + "[daemon]\nmax_concurrent_tasks = 1\n")
    async with served(ground) as found, found.caller() as caller, asyncio.timeout(30):
        stays = await submitted(caller, "stay")
        while (await caller.get(f"/tasks/{stays}")).json()["state"] != "running":
            pass
        damaged, good = [await submitted(caller, "say hello", priority=each) for each in (1, 0)]
        _do(ground, f"UPDATE tasks SET tools = 'x' WHERE id = '{damaged}'")
        assert (await caller.delete(f"/tasks/{stays}")).status_code == 204
        assert (await ended(caller, good))["state"] == "completed"
        task = (await caller.get(f"/tasks/{damaged}")).json()
        assert (task["state"], task["error"]) == ("failed", UNREADABLE.format(names="tools"))
        letters = (await caller.get("/inbox")).json()["letters"]
        assert [each["about"] for each in letters] == [damaged]


def _do(ground: Ground, statement: str) -> None:
    """Run a statement on the data file, as another program would."""
    (path,) = ground.home.glob(".local/share/heartbit/*.db")
    with closing(driver.connect(path)) as connection:
        connection.execute(statement)
