"""A process at a pseudo terminal: keys go in, what it shows comes out, and nobody waits longer than needed."""

import codecs
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.without import SANDBOX

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 30.0
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>78])")
_BEGUN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?$")
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)

TALK = """
import json, os, sys
from pathlib import Path
from types import MappingProxyType
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.repl.app import main
from heartbit_tui.runtime.options import Options, Resume

given = json.loads(sys.argv[1])
plain = given.pop("plain", False)
if "resume" in given:
    given["which"] = Resume(id=given.pop("resume"))
if "mode" in given:
    given["mode"] = Mode(given["mode"])
cwd = Path(given.pop("cwd"))
sys.exit(main(Options(cwd=cwd, environment=MappingProxyType(dict(os.environ)), **given), plain=plain))
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """A bare environment whose home is empty."""
    home.mkdir(exist_ok=True)
    path = os.environ.get("PATH", "")
    known = {"PATH": path, "HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    return {**known, **SANDBOX} | {"PYTHONWARNINGS": "error", "HEARTBIT_DEMO_INSTANT": "1"} | more


def talk(cwd: Path, **options: Any) -> tuple[str, ...]:
    """The command line of a conversation in `cwd`."""
    return (sys.executable, "-c", TALK, json.dumps({"cwd": str(cwd), **options}))


class Screen:
    """One process at one terminal."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], rows: int = 24, columns: int = 80
    ) -> None:
        self._master, slave = pty.openpty()
        self.resize(rows, columns)
        self.first = termios.tcgetattr(slave)
        self._process = subprocess.Popen(
            (sys.executable, "-c", _OWN_TERMINAL, *command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
        )
        self._slave = slave
        self.raw = b""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)
        os.close(self._slave)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def text(self) -> str:
        """Everything that was shown, without sequences."""
        return _plain(self.raw)

    @property
    def modes(self) -> list[Any]:
        """How the terminal is set."""
        return termios.tcgetattr(self._slave)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def keys(self, keys: str) -> None:
        """Press these keys, as fast as they can be."""
        os.write(self._master, keys.encode())

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def until(self, pattern: str) -> str:
        """Read until something matches after what was matched before; gives what was shown up to there."""
        end = time.monotonic() + DEADLINE
        while True:
            shown = self.text[self._read_to :]
            if match := re.search(pattern, shown, re.DOTALL):
                self._read_to += match.end()
                return shown[: match.end()]
            if not self._more(end):
                raise AssertionError(f"{pattern!r} was not shown. Shown was:\n{shown[-3000:]}")

    def ended(self) -> int:
        """Read to the end of the process; its exit code."""
        end = time.monotonic() + DEADLINE
        while self._process.poll() is None:
            if not self._more(end) and self._process.poll() is None:
                raise AssertionError(f"it did not end. Shown was:\n{self.text[-3000:]}")
        while self._ready(0.0) and self._read():
            pass
        return self._process.returncode

    def _more(self, end: float) -> bool:
        """Read a little more; False when the time is up, or the process has ended and all is read."""
        if self._ready(0.05):
            return self._read()
        return time.monotonic() < end and self._process.poll() is None

    def _ready(self, seconds: float) -> bool:
        return bool(select.select([self._master], [], [], seconds)[0])

    def _read(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        return bool(data)


def _plain(raw: bytes) -> str:
    """What `raw` shows; a sequence or a character that is not whole yet is left out."""
    whole = _SEQUENCE.sub(b"", _BEGUN.sub(b"", raw)).replace(b"\r", b"")
    return codecs.getincrementaldecoder("utf-8")("replace").decode(whole)
