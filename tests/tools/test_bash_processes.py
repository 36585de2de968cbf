"""Nothing that a call starts outlives the call, and nothing at all outlives heartbit."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from heartbit_tui.tools.bash import Bash
from tests.samples import samples
from tests.tools.calls import Context, running

CANCELS = samples(100, 30)
STARTERS = {
    "plain": "sleep {n} {w}",
    "pipeline": "sleep {n} {w} | cat | cat",
    "background": "sleep {n} {w} {b}& {w}",
    "subshell": "(sleep {n} {w} &) {w}",
    "nohup": "nohup sleep {n} {w} >/dev/null 2>&1 & {w}",
    "setsid": "setsid sleep {n} {w} {b}& {w}",
    "setsid in the foreground": "setsid -w sleep {n} {w}",
    "double fork": "(setsid sleep {n} {w} </dev/null >/dev/null 2>&1 &) {w}",
    "disowned": "sleep {n} {w} & disown -a {w}",
    "without environment": "(env -i setsid sleep {n} {w} >/dev/null 2>&1 &) {w}",
    "without output or environment": "(env -i sleep {n} {w} >/dev/null 2>&1 &) {w}",
    "daemon": "{python} -c '{daemon}' {n} {w}",
    "ignores signals": "trap '' TERM INT HUP; sleep {n} {w}",
    "restarts": "trap 'sleep {n} {w}' TERM; sleep {n} {w}",
    "coprocess": "coproc sleep {n} {w}; {w}",
    "process substitution": "cat <(sleep {n} {w})",
    "nested": "bash -c 'bash -c \"sleep {n} {w} & sleep {n} {w}\"'",
    "many": "for i in $(seq 20); do sleep {n} {w} & done",
}
DAEMON = (
    "import os, subprocess, sys\nif os.fork(): sys.exit()\nos.setsid()\nif os.fork(): sys.exit()\n"
    'subprocess.Popen(["sleep", *sys.argv[1:]], stdin=-3, stdout=-3, stderr=-3, start_new_session=True)'
)


@pytest.fixture
def word() -> Iterator[str]:
    """A number of seconds that no other process sleeps."""
    chosen = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    yield chosen
    for pid in running(chosen):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def script(name: str, word: str) -> str:
    template = STARTERS[name]
    return (
        template.replace("{n} {w}", word)
        .replace("{n}", word)
        .replace(" {w}", "")
        .replace("{w}", "")
        .replace("{b}", "")
        .replace("{python}", sys.executable)
        .replace("{daemon}", DAEMON)
    )


@pytest.mark.security("S5")
@pytest.mark.parametrize("name", STARTERS)
async def test_a_timeout_ends_the_whole_tree(name: str, tmp_path: Path, word: str) -> None:
    bash = Bash(tmp_path, tmp_path, os.environ)
    got = await bash.run({"command": f"{script(name, word)}\necho started; sleep {word}", "timeout": 200}, Context())
    assert (got.details["timed_out"], running(word)) == (True, [])


@pytest.mark.parametrize("name", ["background", "subshell", "nohup", "setsid", "double fork", "disowned", "coprocess"])
async def test_a_background_process_does_not_hang_the_call_and_ends_with_it(
    name: str, tmp_path: Path, word: str
) -> None:
    async with asyncio.timeout(20):
        got = await Bash(tmp_path, tmp_path, os.environ).run({"command": script(name, word)}, Context())
    assert got.content.endswith("(1 background process was stopped)\n\n(exit code: 0)")
    assert running(word) == []


@pytest.mark.parametrize("name", ["daemon", "without environment", "without output or environment"])
async def test_a_process_that_hides_is_found(name: str, tmp_path: Path, word: str) -> None:
    got = await Bash(tmp_path, tmp_path, os.environ).run({"command": script(name, word)}, Context())
    assert "(1 background process was stopped)" in got.content
    assert running(word) == []


async def test_what_is_about_to_end_may_end_by_itself(tmp_path: Path) -> None:
    command = "echo hello > >(sleep 0.02; cat; echo end)"
    got = await Bash(tmp_path, tmp_path, os.environ).run({"command": command}, Context())
    assert got.content == "hello\nend\n\n(exit code: 0)"


async def test_a_stopped_command_may_clean_up(tmp_path: Path) -> None:
    # What cleans up is of bash itself: on a busy machine a program would not be there before patience ends.
    command = f"trap ': > {tmp_path}/lock' EXIT; echo held > {tmp_path}/lock; echo > {tmp_path}/told; sleep 1000 & wait"
    os.mkfifo(tmp_path / "told")
    call = asyncio.create_task(Bash(tmp_path, tmp_path, os.environ).run({"command": command}, Context()))
    await asyncio.to_thread((tmp_path / "told").read_text)
    lock = tmp_path / "lock"
    assert lock.stat().st_size > 0
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert lock.stat().st_size == 0


@pytest.mark.security("S5", n=CANCELS)
@pytest.mark.parametrize("spare", [False, True])
@pytest.mark.slow
async def test_cancelling_at_any_moment_leaves_nothing(tmp_path: Path, word: str, *, spare: bool) -> None:
    chance = random.Random(7)
    names = list(STARTERS)
    descriptors = open_files()
    async with Bash(tmp_path, tmp_path, os.environ, spare=spare) as bash:
        for count in range(CANCELS):
            command = f"{script(chance.choice(names), word)}\nsleep {word}"
            call = asyncio.create_task(bash.run({"command": command}, Context()))
            loop = asyncio.get_running_loop()
            loop.call_later(chance.choice([0.0, 0.001, 0.003, 0.01, 0.05]), call.cancel)
            with pytest.raises(asyncio.CancelledError):
                await call
            assert running(word) == [], count
        assert (await bash.run({"command": "echo fine"}, Context())).content == "fine\n\n(exit code: 0)"
    assert open_files() <= descriptors + 3


async def test_cancelling_twice_still_leaves_nothing(tmp_path: Path, word: str) -> None:
    context = Context()
    command = f"trap '' TERM; echo up; sleep {word}; sleep {word}"
    call = asyncio.create_task(Bash(tmp_path, tmp_path, os.environ).run({"command": command}, context))
    await context.progressed.wait()
    call.cancel()
    asyncio.get_running_loop().call_later(0.01, call.cancel)
    with pytest.raises(asyncio.CancelledError):
        await call
    assert running(word) == []


async def test_other_processes_are_left_alone(tmp_path: Path, word: str) -> None:
    other = subprocess.Popen(("sleep", word), start_new_session=True)  # noqa: ASYNC220
    try:
        await Bash(tmp_path, tmp_path, os.environ).run({"command": "sleep 1000 & (setsid sleep 1000 &)"}, Context())
        assert running(word) == [other.pid]
    finally:
        other.kill()
        other.wait()


HOST = """
import asyncio, os, sys
from pathlib import Path
from heartbit_tui.tools.bash import Bash

class Context:
    agent, call_id = "a", "1"
    def emit(self, event): print("up", flush=True)

async def main():
    bash = Bash(Path(sys.argv[1]), Path(sys.argv[1]), os.environ, spare=True)
    await bash.run({"command": ":"}, Context())
    await bash.run({"command": sys.argv[2]}, Context())

asyncio.run(main())
"""


@pytest.mark.security("S5")
@pytest.mark.parametrize("name", ["plain", "pipeline", "double fork", "ignores signals", "many", "setsid"])
def test_a_kill_of_heartbit_itself_leaves_nothing(name: str, tmp_path: Path, word: str) -> None:
    command = f"{script(name, word)}\necho up; sleep {word}"
    if name in {"plain", "pipeline", "ignores signals"}:
        command = f"echo up; {script(name, word)}"
    with subprocess.Popen((sys.executable, "-c", HOST, str(tmp_path), command), stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == b"up\n"
        assert running(word)
        host.kill()
        host.wait()
    assert gone(word)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def gone(word: str) -> bool:
    """Whether no such process is left, at the latest in ten seconds."""
    deadline = time.monotonic() + 10
    while running(word):
        if time.monotonic() > deadline:
            return False
    return True
