"""The files of a project, for completing `@`: what .gitignore leaves out is left out."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

from heartbit_tui.client.corpus import Corpus, Steps, corpus, finished, search
from heartbit_tui.client.fuzzy import Match
from heartbit_tui.client.listing import paths
from heartbit_tui.kernel.dataclass import dataclass

STALE = 10.0
"""Seconds after which a list is read anew when it is asked for."""

SLICE = 0.004
"""Seconds that a search holds the event loop before it lets others run."""


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """All of `whole` that can answer what begins with `text`."""

    whole: Corpus
    text: str
    rest: Corpus


class FileIndex:
    """Reads the project in a thread of its own when it is asked to; until then it offers what it has.

    A list that is ready takes the place of the one before it in one step.
    """

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._corpus = Corpus()
        self._read_at: float | None = None
        self._thread: threading.Thread | None = None
        self._narrowed: _Narrowed | None = None

    @property
    def reading(self) -> bool:
        """Whether a list is being read."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def size(self) -> int:
        """How many files and folders are known."""
        return self._corpus.size

    def begin(self) -> None:
        """Read the project anew, in the background."""
        if not self.reading:
            self._read_at = self._clock()
            self._thread = threading.Thread(target=self._read, name="file index", daemon=True)
            self._thread.start()

    def freshen(self) -> None:
        """Read the project anew where the list is stale or there is none."""
        if self._read_at is None or self._clock() - self._read_at > STALE:
            self.begin()

    def wait(self) -> None:
        """Return once the project is read."""
        if self._thread is not None:
            self._thread.join()

    def matching(self, text: str, limit: int = 50) -> list[str]:
        """The paths that `text` may mean, the likeliest first."""
        return [each.text for each in finished(self._steps(text, limit)).matches]

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        """The paths that `text` may mean, the likeliest first; others run meanwhile."""
        steps = self._steps(text, limit)
        until = self._clock() + SLICE
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value.matches
            if self._clock() >= until:
                await asyncio.sleep(0)
                until = self._clock() + SLICE

    def _steps(self, text: str, limit: int) -> Steps:
        """Search among all, or among what is left of a search for the beginning of `text`."""
        whole = self._corpus
        before = self._narrowed
        narrows = before is not None and before.whole is whole and text.startswith(before.text)
        found = yield from search(before.rest if before is not None and narrows else whole, text, limit)
        if found.rest is not None:
            self._narrowed = _Narrowed(whole, text, found.rest)
        return found

    def _read(self) -> None:
        self._corpus = corpus(paths(self._root))
