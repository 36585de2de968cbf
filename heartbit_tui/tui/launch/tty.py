"""The terminal of this process: held for the screen, and given back as it was found."""

import fcntl
import os
import termios
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import RLock

from heartbit_tui.tui.launch.sequences import ENTER, LEAVE

IFLAG, LFLAG, CC = 0, 3, 6
PATIENCE = 1.0
"""Seconds that giving back waits for a write that does not get on, at a terminal that has stopped."""

FALLBACK = (80, 24)


class Tty:
    """Two descriptors of one terminal. Raises `termios.error` where `source` is none.

    What is written after the terminal was given back is dropped; giving back twice does nothing.
    """

    def __init__(self, source: int = 0, target: int = 1) -> None:
        self.source = source
        self._target = target
        self._before = termios.tcgetattr(source)
        self._lock = RLock()
        self.held = False

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            columns, rows = os.get_terminal_size(self._target)
        except OSError:
            return FALLBACK
        return columns or FALLBACK[0], rows or FALLBACK[1]

    def hold(self, first: str = "") -> bytes:
        """Take the terminal: every key comes as a byte, on the alternate screen, which begins with `first`.

        Gives what was typed before, in which a line end is the Enter that the terminal made one of.
        """
        with self._locked():
            self.held = True
            self._set(_raw(self._before))
            typed = self._waiting().replace(b"\n", b"\r")
            self.write(ENTER + first)
        return typed

    def release(self) -> None:
        """Give the terminal back as it was."""
        with self._locked():
            if self.held:
                self.write(LEAVE)
                self.held = False
                self._set(self._before)

    def write(self, text: str) -> bool:
        """Show something, unless the terminal was given back; False where there is no terminal any more."""
        data = memoryview(text.encode("utf-8", "replace"))
        with self._locked():
            while data and self.held:
                try:
                    data = data[os.write(self._target, data) :]
                except OSError:
                    return False
        return True

    def _set(self, attributes: list[int | list[bytes | int]]) -> None:
        with suppress(termios.error):  # it is gone; the keys tell
            termios.tcsetattr(self.source, termios.TCSANOW, attributes)

    def _waiting(self) -> bytes:
        try:
            count = int.from_bytes(fcntl.ioctl(self.source, termios.FIONREAD, b"\0\0\0\0"), "little")
            return os.read(self.source, count) if count else b""
        except OSError:
            return b""

    @contextmanager
    def _locked(self) -> Generator[None]:
        got = self._lock.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if got:
                self._lock.release()


def _raw(before: list[int | list[bytes | int]]) -> list[int | list[bytes | int]]:
    """The same settings without echo, lines, signals by keys, and keys that stop the output."""
    after = [list(each) if isinstance(each, list) else each for each in before]
    flags, local, special = after[IFLAG], after[LFLAG], after[CC]
    assert isinstance(flags, int)
    assert isinstance(local, int)
    assert isinstance(special, list)
    after[IFLAG] = flags & ~(
        termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP
    )
    after[LFLAG] = local & ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    special[termios.VMIN], special[termios.VTIME] = 1, 0
    return after
