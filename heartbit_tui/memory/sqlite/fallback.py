"""Codes and vectors compared without sqlite-vec: with numpy where it is installed, else by the language itself."""

import importlib
import importlib.util
from array import array
from collections import Counter
from collections.abc import Sequence
from operator import mul
from typing import Any, Final, Protocol


class Comparison(Protocol):
    """What compares one vector with many."""

    name: str

    def held(self, codes: Sequence[bytes]) -> Any:
        """Codes as `closest` wants them."""
        ...

    def closest(self, held: Any, code: bytes, most: int) -> list[int]:
        """The places of the codes that share most bits with one; more than `most` where the last are equal."""
        ...

    def cosines(self, vectors: Sequence[bytes], wanted: "array[float]") -> list[float]:
        """The cosines between one unit vector and others."""
        ...


def choose() -> Comparison:
    """The quickest way that this installation has."""
    return Numpy(importlib.import_module("numpy")) if importlib.util.find_spec("numpy") else Plain()


_ONES: Final = bytes(byte.bit_count() for byte in range(256))
"""How many bits of a byte are set, for a numpy before 2.0, which does not count them itself."""


class Plain:
    """Codes are whole numbers, whose differing bits Python counts itself."""

    name = "python"

    def held(self, codes: Sequence[bytes]) -> list[int]:
        return [int.from_bytes(each, "big") for each in codes]

    def closest(self, held: list[int], code: bytes, most: int) -> list[int]:
        wanted = int.from_bytes(code, "big")
        distances = [(each ^ wanted).bit_count() for each in held]
        bound = _bound(distances, most)
        return [place for place, distance in enumerate(distances) if distance <= bound]

    def cosines(self, vectors: Sequence[bytes], wanted: "array[float]") -> list[float]:
        return [sum(map(mul, array("f", each), wanted)) for each in vectors]


class Numpy:
    """Codes are rows of whole numbers, and vectors rows of a matrix."""

    name = "numpy"

    def __init__(self, numpy: Any) -> None:
        self._numpy = numpy
        self._counts_bits = hasattr(numpy, "bitwise_count")

    def held(self, codes: Sequence[bytes]) -> Any:
        return self._row(b"".join(codes), len(codes[0])) if codes else ()

    def closest(self, held: Any, code: bytes, most: int) -> list[int]:
        if not len(held):
            return []
        distances = self._ones(held ^ self._row(code, len(code))).sum(axis=1)
        if len(distances) <= most:
            return list(range(len(distances)))
        bound = self._numpy.partition(distances, most - 1)[most - 1]
        return self._numpy.nonzero(distances <= bound)[0].tolist()

    def cosines(self, vectors: Sequence[bytes], wanted: "array[float]") -> list[float]:
        rows = self._numpy.frombuffer(b"".join(vectors), dtype=self._numpy.float32).reshape(-1, len(wanted))
        return (rows @ self._numpy.frombuffer(wanted.tobytes(), dtype=self._numpy.float32)).tolist()

    def _row(self, data: bytes, width: int) -> Any:
        """Codes as rows of the longest whole numbers that fit into one: those of short vectors have four bytes."""
        whole = self._numpy.uint64 if self._counts_bits and width % 8 == 0 else self._numpy.uint8
        rows = self._numpy.frombuffer(data, dtype=whole)
        return rows.reshape(-1, width // rows.itemsize)

    def _ones(self, numbers: Any) -> Any:
        if self._counts_bits:
            return self._numpy.bitwise_count(numbers)
        return self._numpy.frombuffer(_ONES, dtype=self._numpy.uint8)[numbers]


def _bound(distances: Sequence[int], most: int) -> int:
    """The distance within which at least `most` lie, or all of them."""
    counted = Counter(distances)
    seen = 0
    for distance in sorted(counted):
        seen += counted[distance]
        if seen >= most:
            return distance
    return max(counted, default=0)
