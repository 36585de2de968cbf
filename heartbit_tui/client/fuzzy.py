"""How well a text answers a few letters: the one order in which everything that is completed is offered."""

import heapq
import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import islice, pairwise
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

LONGEST_QUERY = 64
"""Letters of a query that count."""

MOST_RUNS = 6
"""A query that falls into more pieces than these is no row of beginnings of words."""

_AFTER_A_SEPARATOR = re.compile(r"(?<![^\W_])[a-z]")
_INSIDE_CAPITALS = re.compile(r"(?<=[A-Z])[A-Z]+(?![a-z])")


class Kind(IntEnum):
    """How a text answers a query, the best first."""

    NAME = 0
    PREFIX = 1
    """The name begins so."""
    WORDS = 2
    """The query falls into runs of letters that each begin a word, a hump or a folder."""
    WITHIN = 3
    SPREAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A text that was found, and the places of its letters that answer the query; a lower `rank` is better."""

    text: str
    positions: tuple[int, ...] = ()
    rank: tuple[int, ...] = ()

    @property
    def order(self) -> tuple[tuple[int, ...], str]:
        """What matches are sorted by."""
        return self.rank, self.text


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query and a text, both in small letters; `shape` has capitals where words begin, `name` starts the name."""

    query: str
    lower: str
    shape: str
    name: int


_Answer: TypeAlias = tuple[tuple[int, int, int], tuple[int, ...]]


def match(text: str, query: str) -> Match | None:
    """How `text` answers `query`, None where not all letters of it stand there in order.

    The last part of a path is its name; a folder is told by the slash at its end.
    """
    lower = lowered(text)
    asked = _Asked(wanted(query), lower, shaped(text), lower.rfind("/", 0, -1) + 1)
    answers = (kind(asked) for kind in (_by_name, _by_words, _by_holding, _by_spread))
    answer = next((each for each in answers if each is not None), None)
    if answer is None:
        return None
    return Match(text=text, positions=answer[1], rank=(*answer[0], len(text)))


def ranked(texts: Iterable[str], query: str, limit: int) -> tuple[Match, ...]:
    """The best matches among a few texts, in order; for an empty query the texts as they stand."""
    if not query:
        return tuple(Match(text=text) for text in islice(texts, limit))
    return best((found for text in texts if (found := match(text, query)) is not None), limit)


def best(found: Iterable[Match], limit: int) -> tuple[Match, ...]:
    """The first `limit` matches in order."""
    return tuple(heapq.nsmallest(limit, found, key=lambda each: each.order))


def wanted(query: str) -> str:
    """The letters of a query that count, as they are compared."""
    return lowered(query)[:LONGEST_QUERY]


def lowered(text: str) -> str:
    """`text` in small letters, each in its place, and without line ends."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lower.replace("\n", " ")


def shaped(text: str) -> str:
    """`text` with capitals where words begin and small letters elsewhere, each in its place."""
    calm = _INSIDE_CAPITALS.sub(lambda capitals: capitals.group().lower(), text)
    if not calm.isascii():
        return _AFTER_A_SEPARATOR.sub(lambda letter: letter.group().upper(), calm)
    # A capital is its small letter with one bit less, so that `and` over all bytes leaves the capitals of both texts.
    words = int.from_bytes(calm.title().encode(), "big") & int.from_bytes(calm.encode(), "big")
    return words.to_bytes(len(calm), "big").decode()


def _by_name(asked: _Asked) -> _Answer | None:
    query, lower = asked.query, asked.lower
    at = asked.name
    if "/" in query:
        at = 0 if lower.startswith(query) else lower.rfind(f"/{query}") + 1
    if not lower.startswith(query, at):
        return None
    rest = lower[at + len(query) :]
    if "/" in rest[:-1]:
        return None
    kind = Kind.PREFIX if rest.rstrip("/") else Kind.NAME
    return (kind, 0, 0), tuple(range(at, at + len(query)))


def _by_words(asked: _Asked) -> _Answer | None:
    for outside, start in enumerate((asked.name, 0)):
        positions = _runs(asked, start)
        if positions:
            return (Kind.WORDS, outside, _pieces(positions)), positions
    return None


def _by_holding(asked: _Asked) -> _Answer | None:
    inside = asked.lower.find(asked.query, asked.name)
    at = inside if inside >= 0 else asked.lower.find(asked.query)
    if at < 0:
        return None
    return (Kind.WITHIN, int(inside < 0), 0), tuple(range(at, at + len(asked.query)))


def _by_spread(asked: _Asked) -> _Answer | None:
    for outside, start in enumerate((asked.name, 0)):
        positions = tuple(_spread(asked, start))
        if len(positions) == len(asked.query):
            return (Kind.SPREAD, outside, _pieces(positions)), positions
    return None


def _spread(asked: _Asked, start: int) -> Iterator[int]:
    at = start - 1
    for letter in asked.query:
        at = asked.lower.find(letter, at + 1)
        if at < 0:
            return
        yield at


def _pieces(positions: tuple[int, ...]) -> int:
    return 1 + sum(after != before + 1 for before, after in pairwise(positions))


def _runs(asked: _Asked, start: int) -> tuple[int, ...]:
    """The places of the query in the fewest runs that each begin a word, from `start` on; empty where there are none.

    `reached` maps how much of the query is placed to the earliest end of it: a later end can place no more.
    """
    size = len(asked.query)
    reached: dict[int, int] = {}
    ends: dict[int, tuple[int, ...]] = {0: ()}
    for _ in range(MOST_RUNS):
        further: dict[int, tuple[int, ...]] = {}
        for placed, positions in ends.items():
            after = positions[-1] + 1 if positions else start
            for at in _beginnings(asked, asked.query[placed], after):
                for end in range(placed + 1, placed + 1 + _common(asked, placed, at)):
                    if at + end - placed < reached.get(end, len(asked.lower) + 1):
                        reached[end] = at + end - placed
                        further[end] = (*positions, *range(at, at + end - placed))
        if size in further:
            return further[size]
        ends = further
    return ()


def _beginnings(asked: _Asked, letter: str, after: int) -> Iterator[int]:
    """Where a word begins with the letter; what knows no capitals begins one everywhere."""
    capital = letter.upper()
    capital = capital if len(capital) == 1 else letter
    at = asked.shape.find(capital, after)
    while at >= 0:
        yield at
        at = asked.shape.find(capital, at + 1)


def _common(asked: _Asked, placed: int, at: int) -> int:
    """How many letters of the query, from `placed` on, stand in a row from `at` on."""
    query, lower = asked.query, asked.lower
    size = 0
    while placed + size < len(query) and lower[at + size : at + size + 1] == query[placed + size]:
        size += 1
    return size
