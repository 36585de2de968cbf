"""What a command wrote, within bounds: its beginning and its end, and how much there was between."""

import re

HEAD_BYTES = 16 << 10
TAIL_BYTES = 64 << 10

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?!\n|\Z)", re.MULTILINE)


class Kept:
    """Collects bytes; holds no more than `head` and twice `tail` of them."""

    def __init__(self, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._head_bytes = head
        self._tail_bytes = tail
        self.size = 0
        """Bytes so far."""

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        self.size += len(data)
        room = self._head_bytes - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        if len(self._tail) > 2 * self._tail_bytes:
            del self._tail[: -self._tail_bytes]

    @property
    def left_out(self) -> int:
        """Bytes that `text` leaves out."""
        return max(self.size - self._head_bytes - self._tail_bytes, 0)

    def text(self) -> str:
        """The beginning and the end, with a line between that says how much is missing."""
        if not self.left_out:
            return decoded(self.data)
        tail = bytes(self._tail[-self._tail_bytes :])
        return f"{decoded(bytes(self._head))}\n{missing(self.left_out)}\n{decoded(tail)}"

    @property
    def data(self) -> bytes:
        """What is held."""
        return bytes(self._head + self._tail)


def missing(size: int) -> str:
    """The line that stands where something is left out."""
    return f"[{size} bytes left out here]"


def decoded(data: bytes) -> str:
    """Bytes as text; what is no UTF-8, also a character that was cut, is written as U+FFFD."""
    return data.decode("utf-8", "replace")


def settled(text: str) -> str:
    """What a terminal would show in the end: without escape sequences, and without what was written over."""
    return _OVERWRITTEN.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))
