"""What a pane shows: pieces in order, each set in lines when it comes into view."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look

Key: TypeAlias = tuple[int, int]
"""Names a piece: which block, and which piece of it. Keys are ordered as the pieces stand."""


class Source(Protocol):
    """Pieces of text in order. All methods are called on the event loop and must be quick.

    A piece should be a paragraph, a row, a call: something that is set in less than a millisecond or two.
    """

    def first(self) -> Key | None:
        """The first piece, None where there is none."""
        ...

    def last(self) -> Key | None:
        """The last piece, None where there is none."""
        ...

    def after(self, key: Key) -> Key | None:
        """The piece after this one; `key` may be of a piece that is gone."""
        ...

    def before(self, key: Key) -> Key | None:
        """The piece before this one; `key` may be of a piece that is gone."""
        ...

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        """The piece in lines of at most `look.width` cells; empty for one that is gone or shows nothing."""
        ...

    def share(self, key: Key) -> float:
        """How much of everything stands before this piece, from 0 to 1, for the scroll bar."""
        ...
