"""What the tool that runs commands needs of a sandbox, and how what runs in one is recognised."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from heartbit_tui.tools.processes import Family, in_session

_MOST_BYTES = 4096
_FIRST = re.compile(rb'"child-pid": *(\d+)')


class Arrangement(Protocol):
    """A sandbox for one command; equal to a later one as long as nothing that they rest on was changed."""

    def command(self, inner: Sequence[str], info: int) -> tuple[str, ...]:
        """The command line that runs `inner` in it and writes `{"child-pid": …}` to the descriptor `info`.

        That is the first process of the sandbox: all others end with it.
        """
        ...


class Confinement(Protocol):
    """Sandboxes for commands."""

    def arranged(self) -> Arrangement:
        """The sandbox for a command that starts now."""
        ...

    def hint(self, output: str) -> str:
        """Why a command that failed with this output may have failed in the sandbox; empty where nothing says so."""
        ...


class Keeper:
    """The first process of a sandbox. It is known a moment after the sandbox was started."""

    def __init__(self, source: int) -> None:
        os.set_blocking(source, False)
        self._source = source
        self._told = b""

    def pid(self) -> int:
        """Its id; 0 as long as none is known."""
        if not _FIRST.search(self._told):
            with suppress(BlockingIOError):
                self._told += os.read(self._source, _MOST_BYTES)
        found = _FIRST.search(self._told)
        return int(found[1]) if found else 0

    def lives(self, family: Family) -> bool:
        """Whether it may still live; True as well where it is not known."""
        pid = self.pid()
        return not pid or in_session(family, pid)

    def close(self) -> None:
        """Look no more."""
        os.close(self._source)
