"""The smallest application at a pseudo terminal, with keys at chosen times."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.repl.terminal import DEADLINE, Screen, environment
from tests.tui.launch import tiny
from tests.tui.launch.emulator import Emulator

TAKEN_OVER = b"\x1b[>5u"
"""What the application says first when the keys are its own."""

COLUMNS, ROWS = 80, 16

JOBS = 'set -m; "$@"; echo STOPPED; read -r _; fg %1'
"""A shell that takes the terminal back when its job stops, and goes on with it after a line."""


class Desk(Screen):
    """One run of `tiny.py`."""

    def __init__(
        self,
        folder: Path,
        moment: str = "",
        *,
        hang_up: bool = False,
        jobs: bool = False,
        columns: int = COLUMNS,
        rows: int = ROWS,
        **more: str,
    ) -> None:
        self.reached = folder / "reached"
        env = environment(folder / "home", REACHED=str(self.reached), COLORTERM="truecolor", **more)
        command = (sys.executable, str(Path(tiny.__file__)), *([moment] if moment else []))
        command = ("/bin/bash", "-c", JOBS, "bash", *command) if jobs else command
        super().__init__(command, cwd=folder, env=env, rows=rows, columns=columns)
        self._size = (columns, rows)
        self._begin = 0
        if hang_up:
            os.close(self._slave)
            self._slave = os.open(os.devnull, os.O_RDWR)

    @property
    def seen(self) -> Emulator:
        """What a terminal shows after everything so far."""
        return Emulator(*self._size).feed(self.raw[self._begin :].decode("utf-8", "ignore"))

    @property
    def descriptor(self) -> int:
        """The terminal, as its programs have it."""
        return self._slave

    @property
    def told(self) -> list[list[str]]:
        """What the application tells at its end."""
        line = next(line for line in self.text.splitlines() if "TOLD" in line)
        return json.loads(line[line.index("TOLD") + 4 :])

    def typed(self, *keys: tuple[float, str]) -> None:
        """Press keys at times in seconds after the first frame."""
        self.until_painted()
        began = time.monotonic()
        for at, key in keys:
            self.reading(began + at)
            self.keys(key)

    def bytes(self, data: bytes) -> None:
        """Send bytes that need not be whole characters."""
        os.write(self._master, data)

    def wipe(self) -> None:
        """Forget what stands on the screen, as if something else had drawn there."""
        self._begin = len(self.raw)

    def gone(self) -> int:
        """Close the terminal; the exit code of the process."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDWR)
        return self._process.wait(DEADLINE)

    def until_stopped(self) -> None:
        """Read until the process stands still."""
        self._until(lambda: Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        self.reading(time.monotonic() + 0.1)

    def until_modes(self, *modes: str, on: bool = True) -> None:
        """Read until all of these are on, or all off."""
        self._until(lambda: self.seen.modes & set(modes) == (set(modes) if on else set()))

    def until_painted(self) -> None:
        self._until(lambda: b"\x1b[?2026l" in self.raw)

    def until_listening(self) -> None:
        """Read until the application has shown its first frame."""
        self._until(lambda: b"\x1b[?2026l" in self.raw.partition(TAKEN_OVER)[2])

    def until_reached(self) -> None:
        self._until(lambda: self.reached.exists() and bool(self.reached.read_text()))

    def until_shown(self, text: str) -> None:
        """Read until this stands on the screen."""
        self._until(lambda: text in "\n".join(self.seen.lines))

    def reading(self, end: float) -> None:
        """Read until this time on `time.monotonic`."""
        while time.monotonic() < end and self._more(end):
            pass

    def quit(self) -> list[list[str]]:
        """Leave by Ctrl+Q; what the application tells."""
        self.until_listening()
        self.keys("\x11")
        code = self.ended()
        assert code == 0, self.text[-2000:]
        return self.told

    def _until(self, holds: Any) -> None:
        end = time.monotonic() + DEADLINE
        while not holds():
            if not self._more(end) and not holds():
                raise AssertionError(f"it did not come to that. Shown was:\n{self.text[-3000:]}")
