"""What a draft was before: steps back and forth that lose nothing."""

from collections import deque

from heartbit_tui.tui.draft.passage import Passage

STEPS = 300
CHARACTERS = 4_000_000
"""How much is remembered: so many steps, and all of them together this large."""


class Undo:
    """The states before the present one. Changes of one kind that follow each other are one step."""

    def __init__(self) -> None:
        self._past: deque[Passage] = deque(maxlen=STEPS)
        self._future: list[Passage] = []
        self._kind = ""

    def record(self, before: Passage, kind: str = "") -> None:
        """Remember what was before a change; `kind` joins it with the last change when that had the same kind."""
        if not (kind and kind == self._kind and self._past):
            self._past.append(before)
            self._shorten()
        self._kind = kind
        self._future.clear()

    def split(self) -> None:
        """Let the next change be a step of its own."""
        self._kind = ""

    def back(self, present: Passage) -> Passage | None:
        """The state before the last step; None when there is none."""
        self._kind = ""
        if not self._past:
            return None
        self._future.append(present)
        return self._past.pop()

    def forth(self, present: Passage) -> Passage | None:
        """The state that the last step back left; None when there is none."""
        self._kind = ""
        if not self._future:
            return None
        self._past.append(present)
        return self._future.pop()

    @property
    def depth(self) -> int:
        """How many steps back there are."""
        return len(self._past)

    def gather(self, depth: int) -> None:
        """Make all steps beyond `depth` one."""
        self._kind = ""
        while len(self._past) > depth + 1:
            self._past.pop()

    def _shorten(self) -> None:
        while len(self._past) > 1 and sum(len(each.text) for each in self._past) > CHARACTERS:
            self._past.popleft()
