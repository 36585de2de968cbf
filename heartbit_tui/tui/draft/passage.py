"""Text with a cursor in it, and how it changes."""

from dataclasses import replace

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """Text with a cursor before the character `cursor`; what lies between `anchor` and the cursor is selected."""

    text: str = ""
    cursor: int = 0
    anchor: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """Where the selection begins and ends; both are the cursor where nothing is selected."""
        anchor = self.cursor if self.anchor is None else self.anchor
        return min(anchor, self.cursor), max(anchor, self.cursor)

    @property
    def selected(self) -> str:
        """The selected text."""
        start, end = self.span
        return self.text[start:end]

    @property
    def before(self) -> str:
        """The text before the cursor."""
        return self.text[: self.cursor]


def written(text: str) -> Passage:
    """A text with the cursor at its end."""
    return Passage(text, len(text))


def moved(passage: Passage, to: int, *, select: bool = False) -> Passage:
    """The cursor at `to`; with `select` everything on the way becomes selected."""
    if not select:
        return Passage(passage.text, to)
    return replace(passage, cursor=to, anchor=passage.cursor if passage.anchor is None else passage.anchor)


def replaced(passage: Passage, start: int, end: int, text: str) -> Passage:
    """`text` in place of what stood from `start` to `end`, with the cursor after it."""
    return Passage(passage.text[:start] + text + passage.text[end:], start + len(text))


def typed(passage: Passage, text: str) -> Passage:
    """`text` at the cursor, in place of what was selected."""
    return replaced(passage, *passage.span, text)
