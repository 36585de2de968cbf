"""What the daemon does by itself: at its time, once, with what it may use, and with a letter for whoever was away."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.daemon.noticing import EVERY
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.waking import FAILED, supervised
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import SessionStarted, ToolCallCompleted
from heartbit_tui.runtime.bounding import USED_UP
from heartbit_tui.schedules.beats import PATIENT, Standing
from heartbit_tui.store import driver
from heartbit_tui.store.inbox import Letter
from heartbit_tui.tasks import Request
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import LONG, Ground, Heard, calls, daemon, done, letters, says

HOLD = says("at last", when="stay", wait=LONG, times=0)
CRON = """
[[daemon.schedules]]
name = "tidy"
cron = "*/30 * * * *"
task = "tidy up"
"""
PULSE = """
[heartbeat]
enabled = false
[daemon.heartbit_pulse]
enabled = true
interval_seconds = 600
"""
BEATS = """
[heartbeat]
workspaces = ["~/notes"]
"""


def beating(ground: Ground, text: str = "Look at the build.", table: str = "every: 10m") -> Path:
    """A heartbeat in a folder that the settings name."""
    folder = ground.home / "notes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "HEARTBEAT.md").write_text(f"---\n{table}\n---\n{text}\n", "utf-8")
    return folder


async def until(found: Daemon, clock: FakeClock, heard: Heard, count: int, state: str = "completed") -> None:
    """Move the time until so many tasks were told to stand like this; it stands still while any is at work or waits.

    And for a while after somebody woke, who may be about to hand one over.
    """
    asleep = clock.sleepers
    async with asyncio.timeout(50):
        while sum(each.state == state for each in heard.tasks) < count:
            if not (found.at_work or await found.queue.waits()):
                await clock.advance(5)
            for rounds in range(500):
                if rounds >= 3 and clock.sleepers >= asleep:
                    break
                await asyncio.to_thread(lambda: None)
            asleep = clock.sleepers


async def due(found: Daemon, clock: FakeClock, fits: Callable[[float], bool]) -> None:
    """Return once the first heartbeat is due in so many seconds."""
    async with asyncio.timeout(30):
        while True:
            for standing in found.waking.heartbeats or ():
                at = standing.state.next_due
                if at is not None and fits((at - clock.now()).total_seconds()):
                    return
            await asyncio.to_thread(lambda: None)


def told(waiting: tuple[Letter, ...]) -> list[tuple[str, str, str]]:
    return [(each.source, each.kind, each.text) for each in waiting]


async def test_a_schedule_hands_its_task_over_at_its_time_once_and_the_inbox_has_what_came_of_it(
    tmp_path: Path,
) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    new = str(ground.project / "new.txt")
    ground.prepare(
        [calls("write", {"file_path": new, "content": "x"}, cost_usd=0.25), says("It is tidy.", cost_usd=0.5)], CRON
    )
    async with daemon(ground, heard, clock) as found:
        await clock.advance(29 * 60)
        assert heard.told == []
        await until(found, clock, heard, 1)
        assert heard.told == [("tidy up", "running"), ("tidy up", "completed")]
        (task,) = (await found.queue.page()).tasks
        assert (task.request.source, f"{task.created:%H:%M}") == ("cron:tidy", "00:30")
        (letter,) = await found.inbox.list()
        assert told((letter,)) == [("cron:tidy", "reply", "It is tidy.")]
        assert (letter.changed, letter.cost_usd, letter.about) == ((new,), 0.75, task.id)
    ground.prepare([says("again", times=0)], CRON)
    async with daemon(ground, heard, clock) as found:
        assert len(await found.inbox.list()) == 1


async def test_the_pulse_has_the_tool_for_its_list_and_an_answer_that_says_nothing_leaves_no_letter(
    tmp_path: Path,
) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    replies = [
        says("I noted the roof.", when="Added todo entry", times=0),
        says("Nothing needs doing. HEARTBIT_OK", when="mend the roof", times=0),
        calls("todo_manage", {"action": "add", "title": "mend the roof"}),
    ]
    ground.prepare(replies, PULSE)
    (ground.project / "HEARTBIT.md").write_text("Look after the house.\n", "utf-8")
    async with daemon(ground, heard, clock, mode=None) as found:
        await clock.advance(599)
        assert heard.told == []
        await until(found, clock, heard, 1)
        assert found.plans.todos is not None
        assert [each.title for each in (await found.plans.todos.listed()).entries] == ["mend the roof"]
        await until(found, clock, heard, 2)
        assert told(await found.inbox.list()) == [("heartbit", "reply", "I noted the roof.")]
        assert [each.result for each in heard.tasks if each.state == "completed"][1].endswith("HEARTBIT_OK")


async def test_what_is_wrong_with_the_list_of_the_pulse_waits_as_one_letter(tmp_path: Path) -> None:
    ground, clock = Ground(tmp_path), FakeClock()
    ground.prepare([], PULSE)
    (ground.project / "TODO.json").write_text("{", "utf-8")
    async with daemon(ground, Heard(), clock) as found:
        (letter,) = await letters(found)
        assert (letter.source, letter.kind, "TODO.json is not read" in letter.title) == ("heartbit", "failure", True)
    async with daemon(ground, Heard(), clock) as found:
        assert found.plans.todos is not None
        await found.plans.todos.listed()
        assert len(await letters(found)) == 1


async def test_a_heartbeat_has_an_agent_in_its_folder_with_the_tools_that_it_may_use_and_one_letter(
    tmp_path: Path,
) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([calls("write", {"file_path": "new.txt", "content": "x"}), says("The build is red.")], BEATS)
    folder = beating(ground)
    async with daemon(ground, heard, clock) as found:
        await until(found, clock, heard, 1)
        (task,) = [each for each in heard.tasks if each.state == "completed"]
        assert task.request.tools == ("read", "glob", "grep", "list", "memory_recall")
        log = (await found.store.load(task.session, only=(SessionStarted, ToolCallCompleted))).envelopes
        assert [each.event.cwd for each in log if isinstance(each.event, SessionStarted)] == [str(folder)]
        assert not (folder / "new.txt").exists()
        assert told(await letters(found)) == [("heartbeat:notes/HEARTBEAT.md", "reply", "The build is red.")]


@pytest.mark.parametrize(("cap", "cost"), [(5.0, 0.4), (0.1, 0.2)])
async def test_a_beat_that_cost_more_than_its_file_or_the_settings_allow_is_ended_and_told(
    tmp_path: Path, cap: float, cost: float
) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    looking = calls("glob", {"pattern": "*"}, cost_usd=0.2, times=0)
    ground.prepare([looking], f"{BEATS}\n[limits]\nmax_cost_usd = {cap}\n")
    beating(ground, table="every: 10m\nmax_cost: 0.3")
    async with daemon(ground, heard, clock) as found:
        await until(found, clock, heard, 1, "failed")
        (task,) = [each for each in heard.tasks if each.state == "failed"]
        assert (task.request.max_cost_usd, task.cost_usd) == (0.3, cost)
        (letter,) = await letters(found)
        assert (letter.kind, letter.text) == ("failure", task.error)
        assert f"{cost:.2f}" in task.error


async def test_a_beat_that_made_all_its_calls_has_to_answer_with_what_it_knows(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    looking = [calls("glob", {"pattern": f"{n}*"}) for n in range(3)]
    ground.prepare([*looking, says("I saw enough.")], BEATS)
    beating(ground, table="every: 10m\nmax_calls: 2")
    async with daemon(ground, heard, clock) as found:
        await until(found, clock, heard, 1)
        (task,) = [each for each in heard.tasks if each.state == "completed"]
        log = (await found.store.load(task.session, only=(ToolCallCompleted,))).envelopes
        ends = [each.event for each in log if isinstance(each.event, ToolCallCompleted)]
        assert [each.is_error for each in ends] == [False, False, True]
        assert USED_UP.format(most=2) in ends[-1].output


async def test_a_beat_that_fails_again_and_again_is_told_once(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([says("x", times=0, when="never said")], BEATS)
    beating(ground)
    async with daemon(ground, heard, clock) as found:
        await until(found, clock, heard, 3, "failed")
        assert [each.kind for each in await found.inbox.list()] == ["failure"]


async def test_a_prompt_beside_the_daemon_ends_that_a_quiet_heartbeat_comes_less_often(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([says("HEARTBEAT_OK", times=0)], BEATS)
    beating(ground)
    async with daemon(ground, heard, clock) as found:
        await until(found, clock, heard, PATIENT + 2)
        await due(found, clock, lambda seconds: seconds > 2_300)
        await clock.advance(2 * EVERY)  # its own beats are no people
        await due(found, clock, lambda seconds: seconds > 2_000)
        words = ("-m", "heartbit_tui", "--headless", "run", "hello")
        run = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ground.project, env=ground.environment, stdout=DEVNULL
        )
        assert await run.wait() == 0
        await clock.advance(EVERY)
        await due(found, clock, lambda seconds: seconds <= 600)


async def test_what_is_switched_off_does_nothing(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([says("x", times=0)], "[heartbeat]\nenabled = false\nworkspaces = ['~/notes']\n")
    beating(ground)
    async with daemon(ground, heard, clock) as found:
        await clock.advance(3_600)
        assert (heard.told, found.waking.heartbeats, found.plans.todos) == ([], None, None)


async def test_a_task_of_a_person_leaves_a_letter_only_where_it_failed_or_waits(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says("hello", times=0)])
    async with daemon(ground) as found:
        assert (await done(found, "say hello")).state == "completed"
        failed = await done(found, "x", folder=str(tmp_path / "missing"), tenant_id="acme", user_id="anna")
        (letter,) = await letters(found)
        assert (letter.kind, letter.about, letter.tenant_id, letter.user_id) == ("failure", failed.id, "acme", "anna")
        assert await found.inbox.list(tenant_id="acme", user_id="ben") == ()


async def test_a_question_at_a_task_that_nobody_watches_is_a_letter_until_it_was_answered(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([calls("bash", {"command": "rm -r build"}), says("done")], CRON)
    async with daemon(ground, heard, clock, mode=None) as found:
        await until(found, clock, heard, 1, "running")
        (letter,) = await letters(found)
        assert (letter.kind, letter.source, "bash" in letter.title) == ("question", "cron:tidy", True)
        await clock.advance(121)  # nobody is there, and the patience with the request ends
        while await found.inbox.list(limit=1) == (letter,):
            pass
        assert [each.kind for each in await found.inbox.list(done=True)] == ["question"]
        assert [each.text for each in await letters(found)] == ["done"]


async def test_what_a_daemon_that_died_could_not_tell_is_told_by_the_next_one(tmp_path: Path) -> None:
    ground, clock = Ground(tmp_path), FakeClock()
    ground.prepare([says("It is tidy.", times=0)])
    async with daemon(ground, clock=clock) as found:
        outcome = await done(found, "tidy up", source="cron:tidy")
    (path,) = ground.home.glob(".local/share/heartbit/*.db")
    _forget(path)
    async with daemon(ground, clock=clock) as found:
        assert [each.about for each in await found.inbox.list()] == [outcome.id]


def _forget(path: Path) -> None:
    """Let the file be as a daemon leaves it that died before it wrote the letter."""
    connection = driver.connect(path)
    connection.execute("DELETE FROM inbox")
    connection.close()


async def test_a_drain_hands_nothing_over_and_stops_a_beat_without_putting_its_task_back(tmp_path: Path) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([says("at last", wait=LONG, times=0)], BEATS + CRON)
    beating(ground, "stay")
    async with daemon(ground, heard, clock) as found:
        await until(found, clock, heard, 1, "running")
        assert (found.at_work, found.waking.beating) == (1, 1)
        await found.drain(0.0)
        assert found.at_work == 0
        (task,) = (await found.queue.page()).tasks
        assert (task.request.source, task.state) == ("heartbeat:notes/HEARTBEAT.md", "cancelled")
        count = len(heard.tasks)
        await clock.advance(3_600)
        assert len(heard.tasks) == count


async def test_what_fails_is_told_and_begun_anew_after_pauses_that_grow_while_it_goes_on_failing() -> None:
    clock, sentences, began = FakeClock(), list[str](), list[float]()

    async def run() -> None:
        began.append(clock.monotonic())
        if len(began) == 4:
            await clock.sleep(1_000)
        if len(began) < 6:
            raise StoreError("The disk is full.")

    working = asyncio.create_task(supervised("schedules", run, clock, sentences.append))
    await clock.advance(2_000)
    await working
    assert began == [0, 5, 15, 35, 1_040, 1_050]
    assert sentences[0] == FAILED.format(name="schedules", seconds=5.0, error="The disk is full.")
    assert len(sentences) == 5


async def test_a_meditation_that_could_do_nothing_is_told_in_the_inbox_and_to_others_once(tmp_path: Path) -> None:
    ground, clock, heard = Ground(tmp_path), FakeClock(), tmp_path / "heard.json"
    noting = calls("memory_store", {"content": "The dev server listens on port 4711.", "category": "fact"})
    notify = f'[daemon.notify]\nstates = ["failed"]\ncommand = ["dd", "status=none", "oflag=append", "conv=notrunc", "of={heard}"]\n'
    ground.prepare([noting, says("Noted.")], BEATS + notify)
    beating(ground, table="every: 10m\ntype: meditate")
    async with daemon(ground, clock=clock) as found, asyncio.timeout(50):
        assert (await done(found, "note it")).state == "completed"
        for _ in range(2):
            beats = (await _standing(found)).state.failures
            while (await _standing(found)).state.failures == beats:
                if not found.waking.beating:
                    await clock.advance(5)
                await asyncio.to_thread(lambda: None)
        (letter,) = await found.inbox.list()
        assert (letter.kind, letter.source) == ("failure", "heartbeat:notes/HEARTBEAT.md")
        assert "memory.embedding.provider" in letter.text
    (notice,) = [json.loads(line) for line in heard.read_text("utf-8").replace("}{", "}\n{").splitlines()]
    assert (notice["source"], notice["state"], notice["error"]) == (letter.source, "failed", letter.text)


async def _standing(found: Daemon) -> Standing:
    """How the one heartbeat stands, once it was looked for."""
    while not (beats := found.waking.heartbeats):
        await asyncio.to_thread(lambda: None)
    return beats[0]


@pytest.mark.parametrize("text", ["HEARTBEAT_OK", "**HEARTBEAT_OK**", "All is well. HEARTBEAT_OK", ""])
async def test_a_silent_answer_leaves_no_letter(tmp_path: Path, text: str) -> None:
    ground = Ground(tmp_path)
    ground.prepare([says(text or " ", times=0)])
    async with daemon(ground) as found:
        asked = Request(task="look", source="heartbeat:a/HEARTBEAT.md", silent="HEARTBEAT_OK")
        await found.service.outcome(await found.service.submit(asked))
        await done(found, "the last", source="cron:last", deadline=found.clock.now() + timedelta(hours=1))
        assert [each.source for each in await letters(found)] == ["cron:last"]
