"""Several rankings made one, and two vectors compared."""

import math
import sys
from collections.abc import Iterable, Sequence
from operator import mul
from typing import Final, TypeVar

from heartbit_tui.memory.errors import EmbeddingError, LengthChanged
from heartbit_tui.memory.types import Floats

K: Final = 50
"""How flat the fusion is: the first of a list counts 1/51, the second 1/52."""

_Key = TypeVar("_Key")


def fused(rankings: Iterable[Sequence[_Key]], k: int = K) -> dict[_Key, float]:
    """Reciprocal rank fusion: the sum of 1/(k + rank) over the rankings that have a key; ranks begin at 1."""
    scores: dict[_Key, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (k + rank)
    return scores


def by_best(scores: dict[_Key, float]) -> dict[_Key, float]:
    """Scores divided by the greatest of them."""
    best = max(scores.values(), default=0.0)
    return {key: value / best for key, value in scores.items()} if best > 0 else scores


def cosine(one: Floats, other: Floats) -> float:
    """The cosine of the angle between two vectors; 0 for ones that are empty, of different lengths, or without one."""
    if len(one) != len(other) or not one:
        return 0.0
    norms = math.sqrt(sum(map(mul, one, one)) * sum(map(mul, other, other)))
    return sum(map(mul, one, other)) / norms if norms > sys.float_info.epsilon else 0.0


def refuse_odd(model: str, vectors: Sequence[Floats], dimension: int | None) -> None:
    """Raise `EmbeddingError` for vectors that no other of this model can be compared with.

    It is `LengthChanged` where they could be compared with each other.
    """
    own = {len(each) for each in vectors}
    lengths = own | {dimension or len(each) for each in vectors}
    if len(lengths) > 1 or 0 in lengths:
        told = " and ".join(map(str, sorted(lengths)))
        error = EmbeddingError if len(own) > 1 or 0 in own else LengthChanged
        raise error(f"The model {model!r} gave vectors of {told} numbers. Name one model, and one dimension.")
    if not all(map(math.isfinite, (sum(each) for each in vectors))):
        raise EmbeddingError(f"The model {model!r} gave a vector with something in it that is no number.")
