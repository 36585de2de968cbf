"""A set of notes and questions to find them by, made from a small language of our own: the same one each time.

Half of the questions share a rare word with the note that answers them, such as a ticket's number, and half mean the same
in words that no note uses. A thing has several names; notes use three of them, questions of the second half the fourth.
The vectors come from a small embedder that knows which names mean the same, not perfectly: it also hears the words
themselves, and noise. So neither words nor vectors alone can answer everything, as with real texts.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heartbit_tui.memory.types import Floats

MEANINGS: Final = 400
NAMES: Final = 4
HEARD: Final = 0.5
"""How much of a word that means nothing to the embedder is in its vectors; the name of a thing counts 1."""
DIMENSION: Final = 384
NOISE: Final = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, the notes that answer it, by id, and which half it is of."""

    text: str
    answers: frozenset[str]
    by_words: bool


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Notes by id, and questions."""

    notes: dict[str, str]
    questions: tuple[Question, ...]


def made(notes: int = 2_000, questions: int = 200, seed: int = 1) -> Retrieval:
    """The set. Each note says three things and has a name of its own, such as that of a file or a ticket."""
    dice = random.Random(seed)
    said = {f"note-{n}": dice.sample(range(MEANINGS), 3) for n in range(notes)}
    texts = {name: _note(dice, things, name) for name, things in said.items()}
    asked = [_by_words(dice, texts) if n % 2 else _by_meaning(dice, said) for n in range(questions)]
    return Retrieval(texts, tuple(asked))


def _note(dice: random.Random, things: Sequence[int], name: str) -> str:
    words = [*(_name(thing, dice.randrange(NAMES - 1)) for thing in things), f"id{name.split('-')[1]}x"]
    words += [f"plain{dice.randrange(40)}" for _ in range(6)]
    dice.shuffle(words)
    return " ".join(words)


def _by_words(dice: random.Random, texts: dict[str, str]) -> Question:
    """Names that a model has never seen: only the words themselves can find them."""
    answer = dice.choice(sorted(texts))
    own = next(word for word in texts[answer].split() if word.startswith("id"))
    return Question(text=f"where plain{dice.randrange(40)} {own}", answers=frozenset({answer}), by_words=True)


def _by_meaning(dice: random.Random, said: dict[str, list[int]]) -> Question:
    """The same things under names that no note uses: only what they mean can find them."""
    answer = dice.choice(sorted(said))
    text = " ".join(_name(thing, NAMES - 1) for thing in said[answer])
    return Question(text=text, answers=frozenset({answer}), by_words=False)


class Meanings:
    """The embedder of this set: names of one thing lie close together, other words anywhere."""

    model = "meanings"
    dimension = DIMENSION

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        """The sum of what the words mean."""
        return [self.vector(text) for text in texts]

    def vector(self, text: str) -> list[float]:
        """The sum of what the words of a text mean, with the noise that this text always has."""
        parts = [_meaning(word) for word in text.split()]
        parts.append([NOISE * each for each in _direction(f"noise of {text}")])
        return [math.fsum(column) for column in zip(*parts, strict=True)]


@cache
def _meaning(word: str) -> list[float]:
    if not word.startswith("thing"):
        return [HEARD * each for each in _direction(word)]
    thing, own = _direction(word.rpartition("n")[0]), _direction(word)
    return [one + 0.3 * other for one, other in zip(thing, own, strict=True)]


@cache
def _direction(name: str) -> list[float]:
    dice = random.Random(name)
    values = [dice.gauss(0, 1) for _ in range(DIMENSION)]
    norm = math.sqrt(math.fsum(each * each for each in values))
    return [each / norm for each in values]


def _name(thing: int, name: int) -> str:
    return f"thing{thing}n{name}"


def ndcg(found: Sequence[str], answers: frozenset[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first k."""
    gain = sum(1 / math.log2(rank + 1) for rank, each in enumerate(found[:k], start=1) if each in answers)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(answers)) + 1))
    return gain / best
