"""Finds what a few letters mean among a hundred thousand paths, in steps that hold nobody up."""

import re
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from heartbit_tui.client.fuzzy import Kind, Match, best, lowered, match, shaped, wanted

BLOCK_CHARACTERS = 1 << 15
"""How much text is looked through in one step; a step takes about a millisecond."""

LONGEST = 320
"""Longer texts are never found; no path that a person types is as long."""

NARROW = 4_000
"""With no more candidates than this they are kept for the next letter."""

LONG = 5
"""From so many letters on the candidates are found first: they are few, and the next letter goes on with them."""

_SCORED = 32


@dataclass(frozen=True, slots=True)
class _Block:
    """Texts, one a line: in small letters, with capitals where words begin, and their names alone.

    `lines` and `name_lines` tell where each one begins; each begins with a line end, and one stands at the end.
    """

    texts: tuple[str, ...]
    lower: str
    shape: str
    names: str
    lines: tuple[int, ...]
    name_lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts prepared for searching, short ones first."""

    blocks: tuple[_Block, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The best matches in order; `rest` is all that a longer query can still find, None where that is not known."""

    matches: tuple[Match, ...] = ()
    rest: Corpus | None = None


Steps: TypeAlias = Generator[None, None, Found]
_Tier: TypeAlias = Callable[[_Block, str], Iterator[str]]


def corpus(texts: Iterable[str]) -> Corpus:
    """Prepare texts for searching."""
    kept = (text for text in texts if 0 < len(text) <= LONGEST)
    ordered = sorted(kept, key=lambda text: (len(text), text))
    return Corpus(tuple(_blocks(ordered)), len(ordered))


def search(where: Corpus, query: str, limit: int) -> Steps:
    """Find `query` in steps of about a millisecond; what the generator returns is the result.

    The better kinds of matches are looked for first, and the others only where those are fewer than `limit`. Of a
    kind that has more than a few times `limit` texts, the shortest are compared.
    """
    letters = wanted(query)
    if not letters:
        return Found(tuple(Match(text=text) for text in islice(_texts(where), limit)))
    found: dict[str, Match] = {}
    yield from _gather(where, letters, _named, limit, found)
    if _enough(found, Kind.PREFIX, limit):
        return Found(best(found.values(), limit))
    ordered = _ordered(letters)
    rest = (yield from _narrowed(where, letters, ordered)) if len(letters) >= LONG else None
    for tier, kind in ((_worded(letters), Kind.WORDS), (_holding, Kind.WITHIN)):
        yield from _gather(rest or where, letters, tier, limit, found)
        if _enough(found, kind, limit):
            return Found(best(found.values(), limit), rest)
    rest = rest or (yield from _narrowed(where, letters, ordered))
    yield from _gather(rest or where, letters, ordered, limit, found)
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


def _narrowed(where: Corpus, letters: str, ordered: _Tier) -> Generator[None, None, Corpus | None]:
    """All texts that hold the letters in order; None where there are too many to be worth keeping."""
    near: list[str] = []
    for block in where.blocks:
        near += ordered(block, letters)
        yield
        if len(near) > NARROW:
            return None
    blocks: list[_Block] = []
    for block in _blocks(near):
        blocks.append(block)
        yield
    return Corpus(tuple(blocks), len(near))


def _gather(
    where: Corpus, letters: str, tier: _Tier, limit: int, found: dict[str, Match]
) -> Generator[None, None, None]:
    """Score the shortest texts of one kind; those of exactly this name are among them whatever their length."""
    room = 2 * limit
    for block in where.blocks:
        texts = list(islice(tier(block, letters), room))
        room -= len(texts)
        yield from _score(texts, letters, found)
        if room <= 0:
            break
        yield
    if tier is _named and room <= 0:
        for block in where.blocks:
            yield from _score(list(islice(_exact(block, letters), limit)), letters, found)
            yield


