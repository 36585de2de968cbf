"""What a diff is made of."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from rich.style import Style

from heartbit_tui.kernel.dataclass import dataclass

Kind: TypeAlias = Literal["same", "added", "removed", "note"]
"""What a row is: a line of both files, of one of them, or a remark that is a line of none."""

Colour: TypeAlias = Callable[[str, str], Sequence[Sequence[tuple[str, Style]]]]
"""Takes clean code and the path of its file; for each of its lines the coloured parts, which join to that line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a hunk, without its sign.

    `old` and `new` are its numbers in the two files, 0 where it is in none; `ended` is False where no line end
    follows; `more` tells that it goes on a row above that was too long for one.
    """

    kind: Kind
    text: str
    old: int = 0
    new: int = 0
    ended: bool = True
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Rows that stand together; `where` is what the header says of their surroundings."""

    old: int
    new: int
    rows: tuple[Row, ...]
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What became of one file: `old` is None for a new one, `new` for one that is gone; `notes` tell more."""

    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path to call it by."""
        return self.new or self.old or ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all hunks."""
        return tuple(row for hunk in self.hunks for row in hunk.rows)

    @property
    def added(self) -> int:
        """How many lines were added."""
        return sum(row.kind == "added" for hunk in self.hunks for row in hunk.rows)

    @property
    def removed(self) -> int:
        """How many lines were removed."""
        return sum(row.kind == "removed" for hunk in self.hunks for row in hunk.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a diff that is set in lines at once: a file's heading where `rows` is empty, else rows of a hunk.

    `first` tells that the rows are the first ones of their hunk; `digits` is how wide line numbers are.
    """

    file: File
    hunk: Hunk | None = None
    rows: tuple[Row, ...] = ()
    first: bool = False
    digits: int = 1
