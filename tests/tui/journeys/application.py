"""heartbit as a person has it: the command at a pseudo terminal of some size, its keys, its mouse, its screen."""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.repl.service import service
from tests.repl.terminal import environment
from tests.tui.journeys.reader import Reader

COMMAND = (sys.executable, "-m", "heartbit_tui")
MODEL = "claude-"
"""What the footer tells of the model once the session is open."""

ESCAPE = "\x1b[27u"
"""As the kitty protocol tells it, so that a key that follows at once does not make it an Alt."""

ALT_ENTER = "\x1b\r"
CTRL_C = "\x03"

JOBS = 'set -m; "$@"; echo STOPPED; read -r _; fg %1'
"""A shell that takes the terminal back when its job stops, and goes on with it after a line."""


class Application(Reader):
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
        command = ("/bin/bash", "-c", JOBS, "bash", *COMMAND, *words) if jobs else (*COMMAND, *words)
        super().__init__(command, project, env, rows=rows, columns=columns)

    def opened(self) -> None:
        """Wait until keys are the application's, and the session is open."""
        self.see(lambda: b"\x1b[>5u" in self.raw and MODEL in self.lines[-1], "an open session")

    def command(self, command: str) -> None:
        """Type a command and send it; the space after it closes the menu, which would take the Enter."""
        self.keys(f"{command} ")
        self.see(f"❯ {command}")
        self.keys("\r")
        self.see_no_more(f"❯ {command}")

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

    def paste(self, text: str) -> None:
        """Paste as a terminal does."""
        self.keys(f"\x1b[200~{text}\x1b[201~")

    def rest(self, seconds: float = 0.1) -> None:
        """Read until nothing came for so long, or it is over."""
        while self._ready(seconds) and self._read():
            pass
        self._draw()

    def leave(self) -> None:
        """Leave by Ctrl+C twice on an empty draft, once nothing runs any more; the terminal is as it was."""
        self.see_no_more("Esc interrupts")
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
        assert self.is_given_back, self.raw[-3000:]
        assert {"7", "25"} <= self.switched_on <= {"7", "25"}
        assert "Traceback" not in self.text


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
