"""What a text is about, in its own words: enough to tell one topic from another, and why an entry was found; pure."""

from collections import Counter
from collections.abc import Collection, Iterator

from heartbit_tui.memory.words import STOP, words

SHORTEST = 2
"""Letters of a word that says something; a figure may be shorter."""

LONGEST = 40
"""Letters of a keyword; what is longer is a key, a path or noise."""

SAME = 0.15
"""Share of words in common from which two texts are about the same."""

FEWEST = 4
"""Words from which a text is long enough to tell of another topic."""

COVERED = 0.34
"""Share of a question's words that has to stand in an entry, where it is not two of them."""

ASKED = 6
"""Words of a question that count at most for that share."""


def terms(text: str) -> tuple[str, ...]:
    """The words that say something, each once, in the order of the text, without what English adds for more than one."""
    return tuple(dict.fromkeys(_counted(text)))


def keywords(text: str, most: int = 8) -> tuple[str, ...]:
    """The words that stand for a text: the most frequent, and of those as frequent the longer ones first."""
    counted = Counter(word for word in _counted(text) if len(word) <= LONGEST)
    ranked = sorted(counted, key=lambda word: (-counted[word], -len(word), word))
    return tuple(ranked[:most])


def shared(asked: Collection[str], told: Collection[str]) -> tuple[str, ...]:
    """The words of the first that the second has too, in the first one's order."""
    known = frozenset(told)
    return tuple(word for word in asked if word in known)


def answers(asked: Collection[str], told: Collection[str]) -> bool:
    """Whether a text has enough of a question's words to be worth bringing up unasked."""
    common = len(shared(asked, told))
    return common >= 2 or (common > 0 and common / min(len(asked), ASKED) >= COVERED)


def shifted(before: Collection[str], now: Collection[str]) -> bool:
    """Whether the talk has come to something else: next to nothing of what is said now was said before."""
    if len(now) < FEWEST:
        return False
    return len(shared(now, before)) / len(now) < SAME


def _counted(text: str) -> Iterator[str]:
    for word in words(text):
        if word not in STOP and (len(word) >= SHORTEST or not word.isascii() or word.isdecimal()):
            yield _stem(word)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
