"""Whoever follows a task waits for it without keeping the machine busy, and leaves nothing behind."""

import asyncio
import gc
from pathlib import Path

import pytest

from heartbit_tui.auth.users import Owner
from heartbit_tui.daemon.following import Following
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.runtime.options import New
from heartbit_tui.store import driver
from heartbit_tui.tasks import Request, Task
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import LONG, Ground, Heard, daemon, done, says

HOLD = says("at last", when="stay", wait=LONG, times=0)
HELLO = says("hello", times=0)


async def test_a_task_that_waits_for_its_next_attempt_in_an_open_session_is_waited_for(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([HOLD, HELLO], "[daemon]\nmax_concurrent_tasks = 1\n")
    async with daemon(ground, heard) as found:
        await heard.until(await found.service.submit(Request(task="stay")), "running")
        accepted = await found.queue.accept(Request(task="say hello"))
        left = await found.queue.claim("a daemon that died", lambda: "other")
        assert left is not None
        await found.queue.begun(accepted.id, left.owner, 0)
        await found.queue.take_over(left, "")
        task = await found.queue.get(accepted.id)
        assert task is not None
        assert (task.state, task.first_seq) == ("pending", 0)
        following = Following(found.host, found.store, found.queue, found.service, clock)
        async with found.host.use("other", ground.options(which=New(id="other"))):
            reading = asyncio.create_task(_all(following, task))
            async with asyncio.timeout(30):
                await clock.slept_by(1)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _all(following: Following, task: Task) -> None:
    async for _ in following.of_task(task, 0):
        pass


async def test_who_looked_whether_a_task_has_changed_leaves_nothing_behind(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO])
    async with daemon(ground) as found:
        outcome = await done(found, "say hello")
        before = _events()
        for number in range(50):
            other = await found.queue.accept(Request(task="say hello", session="never", deadline=found.since))
            await found.queue.cancel(other.id)
            now = await found.service.changed(other)
            assert (number, now.state if now else "") == (number, "cancelled")
        assert outcome.state == "completed"
        assert _events() - before < 25


def _events() -> int:
    gc.collect()
    return sum(isinstance(each, asyncio.Event) for each in gc.get_objects())


async def test_a_session_that_cannot_be_looked_up_is_none_that_is_not_there(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([HELLO])
    async with daemon(ground) as found:
        session = await found.chats.create(Owner(), "kept")
        connection = driver.connect(found.file)
        connection.execute("ALTER TABLE sessions RENAME TO elsewhere")
        connection.close()
        for asked in (found.session(session), found.chats.find(session), found.deleting.delete(session, Owner())):
            with pytest.raises(StoreError):
                await asked
        connection = driver.connect(found.file)
        connection.execute("ALTER TABLE elsewhere RENAME TO sessions")
        connection.close()
        chat = await found.chats.find(session)
        assert (await found.session(session), chat.title if chat else "") == (None, "kept")
