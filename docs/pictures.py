"""Takes the pictures of the documentation from the real program, in a real terminal: `make pictures`."""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS, ROWS = 100, 34
PATIENCE = 30.0
"""Seconds for what should appear on the screen."""

FOLDER = Path(__file__).with_name("pictures")
DARK = TerminalTheme(
    background=(22, 24, 30),
    foreground=(214, 218, 226),
    normal=[
        (38, 43, 54),
        (235, 111, 116),
        (139, 201, 122),
        (228, 186, 102),
        (110, 168, 240),
        (198, 140, 232),
        (95, 196, 206),
        (214, 218, 226),
    ],
    bright=[
        (128, 136, 152),
        (245, 139, 143),
        (164, 219, 149),
        (242, 208, 136),
        (143, 192, 250),
        (217, 170, 244),
        (132, 219, 227),
        (245, 247, 250),
    ],
)

LEFT_OUT = re.compile(r"\s*@font-face\s*\{[^}]*\}|\s*<!--.*?-->", re.DOTALL)
"""Fonts that would be fetched, and comments that name a host."""

SPACES = re.compile(r"[ \t]+$", re.MULTILINE)
THROW_AWAY = re.compile(r"heartbit-demo-\w{8}")
"""The folder of the demonstration, whose name is another one each time; in the pictures it is always the same."""


class Screen:
    """A shell in a terminal, as a person has one."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._tmux = ("tmux", "-S", str(home / "tmux"), "-f", os.devnull)

    def open(self) -> None:
        """Start the shell, with an environment of its own."""
        search_path = f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"
        variables = {"HOME": self._home, "PATH": search_path, "TERM": "tmux-256color", "COLORTERM": "truecolor"}
        settings = [f"{name}={value}" for name, value in {**variables, "LANG": "C.UTF-8", "PS1": "$ "}.items()]
        shell = ("env", "-i", "-C", str(self._home), *settings, "bash", "--norc", "--noprofile")
        self._do("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), *shell)
        self.until(r"^\$")

    def close(self) -> None:
        """End the shell and the terminal."""
        self._do("kill-server")

    def type(self, words: str) -> None:
        """Type words, then Enter."""
        self._do("send-keys", "-l", words)
        self.press("Enter")

    def press(self, key: str) -> None:
        """Press one key."""
        self._do("send-keys", key)

    def until(self, pattern: str) -> str:
        """What is on the screen, with its colours, as soon as its text has the pattern."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, shown := self._do("capture-pane", "-p"), re.DOTALL | re.MULTILINE):
            if time.monotonic() > deadline:
                raise SystemExit(f"The screen never showed {pattern!r}. It shows:\n{shown}")
            time.sleep(0.1)
        return self._do("capture-pane", "-e", "-p")

    def _do(self, *words: str) -> str:
        done = subprocess.run((*self._tmux, *words), capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def screen() -> Generator[Screen]:
    """A screen with a home of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        found = Screen(Path(home))
        found.open()
        try:
            yield found
        finally:
            found.close()


def moments() -> Iterator[tuple[str, str, str]]:
    """Name, title and screen of each picture."""
    with screen() as shown:
        shown.type("heartbit chat --demo")
        shown.until(r"No model is behind it.*ask> The tests")
        shown.press("Enter")
        yield "plan", "heartbit chat --demo", shown.until(r"\? bash python3.*y once")
        shown.press("y")
        yield "approval", "heartbit chat --demo", shown.until(r"\? edit pulse\.py.*\+.*gaps.*y once")
        shown.press("y")
        shown.until(r"edit pulse\.py  \+2 -1.*\? bash.*y once")
        shown.press("s")
        yield "answer", "heartbit chat --demo", shown.until(r"The tests pass now.*throw-away copy.*ask>")
    with screen() as shown:
        shown.type("heartbit --headless --demo run")
        yield "headless", "heartbit --headless --demo run", shown.until(r"throw-away copy.*^\$$")


def svg(title: str, captured: str) -> str:
    """A captured screen as a picture that fetches nothing and names no place of this machine."""
    text = THROW_AWAY.sub("heartbit-demo-00000000", captured).rstrip("\n")
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text), soft_wrap=True)
    drawn = console.export_svg(title=title, theme=DARK, unique_id="heartbit")
    return SPACES.sub("", LEFT_OUT.sub("", drawn)).rstrip("\n") + "\n"


def main() -> None:
    """Take all pictures anew."""
    if shutil.which("tmux") is None:
        raise SystemExit("The pictures are taken in tmux, and there is none on the PATH.")
    FOLDER.mkdir(exist_ok=True)
    for name, title, captured in moments():
        picture = FOLDER / f"{name}.svg"
        picture.write_text(svg(title, captured), "utf-8")
        print(f"docs/pictures/{picture.name}")


if __name__ == "__main__":
    main()
