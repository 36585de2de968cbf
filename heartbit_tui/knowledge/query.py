"""From a question to what the index of words is asked, and from two rankings to one."""

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

MOST_WORDS = 40
"""Words of a question that count; the rest of a longer one is left out."""

K = 50
"""The constant of reciprocal rank fusion, as for memories: a higher one flattens the ranks."""

_WORD = re.compile(r"[^\W_]+")
_EVERYWHERE = frozenset(
    _WORD.findall(
        """
        a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my no
        not of on or our should so than that the their them then there these they this to was we were what when where
        which who why will with would you your
        """
    )
)

_Key = TypeVar("_Key", bound=Hashable)


def words(question: str) -> tuple[str, ...]:
    """The words to look for, each once; words that stand everywhere only where there are no others."""
    found = tuple(dict.fromkeys(_WORD.findall(question.lower())))
    telling = tuple(word for word in found if word not in _EVERYWHERE)
    return (telling or found)[:MOST_WORDS]


def match(question: str) -> str:
    """The question for FTS5: any of its words, none of them taken for a sign; empty where it has no words."""
    return " OR ".join(f'"{word}"' for word in words(question))


def fused(*rankings: Sequence[_Key]) -> Mapping[_Key, float]:
    """How well each fits, from its ranks: the sum of 1 / (K + rank), as a part of the best one (1 is the best)."""
    sums: dict[_Key, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            sums[key] = sums.get(key, 0.0) + 1 / (K + rank)
    best = max(sums.values(), default=1.0)
    return {key: value / best for key, value in sums.items()}
