"""S5: nothing that a sandboxed command starts outlives it, whatever it does to get away."""

import asyncio
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from heartbit_tui.permissions.sandbox import Wanted
from heartbit_tui.tools.bash import Bash
from tests.samples import samples
from tests.sandbox.ground import KINDS, ran, sandboxed
from tests.tools.calls import running

STARTERS = (
    "sleep {n}",
    "sleep {n} & sleep {n}",
    "setsid sleep {n} >/dev/null 2>&1 & sleep {n}",
    "setsid -w sleep {n}",
    "(setsid sleep {n} </dev/null >/dev/null 2>&1 &) ; (setsid setsid sleep {n} &) ; sleep {n}",
    "nohup sleep {n} >/dev/null 2>&1 & disown -a; sleep {n}",
    "trap '' TERM INT HUP; sleep {n}; sleep {n}",
    "trap '' TERM INT HUP; while :; do :; done; : {n}",
    "(trap '' TERM; env -i setsid sleep {n} >/dev/null 2>&1 &) ; sleep {n}",
    "trap 'sleep {n}' TERM; sleep {n}",
    "coproc sleep {n}; sleep {n}",
    "for i in 1 2 3 4 5; do setsid sleep {n} & done; wait",
)
AT_ONCE = 6
ROUNDS = samples(25, 8)


@pytest.fixture
def word() -> Iterator[str]:
    """A number of seconds that no other process sleeps."""
    chosen = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    yield chosen
    for pid in running(chosen):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kept(temporary: Path) -> list[int]:
    """The sandboxes that still live: each has its own /tmp on its command line."""
    return running(str(temporary))


@pytest.mark.security("S5", n=ROUNDS * AT_ONCE)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
async def test_no_command_that_was_stopped_leaves_a_process(kind: Wanted, tmp_path: Path, word: str) -> None:
    (tmp_path / "root").mkdir()
    inside, chance, tries = sandboxed(tmp_path / "root", kind=kind), random.Random(11), 0
    temporary = tmp_path / "temporary"
    async with Bash(tmp_path / "root", tmp_path / "logs", os.environ, confinement=inside, spare=True) as bash:
        for _ in range(ROUNDS):
            calls = [_stopped(bash, chance.choice(STARTERS).format(n=word), chance) for _ in range(AT_ONCE)]
            await asyncio.gather(*calls)
            tries += AT_ONCE
            assert running(word) == []
        assert (await ran(bash, "echo fine")).content == "fine\n\n(exit code: 0)"
    assert (kept(temporary), tries) == ([], ROUNDS * AT_ONCE)


async def _stopped(bash: Bash, command: str, chance: random.Random) -> None:
    """Run a command until it is timed out or cancelled, at any moment."""
    moment = chance.choice([0.0, 0.001, 0.005, 0.02, 0.1])
    if chance.random() < 0.5:
        await ran(bash, command, timeout=max(round(moment * 1000), 1))
        return
    call = asyncio.create_task(ran(bash, command))
    asyncio.get_running_loop().call_later(moment, call.cancel)
    with suppress(asyncio.CancelledError):
        await call


@pytest.mark.parametrize(
    "command", ["sleep {n} &", "(setsid sleep {n} &)", "(env -i setsid sleep {n} >/dev/null 2>&1 &)"]
)
@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_left_behind_is_counted_and_ended(kind: Wanted, command: str, tmp_path: Path, word: str) -> None:
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path, kind=kind)) as bash:
        got = await ran(bash, command.format(n=word))
    assert got.content == "(no output)\n\n(1 background process was stopped)\n\n(exit code: 0)"
    assert running(word) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_about_to_end_may_end_by_itself(kind: Wanted, tmp_path: Path) -> None:
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path, kind=kind)) as bash:
        got = await ran(bash, "echo hello > >(sleep 0.02; cat; echo end)")
    assert got.content == "hello\nend\n\n(exit code: 0)"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stopped_command_may_clean_up(kind: Wanted, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = f"trap 'rm {lock}' EXIT; touch {lock}; sleep 1000 & wait"
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path, kind=kind)) as bash:
        got = await ran(bash, command, timeout=300)
    assert (got.details["timed_out"], lock.exists()) == (True, False)


HOST = """
import asyncio, os, sys
from pathlib import Path
from heartbit_tui.tools.bash import Bash
from tests.sandbox.ground import sandboxed
from tests.tools.calls import Context

async def main():
    root = Path(sys.argv[1])
    context = Context()
    bash = Bash(root, root / "logs", os.environ, confinement=sandboxed(root, kind=sys.argv[3]), spare=True)
    call = asyncio.create_task(bash.run({"command": sys.argv[2]}, context))
    await context.progressed.wait()
    print("up", flush=True)
    await call

asyncio.run(main())
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_of_heartbit_ends_what_runs_in_its_sandboxes(kind: Wanted, tmp_path: Path, word: str) -> None:
    sandboxed(tmp_path, kind=kind)
    command = f"trap '' TERM HUP; (setsid sleep {word} >/dev/null 2>&1 &); echo up; sleep {word}"
    host = subprocess.Popen((sys.executable, "-c", HOST, tmp_path, command, kind), stdout=subprocess.PIPE)
    assert host.stdout is not None
    assert host.stdout.readline() == b"up\n"
    host.kill()
    host.wait()
    host.stdout.close()
    assert gone(word)


def gone(word: str) -> bool:
    """Whether all processes of a family end; their ends are waited for."""
    for pid in running(word):
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(pid)
            select.select([pidfd], [], [], 10)
            os.close(pidfd)
    return running(word) == []
