"""The screen at rest and at message 10,000: bytes, processor time, memory, key echo, resuming, focus."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.processes import HEARTBIT, p95
from benchmarks.screen_launch import KEY, SMALLEST, TAKEN_OVER
from benchmarks.sessions import MESSAGES, written
from benchmarks.table import Row, bound, ratio
from benchmarks.terminal import Terminal

IDLE = 10.0
"""Seconds that an idle screen is watched."""

KEYS = 60
FOCUS_OUT, FOCUS_IN = "\x1b[O", "\x1b[I"
READY = "? keys"
LAST = "Done."
ENVIRONMENT = {"ANTHROPIC_API_KEY": "bench", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What a screen does when nothing is asked of it: bytes, share of a processor in per cent, MiB."""

    drawn: int
    cpu: float
    mib: float


def rows(command: Sequence[str] = (HEARTBIT,), messages: int = MESSAGES) -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        yield from _empty(command, Path(name))
    with tempfile.TemporaryDirectory() as name:
        yield from _full(command, Path(name), messages)


def _empty(command: Sequence[str], home: Path) -> Iterator[Row]:
    with Terminal((sys.executable, "-c", SMALLEST), home) as terminal:
        terminal.seen("be done")
        terminal.quiet()
        floor = p95(_echoes(terminal))
    with Terminal(command, home, ENVIRONMENT) as terminal:
        terminal.seen(READY)
        terminal.quiet(1.5)
        echoes = _echoes(terminal)
        yield ratio("key echo, idle, 95th percentile (floor: the smallest Textual app)", p95(echoes), floor, 1.1)
        rest = _rest(terminal)
        _focus(terminal)
    yield bound("idle: bytes drawn in 10 s", rest.drawn, 0, unit="bytes")
    yield bound("idle: processor time", rest.cpu, 0.2, unit="%")
    yield bound("idle: memory (PSS)", rest.mib, 80, unit="MiB")


def _full(command: Sequence[str], home: Path, messages: int) -> Iterator[Row]:
    asyncio.run(written(home / ".local" / "share" / "heartbit" / "heartbit.db", messages, cwd=str(home)))
    resume = (*command, "--resume", "bench")
    prompts, ends = zip(*(_resumed(resume, home) for _ in range(5)), strict=True)
    what = f"resume {messages:,} messages, launch to"
    yield bound(f"{what} a prompt of the application that echoes a key", median(prompts), 500, unit="ms")
    yield bound(f"{what} the end of the conversation on the screen", median(ends), 1200, unit="ms")
    with Terminal(command, home, ENVIRONMENT) as terminal:
        terminal.seen(READY)
        _calm(terminal)
        empty = _focus(terminal)
    with Terminal(resume, home, ENVIRONMENT) as terminal:
        terminal.seen(LAST)
        terminal.quiet(1.5)
        yield bound(f"key echo at {messages:,} messages, 95th percentile", p95(_echoes(terminal)), 20, unit="ms")
        _calm(terminal)
        full = _focus(terminal)
        mib = terminal.mib()
    yield ratio(f"focus out and in at {messages:,} messages, processor time (floor: the same, empty)", full, empty, 1.2)
    yield bound(f"memory with {messages:,} messages (PSS)", mib, 160, unit="MiB")


def _resumed(command: Sequence[str], home: Path) -> tuple[float, float]:
    """Milliseconds from launch to the echo of a key by the application, and to the end of the conversation."""
    with Terminal(command, home, ENVIRONMENT) as terminal:
        terminal.seen(TAKEN_OVER)
        at = len(terminal.out)
        terminal.type(KEY)
        echoed = terminal.seen(KEY, after=at)
        shown = terminal.seen(LAST)
        return (echoed - terminal.began) * 1000, (shown - terminal.began) * 1000


def _echoes(terminal: Terminal) -> list[float]:
    """Milliseconds from a key to its echo."""
    found: list[float] = []
    for number in range(KEYS):
        at = len(terminal.out)
        key = "qzQZ"[number % 4]
        began = terminal.type(key)
        found.append((terminal.seen(key, after=at) - began) * 1000)
        terminal.quiet(0.05)
    terminal.type("\x15")
    terminal.quiet(0.5)
    return found


def _rest(terminal: Terminal) -> Rest:
    terminal.quiet(1.0)
    at, before, began = len(terminal.out), terminal.cpu(), time.perf_counter()
    terminal.quiet(IDLE)
    spent = time.perf_counter() - began
    return Rest(drawn=len(terminal.out) - at, cpu=(terminal.cpu() - before) / spent * 100, mib=terminal.mib())


def _calm(terminal: Terminal) -> None:
    """Return once the program does nothing any more."""
    while True:
        before = terminal.cpu()
        terminal.quiet(0.5)
        if terminal.cpu() - before < 0.02:
            return


def _focus(terminal: Terminal, times: int = 40) -> float:
    """Milliseconds of processor time that losing and getting the focus takes."""
    before = terminal.cpu()
    for _ in range(times):
        terminal.type(FOCUS_OUT)
        terminal.quiet(0.05)
        terminal.type(FOCUS_IN)
        terminal.quiet(0.05)
    return max((terminal.cpu() - before) * 1000 / times, 0.1)


if __name__ == "__main__":
    for row in rows():
        print(row)
