"""S4 and L10: a command in the background of a sandbox changes nothing that decides what runs, and outlives nothing."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import JobEnded, Notice
from heartbit_tui.permissions.sandbox import Wanted
from heartbit_tui.testing import FakeCallContext
from heartbit_tui.tools.bash import Bash
from heartbit_tui.tools.jobs import Jobs
from tests.sandbox.ground import KINDS, sandboxed
from tests.sandbox.test_survivors import HOST, STARTERS, gone
from tests.tools.calls import Context, running


@pytest.fixture
def word() -> str:
    """A number of seconds that no other process sleeps."""
    return f"{random.randrange(10**6, 10**7)}.{os.getpid()}"


@pytest.mark.security("L10", n=12)
@pytest.mark.parametrize("kind", KINDS)
async def test_the_end_of_a_session_leaves_no_process_of_a_sandbox(kind: Wanted, tmp_path: Path, word: str) -> None:
    (tmp_path / "root").mkdir()
    context = Context()
    async with Jobs() as jobs:
        bash = Bash(
            tmp_path / "root", tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path / "root", kind=kind)
        )
        bash.leaving(jobs)
        for starter in STARTERS:
            await bash.run({"command": starter.format(n=word), "run_in_background": True}, context)
        assert len(jobs.running) == len(STARTERS) == 12
    assert running(word) == []
    assert [event.how for event in context.events if isinstance(event, JobEnded)] == ["closed"] * 12


@pytest.mark.security("S4", n=2)
@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_made_of_it_in_the_background_is_taken_back_and_what_was_allowed_stays(
    kind: Wanted, tmp_path: Path
) -> None:
    root, context = tmp_path / "root", FakeCallContext()
    (root / "deep").mkdir(parents=True)
    async with Jobs() as jobs:
        bash = Bash(root, tmp_path / "logs", os.environ, confinement=sandboxed(root, kind=kind)).leaving(jobs)
        command = "read -r < go; echo x > deep/.mcp.json; mkdir deep/.vscode; echo y > deep/.vscode/tasks.json"
        os.mkfifo(root / "go")
        await bash.run({"command": command, "run_in_background": True}, context)
        (root / "deep/.envrc").write_text("a person let a tool write this")
        jobs.let([str(root / "deep/.envrc")])
        (root / "go").write_text("\n")
        for job in jobs.running:
            await job.ended.wait()
    assert sorted(each.name for each in (root / "deep").iterdir()) == [".envrc"]
    told = [event.text for event in context.events if isinstance(event, Notice)]
    # One word for both where one look found them, else one each.
    assert all("bash_1" in each for each in told)
    assert [sum(name in each for each in told) for name in (".mcp.json", ".vscode")] == [1, 1]
    copies = {path.read_text() for path in (tmp_path / "logs").glob("taken-back-*/*")}
    assert copies == {"x\n", "y\n"}


@pytest.mark.security("L10")
@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_of_heartbit_ends_what_runs_in_the_background(kind: Wanted, tmp_path: Path, word: str) -> None:
    sandboxed(tmp_path, kind=kind)
    command = f"trap '' TERM HUP; (setsid sleep {word} >/dev/null 2>&1 &); echo up; sleep {word}"
    host = HOST.replace("spare=True)", "spare=True).leaving(jobs)").replace(
        "    await call\n",
        "    jobs.take(Background())\n    await call\n    assert len(jobs.running) == 1\n"
        "    print('left', flush=True)\n    await asyncio.Event().wait()\n",
    )
    host = host.replace("    context = Context()", "    context, jobs = Context(), Jobs()\n    await jobs.__aenter__()")
    host = host.replace('    print("up", flush=True)\n', "")
    host = f"from heartbit_tui.kernel.ops import Background\nfrom heartbit_tui.tools.jobs import Jobs\n{host}"
    process = subprocess.Popen((sys.executable, "-c", host, tmp_path, command, kind), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"left\n"
    assert running(word)
    process.kill()
    process.wait()
    process.stdout.close()
    assert gone(word)


async def test_nothing_is_looked_at_when_nothing_runs(tmp_path: Path) -> None:
    async with Jobs() as jobs:
        bash = Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path)).leaving(jobs)
        await bash.run({"command": "true", "run_in_background": True}, Context())
        while len(asyncio.all_tasks()) > 1:
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
