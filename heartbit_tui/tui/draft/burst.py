"""Tells a paste that comes as keys from typing, where a terminal does not mark pastes."""

from typing import Literal, TypeAlias

GAP = 0.03
"""Seconds between two keys below which nobody types."""

QUIET = 0.12
"""Seconds after the last key of a paste within which Enter belongs to it."""

FEW = 3
"""Keys in a row that may come that fast by rolling over the keyboard."""

Verdict: TypeAlias = Literal["usual", "held", "began", "more", "over"]
"""What a key is: a usual one; an Enter that waits for what follows; the first, or a further, key by which a paste is
known; one that no longer belongs to the paste before it."""


class Burst:
    """Judges keys by the times at which they come. Enter among fast keys is held: a paste goes on, typing does not."""

    def __init__(self) -> None:
        self._last = float("-inf")
        self._run = 0
        self._held = False
        self._coming: list[str] | None = None

    def take(self, now: float, text: str) -> Verdict:
        """Judge a key that came at `now` and stands for `text`, which is empty for a key that is no text."""
        gap, self._last = now - self._last, now
        self._run = self._run + 1 if gap < GAP else 0
        if self._coming is not None:
            return self._goes_on(gap, text)
        if self._held:
            self._held = False
            if gap < GAP and text:
                self._coming = ["\n", text]
                return "began"
        elif text == "\n" and self._run >= FEW:
            self._held = True
            return "held"
        return "usual"

    @property
    def begins(self) -> bool:
        """Whether the last key may be the first of a paste."""
        return self._run == 0

    @property
    def holds(self) -> bool:
        """Whether an Enter waits."""
        return self._held

    @property
    def count(self) -> int:
        """How many pieces of the paste have come."""
        return len(self._coming or ())

    def release(self) -> bool:
        """Nothing followed the held Enter: it was meant. Tells whether there was one."""
        held, self._held = self._held, False
        return held

    def lead(self, text: str) -> None:
        """What came before the paste was known for one."""
        if self._coming is not None:
            self._coming.insert(0, text)

    def end(self) -> str:
        """The paste is over; what came of it since it was known."""
        text = "".join(self._coming or ())
        self._coming = None
        return text

    def _goes_on(self, gap: float, text: str) -> Verdict:
        if gap >= QUIET or not text or self._coming is None:
            return "over"
        self._coming.append(text)
        return "more"
