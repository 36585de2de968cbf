"""A piece of a long list of texts, laid out so that it can be searched as one string."""

from collections.abc import Iterable, Iterator, Sequence

from heartbit_tui.client.fuzzy import lowered, shaped
from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """Texts, one a line: in small letters, with capitals where words begin, and their names alone.

    `starts` and `name_starts` tell where each one begins, with the line end before it; one more tells where the last
    one ends. `masks` has a bit for each kind of letter that a text holds.
    """

    texts: tuple[str, ...]
    lower: str
    shape: str
    names: str
    starts: tuple[int, ...]
    name_starts: tuple[int, ...]
    masks: tuple[int, ...]


def block(texts: Sequence[str]) -> Block:
    """Lay out a few hundred texts."""
    lines = [text.replace("\n", " ") for text in texts]
    names = [line[line.rfind("/", 0, -1) + 1 :] for line in lines]
    joined = _joined(lines)
    lower = _lowered(joined)
    return Block(
        tuple(texts),
        lower,
        shaped(joined),
        _lowered(_joined(names)),
        tuple(_starts(lines)),
        tuple(_starts(names)),
        tuple(mask(line) for line in lower[1:-1].split("\n")),
    )


def mask(letters: str) -> int:
    """A bit for each kind of letter; a text can hold the letters only if it has all their bits."""
    return sum({1 << (ord(letter) & 63) for letter in set(letters)})


def _joined(lines: Sequence[str]) -> str:
    return "\n" + "\n".join(lines) + "\n"


def _lowered(text: str) -> str:
    return text.lower() if text.isascii() else "\n".join(map(lowered, text.split("\n")))


def _starts(lines: Iterable[str]) -> Iterator[int]:
    at = 0
    yield at
    for line in lines:
        at += len(line) + 1
        yield at
