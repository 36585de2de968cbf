"""The screen from launch: to the first frame, to the echo of the application itself, to a model that was asked at once."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from benchmarks.processes import HEARTBIT, run
from benchmarks.service import Service, says
from benchmarks.startup import BARE
from benchmarks.table import Row, ratio
from benchmarks.terminal import Terminal

ROUNDS = 9
KEY = "Ж"
"""A key that stands nowhere on the screen by itself."""

PAINTED = b"\x1b[?2026l"
"""The end of the painted first frame."""

TAKEN_OVER = b"\x1b[>5u"
"""What heartbit's application says when the keys are its own."""

SMALLEST = """
from textual.app import App
from textual.widgets import Input

class Smallest(App):
    def compose(self):
        yield Input(placeholder="to be done")

Smallest().run()
"""


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        bare, smallest, painted, echoed, asked = (median(times) for times in _rounds(home, rounds))
    yield ratio("the screen, launch to first frame (floor: `python -c pass`)", painted, bare, 8)
    smallest_app = "(floor: the smallest Textual app with an Input)"
    yield ratio(f"the screen, launch to a key echoed by the application {smallest_app}", echoed, smallest, 1.4)
    yield ratio(f"text and Enter typed at launch, to the model server {smallest_app}", asked, smallest, 2.2)


def _rounds(home: Path, rounds: int) -> list[list[float]]:
    """Milliseconds of each, one after the other in each round, so that a busy moment hits all alike."""
    series: list[list[float]] = [[] for _ in range(5)]
    for number in range(rounds + 1):
        painted, echoed = _heartbit(home)
        values = (run(BARE, home=home).ms, _smallest(home), painted, echoed, _asked(home))
        for times, value in zip(series, values, strict=True):
            if number:  # the first warms up
                times.append(value)
    return series


def _smallest(home: Path) -> float:
    with Terminal((sys.executable, "-c", SMALLEST), home) as terminal:
        terminal.seen("be done")
        return _echo(terminal)


def _heartbit(home: Path) -> tuple[float, float]:
    with Terminal((HEARTBIT,), home, _known("http://127.0.0.1:9")) as terminal:
        painted = (terminal.seen(PAINTED) - terminal.began) * 1000
        terminal.seen(TAKEN_OVER)
        return painted, _echo(terminal)


def _echo(terminal: Terminal) -> float:
    """Milliseconds from launch to the echo of a key that is pressed now."""
    at = len(terminal.out)
    terminal.type(KEY)
    return (terminal.seen(KEY, after=at) - terminal.began) * 1000


def _asked(home: Path) -> float:
    with Service([says("Hello.")]) as service, Terminal((HEARTBIT,), home, _known(service.url)) as terminal:
        terminal.type("hello\r")
        terminal.seen("Hello.")
        return (service.times.asked[0] - terminal.began) * 1000


def _known(url: str) -> Mapping[str, str]:
    return {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "bench"}


if __name__ == "__main__":
    for row in rows():
        print(row)
