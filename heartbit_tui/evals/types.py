"""The vocabulary of evaluations: cases, what came of an attempt, how it is scored, and what has to be handed in."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import field
from pathlib import Path
from statistics import fmean
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.protocols import Spent
from heartbit_tui.providers.script import Reply

COMMAND_SECONDS = 60.0
"""Seconds that the command of a case may take where it says nothing else."""

ATTEMPT_SECONDS = 600.0
"""Seconds that an agent may take for a case that says nothing else."""


def no_files() -> Mapping[str, str]:
    """No files."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTool:
    """A tool that should be called: as call number `order`, counted from 0, or anywhere where that is None."""

    name: str
    order: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalCase:
    """A task and what is expected of it; what is left out is not expected.

    `input` is the prompt. `expected_tools` None expects nothing, empty allows no tool at all. `output_contains` and
    `output_not_contains` are looked for in the answer without regard to case, `reference_output` is an answer that it should
    be like, `criteria` are what a judging model is asked about it.

    The attempt begins in a folder of its own with a copy of `folder` and with `files` (text by path; bytes that are no UTF-8
    as surrogates). Afterwards `checks` are written over whatever is there, and `command` has to end with 0 within
    `command_seconds`. `tree` are all files that there should be, and no others. The agent has `seconds`.

    `script` is what the scripted model answers; any other model does not look at it.
    """

    name: str
    input: str
    expected_tools: tuple[ExpectedTool, ...] | None = None
    output_contains: tuple[str, ...] = ()
    output_not_contains: tuple[str, ...] = ()
    reference_output: str | None = None
    criteria: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=no_files)
    folder: Path | None = None
    checks: Mapping[str, str] = field(default_factory=no_files)
    command: str = ""
    command_seconds: float = COMMAND_SECONDS
    tree: Mapping[str, str] | None = None
    seconds: float = ATTEMPT_SECONDS
    script: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt left: the answer, the tools that were called in their order, and the folder as it is now."""

    output: str
    tools: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What a scorer says: a value from 0 to 1, why, and what asking about it cost.

    Where a case expects nothing that this scorer looks at, `expected` is false and the value 1.
    """

    value: float
    details: str = ""
    expected: bool = True
    spent: tuple[Spent, ...] = ()


NOTHING_EXPECTED = Rated(value=1.0, details="nothing is expected", expected=False)


class Scorer(Protocol):
    """Judges one side of an attempt. An attempt passes where every scorer gives its `threshold` or more."""

    @property
    def name(self) -> str:
        """What it is called in results."""
        ...

    @property
    def threshold(self) -> float:
        """The least value that passes."""
        ...

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """How well the attempt did what the case expects."""
        ...


class Subject(Protocol):
    """What is evaluated."""

    def attempt(self, case: EvalCase, folder: Path) -> AsyncGenerator[Envelope]:
        """Do the task of the case in this folder, in a session of its own, and tell all that happens up to the end.

        Raises `HeartbitError` where no session can be opened, which is nothing that the case could help.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended: `status` is None where its time was over, or where it could not be started."""

    status: int | None
    output: str


class Commands(Protocol):
    """Runs the commands of cases."""

    async def run(self, command: str, folder: Path, seconds: float) -> Ran:
        """Run a command line of bash in a folder; neither it nor what it started outlives the call."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one scorer gave one attempt."""

    scorer: str
    score: float
    passed: bool
    details: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """What came of one attempt at one case.

    `attempt` counts from 1. `error` is why the run did not come to its end, empty where it did. `tokens` are all that were
    read and written, cached ones too. `cost_usd` is in US dollars, None where a price is not known; `judge_cost_usd` is what
    the judge cost on top of it. `seconds` are the agent's, without scoring.
    """

    case_name: str
    passed: bool
    scores: tuple[Score, ...] = ()
    actual_tools: tuple[str, ...] = ()
    actual_output: str = ""
    error: str = ""
    attempt: int = 1
    turns: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    judge_cost_usd: float | None = 0.0
    seconds: float = 0.0

    @property
    def score(self) -> float:
        """The mean of the scores; without any 1, or 0 after an error."""
        return fmean(each.score for each in self.scores) if self.scores else float(not self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSummary:
    """All results of an evaluation, counted; `total` counts attempts, of which each passed, failed or had an error."""

    results: tuple[EvalResult, ...]

    @property
    def total(self) -> int:
        """How many attempts there were."""
        return len(self.results)

    @property
    def passed(self) -> int:
        """Attempts that came to their end and did what was expected."""
        return sum(each.passed for each in self.results)

    @property
    def errors(self) -> int:
        """Attempts that did not come to their end."""
        return sum(bool(each.error) for each in self.results)

    @property
    def failed(self) -> int:
        """Attempts that came to their end and did not do what was expected."""
        return self.total - self.passed - self.errors

    @property
    def avg_score(self) -> float:
        """The mean score of all attempts; 0 without any."""
        return fmean(each.score for each in self.results) if self.results else 0.0

    @property
    def scorer_averages(self) -> tuple[tuple[str, float], ...]:
        """The mean of each scorer over the attempts that it judged, by the names of the scorers."""
        given: dict[str, list[float]] = {}
        for each in (score for result in self.results for score in result.scores):
            given.setdefault(each.scorer, []).append(each.score)
        return tuple((name, fmean(given[name])) for name in sorted(given))

    @property
    def attempts(self) -> int:
        """The most attempts at one case."""
        return max((each.attempt for each in self.results), default=0)

    @property
    def tokens(self) -> int:
        """All tokens that were read and written."""
        return sum(each.tokens for each in self.results)

    @property
    def seconds(self) -> float:
        """What the agent took, one attempt after the other."""
        return sum(each.seconds for each in self.results)

    @property
    def cost_usd(self) -> float | None:
        """What the agent and the judge cost; None where any price is not known."""
        costs = [cost for each in self.results for cost in (each.cost_usd, each.judge_cost_usd)]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    def pass_rate(self) -> float:
        """The fraction of attempts that passed; 0 without any."""
        return self.passed / self.total if self.total else 0.0
