"""Tasks handed to other agents: how much longer eight take than one, and what handing one out costs."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import HEARTBIT, run
from benchmarks.table import Row, bound, ratio

PACE = 2.0
"""Seconds that the service takes for each answer of an agent that works."""

SIDE_BY_SIDE = 8
TIMES = 15
AGENTS = "\n".join(
    f'[[agents]]\nname = "a{number}"\ndescription = "Works."\nsystem_prompt = "You work."'
    for number in range(SIDE_BY_SIDE)
)


def rows() -> Iterator[Row]:
    """The rows of this benchmark."""
    one, eight = (_paced(count) for count in (1, SIDE_BY_SIDE))
    yield ratio(f"{SIDE_BY_SIDE} agents side by side, to one", eight, one, 1.25)
    spent = _overheads()
    yield bound(
        "handing a task to an agent whose model answers at once, median", statistics.median(spent), 15, unit="ms"
    )


def _paced(count: int) -> float:
    """Milliseconds of one call that hands a task to each of so many agents."""
    replies = [
        {"when": "begin", "blocks": [_handing(count)]},
        {"when_system": "You work", "blocks": [{"text": "Done."}], "wait": PACE, "times": 0},
        {"blocks": [{"text": "All done."}]},
    ]
    (spent,) = _durations(replies)
    return spent


def _overheads() -> list[float]:
    """Milliseconds of calls that hand a task to one agent; the first loads what is needed for it."""
    replies: list[dict[str, Any]] = [{"when_system": "You work", "blocks": [{"text": "Done."}], "times": 0}]
    replies += [{"blocks": [_handing(1, str(turn))]} for turn in range(TIMES)]
    return _durations([*replies, {"blocks": [{"text": "All done."}]}])[1:]


def _handing(count: int, what: str = "it") -> dict[str, Any]:
    tasks = [{"agent": f"a{number}", "task": f"Do {what}."} for number in range(count)]
    return {"call": "delegate_task", "input": {"tasks": tasks}}


def _durations(replies: list[dict[str, Any]]) -> list[float]:
    """Milliseconds that each call took."""
    results = (event.get("tool_use_result") for event in _events(replies))
    return [float(each["duration_ms"]) for each in results if each and each["tool_name"] == "delegate_task"]


def _events(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name, service(Path(name), replies) as url:
        settings = Path(name) / ".config" / "heartbit" / "config.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(AGENTS, "utf-8")
        command = (HEARTBIT, "--headless", "run", "begin", "--output-format", "stream-json", "--max-turns", "40")
        env = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "bench", "HEARTBIT_SANDBOX": "false"}
        result = run(command, home=Path(name), env=env)
    if result.code != 0:
        raise SystemExit(f"heartbit failed with exit code {result.code}: {result.out!r}")
    return [json.loads(line) for line in result.out.splitlines() if line.startswith(b"{")]


@contextmanager
def service(folder: Path, replies: list[dict[str, Any]]) -> Generator[str]:
    """A model service that plays these replies; its address."""
    script = folder / "script.json"
    script.write_text(json.dumps({"replies": replies}), "utf-8")
    command = (sys.executable, "-m", "heartbit_tui.testing.model_server", "--script", str(script), "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
