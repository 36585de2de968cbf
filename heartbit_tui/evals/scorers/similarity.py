"""How much the answer is like a reference."""

from collections.abc import Sequence
from math import sqrt

from heartbit_tui.evals.types import NOTHING_EXPECTED, EvalCase, Outcome, Rated
from heartbit_tui.memory.protocols import Embedder


class SimilarityScorer:
    """F1 over the words of both, or with an embedder the cosine of their vectors; the threshold is the seed's."""

    name = "similarity"
    threshold = 0.3

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """See `unigram_f1` and `cosine`. Raises `EmbeddingError` where an embedder fails."""
        reference = case.reference_output
        if reference is None:
            return NOTHING_EXPECTED
        if self._embedder is None:
            return Rated(value=unigram_f1(outcome.output, reference), details="F1 over words")
        if not outcome.output.strip() or not reference.strip():
            return Rated(value=0.0, details="one of both is empty")
        given, wanted = await self._embedder.embed((outcome.output, reference))
        return Rated(value=cosine(given, wanted), details=f"cosine by {self._embedder.model}")


def unigram_f1(candidate: str, reference: str) -> float:
    """The harmonic mean of precision and recall over the sets of words, cut at white space, in lower case; the seed's.

    0 where one of both is empty.
    """
    given, wanted = set(candidate.lower().split()), set(reference.lower().split())
    shared = len(given & wanted)
    return 2 * shared / (len(given) + len(wanted)) if shared else 0.0


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of the angle between two vectors of one length; what points away from each other counts as 0."""
    product = sum(a * b for a, b in zip(one, other, strict=True))
    lengths = sqrt(sum(a * a for a in one)) * sqrt(sum(b * b for b in other))
    return min(max(product / lengths, 0.0), 1.0) if lengths else 0.0
