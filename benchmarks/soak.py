"""A long session: 2,000 scripted turns with real tools and summaries; memory and open files must stay level."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import environment
from benchmarks.table import Row, bound
from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import ContextSummarized, Envelope, RunCompleted, TurnStarted
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Mode, Prompt
from heartbit_tui.runtime.options import Options

TURNS = 2_000
SETTLED = 200
THRESHOLD = 12_000
"""Tokens at which the conversation is summarised: every few dozen turns."""

SUMMARY = {"blocks": [{"text": "What was asked for goes on."}], "when_system": "You write a summary", "times": 0}
NO_REPORT = {"input_tokens": 0, "output_tokens": 5}
"""Usage that leaves heartbit to its own estimates, so that it summarises as often as with a real model."""


def rows(turns: int = TURNS) -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        command = (sys.executable, "-m", "benchmarks.soak", str(turns))
        env = environment(home) | {"PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(command, cwd=home, env=env, stdout=subprocess.PIPE, check=True)
        told = json.loads(done.stdout)
    what, summed = f"{turns:,} scripted turns", f"with {told['summaries']} summaries"
    yield bound(
        f"{what}: growth of memory after turn {SETTLED}", told["mib"][1] - told["mib"][0], 50, unit="MiB", floor=summed
    )
    yield bound(
        f"{what}: open files more than at turn {SETTLED}", max(0, told["files"][1] - told["files"][0]), 0, unit="files"
    )


def _script(turns: int) -> str:
    replies = [
        {"blocks": [{"text": f"Turn {turn}."}, _call(turn)], "chunk": 4, "usage": NO_REPORT}
        for turn in range(turns - 1)
    ]
    return json.dumps({"replies": [SUMMARY, *replies, "Done."]})


def _call(turn: int) -> dict[str, object]:
    match turn % 3:
        case 0:
            return {"call": "bash", "input": {"command": f"echo {turn}"}}
        case 1:
            return {"call": "write", "input": {"file_path": "notes.txt", "content": f"{turn}\n" * 50}}
        case _:
            return {"call": "read", "input": {"file_path": "notes.txt", "limit": 40 + turn % 10}}


async def _work(turns: int) -> None:
    script = Path.cwd() / "script.json"
    script.write_text(_script(turns))
    flags = {"provider.name": "scripted", "provider.script": str(script), "limits.max_turns": turns + 5}
    flags["context.summarize_threshold"] = str(THRESHOLD)
    options = Options(cwd=Path.cwd(), environment=os.environ, flags=flags, mode=Mode.YOLO, on_ask="deny")
    async with local(options) as client:
        reader = client.envelopes()
        client.submit(Prompt(content=(Text(text="Go on for long."),)))
        samples: list[tuple[float, int]] = []
        summaries = 0
        async for envelope in reader:
            samples += _sample(envelope)
            summaries += isinstance(envelope.event, ContextSummarized)
            if isinstance(envelope.event, RunCompleted):
                break
    samples.append(_now())
    first, last = samples[0], samples[-1]
    print(json.dumps({"mib": [first[0], last[0]], "files": [first[1], last[1]], "summaries": summaries}))


def _sample(envelope: Envelope) -> Iterator[tuple[float, int]]:
    if isinstance(envelope.event, TurnStarted) and envelope.event.turn % SETTLED == 0:
        yield _now()


def _now() -> tuple[float, int]:
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resident / 2**20, len(list(Path("/proc/self/fd").iterdir()))


if __name__ == "__main__":
    asyncio.run(_work(int(sys.argv[1])))
