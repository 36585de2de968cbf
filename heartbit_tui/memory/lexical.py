"""BM25 with inverse document frequency over texts that are in memory."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from heartbit_tui.memory import words
from heartbit_tui.memory.bm25 import K1, B
from heartbit_tui.memory.types import Entry

KEYWORDS: Final = 2.0
"""How much a word in the keywords counts; one in the content or the summary counts 1."""


@dataclass(frozen=True, slots=True)
class Document:
    """The words of an entry, each with how often it counts, and how many they are."""

    counts: Mapping[str, float]
    length: int

    @classmethod
    def of(cls, entry: Entry) -> "Document":
        """The words of content and summary, and those of the keywords with their weight."""
        counts: Counter[str] = Counter()
        length = 0
        for text, weight in ((entry.content, 1.0), (entry.summary, 1.0), (" ".join(entry.keywords), KEYWORDS)):
            found = words.words(text)
            length += len(found)
            for word in found:
                counts[word] += weight  # pyright: ignore[reportArgumentType] - a weighted count
        return cls(counts, length)


def scores(documents: Mapping[int, Document], query: Sequence[str]) -> list[tuple[int, float]]:
    """The documents that have a word of the query, best first, with their scores."""
    average = sum(each.length for each in documents.values()) / len(documents) if documents else 0.0
    having = {word: sum(word in each.counts for each in documents.values()) for word in query}
    weights = {word: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in having.items() if n}
    found = ((key, _score(each, weights, average)) for key, each in documents.items())
    return sorted(((key, score) for key, score in found if score > 0), key=lambda each: (-each[1], -each[0]))


def _score(document: Document, weights: Mapping[str, float], average: float) -> float:
    norm = K1 * (1 - B + B * document.length / average) if average else K1
    hits = ((document.counts.get(word, 0.0), weight) for word, weight in weights.items())
    return sum(weight * count * (K1 + 1) / (count + norm) for count, weight in hits if count)
