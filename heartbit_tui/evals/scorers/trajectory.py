"""Whether the tools were called that should be."""

from collections.abc import Sequence

from heartbit_tui.evals.types import NOTHING_EXPECTED, EvalCase, ExpectedTool, Outcome, Rated


class TrajectoryScorer:
    """The part of the expected calls that were made; those with a place only count there, the others anywhere.

    The seed's: found / expected, and 0 where no tool is allowed and one was called. One call stands for one expectation.
    """

    name = "trajectory"
    threshold = 1.0

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """See `trajectory`."""
        return NOTHING_EXPECTED if case.expected_tools is None else trajectory(case.expected_tools, outcome.tools)


def trajectory(expected: Sequence[ExpectedTool], actual: Sequence[str]) -> Rated:
    """How many of the expected calls were made; an empty list expects that there was none."""
    if not expected:
        told = f"FAIL no tool is allowed, and {', '.join(actual)} was called" if actual else "ok no tool was called"
        return Rated(value=float(not actual), details=told)
    free = list(range(len(actual)))
    lines: list[str] = []
    matched = 0
    for wanted in sorted(expected, key=lambda each: each.order is None):
        at = _place(wanted, actual, free)
        if at is None:
            lines.append(f"FAIL {_missed(wanted, actual)}")
            continue
        free.remove(at)
        matched += 1
        lines.append(f"ok {wanted.name} at {at}")
    return Rated(value=matched / len(expected), details="; ".join(lines))


def _place(wanted: ExpectedTool, actual: Sequence[str], free: Sequence[int]) -> int | None:
    places = free if wanted.order is None else [wanted.order] if wanted.order in free else []
    return next((at for at in places if actual[at] == wanted.name), None)


def _missed(wanted: ExpectedTool, actual: Sequence[str]) -> str:
    if wanted.order is None:
        return f"{wanted.name} was not called"
    if not 0 <= wanted.order < len(actual):
        return f"{wanted.name} is expected at {wanted.order}, and there were {len(actual)} calls"
    return f"{wanted.name} is expected at {wanted.order}, where {actual[wanted.order]} was called"
