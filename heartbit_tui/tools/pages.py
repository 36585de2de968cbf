"""One page of a text file of any size, read in pieces of bounded memory."""

import codecs
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools.textfile import EDITABLE_BYTES, SNIFFED_BYTES, is_binary, sniff

LINE_BYTES = 2000
"""Longer lines are cut."""

COUNTED_BYTES = 64 * 1024 * 1024
"""How far beyond a page the lines are counted; the number of lines of a larger file stays unknown."""

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Lines `first` and following, as they are shown.

    `total` is the number of lines of the file, None where it was not counted to the end; `digest` the hash of
    the whole file, empty where the file is too large to be changed; `foreign` the number of shown lines with
    bytes that are not of the file's encoding.
    """

    lines: tuple[str, ...]
    first: int
    total: int | None
    digest: str
    binary: bool = False
    foreign: int = 0
    cut: int = 0

    @property
    def last(self) -> int:
        """The number of the last line shown; `first - 1` for none."""
        return self.first + len(self.lines) - 1


@dataclass(slots=True, kw_only=True)
class _Window:
    """Collects the wanted lines; of each it keeps no more than what is shown."""

    first: int
    limit: int
    budget: int
    codec: str
    lines: list[str] = field(default_factory=list[str])
    number: int = 1
    begun: bool = False
    held: bytearray = field(default_factory=bytearray)
    cut: int = 0
    foreign: int = 0
    overlong: bool = False
    spent: bool = False

    @property
    def full(self) -> bool:
        """Whether nothing more will be kept."""
        return self.spent or len(self.lines) >= self.limit

    @property
    def total(self) -> int:
        """The number of lines so far; an unfinished last one counts."""
        return self.number if self.begun else self.number - 1

    def feed(self, chunk: bytes) -> None:
        if self.full or self.number + chunk.count(b"\n") < self.first:
            self._skip(chunk)
            return
        for piece in _pieces(chunk):
            self._keep(piece)

    def finish(self) -> None:
        if self.begun and not self.full and self.number >= self.first:
            self._close()

    def _skip(self, chunk: bytes) -> None:
        if chunk:
            self.number += chunk.count(b"\n")
            self.begun = not chunk.endswith(b"\n")

    def _keep(self, piece: bytes) -> None:
        ended = piece.endswith(b"\n")
        if self.number >= self.first and not self.full:
            room = LINE_BYTES + 4 - len(self.held)
            self.held += piece[: max(room, 0)]
            self.overlong = self.overlong or len(piece) > room
            if ended:
                self._close()
        self.begun = not ended
        self.number += ended

    def _close(self) -> None:
        raw = bytes(self.held).removesuffix(b"\n").removesuffix(b"\r")
        overlong = self.overlong or len(raw) > LINE_BYTES
        text = _legible(raw, overlong)
        cost = len(text.encode("utf-8", "replace")) + 8
        if cost > self.budget and self.lines:
            self.spent = True
            return
        self.budget -= cost
        self.lines.append(text)
        self.cut += overlong
        self.foreign += "\ufffd" in text and b"\xef\xbf\xbd" not in raw
        self.held.clear()
        self.overlong = False


def _pieces(chunk: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(chunk):
        end = chunk.find(b"\n", start) + 1 or len(chunk)
        yield chunk[start:end]
        start = end


def _legible(raw: bytes, overlong: bool) -> str:
    if not overlong:
        return raw.decode("utf-8", "replace")
    head = raw[:LINE_BYTES]
    whole = codecs.getincrementaldecoder("utf-8")("replace").decode(head)
    return whole + "..."


def read_page(descriptor: int, *, offset: int, limit: int, budget: int, stop: threading.Event) -> Page:
    """The page of `limit` lines from line `offset` (from 1) and of at most `budget` bytes; at least one line.

    Reads on to the end, for the hash and the number of lines, unless the file is too large for either. Raises
    `InterruptedError` when `stop` is set.
    """
    size = os.fstat(descriptor).st_size
    hashed = hashlib.sha256() if size <= EDITABLE_BYTES else None
    chunk = os.read(descriptor, _CHUNK)
    if is_binary(chunk[:SNIFFED_BYTES]):
        return Page(lines=(), first=1, total=None, digest="", binary=True)
    codec, mark = sniff(chunk)
    window = _Window(first=offset, limit=limit, budget=budget, codec=codec)
    decoder = codecs.getincrementaldecoder(codec)("replace") if codec != "utf-8" else None
    skipped, beyond = len(mark), 0
    while chunk and (hashed is not None or beyond <= COUNTED_BYTES):
        if stop.is_set():
            raise InterruptedError
        beyond += len(chunk) if window.full else 0
        if hashed is not None:
            hashed.update(chunk)
        body = chunk[skipped:]
        window.feed(body if decoder is None else decoder.decode(body).encode("utf-8", "replace"))
        skipped = 0
        chunk = os.read(descriptor, _CHUNK)
    window.finish()
    return Page(
        lines=tuple(window.lines),
        first=offset,
        total=None if chunk else window.total,
        digest="" if hashed is None else hashed.hexdigest(),
        foreign=window.foreign,
        cut=window.cut,
    )
