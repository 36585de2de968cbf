"""Cuts a text into chunks: whole paragraphs where they fit, slices of a long one where they do not."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from heartbit_tui.kernel.dataclass import dataclass

SIZE = 1000
"""Bytes of UTF-8 that a chunk may have; the seed's figure."""

OVERLAP = 200
"""Bytes of a chunk that the next one begins with; the seed's figure."""

_OFFSET, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1
_LONGEST_CHARACTER = 4
_BLANKS = re.compile(rb"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A slice of a text, with the number of its first and last line; the first line of a text is 1."""

    text: str
    first_line: int
    last_line: int


def chunks(text: str, *, size: int = SIZE, overlap: int = OVERLAP) -> tuple[Chunk, ...]:
    """The text in chunks of at most `size` bytes each, overlap included; each has something that the last one lacks.

    Every chunk is a slice of the text, so that its lines can be cited. A chunk begins with up to `overlap` bytes of
    the one before it, from the beginning of a word where there is one. Only a character that is larger than `size`
    makes a larger chunk.
    """
    data = text.encode("utf-8", "replace")
    breaks = [found.start() for found in re.finditer(rb"\n", data)]
    spans = _Cutter(data, size, min(overlap, size - 1)).spans()
    return tuple(_chunk(data, start, end, breaks) for start, end in spans)


def chunk_id(uri: str, index: int) -> str:
    """What a chunk is called: 64-bit FNV-1a of its document's URI in 16 hexadecimal digits, and its place in it."""
    digest = _OFFSET
    for byte in uri.encode("utf-8", "replace"):
        digest = (digest ^ byte) * _PRIME & _MASK
    return f"{digest:016x}-{index}"


class _Cutter:
    """Finds where chunks begin and end, in bytes; what is cut is the data itself, with the blanks between paragraphs."""

    def __init__(self, data: bytes, size: int, overlap: int) -> None:
        self._data = data
        self._size = size
        self._overlap = overlap

    def spans(self) -> Iterator[tuple[int, int]]:
        """Beginnings and ends, without blanks at the end and without those that reach no further than the last."""
        reached = 0
        for start, rough in self._rough():
            end = start + len(self._data[start:rough].rstrip())
            if end > max(reached, start):
                yield start, end
                reached = end

    def _rough(self) -> Iterator[tuple[int, int]]:
        start = end = -1
        for first, last in _paragraphs(self._data):
            if end < 0:
                start = first
            elif last - start > self._size and not self._belongs(start, end, first, last):
                yield start, end
                start = self._head(end, last if last - first <= self._size else 0, first)
            least = max(first, end)
            while last - start > self._size:
                start, cut = self._window(start, least)
                yield start, cut
                start, least = max(start, self._head(cut, 0, cut)), cut
            end = last
        if end >= 0:
            yield start, end

    def _belongs(self, start: int, end: int, first: int, last: int) -> bool:
        """Whether what is gathered so far would be repeated whole by a paragraph that has to be sliced anyway."""
        sliced = last - first > self._size and first + _LONGEST_CHARACTER < start + self._size
        return sliced and end - start <= self._overlap

    def _head(self, end: int, whole: int, first: int) -> int:
        """Where a chunk begins that follows one which ended at `end`: so that it can reach to `whole`, if that is set."""
        earliest = self._up(max(end - self._overlap, whole - self._size))
        if earliest >= end:
            return first
        if self._data[earliest - 1 : earliest].isspace() or not (gap := _BLANKS.search(self._data, earliest, end)):
            return earliest
        return gap.end() if gap.end() < end else earliest

    def _window(self, start: int, least: int) -> tuple[int, int]:
        """The beginning and end of a slice that reaches beyond `least`; it begins later where that takes it."""
        cut = self._down(start + self._size)
        if cut <= least:
            cut = self._up(least + 1)
            start = max(start, min(self._up(cut - self._size), least))
            return start, max(cut, self._down(start + self._size))
        lowest = max(least + 1, start + self._size * 3 // 4)
        for sign in (b"\n", b" "):
            if (found := self._data.rfind(sign, lowest, cut)) > 0:
                return start, found
        return start, cut

    def _up(self, at: int) -> int:
        """The beginning of a character at `at` or after it."""
        at = max(at, 0)
        while at < len(self._data) and self._data[at] & 0xC0 == 0x80:
            at += 1
        return at

    def _down(self, at: int) -> int:
        """The beginning of a character at `at` or before it; the end of the data counts as one."""
        at = min(at, len(self._data))
        while 0 < at < len(self._data) and self._data[at] & 0xC0 == 0x80:
            at -= 1
        return at


def _paragraphs(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each run of lines with words begins and ends, without the blanks behind it."""
    lines = data.split(b"\n")
    starts = accumulate((len(line) + 1 for line in lines), initial=0)
    first = last = -1
    for start, line in zip(starts, lines, strict=False):
        if words := line.rstrip():
            first, last = (start if first < 0 else first), start + len(words)
        elif first >= 0:
            yield first, last
            first = -1
    if first >= 0:
        yield first, last


def _chunk(data: bytes, start: int, end: int, breaks: list[int]) -> Chunk:
    text = data[start:end].decode("utf-8")
    return Chunk(text=text, first_line=bisect_left(breaks, start) + 1, last_line=bisect_left(breaks, end) + 1)
