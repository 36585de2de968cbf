"""Ways to damage a session file, and which of its events each way really touches."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.store.salvage.image import opened
from heartbit_tui.store.salvage.pages import TABLE_INNER, Image, cells, kind_of, overflow

PAGE, HEAD, FRAME = 4096, 32, 24


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged file with the numbers of the pages that are not what they were."""

    kind: str
    data: bytes
    pages: frozenset[int]


def torn(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def flipped(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 2, 8))):
        changed[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def zeroed(data: bytes, dice: random.Random) -> bytes:
    return _with(data, dice.randrange(len(data) // PAGE), bytes(PAGE))


def noise(data: bytes, dice: random.Random) -> bytes:
    return _with(data, dice.randrange(len(data) // PAGE), dice.randbytes(PAGE))


def doubled(data: bytes, dice: random.Random) -> bytes:
    """One page stands in the place of another: what it holds is there twice."""
    one, other = dice.sample(range(len(data) // PAGE), 2)
    return _with(data, other, data[one * PAGE : (one + 1) * PAGE])


def circled(data: bytes, dice: random.Random) -> bytes:
    """An inner page that has itself, or an older one, below it; the end of a long record that goes on with itself."""
    changed = bytearray(data)
    inner = [n for n in range(1, len(data) // PAGE) if data[n * PAGE] in (TABLE_INNER, 0x02)]
    number = dice.choice(inner) if inner and dice.random() < 0.7 else dice.randrange(1, len(data) // PAGE)
    at = number * PAGE + (8 if number in inner else 0)
    changed[at : at + 4] = (dice.choice((number + 1, 1, 2))).to_bytes(4, "big")
    return bytes(changed)


def renumbered(data: bytes, dice: random.Random) -> bytes:
    """Another version in the head of the file."""
    return data[:60] + dice.randrange(1 << dice.choice((2, 8, 31))).to_bytes(4, "big") + data[64:]


def headless(data: bytes, dice: random.Random) -> bytes:
    """Something in the head of the file is nonsense."""
    at = dice.randrange(96)
    return data[:at] + dice.randbytes(4) + data[at + 4 :]


WAYS: Mapping[str, Callable[[bytes, random.Random], bytes]] = MappingProxyType(
    {each.__name__: each for each in (torn, flipped, zeroed, noise, doubled, circled, renumbered, headless)}
)


def damaged(kind: str, data: bytes, number: int) -> Damage:
    """The damage of this kind with this number: always the same one."""
    changed = WAYS[kind](data, random.Random(number))
    return Damage(kind, changed, frozenset(_differing(data, changed)))


def damaged_log(wal: bytes, number: int) -> Damage:
    """A log of writes with damage of any kind; its pages are told by their places in it, from 0 on."""
    dice = random.Random(number)
    kind = dice.choice(("torn", "flipped", "zeroed", "headless"))
    changed = WAYS[kind](wal, dice)
    step = PAGE + FRAME
    places = range(HEAD, len(wal), step)
    hurt = {place for place, at in enumerate(places) if wal[at : at + step] != changed[at : at + step]}
    return Damage(f"log {kind}", changed, frozenset(hurt))


def last_frames(wal: bytes) -> Mapping[int, int]:
    """Where in a log the newest content of each page stands, by the number of the page."""
    step = PAGE + FRAME
    starts = enumerate(range(HEAD, len(wal), step))
    return {int.from_bytes(wal[at : at + 4], "big"): place for place, at in starts}


def pages_of(path: Path, table: str, root: int) -> Mapping[int, frozenset[int]]:
    """The pages that each row of a table stands on, by rowid; those of a page share what the page needs beside it."""
    found: dict[int, frozenset[int]] = {}
    with opened(path) as image:
        for number in _leaves(image, root):
            spilled = [_chain(image, first) for first in overflow(image, number)]
            for cell in cells(image, number):
                assert cell is not None, f"{table} cannot be read"
                found[cell.rowid] = frozenset({number}.union(*spilled))
    return found


def _leaves(image: Image, root: int) -> list[int]:
    from_here = [root]
    leaves: list[int] = []
    while from_here:
        number = from_here.pop()
        page = image.page(number)
        if kind_of(page, number) == TABLE_INNER:
            count = int.from_bytes(page[3:5], "big")
            places = [int.from_bytes(page[12 + 2 * n : 14 + 2 * n], "big") for n in range(count)]
            from_here += [int.from_bytes(page[at : at + 4], "big") for at in (8, *places)]
        else:
            leaves.append(number)
    return leaves


def _chain(image: Image, number: int) -> frozenset[int]:
    found: set[int] = set()
    while number:
        found.add(number)
        number = int.from_bytes(image.page(number)[:4], "big")
    return frozenset(found)


def _differing(data: bytes, changed: bytes) -> list[int]:
    places = range(0, len(data), PAGE)
    return [at // PAGE + 1 for at in places if data[at : at + PAGE] != changed[at : at + PAGE]]


def _with(data: bytes, number: int, page: bytes) -> bytes:
    return data[: number * PAGE] + page + data[(number + 1) * PAGE :]
