"""Vectors as they are stored: whole, and as short codes of bits that are quickly compared.

A bit says on which side of a plane a vector lies; the more bits two codes share, the smaller the angle between them.
The planes are those of rotations (Hadamard, after some axes were flipped), because the axes of real models carry very
different amounts of meaning, and are measured from the middle of the vectors that a model gives, because those of
many models all lie to one side.
"""

import math
import random
from array import array
from collections.abc import Sequence
from functools import lru_cache
from operator import mul, sub
from typing import Final

from heartbit_tui.memory.types import Floats

BITS: Final = 768
"""How many bits a code has, four for each dimension at most: comparing 100,000 takes 44 ms with twice as many."""

_LANE: Final = 32
"""Bits of a whole number in which one dimension is counted."""

_SCALE: Final = 1 << 20
"""What one is in a lane: sums over 4,096 dimensions of a vector that is two long stay far below the lane's bound."""

_SIGNS: Final = bytes(48 + (byte >> 7) for byte in range(256))
"""The top byte of a lane as the digit that its highest bit is."""


def unit(values: Floats) -> "array[float]":
    """The vector as 32-bit floats of length 1; one of zeros stays."""
    norm = math.sqrt(sum(map(mul, values, values)))
    return array("f", [each / norm for each in values] if norm else values)


def middle(vectors: Sequence["array[float]"]) -> "array[float]":
    """The mean of some vectors, from which codes are measured."""
    return array("f", [sum(column) / len(vectors) for column in zip(*vectors, strict=True)])


def code(vector: "array[float]", centre: "array[float] | None" = None) -> bytes:
    """The bits of a unit vector, measured from `centre`, in whole bytes."""
    lanes = max(8, 1 << (len(vector) - 1).bit_length())
    placed = list(map(sub, vector, centre)) if centre else vector
    turns = min(4, math.ceil(BITS / lanes))
    digits = "".join(_signs(_turned(placed, lanes, turn), lanes) for turn in range(turns))[:BITS]
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def _turned(vector: Floats, lanes: int, turn: int) -> int:
    """A vector rotated: one whole number whose lanes are its coordinates, each with half of a lane added.

    The fast Hadamard transform adds and subtracts all lanes of a half at once. A carry into the next lane is taken
    back within the same sum, so that no lane ever disturbs another.
    """
    zero, halves = _lanes(lanes)
    scaled = array("i", map(int, map(mul, vector, _flips(len(vector), turn))))
    number = int.from_bytes(scaled.tobytes() if _LITTLE else _swapped(scaled), "little") ^ zero
    for shift, low, low_zero in halves:
        one, other = number & low, (number >> shift) & low
        number = (one + other - low_zero) | ((one - other + low_zero) << shift)
    return number


def _signs(number: int, lanes: int) -> str:
    return number.to_bytes(lanes * _LANE // 8, "little")[3::4].translate(_SIGNS).decode()


@lru_cache(maxsize=8)
def _lanes(lanes: int) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """What zero is in all lanes, and for each half: how far it lies, its lanes, and zero in them."""
    ones = sum(1 << (lane * _LANE) for lane in range(lanes))
    halves: list[tuple[int, int, int]] = []
    step = 1
    while step < lanes:
        low = sum(1 << (lane * _LANE) for lane in range(lanes) if not lane & step)
        halves.append((step * _LANE, low * ((1 << _LANE) - 1), low << (_LANE - 1)))
        step *= 2
    return ones << (_LANE - 1), tuple(halves)


@lru_cache(maxsize=32)
def _flips(dimension: int, turn: int) -> tuple[float, ...]:
    """Which axes a rotation flips; always the same ones, because stored codes depend on it."""
    dice = random.Random(f"heartbit {dimension} {turn}")
    return tuple(dice.choice((-1.0, 1.0)) * _SCALE for _ in range(dimension))


def _swapped(scaled: "array[int]") -> bytes:
    turned = scaled[:]
    turned.byteswap()
    return turned.tobytes()


_LITTLE: Final = array("H", [1]).tobytes()[0] == 1
