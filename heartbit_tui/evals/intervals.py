"""How sure a figure is: intervals that hold the true one in 95 of 100 samples."""

from collections.abc import Callable, Sequence
from math import sqrt
from random import Random

from heartbit_tui.kernel.dataclass import dataclass

Z = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

RESAMPLES = 10_000
"""Times that a sample is drawn anew; Efron and Tibshirani take 1,000 as the least for an interval."""

SEED = 20
"""Where the random numbers start, so that one comparison always gives the same interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies in it."""
        return self.low <= value <= self.high


def wilson(hits: int, total: int) -> Interval:
    """The 95 % score interval of a proportion; from 0 to 1 where nothing was tried.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212. It stays within 0 and 1, and holds for few trials, where the usual one
    around the mean is far too narrow.
    """
    if not total:
        return Interval(low=0.0, high=1.0)
    rate, square = hits / total, Z * Z
    middle = rate + square / (2 * total)
    reach = Z * sqrt(rate * (1 - rate) / total + square / (4 * total * total))
    low, high = ((middle + sign * reach) / (1 + square / total) for sign in (-1, 1))
    return Interval(low=low if hits else 0.0, high=high if hits < total else 1.0)


def bootstrap(values: Sequence[float], of: Callable[[Sequence[float]], float]) -> Interval | None:
    """The 95 % percentile interval of a figure of a sample, which is drawn `RESAMPLES` times anew with replacement.

    None for fewer than two values, which say nothing of how they spread. B. Efron and R. J. Tibshirani, An Introduction
    to the Bootstrap (1993), chapter 13. With few values it is somewhat too narrow.
    """
    if len(values) < 2:
        return None
    random = Random(SEED)
    found = sorted(of(random.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return Interval(low=found[round(0.025 * (RESAMPLES - 1))], high=found[round(0.975 * (RESAMPLES - 1))])
