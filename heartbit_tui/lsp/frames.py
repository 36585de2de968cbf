"""Messages cut out of the bytes that a language server writes, whatever its headers look like."""

import re
from collections.abc import Iterator

from heartbit_tui.lsp.types import LanguageError

LONGEST = 64 << 20
"""Bytes of one message."""

MOST_NOISE = 64 << 10
"""Bytes that are no message; programs that say hello first write far less."""

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")


class Frames:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = -1
        self._noise = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole with these bytes. Raises `LanguageError` for what cannot be messages."""
        self._held += data
        while (body := self._next()) is not None:
            yield body

    def _next(self) -> bytes | None:
        if self._wanted < 0 and not self._header():
            return None
        if len(self._held) < self._wanted:
            return None
        body = bytes(self._held[: self._wanted])
        del self._held[: self._wanted]
        self._wanted = -1
        return body

    def _header(self) -> bool:
        """Read headers until one says how long a message is."""
        while found := _END.search(self._held):
            lines = bytes(self._held[: found.start()]).splitlines()
            lengths = [match for line in lines if (match := _LENGTH.fullmatch(line.strip()))]
            del self._held[: found.end()]
            if lengths:
                self._wanted = _checked(int(lengths[-1][1]))
                return True
            self._waste(found.end())
        self._waste(0)
        return False

    def _waste(self, count: int) -> None:
        self._noise += count
        if self._noise + len(self._held) > MOST_NOISE:
            raise LanguageError("it writes something that is no message of a language server")


def _checked(length: int) -> int:
    if length > LONGEST:
        raise LanguageError(f"it announces a message of {length} bytes, more than {LONGEST >> 20} MB")
    return length
