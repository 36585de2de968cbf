"""Vectors as they are stored: whole, and as short codes of bits that are quickly compared.

A bit says on which side of a plane a vector lies; the more bits two codes share, the smaller the angle between them.
The planes are those of the axes and of rotations of them (Hadamard, four axes at a time), because one bit for each of
384 axes is too coarse to find the nearest ten of 100,000 among the first two thousand.
"""

import math
from array import array
from collections.abc import Sequence
from operator import add, mul, sub
from typing import Final

from heartbit_tui.memory.types import Floats

BITS: Final = 1024
"""How many bits a code has at least, up to three for each dimension."""

_SIGNS: Final = bytes(48 + (byte >> 7) for byte in range(256))
"""The top byte of a float as the digit 1 where the number is negative, else 0."""


def unit(values: Floats) -> "array[float]":
    """The vector as 32-bit floats of length 1; one of zeros stays."""
    norm = math.sqrt(sum(map(mul, values, values)))
    return array("f", [each / norm for each in values] if norm else values)


def code(vector: "array[float]") -> bytes:
    """The bits of a unit vector, in whole bytes."""
    rotations = min(3, math.ceil(BITS / max(1, len(vector))))
    padded = [*vector, *([0.0] * (-len(vector) % 4))]
    bits = [_signs(vector)]
    if rotations > 1:
        quarter = len(padded) // 4
        bits.append(_signs(_rotated([padded[start : start + quarter] for start in range(0, 4 * quarter, quarter)])))
    if rotations > 2:
        bits.append(_signs(_rotated([padded[start::4] for start in range(4)])))
    digits = "".join(bits)
    digits += "0" * (-len(digits) % 64)
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def _rotated(parts: Sequence[Sequence[float]]) -> "array[float]":
    """Four parts of a vector, each sum and difference of them; angles stay what they are."""
    first, second, third, fourth = parts
    sums, differences = list(map(add, first, second)), list(map(sub, first, second))
    others, other_differences = list(map(add, third, fourth)), list(map(sub, third, fourth))
    turned = array("f", map(add, sums, others))
    turned.extend(map(sub, sums, others))
    turned.extend(map(add, differences, other_differences))
    turned.extend(map(sub, differences, other_differences))
    return turned


def _signs(vector: "array[float]") -> str:
    top = 3 if _LITTLE else 0
    return vector.tobytes()[top::4].translate(_SIGNS).decode()


_LITTLE: Final = array("H", [1]).tobytes()[0] == 1
