"""Commands in the background: begun by the model or let go by a person, looked at, waited for, stopped, all gone in the end."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import Event, JobEnded, JobStarted, ToolProgress, UserMessage
from heartbit_tui.kernel.messages import JsonObject, user
from heartbit_tui.kernel.ops import Background, StopJob
from heartbit_tui.kernel.protocols import Output
from heartbit_tui.tools.bash import Bash
from heartbit_tui.tools.bash_output import BashOutput
from heartbit_tui.tools.jobs import CLOSING, FULL, MOST, NO_CALL, NO_JOB, Jobs
from heartbit_tui.tools.kill_shell import KillShell
from tests.tools.calls import Context, running
from tests.tools.test_bash_processes import STARTERS, script


class Ground:
    """A bash with a background, and the tools that look at it."""

    def __init__(self, root: Path, jobs: Jobs) -> None:
        self.root = root
        self.jobs = jobs
        self.context = Context()
        self.bash = Bash(root, root / "logs", os.environ).leaving(jobs)

    async def start(self, command: str) -> Output:
        return await self.bash.run({"command": command, "run_in_background": True}, self.context)

    async def look(self, id: str = "bash_1", wait: int = 0) -> Output:
        return await BashOutput(self.jobs).run({"id": id, "wait": wait}, self.context)

    async def kill(self, id: str = "bash_1") -> Output:
        return await KillShell(self.jobs).run({"id": id}, self.context)

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.context.events if isinstance(event, kind)]

    @property
    def ends(self) -> list[JobEnded]:
        return [event for event in self.context.events if isinstance(event, JobEnded)]


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    async with Jobs() as jobs:
        yield Ground(tmp_path, jobs)


@pytest.fixture
def word() -> Iterator[str]:
    """A number of seconds that no other process sleeps."""
    chosen = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    yield chosen
    for pid in running(chosen):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def test_a_command_begun_in_the_background_gives_its_id_at_once_and_tells_each_byte_once(ground: Ground) -> None:
    os.mkfifo(ground.root / "go")
    begun = await ground.start("cd /; echo one; read -r < $OLDPWD/go; echo two >&2; exit 3")
    assert (begun.is_error, begun.details["job"]) == (False, "bash_1")
    assert begun.content.startswith("(It runs in the background as bash_1.")
    assert begun.content.endswith(f"All of its output: {begun.details['log']})")
    assert ground.bash.directory == ground.root
    first = await ground.look(wait=300)
    assert first.content.startswith("one\n\n(bash_1: still runs, for 0.")
    (ground.root / "go").write_text("\n")
    last, again = await ground.look(wait=5000), await ground.look()
    assert (last.content, again.content) == ("two\n\n(bash_1: exit code 3)", "(nothing new)\n\n(bash_1: exit code 3)")
    end = ground.ends[0]
    assert (end.how, end.exit_code, end.output, end.size) == ("exited", 3, "one\ntwo\n", 8)


async def test_a_person_lets_a_running_call_go_and_its_call_has_its_result_at_once(ground: Ground) -> None:
    call = asyncio.create_task(ground.bash.run({"command": "echo early; sleep 0.3; echo late"}, ground.context))
    await ground.context.progressed.wait()
    assert ground.jobs.take(Background()) == ""
    got = await call
    shown = len(ground.told(ToolProgress))
    assert got.content.startswith(
        "early\n\n(The command still runs: the person let it go on in the background, as bash_1."
    )
    assert ground.told(JobStarted) == [
        JobStarted(
            id="bash_1",
            command="echo early; sleep 0.3; echo late",
            tool_call_id="call-1",
            cwd=str(ground.root),
            log=str(got.details["log"]),
            by="person",
        )
    ]
    assert (await ground.look(wait=5000)).content == "late\n\n(bash_1: exit code 0)"
    assert whole(ground) == "early\nlate\n"
    assert len(ground.told(ToolProgress)) == shown


async def test_only_what_is_there_can_be_let_go_or_stopped(ground: Ground) -> None:
    assert [ground.jobs.take(op) for op in (Background(), StopJob(), StopJob(id="bash_1"))] == [NO_CALL, NO_JOB, NO_JOB]
    unknown = await ground.look("bash_7")
    assert (unknown.is_error, unknown.content) == (True, "There is no background command bash_7. There is none.")
    await ground.start("sleep 60")
    assert (await ground.kill("bash_2")).content.endswith("There are: bash_1 (runs).")
    assert ground.jobs.take(StopJob(id="bash_1")) == ""
    assert (await ground.look(wait=5000)).content == "(nothing new)\n\n(bash_1: the person stopped it)"


async def test_the_model_is_told_once_of_an_end_that_it_does_not_know_of(ground: Ground) -> None:
    await ground.start("echo out; exit 4")
    await ground.start("exit 5")
    for job in ground.jobs.running:
        await job.ended.wait()
    await ground.look("bash_2")
    expected = "[The background command bash_1 has ended: exit code 4. It wrote 4 bytes since you last looked; bash_output gives them.]"
    assert [ground.jobs.news(name) for name in ("another", "tester", "tester")] == [[], [expected], []]


async def test_memory_and_file_are_bounded_and_the_end_is_kept(ground: Ground) -> None:
    await ground.start("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the end")
    got = await ground.look(wait=20000)
    note, _, text = got.content.partition("]\n\n")
    assert (note[:3], "the whole output is in" in note, text[:3]) == ("[29", True, "xxx")
    assert (text[-30:], len(text) < 31_000) == ("the end\n\n(bash_1: exit code 0)", True)
    assert len(whole(ground)) == 3_000_009


async def test_no_more_than_so_many_run_at_once(ground: Ground) -> None:
    for _ in range(MOST):
        await ground.start("exec sleep 60")
    refused = await ground.start("echo no")
    assert (refused.is_error, refused.content, ground.jobs.take(Background())) == (True, FULL, FULL)
    await ground.jobs.close()
    assert (await ground.start("echo no")).content == CLOSING
    assert [end.how for end in ground.ends] == ["closed"] * MOST
    notes = [event for event in ground.context.events if isinstance(event, UserMessage)]
    assert notes[0].message == user(
        "[The background command bash_1 has ended: it was stopped when the session was closed. You have seen all that it wrote.]"
    )
    assert (len(notes), {note.origin for note in notes}) == (MOST, {"heartbit"})


@pytest.mark.security("L10")
@pytest.mark.parametrize("name", STARTERS)
async def test_the_end_of_a_session_ends_the_whole_tree(name: str, tmp_path: Path, word: str) -> None:
    async with Jobs() as jobs:
        ground = Ground(tmp_path, jobs)
        command = f"echo up; {script(name, word)}\nsleep {word}"
        call = asyncio.create_task(ground.bash.run({"command": command}, ground.context))
        await ground.context.progressed.wait()
        jobs.take(Background())
        assert (await call).details["job"] == "bash_1"
        assert running(word)
    assert running(word) == []


@pytest.mark.security("L10", n=30)
async def test_a_call_that_is_stopped_and_let_go_at_once_leaves_nothing(tmp_path: Path, word: str) -> None:
    chance, let_go = random.Random(3), 0
    async with Jobs() as jobs:
        for _ in range(30):
            ground = Ground(tmp_path, jobs)
            given: JsonObject = {"command": f"echo up; sleep {word} & sleep {word}"}
            call = asyncio.create_task(ground.bash.run(given, ground.context))
            await ground.context.progressed.wait()
            for act in chance.sample((call.cancel, lambda: jobs.take(Background())), 2):
                asyncio.get_running_loop().call_later(chance.choice([0.0, 0.0005]), act)
            with suppress(asyncio.CancelledError):
                await call
            let_go += len(jobs.running)
            jobs.take(StopJob())
            for job in jobs.running:
                await job.ended.wait()
            assert running(word) == []
    assert 0 < let_go < 30


def whole(ground: Ground) -> str:
    job = ground.jobs.find("bash_1")
    assert job is not None
    return Path(job.log).read_text()


async def test_a_session_that_is_cancelled_while_it_closes_leaves_nothing(tmp_path: Path, word: str) -> None:
    async def session() -> None:
        async with Jobs() as jobs:
            await Ground(tmp_path, jobs).start(f"trap '' TERM; sleep {word}; sleep {word}")
            begun.set()
            await asyncio.Event().wait()

    begun = asyncio.Event()
    task = asyncio.create_task(session())
    await begun.wait()
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])
    assert running(word) == []
