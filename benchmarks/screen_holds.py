"""The longest piece of work that held the event loop of the screen, from the first key on."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.screen_rest import LAST, READY
from benchmarks.screen_stream import END, RATE, echoes, tokens
from benchmarks.service import Paced
from benchmarks.sessions import MESSAGES, written
from benchmarks.table import Row, bound
from benchmarks.terminal import Terminal

BAR = 8.0
"""Milliseconds."""

TRIES = 2
"""The calmer one counts: what else goes on on the machine holds a loop too."""

PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"

WATCH = """
import asyncio.events, os, sys, time

usual = asyncio.events.Handle._run
out = os.open(os.environ["HOLDS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def timed(self):
    began, worked = time.perf_counter(), time.thread_time()
    try:
        return usual(self)
    finally:
        held = time.perf_counter() - began
        if held > 0.002:
            os.write(out, f"{began} {held * 1000} {(time.thread_time() - worked) * 1000}\\n".encode())

asyncio.events.Handle._run = timed
from heartbit_tui.__main__ import main
sys.argv[0] = "heartbit"
sys.exit(main())
"""
"""Runs heartbit, and writes when each callback of more than 2 ms began, its milliseconds, and those of the processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The longest one: milliseconds, and how many of them the processor worked for it."""

    ms: float
    worked: float


def rows(messages: int = MESSAGES) -> Iterator[Row]:
    """The rows of this benchmark."""
    while_streaming = min((_streaming() for _ in range(TRIES)), key=lambda hold: hold.ms)
    yield _row("the longest hold of the loop while 5,000 tokens come and keys are typed", while_streaming)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        asyncio.run(written(home / ".local" / "share" / "heartbit" / "heartbit.db", messages, cwd=str(home)))
        full = min((_full(home) for _ in range(TRIES)), key=lambda hold: hold.ms)
    yield _row(f"the longest hold at {messages:,} messages: keys, pages, an answer", full)


def _row(what: str, hold: Hold) -> Row:
    return bound(what, hold.ms, BAR, unit="ms", floor=f"{hold.worked:.1f} ms of processor time")


def _streaming() -> Hold:
    with tempfile.TemporaryDirectory() as name, Paced(tokens(), RATE) as service:
        home = Path(name)
        with Terminal(_watched(), home, _environment(home, service.url)) as terminal:
            terminal.seen(READY)
            terminal.quiet(2.5)
            began = time.perf_counter()
            _asked(terminal, service)
        return _longest(home, began)


def _full(home: Path) -> Hold:
    (home / "holds").unlink(missing_ok=True)
    with Paced(tokens(1_000), RATE) as service:
        command = _watched("--resume", "bench", "--fork")
        with Terminal(command, home, _environment(home, service.url)) as terminal:
            terminal.seen(LAST)
            terminal.quiet(2.5)
            began = time.perf_counter()
            for key in (PAGE_UP,) * 20 + (PAGE_DOWN,) * 20:
                terminal.type(key)
                terminal.quiet(0.05)
            _asked(terminal, service)
    return _longest(home, began)


def _asked(terminal: Terminal, service: Paced) -> None:
    terminal.type("go\r")
    service.first.wait()
    echoes(terminal, service.last)
    terminal.seen(END)
    terminal.quiet(4)


def _watched(*words: str) -> Sequence[str]:
    return (sys.executable, "-c", WATCH, *words)


def _environment(home: Path, url: str) -> dict[str, str]:
    key = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "bench", "HEARTBIT_UPDATE_CHECK": "0"}
    return key | {"HOLDS": str(home / "holds")}


def _longest(home: Path, began: float) -> Hold:
    """The longest hold since then."""
    found = (map(float, line.split()) for line in (home / "holds").read_text().splitlines())
    return max(
        (Hold(ms=held, worked=worked) for at, held, worked in found if at >= began),
        key=lambda hold: hold.ms,
        default=Hold(ms=0.0, worked=0.0),
    )


if __name__ == "__main__":
    for row in rows():
        print(row)
