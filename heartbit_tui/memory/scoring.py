"""How much an entry matters now: recency, importance, relevance and what is left of its strength."""

import math
from datetime import datetime, timedelta

from heartbit_tui.kernel.dataclass import dataclass

DECAY = 0.005
"""How fast strength fades, per hour since the last access: half of it is left after 138.6 hours."""

GAIN = 0.2
"""What one recall adds to the strength that is left."""

_HOUR = 3600
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each part counts in the score, and how fast recency fades per hour (half in 69.3 hours).

    The defaults are those of Park et al. 2023 with a term for strength; the four sum up to 1.
    """

    recency: float = 0.25
    importance: float = 0.25
    relevance: float = 0.30
    strength: float = 0.20
    decay: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The four parts of a score, each 0..1 and unweighted."""

    recency: float
    importance: float
    relevance: float
    strength: float

    def score(self, weights: Weights) -> float:
        """The weighted sum."""
        return (
            weights.recency * self.recency
            + weights.importance * self.importance
            + weights.relevance * self.relevance
            + weights.strength * self.strength
        )


def hours(since: datetime, now: datetime) -> float:
    """The hours from then to now, in whole seconds; 0 when `since` lies ahead."""
    return max(0, (now - since) // _SECOND) / _HOUR


def recency(created_at: datetime, now: datetime, weights: Weights) -> float:
    """1 for what has just been stored, less by the hour."""
    return math.exp(-weights.decay * hours(created_at, now))


def importance(value: int) -> float:
    """1..10 as 0..1."""
    return (min(10, max(1, value)) - 1) / 9


def strength_at(stored: float, last_accessed: datetime, now: datetime) -> float:
    """What is left of a stored strength: it fades from the last access on (Ebbinghaus), and is never written back."""
    return clamped(stored * math.exp(-DECAY * hours(last_accessed, now)))


def reinforced(stored: float, last_accessed: datetime, now: datetime) -> float:
    """The strength after a recall: what is left, and `GAIN` more."""
    return min(1.0, strength_at(stored, last_accessed, now) + GAIN)


def anchor(stored: float, last_accessed: datetime) -> datetime | None:
    """When this strength would have been 1: two entries with one anchor are equally strong at every moment.

    None for a strength of 0, which stays 0.
    """
    if stored <= 0:
        return None
    return last_accessed + timedelta(hours=math.log(stored) / DECAY)


def faded_before(min_strength: float, now: datetime) -> datetime | None:
    """Whose anchor lies before this is weaker than `min_strength` now. None when nothing can be."""
    if min_strength <= 0:
        return None
    return now + timedelta(hours=math.log(min_strength) / DECAY)


def clamped(value: float) -> float:
    """The value within 0..1."""
    return min(1.0, max(0.0, value))
