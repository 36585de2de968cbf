"""The pages of an SQLite file as records; what is damaged gives nothing, and never an error."""

import struct
from collections.abc import Iterator, Mapping
from mmap import mmap
from typing import NamedTuple, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Value: TypeAlias = int | float | str | bytes | None
Record: TypeAlias = tuple[Value, ...]

TABLE_LEAF, TABLE_INNER, INDEX_LEAF, INDEX_INNER = 0x0D, 0x05, 0x0A, 0x02
LONGEST = 1 << 30
"""Bytes of the longest record that SQLite itself would read."""

_SIZES: Mapping[int, int] = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}


class Unreadable(Exception):
    """A record is not what its page says that it is."""


class Cell(NamedTuple):
    """A record with its rowid, which is 0 in an index."""

    rowid: int
    record: Record


@dataclass(frozen=True, slots=True)
class Image:
    """All pages of a file, the newer ones of its log over the older ones of the file; the first is number 1."""

    data: bytes | mmap
    over: Mapping[int, bytes]
    page_size: int
    usable: int
    count: int

    def page(self, number: int) -> bytes:
        """A page, empty where there is none with this number."""
        found = self.over.get(number)
        if found is not None:
            return found
        if not 0 < number <= self.count:
            return b""
        return bytes(self.data[(number - 1) * self.page_size : number * self.page_size])


def kind_of(page: bytes, number: int) -> int:
    """The first byte of a page's own header; 0 for a page that is none of a tree."""
    found = page[_start(number)] if len(page) > _start(number) + 8 else 0
    return found if found in (TABLE_LEAF, TABLE_INNER, INDEX_LEAF, INDEX_INNER) else 0


def children(image: Image, number: int) -> Iterator[int]:
    """The pages right below an inner page."""
    page = image.page(number)
    for at in _pointers(page, number):
        if at + 4 <= len(page):
            yield int.from_bytes(page[at : at + 4], "big")
    at = _start(number) + 8
    yield int.from_bytes(page[at : at + 4], "big")


def cells(image: Image, number: int) -> Iterator[Cell | None]:
    """The records of a page, None in the place of each that cannot be read."""
    page = image.page(number)
    kind = kind_of(page, number)
    for at in _pointers(page, number):
        try:
            yield _cell(image, page, at, kind)
        except (Unreadable, IndexError, struct.error, OverflowError):
            yield None


def overflow(image: Image, number: int) -> Iterator[int]:
    """The first pages of what did not fit into a page."""
    page = image.page(number)
    kind = kind_of(page, number)
    for at in _pointers(page, number):
        try:
            begin, length, _ = _payload(page, at, kind)
            local = _local(length, image.usable, kind)
            if local < length:
                yield int.from_bytes(page[begin + local : begin + local + 4], "big")
        except (Unreadable, IndexError):
            continue


def _start(number: int) -> int:
    """Where the header of a page begins: the first page begins with the header of the file."""
    return 100 if number == 1 else 0


def _pointers(page: bytes, number: int) -> Iterator[int]:
    start = _start(number)
    kind = kind_of(page, number)
    if not kind:
        return
    first = start + (12 if kind in (TABLE_INNER, INDEX_INNER) else 8)
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    for place in range(first, min(first + 2 * count, len(page) - 1), 2):
        at = int.from_bytes(page[place : place + 2], "big")
        if first <= at < len(page):
            yield at


def _payload(page: bytes, at: int, kind: int) -> tuple[int, int, int]:
    """Where a cell's payload begins, how long it is, and the rowid."""
    if kind == INDEX_INNER:
        at += 4
    length, at = varint(page, at)
    rowid = 0
    if kind == TABLE_LEAF:
        rowid, at = varint(page, at)
    if length > LONGEST:
        raise Unreadable
    return at, length, signed(rowid)


def _cell(image: Image, page: bytes, at: int, kind: int) -> Cell:
    begin, length, rowid = _payload(page, at, kind)
    local = _local(length, image.usable, kind)
    payload = page[begin : begin + local]
    if len(payload) < local:
        raise Unreadable
    if local < length:
        following = int.from_bytes(page[begin + local : begin + local + 4], "big")
        payload += b"".join(_rest(image, following, length - local))
    return Cell(rowid, record(payload))


def _rest(image: Image, number: int, left: int) -> Iterator[bytes]:
    """What did not fit into the page; the chain is as long as what is left, however it is linked."""
    if left > image.count * image.page_size + len(image.over) * image.page_size:
        raise Unreadable
    while left > 0:
        page = image.page(number)
        if len(page) < image.usable:
            raise Unreadable
        yield page[4 : min(4 + left, image.usable)]
        left -= image.usable - 4
        number = int.from_bytes(page[:4], "big")
    if number:
        raise Unreadable


def _local(length: int, usable: int, kind: int) -> int:
    """How much of a payload stands in its own page."""
    most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    found = least + (length - least) % (usable - 4)
    return found if found <= most else least


def record(payload: bytes) -> Record:
    """The values of a record. Raises `Unreadable` where they do not fill it exactly."""
    size, at = varint(payload, 0)
    if size > len(payload):
        raise Unreadable
    types: list[int] = []
    while at < size:
        kind, at = varint(payload, at)
        types.append(kind)
    if at != size:
        raise Unreadable
    values: list[Value] = []
    for kind in types:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise Unreadable
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind >= 12:
        end = at + (kind - 12) // 2
        piece = payload[at:end]
        if end > len(payload):
            raise Unreadable
        return (piece.decode("utf-8", "replace") if kind % 2 else piece), end
    if kind in (10, 11):
        raise Unreadable
    end = at + _SIZES[kind]
    if end > len(payload):
        raise Unreadable
    if kind == 7:
        return struct.unpack(">d", payload[at:end])[0], end
    if kind in (0, 8, 9):
        return (None if kind == 0 else kind - 8), end
    return int.from_bytes(payload[at:end], "big", signed=True), end


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where the next thing begins. Raises `IndexError` at the end of the data."""
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


def signed(value: int) -> int:
    """A number of 64 bits as SQLite means it."""
    return value - (1 << 64) if value >= 1 << 63 else value
