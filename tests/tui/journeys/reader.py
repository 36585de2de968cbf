"""A process at a pseudo terminal whose screen is read as a person reads it: whole frames, until something stands there."""

import re
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.repl.terminal import DEADLINE, Screen
from tests.tui.journeys.paper import Paper

REDRAW = "\x0c"


class Reader(Screen):
    """One process, and what it shows."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str], *, columns: int, rows: int) -> None:
        self.paper = Paper(columns, rows)
        self._shown_to = 0
        super().__init__(command, cwd=cwd, env=env, rows=rows, columns=columns)

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
    def words(self) -> str:
        """The same with every run of blanks as one, so that what was broken to fit reads on."""
        return re.sub(r"[\s│▌]+", " ", self.chat)

    @property
    def session(self) -> str:
        """The id that is told at the end."""
        (found,) = {line.split()[-1] for line in self.text.splitlines() if "heartbit --resume" in line}
        return found

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def ended(self) -> int:
        """Read to the end of the process, and what the system hands over late; its exit code."""
        code = super().ended()
        end = time.monotonic() + DEADLINE
        while self._ready(0.05) or (not self.is_given_back and time.monotonic() < end):
            if self._ready(0.0):
                self._read()
        return code

    @property
    def is_given_back(self) -> bool:
        """Whether the normal screen is shown."""
        return self.raw.rfind(b"\x1b[?1049l") >= self.raw.rfind(b"\x1b[?1049h")

    def size(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._draw()
        self.paper.resized(columns, rows)
        self.resize(rows, columns)

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
        """Forget what stands on the screen, as if something else had drawn there, and have all of it drawn anew."""
        self._draw()
        self.paper.scrawl()
        self.keys(REDRAW)
        self.see(lambda: self.paper.is_redrawn, "every cell anew")

    def die(self) -> None:
        """Kill the process without a word."""
        self.signal(signal.SIGKILL)
        self._process.wait()

    @property
    def switched_on(self) -> set[str]:
        """The modes of the terminal that are on."""
        self._draw()
        return self.paper.modes

    def _draw(self) -> None:
        self.paper.take(self.raw[self._shown_to :])
        self._shown_to = len(self.raw)
