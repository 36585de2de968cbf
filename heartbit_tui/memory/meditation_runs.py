"""Runs that could become skills: how hard one was, what it is known by, and how a model is told of it; pure."""

import hashlib
import shlex
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

LONGEST = 2_000
"""Letters of a task that a model is told, and that are kept with the draft."""

CUT = 400
"""Letters of one call's input, and of its error, that a model is told."""

MOST = 60
"""Calls that a model is told; of a longer run the middle is left out."""

LOOK_BACK = timedelta(days=7)
"""How old runs may be that are looked at the first time."""

HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a run; `said` is its result where it failed."""

    tool: str
    input: str
    failed: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A run that ended well: what was to be done, in which session and folder, each call, and how long it took."""

    session: str
    folder: str
    task: str
    steps: tuple[Step, ...]
    seconds: float
    ended: datetime


Runs: TypeAlias = Callable[[datetime], Awaitable[Sequence[Worked]]]
"""The runs that ended well after this moment, the oldest first. Raises `StoreError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distilling:
    """Which runs become skills: by rsclaw's figures, but for `least`.

    rsclaw asks for a difficulty of 0.7, which a run that did not go in circles only reaches with three errors and 20 calls.
    """

    enabled: bool = False
    least: float = 0.5
    calls: int = 5
    errors: int = 1
    per_hour: int = 3


def is_hard(worked: Worked, terms: Distilling) -> bool:
    """Whether there is something to learn from a run: it took work, and not all of it went well at once."""
    errors = sum(each.failed for each in worked.steps)
    return len(worked.steps) >= terms.calls and errors >= terms.errors and difficulty(worked) >= terms.least


def difficulty(worked: Worked) -> float:
    """How hard a run was, 0 to 1, by rsclaw's formula: calls, tools, errors, the longest circle, and time."""
    steps = worked.steps
    errors = sum(each.failed for each in steps)
    tools = len({each.tool for each in steps})
    return (
        0.25 * min(len(steps) / 20, 1)
        + 0.20 * min(tools / 6, 1)
        + 0.30 * min(errors / 5, 1)
        + 0.15 * min(circle(steps) / 3, 1)
        + 0.10 * min(worked.seconds / 120, 1)
    )


def circle(steps: Sequence[Step]) -> int:
    """How often the same call was made one right after the other; 0 where none was."""
    longest = max((len(tuple(group)) for _, group in groupby(steps, lambda each: (each.tool, each.input))), default=0)
    return longest if longest > 1 else 0


def signature(worked: Worked) -> str:
    """What a way of working is known by: its folder, and the tools and programs in the order of their first use.

    By the tools' names alone, as in rsclaw, most tasks would be one.
    """
    ways = dict.fromkeys(_way(each) for each in worked.steps)
    return hashlib.sha256("\0".join((worked.folder, *ways)).encode()).hexdigest()[:32]


def shown(worked: Worked) -> str:
    """A run as a model is told of it: the task, then each call with what it was given, and what went wrong."""
    return "\n".join((f"The task: {worked.task[:LONGEST]}", "", *_lines(worked.steps)))


def place(at: datetime) -> int:
    """A moment as it is kept how far looking at runs came."""
    return (at - _EPOCH) // _MICROSECOND


def moment(place: int) -> datetime:
    """The moment of such a place."""
    return _EPOCH + place * _MICROSECOND


def _lines(steps: Sequence[Step]) -> list[str]:
    if len(steps) <= MOST:
        return [_line(each) for each in steps]
    half = MOST // 2
    left_out = f"({len(steps) - 2 * half} calls are left out)"
    return [*map(_line, steps[:half]), left_out, *map(_line, steps[-half:])]


def _line(step: Step) -> str:
    line = f"- {step.tool} {step.input[:CUT]}"
    return f"{line}\n  failed: {step.said[:CUT].strip()}" if step.failed else line


def _way(step: Step) -> str:
    """A tool, and of a command the program that it runs."""
    if step.tool != "bash":
        return step.tool
    try:
        words = shlex.split(step.input)
    except ValueError:
        words = step.input.split()
    program = next((each for each in words if "=" not in each), "")
    return f"bash {program}"
