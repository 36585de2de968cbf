"""A session of thousands of turns: memory, open files and the loop stay as they were after the first few hundred."""

import asyncio
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import ContextSummarized, FilesChanged, RunCompleted, TurnStarted
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt
from heartbit_tui.runtime.options import Options
from tests.samples import samples

TURNS, SETTLED, EVERY = samples(2_000, 600), 200, 10
GROWTH = 50 << 20
LAG, MOMENT = 0.05, 0.005
THRESHOLD = 12_000
"""Tokens at which the conversation is summarised: every few dozen turns."""

SUMMARY: dict[str, Any] = {"blocks": [{"text": "It goes on."}], "when_system": "You write a summary", "times": 0}
NO_REPORT = {"input_tokens": 0, "output_tokens": 5}
"""Usage that leaves heartbit to its own estimates, so that it summarises as often as with a real model."""


def call(turn: int) -> dict[str, Any]:
    if turn % 20 == 0:
        return {"call": "bash", "input": {"command": f"echo {turn} > made.txt"}}
    if turn % 2:
        return {"call": "write", "input": {"file_path": "notes.txt", "content": f"{turn}\n" * 50}}
    return {"call": "read", "input": {"file_path": "notes.txt", "limit": 40 + turn % 10}}


def options(folder: Path) -> Options:
    replies = [{"blocks": [{"text": f"Turn {turn}."}, call(turn)], "usage": NO_REPORT} for turn in range(1, TURNS)]
    script = folder / "script.json"
    script.write_text(json.dumps({"replies": [SUMMARY, *replies, "Done."]}))
    flags = {"provider.name": "scripted", "provider.script": str(script), "limits.max_turns": TURNS + 5}
    flags |= {"context.summarize_threshold": str(THRESHOLD), "sandbox.enabled": False}
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "HEARTBIT_HOME": str(folder / "kept")}
    (folder / "project").mkdir()
    return Options(cwd=folder / "project", environment=environment, flags=flags, mode=Mode.YOLO, on_ask="deny")


@contextmanager
def lags(found: list[float]) -> Generator[None]:
    """Meanwhile, how much later than asked for the loop comes back to somebody who waits for a moment."""
    loop, open_still = asyncio.get_running_loop(), True

    def later() -> None:
        if open_still:
            asked = loop.time() + MOMENT
            loop.call_at(asked, came, asked)

    def came(asked: float) -> None:
        found.append(loop.time() - asked)
        later()

    later()
    try:
        yield
    finally:
        open_still = False


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.slow
@pytest.mark.security("L7", n=TURNS)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc to read memory and open files from")
async def test_after_two_thousand_turns_memory_open_files_and_the_loop_are_as_they_were(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    late: list[float] = []
    turns = summaries = changes = 0
    async with local(options(tmp_path)) as client:
        with lags(late):
            client.submit(Prompt(content=(Text(text="Go on for long."),)))
            async for envelope in client.envelopes():
                event = envelope.event
                summaries += isinstance(event, ContextSummarized)
                changes += isinstance(event, FilesChanged)
                if isinstance(event, TurnStarted):
                    turns += 1
                    if turns >= SETTLED and turns % EVERY == 0:
                        seen.append((resident(), open_files()))
                if isinstance(event, RunCompleted):
                    break
    memory, files = zip(*seen, strict=True)
    first, last = slice(None, 20), slice(-20, None)
    lag = sorted(late)[round(len(late) * 0.99) - 1]
    assert (turns, summaries > 10, changes > TURNS // 2 - 100) == (TURNS, True, True)
    assert max(memory[last]) - memory[0] < GROWTH
    assert median(files[last]) <= median(files[first])
    assert lag < LAG
