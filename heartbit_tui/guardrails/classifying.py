"""How much a text looks like an instruction that somebody planted in it; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping

from heartbit_tui.guardrails.hidden import escaped, hidden
from heartbit_tui.guardrails.reading import BREAK, Words, sentence, views, words
from heartbit_tui.guardrails.signals import (
    HIDDEN_WEIGHT,
    MARKER_WEIGHT,
    MARKERS,
    REPETITION_WEIGHT,
    WEAK_CAP,
    Signal,
    signals,
    vocabulary,
)
from heartbit_tui.kernel.dataclass import dataclass

REPEATED = 50
"""A text of more words than this in which one stands more often than this, and makes up a quarter, repeats itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One signal in a text, and the sentence that it stands in."""

    label: str
    weight: float
    strong: bool = False
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """`score` from 0 to 1; `labels` sorted; `quote` the sentence that says most; `hidden` counts unseen characters."""

    score: float
    labels: tuple[str, ...]
    quote: str = ""
    hidden: int = 0


def classify(text: str) -> Classified:
    """Look at a text as it stands, without its escapes, and at what is packed in it.

    The score is 1 - ∏(1 - weight) over the signals, each counted once; without a strong one at most `WEAK_CAP`.
    """
    unseen = hidden(text)
    found = _distinct(_all(text, unseen))
    score = _noisy_or(found)
    best = max(found, key=lambda each: (each.strong, bool(each.quote), each.weight), default=None)
    return Classified(
        score=score if any(each.strong for each in found) else min(score, WEAK_CAP),
        labels=tuple(sorted({each.label for each in found})),
        quote=best.quote if best else "",
        hidden=len(unseen),
    )


def _all(text: str, unseen: tuple[int, ...]) -> Iterator[Found]:
    if marker := next((each for each in MARKERS if each in text), ""):
        quote = sentence(text, text.index(marker))
        yield Found(label="structural_markers", weight=MARKER_WEIGHT, strong=True, quote=quote)
    if unseen:
        yield Found(label="hidden_characters", weight=HIDDEN_WEIGHT, quote=_around(text, unseen[0]))
    for number, view in enumerate(views(text)):
        read = words(view)
        if not number and _repeats(read):
            yield Found(label="repetition", weight=REPETITION_WEIGHT)
        yield from _signals(read)


def _signals(read: Words) -> Iterator[Found]:
    known = vocabulary()
    places: dict[str, list[int]] = {}
    for place, token in enumerate(read.tokens):
        if token in known:
            places.setdefault(token, []).append(place)
    for signal in signals():
        place = _first(signal, read, places)
        if place is not None:
            quote = sentence(read.text, read.starts[place])
            yield Found(label=signal.label, weight=signal.weight, strong=signal.strong, quote=quote)


def _first(signal: Signal, read: Words, places: Mapping[str, list[int]]) -> int | None:
    """Where a signal begins first; None where it is not."""
    if not all(any(word in places for word in step) for step in signal.steps):
        return None
    begins = sorted(place for word in signal.steps[0] for place in places.get(word, ()))
    return next((begin for begin in begins if _follows(signal, read, begin)), None)


def _follows(signal: Signal, read: Words, place: int) -> bool:
    """Whether the further steps of a signal follow within its gap and the sentence."""
    for step in signal.steps[1:]:
        for ahead in range(place + 1, min(place + signal.gap + 2, len(read.tokens))):
            if read.tokens[ahead] == BREAK:
                return False
            if read.tokens[ahead] in step:
                place = ahead
                break
        else:
            return False
    return True


def _repeats(read: Words) -> bool:
    count = len(read.tokens)
    if count <= REPEATED:
        return False
    most = Counter(token for token in read.tokens if token not in (BREAK, ":")).most_common(1)
    return bool(most) and most[0][1] > max(REPEATED, count / 4)


def _distinct(found: Iterator[Found]) -> tuple[Found, ...]:
    """The heaviest signal of each label."""
    best: dict[str, Found] = {}
    for each in found:
        if each.label not in best or each.weight > best[each.label].weight:
            best[each.label] = each
    return tuple(best.values())


def _noisy_or(found: tuple[Found, ...]) -> float:
    clean = 1.0
    for each in found:
        clean *= 1 - each.weight
    return round(1 - clean, 4)


def _around(text: str, place: int) -> str:
    return escaped(" ".join(text[max(place - 40, 0) : place + 40].split()))
