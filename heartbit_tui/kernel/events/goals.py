"""What is planned before it is done, what is to be reached, and whether it was."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Mode

Outcome: TypeAlias = Literal["met", "unmet", "unsure"]
"""How a criterion stands; `unsure` is also what nobody could find out, and never counts as met."""


JUDGE = "judge"
"""The agent under whose name judging stands in a log, and in what it cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKept:
    """A plan is in the file `path`, absolute, whose text has this `digest` (SHA-256); `steps` are told in a line each."""

    path: str
    title: str
    digest: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStarted:
    """A person started the plan in this file, as it was then: `edited` where it was not as it had been kept."""

    path: str
    mode: Mode
    edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSet:
    """From here on this is to be reached, by these criteria; an empty goal is none."""

    goal: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How one criterion stands, and why; `place` is where that is seen, such as `shop/basket.py:12`, or empty."""

    criterion: str
    outcome: Outcome
    reason: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalJudged:
    """A change was held against criteria. `model` judged those that no command tells, and `why` it was chosen.

    `parts` counts the pieces in which the diff of `files` files was read; `left_out` names what nobody read.
    """

    grades: tuple[Grade, ...]
    model: str = ""
    why: str = ""
    files: int = 0
    parts: int = 0
    left_out: tuple[str, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether every criterion is met."""
        return bool(self.grades) and all(each.outcome == "met" for each in self.grades)
