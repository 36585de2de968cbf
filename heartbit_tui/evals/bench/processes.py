"""Running a program and measuring it: wall time, the most memory of one of its processes, the first frame of its screen."""

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
from contextlib import suppress
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass

SECONDS = 60.0
"""What a program may take before it counts as one that does not answer."""

LAUNCH = Path(__file__).with_name("launch.py")
COLUMNS, ROWS = 120, 40
GRACE = 2.0
"""Seconds that a screen has to end by itself."""

NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody serves: what heeds proxies reaches this machine alone."""

_ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and colours
    rb"|\x1b[P_^X][^\x1b]*\x1b\\"  # strings for the terminal
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1b[ -/]*(?![][PX^_])[0-~]"
)
_UNFINISHED = re.compile(rb"\x1b[^\x1b]*\Z")
_SEEN = re.compile(rb"[!-~\x80-\xff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: milliseconds from launch to exit, MiB of its largest process at the peak, None as code where it was ended.

    `asked` is false where it should have asked a service and did not.
    """

    ms: float
    mib: float
    code: int | None
    asked: bool = True

    @property
    def is_good(self) -> bool:
        """Whether it did what was to be measured."""
        return self.code == 0 and self.asked


def run(command: Sequence[str], home: Path, environment: Mapping[str, str]) -> Run:
    """Run a program to its end in an empty home. Raises `OSError` where it cannot be started."""
    launched = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCH), str(SECONDS), *command],
        check=False,
        cwd=home,
        env=clean(home, environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if launched.returncode:
        raise OSError(f"{command[0]} could not be started")
    return Run(**json.loads(launched.stdout))


def first_frame(command: Sequence[str], home: Path, environment: Mapping[str, str]) -> float | None:
    """Milliseconds from launch until a program in a terminal of its own has drawn something that is seen; None without.

    Raises `OSError` where it cannot be started.
    """
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        traits = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=home,
            env={**clean(home, environment), **traits},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        slave = -1
        try:
            return _drawn(master, began)
        finally:
            _end(process)
    finally:
        for descriptor in (master, slave):
            if descriptor >= 0:
                os.close(descriptor)


def is_seen(data: bytes) -> bool:
    """Whether a terminal that got this shows a character."""
    return _SEEN.search(_UNFINISHED.sub(b"", _ESCAPES.sub(b"", data))) is not None


def clean(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """An environment with its own home and none of the person's keys, that leads to this machine alone."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    near = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    base = {"HOME": str(home), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TERM": "dumb"}
    return {**base, **proxies, **near, **environment}


def _drawn(master: int, began: float) -> float | None:
    data = b""
    while (left := SECONDS - (time.perf_counter() - began)) > 0:
        ready, _, _ = select.select([master], [], [], left)
        try:
            piece = os.read(master, 1 << 16) if ready else b""
        except OSError:  # the other end is closed
            return None
        if not piece:
            return None
        data += piece
        if is_seen(data):
            return (time.perf_counter() - began) * 1000
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started in its session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
            if number is signal.SIGKILL:
                return
    process.wait()
