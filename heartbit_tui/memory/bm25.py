"""The BM25 variant of the seed, without inverse document frequency, kept for comparison: `lexical="compat"`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

K1: Final = 1.2
B: Final = 0.75
KEYWORD: Final = 2.0
"""What a hit in the keywords adds to the count of a term, once."""

_Key = TypeVar("_Key")


def terms(query: str) -> tuple[str, ...]:
    """The query in lower case, cut at white space, each piece once and in order."""
    return tuple(dict.fromkeys(query.lower().split()))


def length(content: str) -> int:
    """The words of a text, cut at white space."""
    return len(content.split())


def average(contents: Sequence[str]) -> float:
    """The mean length of some texts, 1 at least."""
    return max(1.0, sum(map(length, contents)) / len(contents)) if contents else 1.0


def score(content: str, keywords: Iterable[str], query: Sequence[str], average_length: float) -> float:
    """How well a text answers the terms; a term counts wherever a word contains it. 0 without terms or average."""
    if not query or average_length <= 0:
        return 0.0
    words = content.lower().split()
    low = [keyword.lower() for keyword in keywords]
    norm = 1 - B + B * len(words) / average_length
    return sum(_gain(_frequency(term, words, low), norm) for term in query)


def matches(content: str, keywords: Iterable[str], query: Sequence[str]) -> bool:
    """Whether a term is part of the text or of a keyword; true without terms."""
    low = content.lower()
    return not query or any(term in low for term in query) or any(t in k.lower() for k in keywords for t in query)


def relevance(scores: Mapping[_Key, float]) -> dict[_Key, float]:
    """Scores as 0..1, by the best of them; a set whose best is below 1 is not stretched."""
    best = max(1.0, *scores.values()) if scores else 1.0
    return {key: value / best for key, value in scores.items()}


def _frequency(term: str, words: Sequence[str], keywords: Sequence[str]) -> float:
    hits = sum(term in word for word in words)
    return hits + (KEYWORD if any(term in keyword for keyword in keywords) else 0.0)


def _gain(frequency: float, norm: float) -> float:
    return frequency * (K1 + 1) / (frequency + K1 * norm) if frequency else 0.0
