"""How far a long command is, as one line on the terminal that is written over."""

import shutil
import time
from types import MappingProxyType, TracebackType
from typing import Self, TextIO

from heartbit_tui.cli.told import one_line

CELLS = 24
"""Cells of the bar itself."""

EVERY = 0.05
"""Seconds between two pictures."""

STAGES = MappingProxyType({"load": "reading", "embed": "embedding"})


class Bar:
    """A progress bar on a stream, where that is a terminal; nothing anywhere else. It is gone when it ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._seen = stream.isatty()
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._seen:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def show(self, stage: str, done: int, total: int, what: str) -> None:
        """Show that so many of so many are done, and what was the last."""
        now = time.monotonic()
        if not self._seen or (now < self._next and done < total):
            return
        self._next = now + EVERY
        self._stream.write(f"\r\x1b[K{picture(stage, done, total, what, shutil.get_terminal_size().columns)}")
        self._stream.flush()


def picture(stage: str, done: int, total: int, what: str, width: int) -> str:
    """The line, no wider than the terminal."""
    full = CELLS * done // total if total else CELLS
    told = f"{STAGES.get(stage, stage)} [{'█' * full}{'░' * (CELLS - full)}] {done}/{total} {what}"
    return one_line(told, max(width - 1, 10))
