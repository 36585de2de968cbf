"""Has a subject do cases, each attempt in a folder and a session of its own, and has scorers judge what came of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Self

from heartbit_tui.evals.types import EvalCase, EvalResult, EvalSummary, Outcome, Rated, Score, Scorer, Subject
from heartbit_tui.evals.witness import Witness
from heartbit_tui.evals.workspace import workspace
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Clock

BROKE = "the scorer failed: {kind}: {error}"
NO_FOLDER = "Its folder could not be made: {error}"


def nobody(result: EvalResult) -> None:
    """Where results are told that nobody waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    case: EvalCase
    number: int


class EvalRunner:
    """Runs evaluations: `scorer` adds a scorer, `run` has a subject do cases.

    Each case is done `repeat` times, `parallel` attempts at once. The runner hears the envelopes of each attempt itself,
    so that every call is seen that was asked for.
    """

    def __init__(self, clock: Clock, *, scorers: Sequence[Scorer] = (), repeat: int = 1, parallel: int = 1) -> None:
        self._clock = clock
        self._scorers = tuple(scorers)
        self._repeat = repeat
        self._parallel = parallel

    def scorer(self, scorer: Scorer) -> Self:
        """The runner with one more scorer."""
        self._scorers = (*self._scorers, scorer)
        return self

    async def run(
        self, subject: Subject, cases: Iterable[EvalCase], hear: Callable[[EvalResult], None] = nobody
    ) -> EvalSummary:
        """The results of all attempts in the order of the cases; `hear` is told each as soon as it is there.

        Raises `HeartbitError` where no session can be opened: what is wrong with the settings is no case's fault.
        """
        waiting = [_Attempt(case=case, number=number + 1) for case in cases for number in range(self._repeat)]
        order = {id(attempt): index for index, attempt in enumerate(waiting)}
        done: dict[int, EvalResult] = {}
        todo = iter(waiting)

        async def work() -> None:
            for attempt in todo:
                result = await self._attempt(subject, attempt)
                done[order[id(attempt)]] = result
                hear(result)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._parallel, len(waiting))):
                    group.create_task(work())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return EvalSummary(results=tuple(done[index] for index in sorted(done)))

    async def _attempt(self, subject: Subject, attempt: _Attempt) -> EvalResult:
        try:
            async with workspace(attempt.case) as folder:
                return await self._judged(subject, attempt, folder)
        except OSError as error:
            told = NO_FOLDER.format(error=error)
            return EvalResult(case_name=attempt.case.name, passed=False, error=told, attempt=attempt.number)

    async def _judged(self, subject: Subject, attempt: _Attempt, folder: Path) -> EvalResult:
        case, witness = attempt.case, Witness()
        began = self._clock.monotonic()
        async with aclosing(subject.attempt(case, folder)) as envelopes:
            async for envelope in envelopes:
                witness.take(envelope)
        seconds = self._clock.monotonic() - began
        outcome = Outcome(output=witness.output, tools=witness.tools, folder=folder)
        rated = [(scorer, await _rated(scorer, case, outcome)) for scorer in self._scorers]
        scores = tuple(_score(scorer, found) for scorer, found in rated if found.expected)
        costs = [spent.cost_usd for _, found in rated for spent in found.spent]
        return EvalResult(
            case_name=case.name,
            passed=not witness.error and all(each.passed for each in scores),
            scores=scores,
            actual_tools=witness.tools,
            actual_output=witness.output,
            error=witness.error,
            attempt=attempt.number,
            turns=witness.turns,
            tokens=witness.tokens,
            cost_usd=witness.cost_usd,
            judge_cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
            seconds=seconds,
        )


async def _rated(scorer: Scorer, case: EvalCase, outcome: Outcome) -> Rated:
    try:
        return await scorer.rate(case, outcome)
    except Exception as error:  # noqa: BLE001 - a scorer may be anybody's: its fault is told as this attempt's score
        return Rated(value=0.0, details=BROKE.format(kind=type(error).__name__, error=error))


def _score(scorer: Scorer, rated: Rated) -> Score:
    """Whether a value passes, with what two roundings may have taken off it."""
    passed = rated.value >= scorer.threshold - 1e-9
    return Score(scorer=scorer.name, score=rated.value, passed=passed, details=rated.details)
