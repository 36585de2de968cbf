"""Finds what a few letters mean among a hundred thousand paths, in steps that hold nobody up."""

from collections.abc import Generator, Iterable, Mapping
from itertools import chain, islice
from typing import TypeAlias

from heartbit_tui.client.block import Block, block
from heartbit_tui.client.fuzzy import Kind, Match, best, match, wanted
from heartbit_tui.client.tiers import Tier, exact, holding, named, ordered, worded
from heartbit_tui.kernel.dataclass import dataclass

BLOCK_CHARACTERS = 1 << 15
"""How much text is looked through in one step; a step takes about a millisecond."""

LONGEST = 320
"""Longer texts are never found; no path that a person types is as long."""

LONG = 3
"""From so many letters on the candidates are found first: they are few, and the next letter goes on with them."""

NARROW = 12_000
"""More candidates than these are not worth keeping."""

_SCORED = 32


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a block; all of them where `lines` is None."""

    block: Block
    lines: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts prepared for searching, short ones first."""

    parts: tuple[Part, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The best matches in order; `rest` is all that a longer query can still find, None where that is not known."""

    matches: tuple[Match, ...] = ()
    rest: Corpus | None = None


Steps: TypeAlias = Generator[None, None, Found]


def corpus(texts: Iterable[str]) -> Corpus:
    """Prepare texts for searching."""
    kept = sorted((text for text in texts if 0 < len(text) <= LONGEST), key=lambda text: (len(text), text))
    parts: list[Part] = []
    held: list[str] = []
    size = 0
    for text in kept:
        held.append(text)
        size += len(text)
        if size >= BLOCK_CHARACTERS:
            parts.append(Part(block(held)))
            held, size = [], 0
    if held:
        parts.append(Part(block(held)))
    return Corpus(tuple(parts), len(kept))


def search(where: Corpus, query: str, limit: int) -> Steps:
    """Find `query` in steps of about a millisecond; what the generator returns is the result.

    The better kinds of matches are looked for first, and the others only where those are fewer than `limit`. Of a
    kind that has more than a few times `limit` texts, the shortest are compared.
    """
    letters = wanted(query)
    if not letters:
        listed = chain.from_iterable(part.block.texts for part in where.parts)
        return Found(tuple(Match(text=text) for text in islice(listed, limit)))
    found: dict[str, Match] = {}
    yield from _gather_names(where, letters, limit, found)
    if _enough(found, Kind.PREFIX, limit):
        return Found(best(found.values(), limit))
    rest = (yield from _narrowed(where, ordered(letters))) if len(letters) >= LONG else None
    for tier, kind in ((worded, Kind.WORDS), (holding, Kind.WITHIN), (ordered, Kind.SPREAD)):
        yield from _gather(rest or where, letters, tier(letters), limit, found)
        if _enough(found, kind, limit):
            break
    return Found(best(found.values(), limit), rest)


def finished(steps: Steps) -> Found:
    """All steps of a search at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _enough(found: Mapping[str, Match], kind: Kind, limit: int) -> bool:
    return sum(each.rank[0] <= kind for each in found.values()) >= limit


def _narrowed(where: Corpus, tier: Tier) -> Generator[None, None, Corpus | None]:
    """All texts that hold the letters in order; None where there are too many to be worth keeping."""
    parts: list[Part] = []
    size = 0
    for part in where.parts:
        lines = tuple(tier.lines(part.block, part.lines))
        if lines:
            parts.append(Part(part.block, lines))
            size += len(lines)
        yield
        if size > NARROW:
            return None
    return Corpus(tuple(parts), size)


def _gather_names(where: Corpus, letters: str, limit: int, found: dict[str, Match]) -> Generator[None, None, None]:
    """Those whose name begins so; where these are too many, those of exactly this name whatever their length."""
    yield from _gather(where, letters, named(letters), limit, found)
    if len(found) >= limit:
        yield from _gather(where, letters, exact(letters), limit, found)


def _gather(
    where: Corpus, letters: str, tier: Tier, limit: int, found: dict[str, Match]
) -> Generator[None, None, None]:
    """Score the shortest texts of one kind."""
    room = 2 * limit
    for part in where.parts:
        lines = list(islice(tier.lines(part.block, part.lines), room))
        room -= len(lines)
        for number, line in enumerate(lines):
            text = part.block.texts[line]
            if text not in found and (answer := match(text, letters)) is not None:
                found[text] = answer
            if number % _SCORED == _SCORED - 1:
                yield
        yield
        if room <= 0:
            return
