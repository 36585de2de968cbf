"""Two evaluations side by side: what differs, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from heartbit_tui.evals import shown
from heartbit_tui.evals.intervals import Interval, bootstrap, wilson
from heartbit_tui.evals.types import EvalResult, EvalSummary
from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many attempts passed, with Wilson's interval of the fraction."""

    passed: int
    total: int
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure in both, as the mean over the cases that both have, and the difference B - A with its interval.

    The interval is a bootstrap over the pairs of one case each: attempts at one case are no independent trials. It is None
    for fewer than two pairs. Where it holds 0, chance may have made the difference.
    """

    what: str
    a: float
    b: float
    interval: Interval | None

    @property
    def difference(self) -> float:
        """B - A."""
        return self.b - self.a

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.interval is not None and not self.interval.holds(0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two evaluations; `only_a` and `only_b` are cases that the other one does not have.

    `better` and `worse` are cases of which B passed a larger or a smaller part of the attempts than A.
    """

    a: Rate
    b: Rate
    differences: tuple[Difference, ...]
    better: tuple[str, ...]
    worse: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]


FIGURES: tuple[tuple[str, Callable[[EvalResult], float | None]], ...] = (
    ("pass rate", lambda result: float(result.passed)),
    ("score", lambda result: result.score),
    ("tokens", lambda result: float(result.tokens)),
    ("cost in USD", lambda result: result.cost_usd),
    ("seconds", lambda result: result.seconds),
)
"""What is compared; a figure that is not known of every attempt is left out."""


def compare(a: EvalSummary, b: EvalSummary) -> Comparison:
    """Compare two evaluations by the names of their cases."""
    first, second = ({line.name: line.results for line in shown.lines(each)} for each in (a, b))
    both = tuple(name for name in first if name in second)
    found = (_difference(what, figure, first, second, both) for what, figure in FIGURES)
    rates = {name: (_passed(first[name]), _passed(second[name])) for name in both}
    return Comparison(
        a=_rate(a),
        b=_rate(b),
        differences=tuple(each for each in found if each is not None),
        better=tuple(name for name in both if rates[name][1] > rates[name][0]),
        worse=tuple(name for name in both if rates[name][1] < rates[name][0]),
        only_a=tuple(name for name in first if name not in second),
        only_b=tuple(name for name in second if name not in first),
    )


def _rate(summary: EvalSummary) -> Rate:
    return Rate(passed=summary.passed, total=summary.total, interval=wilson(summary.passed, summary.total))


def _passed(results: Sequence[EvalResult]) -> float:
    return fmean(each.passed for each in results)


def _difference(
    what: str,
    figure: Callable[[EvalResult], float | None],
    first: Mapping[str, Sequence[EvalResult]],
    second: Mapping[str, Sequence[EvalResult]],
    both: Sequence[str],
) -> Difference | None:
    pairs = [(_mean(figure, first[name]), _mean(figure, second[name])) for name in both]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not known or len(known) < len(pairs):
        return None
    interval = bootstrap([other - one for one, other in known], fmean)
    return Difference(
        what=what, a=fmean(one for one, _ in known), b=fmean(other for _, other in known), interval=interval
    )


def _mean(figure: Callable[[EvalResult], float | None], results: Sequence[EvalResult]) -> float | None:
    values = [figure(each) for each in results]
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None
