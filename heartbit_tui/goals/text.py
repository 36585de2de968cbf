"""Goals as people write them: some words, and a list of criteria; pure."""

import re
from collections.abc import Sequence

from heartbit_tui.kernel.dataclass import dataclass

RUN = "run:"
"""What a criterion begins with that is a command: it is met when that ends with 0."""

MOST, LONGEST = 30, 2_000
"""Criteria of a goal, and letters of one."""

_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.+)$")
_HEADING = re.compile(r"^\s*#{1,6}\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A goal with its criteria, as they were written."""

    goal: str
    criteria: tuple[str, ...] = ()


def written(text: str) -> Written:
    """A goal out of a text: the items of its lists are the criteria, all else is the goal."""
    words: list[str] = []
    criteria: list[str] = []
    for line in text.splitlines():
        found = _ITEM.match(line)
        if found:
            criteria.append(_clean(found[1]))
        elif line.strip():
            words.append(_HEADING.sub("", line).strip())
    kept = tuple(dict.fromkeys(filter(None, criteria)))[:MOST]
    return Written(goal=" ".join(words)[:LONGEST], criteria=kept)


def told(goal: str, criteria: Sequence[str]) -> str:
    """The text that `written` reads the same goal from."""
    items = "".join(f"- {each}\n" for each in criteria)
    return f"{goal}\n\n{items}" if items else f"{goal}\n"


def criteria_of(goal: str, criteria: Sequence[str]) -> tuple[str, ...]:
    """By what a goal is judged; one that names no criteria is its own."""
    return tuple(criteria) or ((goal,) if goal else ())


def command_of(criterion: str) -> str:
    """The command that a criterion is; empty for one that has to be judged."""
    return criterion[len(RUN) :].strip() if criterion[: len(RUN)].lower() == RUN else ""


def _clean(text: str) -> str:
    return " ".join(text.split())[:LONGEST].strip()
