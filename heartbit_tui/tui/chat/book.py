"""A transcript as the source of a pane: each block set once for a width, the oldest of them forgotten again."""

from collections.abc import Callable, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.chat.tints import Tints
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown import set as markdown
from heartbit_tui.tui.markdown.split import Piece, Pieces, pieces_of
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.renderers import table
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Answer, Block, Call, Ending, Thinking
from heartbit_tui.tui.transcript.transcript import Transcript

KEPT = 3_000
"""Pieces whose lines are kept; more than a screen can show, less than memory would notice."""


@dataclass(frozen=True, slots=True)
class _Set:
    """The lines of a piece, and what they were made of."""

    made_of: object
    grows: bool
    spaced: bool
    look: Look
    shade: int
    lines: Sequence[Line]


class Book:
    """The blocks of a transcript, then what the person has sent and the session has not taken up yet."""

    def __init__(
        self,
        transcript: Transcript,
        pending: Callable[[], Sequence[Block]] = tuple,
        *,
        cwd: str = "",
        tints: Tints | None = None,
        thinking: bool | None = None,
    ) -> None:
        self._transcript = transcript
        self._pending = pending
        self._cwd = cwd
        self._tints = tints or Tints()
        self._thinking = thinking
        """Whether a model's reasoning is shown; None leaves that to the tints."""
        self._start = 0
        self._folds: dict[int, bool] = {}
        self._sets: dict[Key, _Set] = {}
        self._splits: dict[int, _Split] = {}

    def first(self) -> Key | None:
        return (self._from, 0) if self._count() > self._from else None

    def last(self) -> Key | None:
        count = self._count()
        return (count - 1, self._pieces(count - 1) - 1) if count > self._from else None

    def after(self, key: Key) -> Key | None:
        number, piece = key
        if number < self._count() and piece + 1 < self._pieces(number):
            return number, piece + 1
        return (number + 1, 0) if number + 1 < self._count() else None

    def before(self, key: Key) -> Key | None:
        number, piece = key
        if number >= self._count():
            return self.last()
        if piece:
            return number, min(piece, self._pieces(number)) - 1
        return (number - 1, self._pieces(number - 1) - 1) if number > self._from else None

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        number, piece = key
        if number >= self._count():
            return ()
        block = self.block(number)
        split = self._split(number, block) if isinstance(block, Answer) else None
        made_of = split.piece(piece) if split else block
        grows = split is not None and isinstance(made_of, Piece) and split.is_open(made_of)
        known = self._sets.get(key)
        spaced = self._is_spaced(number, piece)
        shade = self._tints.version
        now = (look, grows, spaced, shade)
        same = known is not None and (known.look, known.grows, known.spaced, known.shade) == now
        if known is not None and same and _same(known.made_of, made_of):
            return known.lines
        lines = self._render(number, block, made_of, look)
        lines = (BLANK, *lines) if spaced and lines else lines
        self._keep(key, _Set(made_of, grows, spaced, look, shade, lines))
        return lines

    def share(self, key: Key) -> float:
        count = max(self._count(), 1)
        number, piece = key
        within = piece / max(self._pieces(number), 1) if number < count and piece else 0.0
        return min((number + within) / count, 1.0)

    def block(self, number: int) -> Block:
        """The block with this number."""
        blocks = self._transcript.blocks
        return blocks[number] if number < len(blocks) else self._pending()[number - len(blocks)]

    def is_open(self, number: int) -> bool:
        """Whether a block that can be folded shows all that it has."""
        return self._folds.get(number, table.opens(self.block(number)))

    def fold(self, number: int) -> bool:
        """Fold a block, or open it; whether there was something to fold."""
        if number >= self._count() or not table.foldable(self.block(number)):
            return False
        self._folds[number] = not self.is_open(number)
        self._sets.pop((number, 0), None)
        self._sets.pop((number + 1, 0), None)  # whether a space comes before it
        return True

    def fold_all(self, *, open: bool) -> None:
        """Open or fold every block that can be."""
        blocks = self._transcript.blocks
        self._folds = {number: open for number, block in enumerate(blocks) if table.foldable(block)}
        self._sets.clear()

    def succeed(self, before: "Book") -> None:
        """Take over from a book of the same session what a person did there: what is folded, and what was cleared.

        What was set there is taken over too, as far as the blocks are the same.
        """
        here = {number: self.key_in(before, (number, 0))[0] for number in range(len(before._transcript.blocks))}
        self._folds = {here[number]: opened for number, opened in before._folds.items() if number in here}
        self._sets = {(here[number], piece): known for (number, piece), known in before._sets.items() if number in here}
        self._splits = {here[number]: split for number, split in before._splits.items() if number in here}
        if before._start:
            self._start = self.key_in(before, (before._start - 1, 0))[0] + 1

    def key_in(self, before: "Book", key: Key) -> Key:
        """The key of what another book of the same session has under this one."""
        return self._transcript.at(before._transcript.place(key[0])), key[1]

    def clear(self) -> None:
        """Begin below all that is there now; it is not shown here any more."""
        self._start = len(self._transcript.blocks)

    @property
    def _from(self) -> int:
        """The first block that is shown; going back to before it shows all that is left."""
        return self._start if self._start <= len(self._transcript.blocks) else 0

    def _count(self) -> int:
        return len(self._transcript.blocks) + len(self._pending())

    def _pieces(self, number: int) -> int:
        block = self.block(number)
        return max(self._split(number, block).count, 1) if isinstance(block, Answer) else 1

    def _split(self, number: int, block: Answer) -> "_Split":
        split = self._splits.get(number)
        if split is None or not split.follow(block):
            split = self._splits[number] = _Split(block)
            if len(self._splits) > KEPT:
                del self._splits[next(iter(self._splits))]
        return split

    def _render(self, number: int, block: Block, made_of: object, look: Look) -> Sequence[Line]:
        if isinstance(made_of, Piece):
            split = self._splits[number]
            return markdown.lines(made_of, look, open=split.is_open(made_of), syntax=self._tints.syntax)
        thinks = self._tints.thinking if self._thinking is None else self._thinking
        if isinstance(block, Answer) or (isinstance(block, Thinking) and not thinks):
            return ()
        scene = Scene(cwd=self._cwd, colour=self._tints.colour(look.ink))
        return table.render(block, look, open=self.is_open(number), scene=scene)

    def _is_spaced(self, number: int, piece: int) -> bool:
        """Whether a blank line stands before this: before each block, but not between calls that follow each other."""
        if piece or number <= self._from:
            return False
        block, before = self.block(number), self.block(number - 1)
        close = isinstance(block, Call) and isinstance(before, Call) and not self.is_open(number - 1)
        return not close and not (isinstance(block, Ending) and block.how == "completed")

    def _keep(self, key: Key, found: _Set) -> None:
        self._sets.pop(key, None)
        self._sets[key] = found
        if len(self._sets) > KEPT:
            del self._sets[next(iter(self._sets))]


class _Split:
    """An answer in pieces; while it is written only what is new is looked at."""

    def __init__(self, block: Answer) -> None:
        self._block = block
        self._writing: Pieces | None = None
        self._pieces: Sequence[Piece]
        if block.closed:
            self._pieces = pieces_of(block.text)
        else:
            self._writing = Pieces()
            self._writing.feed(block.text)
            self._pieces = self._writing.pieces

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self._pieces)

    def piece(self, number: int) -> Piece | None:
        """A piece, None where there is none (any more)."""
        return self._pieces[number] if number < len(self._pieces) else None

    def is_open(self, piece: Piece) -> bool:
        """Whether the piece may still grow."""
        return self._writing is not None and not self._block.closed and piece is self._pieces[-1]

    def follow(self, block: Answer) -> bool:
        """Take in what came to the block; False where it is another one."""
        if block is self._block or block == self._block:
            self._block = block
            return True
        known = self._block.text
        if self._writing is None or not block.text.startswith(known):
            return False
        self._writing.feed(block.text[len(known) :])
        if block.closed:
            self._writing.finish()
        self._pieces = self._writing.pieces
        self._block = block
        return True


def _same(one: object, other: object) -> bool:
    return one is other or one == other
