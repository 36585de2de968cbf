"""An answer cut into pieces while it is written, each of which can be set in lines on its own."""

from collections.abc import Sequence

from heartbit_tui.tui.markdown import marks
from heartbit_tui.tui.markdown.blocks import Blocks
from heartbit_tui.tui.markdown.leaf import LONGEST
from heartbit_tui.tui.markdown.piece import Piece

__all__ = ["Piece", "Pieces", "pieces_of"]


class Pieces:
    """The pieces of an answer that is being written.

    Text is looked at once: the pieces before `frozen` never change any more, those from there on are what the
    answer would end with if it ended now.
    """

    __slots__ = ("_all", "_blocks", "_done", "_finished", "_known", "_tail")

    def __init__(self) -> None:
        self._done: list[Piece] = []
        self._blocks = Blocks(self._done)
        self._tail = ""
        self._all: list[Piece] = []
        self._known = 0
        self._finished = False

    @property
    def frozen(self) -> int:
        """How many pieces are finished."""
        return len(self._done)

    @property
    def pieces(self) -> Sequence[Piece]:
        """All pieces, the open ones at the end; the same list each time, so it changes as the answer grows."""
        if self._known >= 0:
            self._all[self._known :] = self._done[self._known :]
            self._known = -1
            self._all.extend(self._peek())
        return self._all

    @property
    def open(self) -> Sequence[Piece]:
        """The pieces that may still change."""
        return self.pieces[len(self._done) :]

    def feed(self, text: str) -> None:
        """More of the answer."""
        self._known = len(self._done) if self._known < 0 else self._known
        *whole, tail = text.split("\n")
        for line in whole:
            self._blocks.take((self._tail + line).removesuffix("\r"))
            self._tail = ""
        self._tail += tail
        if len(self._tail) > LONGEST:
            self._tail = self._blocks.begin(self._tail)

    def finish(self) -> None:
        """The answer is whole; all its pieces are frozen."""
        if self._finished:
            return
        self._finished = True
        self._known = len(self._done) if self._known < 0 else self._known
        self._blocks.take(self._tail)
        self._blocks.finish()
        self._tail = ""

    def _peek(self) -> list[Piece]:
        found: list[Piece] = []
        if self._finished:
            return found
        blocks = self._blocks.copy(found)
        hidden = blocks.may_close(self._tail) if blocks.in_code() else marks.is_unfinished(self._tail)
        if self._tail and not hidden:
            blocks.take(self._tail)
        blocks.finish()
        return found


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a whole answer."""
    found: list[Piece] = []
    blocks = Blocks(found)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    for line in text.split("\n"):
        blocks.take(line)
    blocks.finish()
    return found
