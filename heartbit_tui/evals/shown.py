"""Results as rows of cells: what tables on a terminal and in a page are made of."""

from collections.abc import Sequence
from statistics import fmean

from heartbit_tui.evals.types import EvalResult, EvalSummary
from heartbit_tui.kernel.dataclass import dataclass

HEADINGS = ("case", "passed", "score", "turns", "tokens", "cost", "seconds", "why not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All attempts at one case."""

    name: str
    results: tuple[EvalResult, ...]

    @property
    def passed(self) -> int:
        """Attempts that passed."""
        return sum(each.passed for each in self.results)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells below `HEADINGS`; figures are means of the attempts."""
        count = len(self.results)
        return (
            self.name,
            ("yes" if self.passed else "no") if count == 1 else f"{self.passed}/{count}",
            f"{fmean(each.score for each in self.results):.2f}",
            f"{fmean(each.turns for each in self.results):.3g}",
            f"{fmean(each.tokens for each in self.results):.0f}",
            money(_mean_cost(self.results)),
            f"{fmean(each.seconds for each in self.results):.1f}",
            next((why_not(each) for each in self.results if not each.passed), ""),
        )


def lines(summary: EvalSummary) -> tuple[Line, ...]:
    """A line for each case, in the order of the results."""
    names = dict.fromkeys(each.case_name for each in summary.results)
    return tuple(
        Line(name=name, results=tuple(each for each in summary.results if each.case_name == name)) for name in names
    )


def why_not(result: EvalResult) -> str:
    """Why an attempt did not pass, in one piece; empty where it did."""
    if result.error:
        return result.error
    return next((f"{each.scorer}: {each.details}" for each in result.scores if not each.passed), "")


def facts(summary: EvalSummary) -> tuple[tuple[str, str], ...]:
    """What is told of all attempts together, name by name."""
    found = [
        ("passed", f"{summary.passed} of {summary.total} ({summary.pass_rate():.0%})"),
        ("failed", str(summary.failed)),
        ("errors", str(summary.errors)),
        ("mean score", f"{summary.avg_score:.2f}"),
    ]
    found += [(f"mean of {name}", f"{mean:.2f}") for name, mean in summary.scorer_averages]
    found += [
        ("tokens", f"{summary.tokens:,}"),
        ("cost", money(summary.cost_usd)),
        ("seconds", f"{summary.seconds:.1f}"),
    ]
    return tuple(found)


def money(usd: float | None) -> str:
    """US dollars, or that they are not known."""
    return "unknown" if usd is None else f"${usd:.4f}"


def _mean_cost(results: Sequence[EvalResult]) -> float | None:
    costs = [cost for each in results for cost in (each.cost_usd, each.judge_cost_usd)]
    return None if None in costs else sum(cost for cost in costs if cost is not None) / len(results)
