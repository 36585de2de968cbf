"""Which calls are at work that may change anything: what a killed process leaves for the next one to find."""

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

AT_WORK = "at-work"
"""The folder of undo with a file for each session in which calls are at work that may change anything."""


class Spans:
    """The file of one session in a folder; it is there while such calls are at work."""

    def __init__(self, folder: Path, session: str) -> None:
        self._file = folder / f"{session.replace(os.sep, '_')}.json"

    def begin(self, calls: Sequence[str]) -> None:
        """These calls are at work, and no others. Raises `OSError`."""
        if not calls:
            self.end()
            return
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self._file.with_suffix(".new")
        aside.write_text(json.dumps(list(calls)), "utf-8")
        aside.rename(self._file)

    def left(self) -> tuple[str, ...]:
        """The calls that were at work when a process died; none where nothing was."""
        try:
            return tuple(str(call) for call in json.loads(self._file.read_bytes()))
        except (OSError, ValueError, TypeError):
            return ()

    def end(self) -> None:
        """None is at work."""
        with contextlib.suppress(OSError):
            self._file.unlink()
