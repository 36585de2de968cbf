"""The ways in which texts of a block may answer a few letters, each found as fast as strings can be searched."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from heartbit_tui.client.block import Block, mask
from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """One way: `whole` gives the lines of a block that may answer so, in order, and `one` tells it of a line."""

    whole: Callable[[Block], Iterable[int]]
    one: Callable[[Block, int], bool]

    def lines(self, block: Block, among: Sequence[int] | None) -> Iterator[int]:
        """The lines that may answer, of all or `among` some."""
        return iter(self.whole(block)) if among is None else (line for line in among if self.one(block, line))


def exact(letters: str) -> Tier:
    """Whose name this is."""
    names = (f"\n{letters}\n", f"\n{letters}/\n")
    return Tier(
        lambda block: chain.from_iterable(_occurring(block.names, block.name_starts, each) for each in names),
        lambda block, line: block.names.startswith(names, block.name_starts[line]),
    )


def named(letters: str) -> Tier:
    """Whose name begins so or, with folders in the letters, whose path goes on so."""
    if "/" in letters:
        return _pathed(letters)
    name = f"\n{letters}"
    return Tier(
        lambda block: _occurring(block.names, block.name_starts, name),
        lambda block, line: block.names.startswith(name, block.name_starts[line]),
    )


def worded(letters: str) -> Tier:
    """Whose words begin so; a search of one run after the other that sees nearly all of them."""
    first, *others = (_both(letter) for letter in letters)
    links = (f"(?>[{small}{capital}]|[^{capital}\\n]*+{capital})" for small, capital in others)
    pattern = re.compile(first[1] + "".join(links))
    return Tier(
        lambda block: (_line(block.starts, each.start()) for each in pattern.finditer(block.shape)),
        lambda block, line: bool(pattern.search(block.shape, block.starts[line], block.starts[line + 1])),
    )


def holding(letters: str) -> Tier:
    """Who holds the letters in a row."""
    return Tier(
        lambda block: _occurring(block.lower, block.starts, letters),
        lambda block, line: block.lower.find(letters, block.starts[line], block.starts[line + 1]) >= 0,
    )


def ordered(letters: str) -> Tier:
    """Who holds the letters in order."""
    fits = re.compile("".join(f"[^{each}]*+{each}" for each in map(re.escape, letters))).match
    wanted = mask(letters)

    def whole(block: Block) -> Iterable[int]:
        lower, starts = block.lower, block.starts
        likely = [line for line, has in enumerate(block.masks) if has & wanted == wanted]
        return [line for line in likely if fits(lower, starts[line], starts[line + 1])]

    def one(block: Block, line: int) -> bool:
        has = block.masks[line] & wanted == wanted
        return has and fits(block.lower, block.starts[line], block.starts[line + 1]) is not None

    return Tier(whole, one)


def _pathed(letters: str) -> Tier:
    parts = (f"\n{letters}", f"/{letters}")

    def one(block: Block, line: int) -> bool:
        start, end = block.starts[line], block.starts[line + 1]
        return any(block.lower.find(each, start, end) >= 0 for each in parts)

    return Tier(lambda block: chain.from_iterable(_occurring(block.lower, block.starts, each) for each in parts), one)


def _both(letter: str) -> tuple[str, str]:
    capital = letter.upper()
    return re.escape(letter), re.escape(capital if len(capital) == 1 else letter)


def _occurring(text: str, starts: Sequence[int], part: str) -> Iterator[int]:
    """The lines in which `part` occurs, each once."""
    at = text.find(part)
    while at >= 0:
        line = _line(starts, at)
        yield line
        at = text.find(part, starts[line + 1])


def _line(starts: Sequence[int], at: int) -> int:
    return bisect_right(starts, at) - 1