def _score(texts: Sequence[str], letters: str, found: dict[str, Match]) -> Generator[None, None, None]:
    for number, text in enumerate(texts):
        if text not in found and (answer := match(text, letters)) is not None:
            found[text] = answer
        if number % _SCORED == _SCORED - 1:
            yield


def _named(block: _Block, letters: str) -> Iterator[str]:
    """Whose name begins so, or, with folders in the query, whose path goes on so."""
    if "/" not in letters:
        return _occurring(block, block.names, block.name_lines, f"\n{letters}")
    return _chain(block, letters)


def _chain(block: _Block, letters: str) -> Iterator[str]:
    yield from _occurring(block, block.lower, block.lines, f"\n{letters}")
    yield from _occurring(block, block.lower, block.lines, f"/{letters}")


def _exact(block: _Block, letters: str) -> Iterator[str]:
    for end in ("\n", "/\n"):
        yield from _occurring(block, block.names, block.name_lines, f"\n{letters}{end}")


def _worded(letters: str) -> _Tier:
    """Whose words begin so; a search of one run after the other that sees nearly all of them."""
    first, *others = (_both(letter) for letter in letters)
    links = (f"(?>[{small}{capital}]|[^{capital}\\n]*+{capital})" for small, capital in others)
    pattern = re.compile(first[1] + "".join(links))
    return lambda block, _: _lines_with(pattern, block, block.shape)


def _ordered(letters: str) -> _Tier:
    """Who holds the letters in order.

    A search from each first letter skips what has none, and from each line's beginning reads a line only once: which
    is quicker depends on how often the first letter stands there.
    """
    first, *others = map(re.escape, letters)
    links = "".join(f"[^{each}\\n]*+{each}" for each in others)
    skipping = re.compile(f"{first}{links}[^\\n]*+")
    reading = re.compile(f"\\n[^{first}\\n]*+{first}{links}")

    def tier(block: _Block, _: str) -> Iterator[str]:
        is_rare = 2 * block.lower.count(letters[0]) < 3 * len(block.lines)
        return _lines_with(skipping if is_rare else reading, block, block.lower)

    return tier


def _lines_with(pattern: re.Pattern[str], block: _Block, text: str) -> Iterator[str]:
    return (block.texts[_line(block.lines, each.start())] for each in pattern.finditer(text))


def _both(letter: str) -> tuple[str, str]:
    capital = letter.upper()
    return re.escape(letter), re.escape(capital if len(capital) == 1 else letter)


def _holding(block: _Block, letters: str) -> Iterator[str]:
    return _occurring(block, block.lower, block.lines, letters)


def _occurring(block: _Block, text: str, lines: Sequence[int], part: str) -> Iterator[str]:
    at = text.find(part)
    while at >= 0:
        line = _line(lines, at)
        yield block.texts[line]
        after = lines[line + 1] if line + 1 < len(lines) else len(text)
        at = text.find(part, after)


def _line(lines: Sequence[int], at: int) -> int:
    return bisect_right(lines, at) - 1


def _texts(where: Corpus) -> Iterator[str]:
    for block in where.blocks:
        yield from block.texts


def _blocks(texts: Iterable[str]) -> Iterator[_Block]:
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= BLOCK_CHARACTERS:
            yield _block(held)
            held, size = [], 0
    if held:
        yield _block(held)


def _block(texts: Sequence[str]) -> _Block:
    lines = [text.replace("\n", " ") for text in texts]
    names = [line[line.rfind("/", 0, -1) + 1 :] for line in lines]
    joined = _joined(lines)
    return _Block(
        tuple(texts),
        _lowered(joined),
        shaped(joined),
        _lowered(_joined(names)),
        tuple(_starts(lines)),
        tuple(_starts(names)),
    )


def _joined(lines: Sequence[str]) -> str:
    return "\n" + "\n".join(lines) + "\n"


def _lowered(text: str) -> str:
    return text.lower() if text.isascii() else "\n".join(map(lowered, text.split("\n")))


def _starts(lines: Iterable[str]) -> Iterator[int]:
    at = 0
    for line in lines:
        yield at
        at += len(line) + 1
