"""A hundred agents on the screen, eight of them at work and writing: key echo, and processor time of a key."""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.agents import service
from benchmarks.processes import HEARTBIT, p95
from benchmarks.screen_stream import READY, tokens
from benchmarks.table import Row, bound
from benchmarks.terminal import Terminal

AGENTS = 100
FEW = 8
"""How many work at a time; with no more than these nobody waits."""

EACH = 1_200
"""Tokens that each agent writes."""

PACE = 1 / 60
"""Seconds between two of them: all that work write as many in a second as one model in a hurry."""

KEYS = 80
TRIES = 2
"""The calmer one counts: what else goes on on the machine keeps keys waiting, too."""

SETTINGS = '[[agents]]\nname = "worker"\ndescription = "Works."\nsystem_prompt = "You work."\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What keys cost while agents write: milliseconds of each echo, share of a processor that the program took."""

    keys: Sequence[float]
    cpu: float


def rows(command: Sequence[str] = (HEARTBIT,)) -> Iterator[Row]:
    """The rows of this benchmark."""
    few = min((typed(command, FEW) for _ in range(TRIES)), key=lambda found: p95(found.keys))
    many = min((typed(command, AGENTS) for _ in range(TRIES)), key=lambda found: p95(found.keys))
    floor = f"{p95(few.keys):.1f} ms with {FEW}"
    what = f"key echo with {AGENTS} agents, {FEW} of them writing, 95th percentile"
    yield bound(what, p95(many.keys), 25, unit="ms", floor=floor)
    yield bound(
        f"processor time with {AGENTS} agents while keys are typed",
        many.cpu,
        max(few.cpu * 1.25, 10),
        unit="%",
        floor=f"{few.cpu:.0f} % with {FEW}",
    )


def typed(command: Sequence[str], agents: int) -> Typed:
    """Type while so many agents have tasks."""
    with tempfile.TemporaryDirectory() as name, service(Path(name), _replies(agents)) as url:
        home = Path(name)
        settings = home / ".config" / "heartbit" / "config.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(SETTINGS, "utf-8")
        env = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "bench", "HEARTBIT_UPDATE_CHECK": "0"}
        with Terminal(command, home, env) as terminal:
            terminal.seen(READY)
            terminal.quiet(2.5)
            terminal.type("begin\r")
            terminal.seen(f"worker#{FEW}")
            time.sleep(1.0)  # until all of them write
            before, began = terminal.cpu(), time.perf_counter()
            keys = _echoes(terminal)
            return Typed(keys=keys, cpu=(terminal.cpu() - before) / (time.perf_counter() - began) * 100)


def _echoes(terminal: Terminal) -> list[float]:
    """Milliseconds from each key to its echo, ten keys a second."""
    found: list[float] = []
    for number in range(KEYS):
        at, key = len(terminal.out), "qzQZ"[number % 4]
        began = terminal.type(key)
        found.append((terminal.seen(key, after=at) - began) * 1000)
        time.sleep(0.1)
    return found


def _replies(agents: int) -> list[dict[str, Any]]:
    given = {"tasks": [{"agent": "worker", "task": f"Tell of part {number}."} for number in range(agents)]}
    answer = "".join(tokens(EACH)).replace("q", "k").replace("z", "s").replace("Z", "S")
    return [
        {"when": "begin", "blocks": [{"call": "delegate_task", "input": given}]},
        {"when_system": "You work", "blocks": [{"text": answer}], "pace": PACE, "chunk": 4, "times": 0},
        {"blocks": [{"text": "All done."}]},
    ]


if __name__ == "__main__":
    for row in rows(sys.argv[1:] or (HEARTBIT,)):
        print(row)
