"""Text with its styles, from which any stretch can be taken."""

from bisect import bisect_right
from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style


class Runs:
    """One text and where in it which style holds; neighbours of one style are one run."""

    __slots__ = ("_starts", "_styles", "text")

    def __init__(self, parts: Iterable[tuple[str, Style]]) -> None:
        self._starts: list[int] = []
        self._styles: list[Style] = []
        texts: list[str] = []
        size = 0
        for text, style in parts:
            if not text:
                continue
            if not self._styles or not (style is self._styles[-1] or style == self._styles[-1]):
                self._starts.append(size)
                self._styles.append(style)
            texts.append(text)
            size += len(text)
        self.text = "".join(texts)

    def between(self, start: int, end: int) -> tuple[Segment, ...]:
        """The stretch of the text from `start` to `end`, in as few segments as it has styles."""
        if start >= end:
            return ()
        if len(self._styles) == 1:
            return (Segment(self.text[start:end], self._styles[0]),)
        first = bisect_right(self._starts, start) - 1
        found: list[Segment] = []
        while start < end:
            stop = self._starts[first + 1] if first + 1 < len(self._starts) else end
            stop = min(stop, end)
            found.append(Segment(self.text[start:stop], self._styles[first]))
            start, first = stop, first + 1
        return tuple(found)
