"""heartbit as a person has it: the command at a pseudo terminal of some size, its keys, its mouse, its screen."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.repl.service import service
from tests.repl.terminal import DEADLINE, Screen, environment
from tests.tui.journeys.paper import Paper

COMMAND = (sys.executable, "-m", "heartbit_tui")
MODEL = "claude-"
"""What the footer tells of the model once the session is open."""

ESCAPE = "\x1b[27u"
"""As the kitty protocol tells it, so that a key that follows at once does not make it an Alt."""

ALT_ENTER = "\x1b\r"
CTRL_C = "\x03"
REDRAW = "\x0c"

JOBS = 'set -m; "$@"; echo STOPPED; read -r _; fg %1'
"""A shell that takes the terminal back when its job stops, and goes on with it after a line."""


class Application(Screen):
    """One run of `heartbit` in a project."""

    def __init__(
        self,
        project: Path,
        env: Mapping[str, str],
        *words: str,
        columns: int = 100,
        rows: int = 30,
        jobs: bool = False,
    ) -> None:
        self.paper = Paper(columns, rows)
        self._shown_to = 0
        command = ("/bin/bash", "-c", JOBS, "bash", *COMMAND, *words) if jobs else (*COMMAND, *words)
        super().__init__(command, cwd=project, env=env, rows=rows, columns=columns)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen after all that has come."""
        self._draw()
        return self.paper.lines

    @property
    def shown(self) -> str:
        """The rows of the screen as one text."""
        return "\n".join(self.lines)

    @property
    def chat(self) -> str:
        """What stands left of the side panel and of the scroll bar."""
        rows = (line if line.startswith("│") else line.partition("│")[0] for line in self.lines)
        return "\n".join(row.rstrip("┃ ") for row in rows)

    @property
    def rows(self) -> list[str]:
        """The rows of the chat, which end above the draft."""
        rows = self.chat.split("\n")
        return rows[: next((at for at, row in enumerate(rows) if row.startswith("╭")), len(rows))]

    @property
    def session(self) -> str:
        """The id that is told at the end."""
        (found,) = {line.split()[-1] for line in self.text.splitlines() if "heartbit --resume" in line}
        return found

    @property
    def words(self) -> str:
        """The same with every run of blanks as one, so that what was broken to fit reads on."""
        return re.sub(r"[\s│▌]+", " ", self.chat)

    def size(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._draw()
        self.paper.resized(columns, rows)
        self.resize(rows, columns)

    def opened(self) -> None:
        """Wait until keys are the application's, and the session is open."""
        self.see(lambda: b"\x1b[>5u" in self.raw and MODEL in self.lines[-1], "an open session")

    def see(self, holds: str | Callable[[], bool], what: str = "") -> None:
        """Read until this stands on the screen, or holds."""
        test = holds if callable(holds) else lambda: holds in self.shown
        end = time.monotonic() + DEADLINE
        while not test():
            if not self._more(end) and not test():
                told = what or (holds if isinstance(holds, str) else "")
                raise AssertionError(f"it did not come to that: {told!r}. On the screen is:\n{self.shown}")
            while self._ready(0.0) and self._read():
                pass
            self._draw()

    def see_no_more(self, text: str) -> None:
        """Read until this stands on the screen no longer."""
        self.see(lambda: text not in self.shown, f"no {text}")

    def redraw(self) -> None:
        """Forget what stands on the screen, as if something else had drawn there, and have it drawn anew."""
        self.paper.wipe()
        self.keys(REDRAW)
        self.see("? keys")

    def command(self, command: str) -> None:
        """Type a command and send it, also where the first Enter takes it from a menu."""
        self.keys(command)
        self.see(f"❯ {command}")
        before = self.paper.updates
        self.keys("\r")
        self.see(lambda: self.paper.updates > before, "an answer to Enter")
        if f"❯ {command}" in self.shown:
            self.keys("\r")

    def asked(self, about: str = "") -> None:
        """Wait until a sheet asks, about this, and its keys count."""
        self.see(lambda: about in self.words and self.paper.listens, f"a sheet that listens, about {about!r}")

    def decide(self, keys: str, about: str = "") -> None:
        """Wait until a sheet asks, and press these keys."""
        self.asked(about)
        self.paper.forget_sheet()
        self.keys(keys)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag the mouse from one row and cell to another."""
        self.mouse(0, start)
        self.mouse(32, end)
        self.mouse(0, end, up=True)

    def click(self, spot: tuple[int, int]) -> None:
        """Click at a row and cell."""
        self.mouse(0, spot)
        self.mouse(0, spot, up=True)

    def wheel(self, spot: tuple[int, int], notches: int) -> None:
        """Turn the wheel down, or up where it is negative."""
        for _ in range(abs(notches)):
            self.mouse(64 if notches < 0 else 65, spot)

    def mouse(self, button: int, spot: tuple[int, int], *, up: bool = False) -> None:
        """Tell the application of the mouse."""
        row, cell = spot
        self.keys(f"\x1b[<{button};{cell + 1};{row + 1}{'m' if up else 'M'}")

    def bytes(self, data: bytes) -> None:
        """Send bytes that need not be whole characters."""
        os.write(self._master, data)

    def paste(self, text: str) -> None:
        """Paste as a terminal does."""
        self.keys(f"\x1b[200~{text}\x1b[201~")

    def leave(self) -> None:
        """Leave by Ctrl+C twice on an empty draft; the terminal is as it was."""
        self.keys(CTRL_C * 2)
        assert self.ended() == 0, self.text[-3000:]
        self.restored()

    def leave_with_draft(self) -> None:
        """Leave by Ctrl+C three times: the first clears the draft."""
        self.keys(CTRL_C)
        self.see("❯ What is to be done?")
        self.leave()

    def restored(self) -> None:
        """The terminal is set as it was, and every mode that was switched on is off."""
        assert self.modes == self.first
        assert self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h"), self.raw[-3000:]
        assert {"7", "25"} <= set(self._modes) <= {"7", "25"}
        assert "Traceback" not in self.text

    @property
    def _modes(self) -> set[str]:
        self._draw()
        return self.paper.modes

    def _draw(self) -> None:
        self.paper.take(self.raw[self._shown_to :])
        self._shown_to = len(self.raw)

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def die(self) -> None:
        """Kill the process without a word."""
        self.signal(signal.SIGKILL)
        self._process.wait()


class Place:
    """A project and a home below one folder, with a service that plays a script."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.project.mkdir(exist_ok=True)
        self.environment = environment(folder / "home", COLORTERM="truecolor", **variables)

    def application(self, *words: str, **options: Any) -> Application:
        """heartbit, opened."""
        app = Application(self.project, self.environment, *words, **options)
        app.opened()
        return app


@contextmanager
def place(folder: Path, *script: str | Mapping[str, Any]) -> Generator[Place]:
    """A place whose model plays `script`."""
    with service(folder, script) as variables:
        yield Place(folder, variables)
