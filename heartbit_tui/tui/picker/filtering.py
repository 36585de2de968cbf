"""Which rows answer what was typed, the best first."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from heartbit_tui.client.fuzzy import lowered, match
from heartbit_tui.tui.picker.types import Row

T = TypeVar("T")

LONGEST = 500
"""Letters of a row that are looked at."""

MOST_WORDS = 8


def texts(rows: Sequence[Row[T]]) -> list[str]:
    """What is looked through, a text for each row, its title first."""
    return [lowered(f"{row.title[:LONGEST]} {row.also[:LONGEST]} {row.note[:LONGEST]}") for row in rows]


def found(looked: Sequence[str], query: str) -> list[int]:
    """The rows that hold every word of the query; those that only hold its letters in order where none does."""
    words = lowered(query).split()[:MOST_WORDS]
    if not words:
        return list(range(len(looked)))
    holding = [at for at, text in enumerate(looked) if all(word in text for word in words)]
    if holding:
        return sorted(holding, key=lambda at: _rank(looked[at], words))
    pattern = re.compile("".join(f"[^{letter}]*+{letter}" for letter in map(re.escape, "".join(words)[:64])))
    spread = [at for at, text in enumerate(looked) if pattern.match(text)]
    return sorted(spread, key=lambda at: len(looked[at])) if len(spread) < len(looked) or len(looked) < 2 else spread


def places(title: str, query: str) -> frozenset[int]:
    """The letters of a title that answer the query."""
    text = title[:LONGEST]
    words = query.split()[:MOST_WORDS]
    hits = [found for word in words if (found := match(text, word)) is not None]
    if len(hits) < len(words) and (whole := match(text, "".join(words))) is not None:
        hits.append(whole)
    return frozenset(at for hit in hits for at in hit.positions)


def runs(text: str, marked: frozenset[int]) -> Iterator[tuple[str, bool]]:
    """The text in pieces that are marked, or are not."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (at in marked) != (start in marked):
            yield text[start:at], start in marked
            start = at


def _rank(text: str, words: Sequence[str]) -> int:
    """Lower where words of the query begin the text, or begin words of it."""
    return sum(_one(text, word) for word in words)


def _one(text: str, word: str) -> int:
    at = text.find(word)
    if at == 0:
        return 0
    return 1 if not text[at - 1].isalnum() or f" {word}" in text else 2
