"""What a command wrote, within bounds: its beginning, its end, and a log file with all of it."""

import codecs
import os
import secrets
from pathlib import Path

WHOLE_BYTES = 30_000
"""Output up to here is given as it is."""
PART_BYTES = 14_000
"""Of longer output, how much of its beginning and of its end is given."""
LOG_BYTES = 64 * 1024 * 1024
"""Where the log file stops growing."""


class Capture:
    """Collects output; more than `WHOLE_BYTES` of it goes to a file in `folder` that only its owner can read."""

    def __init__(self, folder: Path, *, log_bytes: int = LOG_BYTES) -> None:
        self._folder = folder
        self._log_bytes = log_bytes
        self._head = bytearray()
        self._tail = bytearray()
        self._newlines = 0
        self._logged = 0
        self._file = -1
        self._error = ""
        self.size = 0
        """Bytes so far."""
        self.log: Path | None = None
        """The file with the whole output, once there is too much to give."""

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        self.size += len(data)
        self._newlines += data.count(b"\n")
        if self.log is None:
            self._head += data
            if self.size > WHOLE_BYTES:
                self._overflow()
            return
        self._write(data)
        self._tail += data
        if len(self._tail) > 8 * PART_BYTES:
            del self._tail[:-PART_BYTES]

    def keep(self) -> None:
        """Have the log file from now on, however little there is."""
        if self.log is None:
            self._overflow()

    def since(self, place: int) -> str:
        """What came after the first `place` bytes; of more than `WHOLE_BYTES` the end, and what is left out before."""
        new = max(self.size - place, 0)
        everything = len(self._head) + len(self._tail) == self.size
        held = bytes(self._head + self._tail) if everything else bytes(self._tail)
        if new <= min(len(held), WHOLE_BYTES):
            return decoded(held[len(held) - new :])
        end = _from_first_character(held[-WHOLE_BYTES:])
        return f"[{new - len(end)} bytes left out here{self._where()}]\n\n{decoded(end)}"

    def end(self, most: int) -> str:
        """The last `most` bytes, or fewer."""
        return decoded(_from_first_character(bytes(self._tail or self._head)[-most:]))

    def shrink(self) -> None:
        """Hold no more than the beginning and the end; nothing comes any more."""
        self.close()
        del self._tail[:-PART_BYTES]

    def close(self) -> None:
        """Finish the log file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def text(self) -> str:
        """The output, or its beginning and end with a note between that says what is missing and where it is."""
        if self.size <= WHOLE_BYTES:
            return decoded(bytes(self._head + self._tail))
        head, tail = _to_last_character(bytes(self._head)), _from_first_character(bytes(self._tail[-PART_BYTES:]))
        left_out = self.size - len(head) - len(tail)
        lines = self._newlines - head.count(b"\n") - tail.count(b"\n")
        return f"{decoded(head)}\n\n[{lines} lines, {left_out} bytes left out here{self._where()}]\n\n{decoded(tail)}"

    def _where(self) -> str:
        if self._error:
            return f"; they could not be kept: {self._error}"
        if self.size > self._log_bytes:
            return f"; the first {self._log_bytes} bytes of the output are in {self.log}"
        return f"; the whole output is in {self.log}"

    def _overflow(self) -> None:
        self.log = self._folder / f"bash-{secrets.token_hex(6)}.log"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            self._error = error.strerror or str(error)
        whole = bytes(self._head)
        self._write(whole)
        self._tail += whole[PART_BYTES:]
        del self._head[PART_BYTES:]

    def _write(self, data: bytes) -> None:
        room = self._log_bytes - self._logged
        if self._file < 0 or room <= 0:
            return
        try:
            self._logged += os.write(self._file, data[:room])
        except OSError as error:
            self._error = error.strerror or str(error)
            self.close()


def decoded(data: bytes) -> str:
    """Bytes as text that any reader can take: what is no UTF-8, and NUL, becomes U+FFFD."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def _to_last_character(data: bytes) -> bytes:
    """Without the first bytes of a character whose rest is cut off."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(data)
    unfinished = len(decoder.getstate()[0])
    return data[: len(data) - unfinished]


def _from_first_character(data: bytes) -> bytes:
    """Without the last bytes of a character whose beginning is cut off."""
    start = next((at for at, byte in enumerate(data[:4]) if byte & 0xC0 != 0x80), 0)
    return data[start:]
