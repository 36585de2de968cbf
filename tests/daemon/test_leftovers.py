"""What a daemon that died left of a task: what had ended is kept, what nobody can know is told, the rest goes on."""

from contextlib import closing
from pathlib import Path

import pytest

from heartbit_tui.daemon.leftovers import DAMAGED, UNREAD, Left, looking_back
from heartbit_tui.store import driver
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import Task
from heartbit_tui.tasks.queue import CANCELLED
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import Ground, Heard, daemon, done, says

HELLO = says("hello", times=0, usage={"input_tokens": 7, "output_tokens": 2}, cost_usd=0.25)
AT_WORK = "UPDATE tasks SET state = 'running', owner = 'dead', result = '', error = '', ended = '', cost_usd = NULL"


async def left_at_work(ground: Ground, *statements: str) -> Task:
    """A task whose run has ended, in a file as a daemon leaves it that dies before it can keep that."""
    ground.prepare([HELLO])
    async with daemon(ground) as found:
        task = await found.queue.get((await done(found, "say hello")).id)
    assert task is not None
    with closing(driver.connect(database(ground))) as connection:
        for each in (AT_WORK, *statements):
            connection.execute(each)
    return task


def database(ground: Ground) -> Path:
    (path,) = ground.home.glob(".local/share/heartbit/*.db")
    return path


async def test_what_had_ended_is_kept_as_it_was_and_the_model_is_not_asked_again(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    before = await left_at_work(ground)
    ground.prepare([says("once more", times=0)])
    async with daemon(ground, heard) as found:
        outcome = await found.service.outcome(before.id)
        after = await found.queue.get(before.id)
        assert after is not None
        assert (outcome.state, outcome.text, outcome.usage, outcome.cost_usd, outcome.last_seq) == (
            "completed",
            "hello",
            before.usage,
            0.25,
            before.last_seq,
        )
        assert (after.attempts, heard.told) == (1, [("say hello", "completed")])


async def test_what_was_asked_to_stop_before_is_cancelled_then(tmp_path: Path) -> None:
    ground, heard = Ground(tmp_path), Heard()
    before = await left_at_work(
        ground, "UPDATE tasks SET cancelling = 1", "DELETE FROM events WHERE type = 'run_completed'"
    )
    async with daemon(ground, heard) as found:
        outcome = await found.service.outcome(before.id)
        assert (outcome.state, outcome.text) == ("cancelled", CANCELLED)
        assert heard.told == [("say hello", "cancelled")]


@pytest.mark.parametrize("kind", ["run_completed", "run_started"])
async def test_what_cannot_be_read_waits_for_a_person(tmp_path: Path, kind: str) -> None:
    ground = Ground(tmp_path)
    broken = f"UPDATE events SET body = '{{' WHERE type = '{kind}'"
    before = await left_at_work(ground, broken, "DELETE FROM events WHERE type = 'run_completed' AND body != '{'")
    async with daemon(ground) as found:
        outcome = await found.service.outcome(before.id)
        assert (outcome.state, outcome.text) == ("interrupted", UNREAD.format(why=DAMAGED.format(count=1)))


async def test_a_task_whose_session_is_not_there_had_not_begun(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    task = await left_at_work(ground)
    async with Store.open(tmp_path / "empty.db", FakeClock()) as store:
        assert await looking_back(store)(task) == Left()
