"""An answer of 5,000 tokens of Markdown on the screen, 500 a second and in one burst: processor time, lag, key echo."""

import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import HEARTBIT, p95
from benchmarks.service import Paced
from benchmarks.table import Row, bound
from benchmarks.terminal import Terminal

TOKENS = 5_000
RATE = 500
END = "ENDMARK"
READY = "? keys"
PARAGRAPH = (
    "The **heart** beats `{n}` times a minute, and each beat moves a little *blood* through the vessels of the body. "
    "Nothing of it is lost.\n\n"
)
PARTS: Sequence[str] = (
    "## Part {n}\n\n",
    PARAGRAPH,
    "- first, a list with `code` in it\n- second, another [link](https://example.org/{n})\n- third\n\n",
    PARAGRAPH,
    "```python\ndef beat(rate: int, seconds: float = 1.0) -> float:\n    # how long a beat takes\n"
    '    return seconds / rate if rate else float("inf")  # part {n}\n```\n\n',
    "| name | rate |\n|---|---|\n| rest | {n} |\n| run | 160 |\n\n",
)


@dataclass(frozen=True, slots=True)
class Streamed:
    """What one streamed answer cost: seconds of processor time, milliseconds of lag, milliseconds of each key."""

    cpu: float
    lag: float
    keys: Sequence[float]


def tokens(count: int = TOKENS) -> list[str]:
    """An answer in pieces of about four characters, as models write them."""
    text = ""
    number = 0
    while len(text) < count * 4:
        text += PARTS[number % len(PARTS)].format(n=number)
        number += 1
    text = text[: count * 4 - len(END) - 2] + f"\n\n{END}"
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def streamed(command: Sequence[str], rate: float, *, keys: bool = False) -> Streamed:
    """Let the program show the answer once."""
    with tempfile.TemporaryDirectory() as name, Paced(tokens(), rate) as service:
        env = {"ANTHROPIC_BASE_URL": service.url, "ANTHROPIC_API_KEY": "bench", "HEARTBIT_UPDATE_CHECK": "0"}
        with Terminal(command, Path(name), env) as terminal:
            terminal.seen(READY)
            terminal.quiet()
            before = terminal.cpu()
            terminal.type("go\r")
            service.first.wait()
            found = echoes(terminal, service.last) if keys else []
            service.last.wait()
            shown = terminal.seen(END)
            terminal.quiet()
            return Streamed(terminal.cpu() - before, (shown - service.ended) * 1000, found)


def echoes(terminal: Terminal, over: threading.Event) -> list[float]:
    """Milliseconds from a key to its echo, for keys pressed while the answer comes."""
    found: list[float] = []
    letters = "qzQZ"
    while not over.wait(0.1):
        at = len(terminal.out)
        key = letters[len(found) % len(letters)]
        began = terminal.type(key)
        found.append((terminal.seen(key, after=at) - began) * 1000)
    return found


def rows(command: Sequence[str] = (HEARTBIT,)) -> Iterator[Row]:
    """The rows of this benchmark."""
    slow = streamed(command, RATE)
    yield bound(f"{TOKENS} tokens at {RATE} a second: processor time", slow.cpu, 2.5, unit="s")
    yield bound("the last of them on the screen after it came", slow.lag, 40, unit="ms")
    typed = streamed(command, RATE, keys=True)
    middle = f"median {statistics.median(typed.keys):.1f} ms of {len(typed.keys)}"
    yield bound("key echo while they come, 95th percentile", p95(typed.keys), 20, unit="ms", floor=middle)
    burst = streamed(command, 0)
    yield bound(f"{TOKENS} tokens at once: processor time", burst.cpu, 0.6, unit="s")


if __name__ == "__main__":
    for row in rows(sys.argv[1:] or (HEARTBIT,)):
        print(row)
