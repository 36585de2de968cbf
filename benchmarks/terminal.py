"""A program in a terminal of its own: keys go in, what it draws comes out with the time of each piece."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.processes import environment

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0


class Terminal:
    """Runs `command` in a pseudo-terminal; a thread reads what it draws."""

    def __init__(
        self,
        command: Sequence[str],
        home: Path,
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (120, 40),
    ) -> None:
        self._command = command
        self._home = home
        self._env = environment(home) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(env or {})
        self._size = size
        self.out = bytearray()
        self._news = threading.Condition()
        self._times: list[tuple[int, float]] = []

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        columns, rows = self._size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            cwd=self._home,
            env=self._env,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        os.close(self._master)

    def type(self, text: str | bytes) -> float:
        """Press keys; the time at which they were."""
        now = time.perf_counter()
        os.write(self._master, text.encode() if isinstance(text, str) else text)
        return now

    def seen(self, text: str | bytes, *, after: int = 0) -> float:
        """The time at which `text` had been drawn, `after` so many bytes. Raises `TimeoutError`."""
        wanted = text.encode() if isinstance(text, str) else text
        end = time.perf_counter() + PATIENCE
        with self._news:
            while (at := self.out.find(wanted, after)) < 0:
                if not self._news.wait(max(end - time.perf_counter(), 0)) and time.perf_counter() >= end:
                    raise TimeoutError(f"{text!r} was not drawn; the end is {bytes(self.out[-600:])!r}")
            return next(when for size, when in self._times if size >= at + len(wanted))

    def quiet(self, seconds: float = 0.4) -> None:
        """Return once nothing has been drawn for so long."""
        with self._news:
            while self._news.wait(seconds):
                pass

    def cpu(self) -> float:
        """Seconds of processor time that the program has used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def mib(self) -> float:
        """Memory that only this program holds, and its share of what it shares (PSS)."""
        lines = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def _read(self) -> None:
        while True:
            try:
                ready, _, _ = select.select([self._master], [], [], 1.0)
                data = os.read(self._master, 1 << 16) if ready else b""
            except OSError:
                return
            if not ready:
                if self._process.poll() is not None:
                    return
                continue
            if not data:
                return
            with self._news:
                self.out += data
                self._times.append((len(self.out), time.perf_counter()))
                self._news.notify_all()
