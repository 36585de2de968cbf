"""Opening a stranger's repository starts nothing, sends nothing and writes nothing because of it, on every surface."""

import asyncio
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import Text
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing import ModelServer
from tests.obedient import hostile
from tests.obedient.ground import PRIVATE, Ground, told
from tests.obedient.sessions import ground
from tests.repl.terminal import ROOT, Screen
from tests.tui.journeys.reader import Reader

HELLO = Reply(blocks=(Text(text="Hello back."),), times=0)
LAUNCH = "import sys\nfrom heartbit_tui.__main__ import main\nsys.exit(main())\n"
OWN = (
    '"--no-pager", "-c", "core.fsmonitor=", "-c", "core.hooksPath=_"',
    '"--die-with-parent", "--", "_", "-c", "echo $$"',
)
"""How heartbit itself asks git, which runs nothing (C6), and tries its sandbox; how often depends on how fast a session
is left."""

_PROGRAM = re.compile(r'execve(?:at)?\((?:[^"]*)"([^"]+)", (\[.*?\]), .* = 0$', re.MULTILINE)
_ADDRESS = re.compile(r"sin6?_port=htons\((\d+)\)")

Surface = Callable[[Ground, tuple[str, ...], dict[str, str]], None]
"""Opens a session, says something, and leaves."""


def on_the_screen(at: Ground, command: tuple[str, ...], env: dict[str, str]) -> None:
    with Reader(command, at.project, env, rows=30, columns=100) as screen:
        screen.see(lambda: b"\x1b[>5u" in screen.raw and "claude-" in screen.lines[-1], "an open session")
        screen.keys("hello\r")
        screen.see("Hello back.")
        screen.see_no_more("Esc interrupts")
        screen.keys("\x03\x03")
        screen.ended()


def line_by_line(at: Ground, command: tuple[str, ...], env: dict[str, str]) -> None:
    with Screen((*command, "chat"), cwd=at.project, env=env, rows=30, columns=100) as screen:
        screen.until(r"ask>|yolo>")
        screen.keys("hello\r")
        screen.until(r"Hello back\.")
        screen.keys("\x04")
        screen.ended()


def headless(at: Ground, command: tuple[str, ...], env: dict[str, str]) -> None:
    with Screen((*command, "-p", "hello"), cwd=at.project, env=env, rows=30, columns=100) as screen:
        assert screen.ended() == 0, screen.text


def seen(log: Path) -> tuple[Counter[str], set[int]]:
    """The programs that were started, by name, and the ports that were connected to; nothing without strace."""
    text = log.read_text(errors="replace") if log.exists() else ""
    programs = Counter(f"{Path(program).name} {_shape(words)}" for program, words in _PROGRAM.findall(text))
    return programs, {int(port) for port in _ADDRESS.findall(text)}


def _shape(words: str) -> str:
    """The words of a command without what differs from one run to the next."""
    return re.sub(r"/[^\s\"]*|\d+", "_", words)


async def opened(at: Ground, surface: Surface) -> tuple[Counter[str], set[int], bytes]:
    """One session on this surface: what was started, what was connected to, and what the model was sent."""
    launcher, log = at.root / "launch.py", at.root / "traced"
    launcher.write_text(LAUNCH)
    strace = shutil.which("strace") or ""
    tracing = (strace, "-f", "-qq", "-s", "300", "-e", "trace=execve,execveat,connect,sendto", "-o", str(log))
    command = (*(tracing if strace else ()), sys.executable, str(launcher))
    async with ModelServer((HELLO,)) as server:
        env = at.environment(server.url) | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "EDITOR": "true"}
        await asyncio.to_thread(surface, at, command, env)
        programs, ports = seen(log)
        assert ports <= {server._port, 53}  # pyright: ignore[reportPrivateUsage] # the service's own port
        return programs, ports, b"\n".join(request.raw for request in server.requests)


@pytest.mark.security("C1", n=hostile.TRIGGERS)
@pytest.mark.parametrize("surface", [headless, line_by_line, on_the_screen])
@pytest.mark.timeout(120)
@pytest.mark.security("K11")
async def test_c1_a_hostile_repository_starts_nothing_before_trust(tmp_path: Path, surface: Surface) -> None:
    async with ground(tmp_path / "twin") as twin:
        usual, _, _ = await opened(twin, surface)
    async with ground(tmp_path / "evil") as at:
        marks = at.root / "marks"
        marks.mkdir()
        for key, name in hostile.GIT.items():
            at.git("config", key, f"touch {marks}/{name}")
        hostile.plant(at.project, marks=marks, url=at.listener.url)
        before = dict(at.files())
        started, _, sent = await opened(at, surface)
        after = {name: data for name, data in at.files().items() if name not in ("launch.py", "traced")}
        assert sorted(path.name for path in marks.iterdir()) == []
        assert at.listener.heard == []
        assert after == before
        assert told(sent, PRIVATE) == []
        strange = [program for program in started if program not in usual]
        assert [program for program in strange if not any(own in program for own in OWN)] == []
        assert b"hello" in sent
        assert b"root:x:0" not in sent
