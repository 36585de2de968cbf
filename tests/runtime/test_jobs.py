"""What a session, its model and its log know of commands in the background."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import reduce
from pathlib import Path

from heartbit_tui.client.jobs import Job, after, outcome, running
from heartbit_tui.kernel.events import (
    DoomLoopDetected,
    Envelope,
    JobEnded,
    JobStarted,
    Notice,
    RunInterrupted,
    ToolProgress,
    UserMessage,
)
from heartbit_tui.kernel.jobs import NONE
from heartbit_tui.kernel.messages import Text, ToolCall, User
from heartbit_tui.kernel.ops import Background, Interrupt, StopJob
from heartbit_tui.kernel.protocols import Limits
from heartbit_tui.kernel.recovery import LOST
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.tools.bash import Bash
from heartbit_tui.tools.bash_output import BashOutput
from heartbit_tui.tools.jobs import Jobs
from heartbit_tui.tools.kill_shell import KillShell
from tests.kernel.rig import Plan, Rig, opened, says, turn

LIMITS = Limits(repeatable=frozenset({"bash_output"}))


@asynccontextmanager
async def session(root: Path, *replies: Reply, log: Sequence[Envelope] = ()) -> AsyncGenerator[Rig]:
    async with Jobs() as jobs:
        jobs.remember(log)
        tools = (Bash(root, root / "logs", os.environ).leaving(jobs), BashOutput(jobs), KillShell(jobs))
        plan = Plan(replies=replies, tools=tools, limits=LIMITS, log=log, jobs=jobs, sinks=(jobs.hear,))
        async with opened(plan) as rig:
            yield rig


def begin(command: str, id: str = "c1") -> Reply:
    return turn(call("bash", id, command=command, run_in_background=True))


def look(number: int, **more: int) -> Reply:
    return turn(ToolCall(id=f"l{number}", name="bash_output", input={"id": "bash_1", **more}))


def told(rig: Rig) -> list[str]:
    """What heartbit told the model of jobs."""
    said = [event.message for event in rig.of(UserMessage) if event.origin == "heartbit"]
    return [text for message in said if "background command" in (text := words(message))]


def folded(log: Sequence[Envelope]) -> tuple[Job, ...]:
    return reduce(after, log, ())


def words(message: User) -> str:
    return "".join(block.text for block in message.content if isinstance(block, Text))


async def test_an_end_is_told_at_the_next_turn_boundary_and_looking_often_is_no_circle(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    looks = [look(number) for number in range(6)]
    last = [turn(call("bash", "w", command="echo > go; while kill -0 $(cat pid) 2>/dev/null; do :; done; sleep 0.3"))]
    command = "echo $$ > pid; read -r < go; exit 7"
    async with session(tmp_path, begin(command), *looks, *last, says("done"), says("again")) as rig:
        await rig.ask("build")
        assert (rig.of(DoomLoopDetected), len(rig.of(JobEnded))) == ([], 1)
        told_before = told(rig)
        await rig.ask("and?")
    said = "[The background command bash_1 has ended: exit code 7. You have seen all that it wrote.]"
    assert (told_before, told(rig)) == ([said], [said])
    assert any(said in words(message) for message in rig.provider.requests[-2].messages if isinstance(message, User))


async def test_an_interrupt_leaves_it_running_and_the_end_of_the_session_does_not(tmp_path: Path) -> None:
    foreground = turn(call("bash", "c2", command="echo up; sleep 60"))
    async with session(tmp_path, begin("sleep 60"), foreground) as rig:
        rig.prompt("go")
        await rig.until(ToolProgress)
        rig.session.submit(Interrupt())
        await rig.session.settled()
        assert (len(rig.of(RunInterrupted)), rig.of(JobEnded)) == (1, [])
    assert [(end.how, end.exit_code) for end in rig.of(JobEnded)] == [("closed", None)]
    assert told(rig) == [
        "[The background command bash_1 has ended: it was stopped when the session was closed. You have seen all that it wrote.]"
    ]
    async with session(tmp_path, begin("exit 0", "c3"), says("ok"), log=rig.log) as later:
        await later.ask("again")
    ends = [(job.id, job.end and outcome(job.end)) for job in folded(later.log)]
    assert ends[0] == ("bash_1", "stopped when the session was closed")
    assert [event.id for event in later.of(JobStarted)] == ["bash_1", "bash_2"]


async def test_a_person_lets_a_call_go_and_stops_it(tmp_path: Path) -> None:
    async with session(tmp_path, turn(call("bash", "c1", command="echo up; sleep 60")), says("fine")) as rig:
        rig.prompt("go")
        await rig.until(ToolProgress)
        rig.session.submit(Background(call_id="c1"))
        await rig.session.settled()
        assert "the person let it go on in the background, as bash_1" in rig.results[0].content
        rig.session.submit(StopJob(id="bash_1"))
        end = await rig.until(JobEnded)
        rig.session.submit(StopJob(id="bash_1"))
        rig.session.submit(Background())
    assert (end.how, end.by) == ("stopped", "person")
    assert [notice.text for notice in rig.of(Notice)] == [
        "No such command runs in the background.",
        "No command runs that could go on in the background.",
    ]


async def test_a_log_that_ends_anywhere_is_taken_up_with_an_end_for_every_job(tmp_path: Path) -> None:
    async with session(tmp_path, begin("echo one"), look(1, wait=5000), begin("sleep 60", "c2"), says("done")) as rig:
        await rig.ask("go")
    tried = 0
    for cut in range(2, len(rig.log)):
        async with session(tmp_path, says("ok"), log=rig.log[:cut]) as later:
            await later.ask("go on")
        assert running(folded(later.log)) == ()
        lost = [event for event in later.of(JobEnded) if event.how == "lost"]
        assert [LOST.partition("{")[0] in text for text in told(later)].count(True) >= bool(lost)
        tried += 1
    assert tried > 20


async def test_a_session_without_a_background_says_so() -> None:
    async with opened(Plan(replies=[says("hello")])) as rig:
        rig.session.submit(Background())
        await rig.ask("hello")
    assert [notice.text for notice in rig.of(Notice)] == [NONE]
