"""A block of Markdown while it is written, and when it is long enough to be cut."""

from collections.abc import Collection, Sequence
from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.markdown.piece import Kind

APART: Collection[Kind] = ("code", "table", "heading", "rule")
"""What has a blank line before and behind it, wherever it stands."""

LONGEST = 2_000
"""Characters in a paragraph or in one line of it, after which another piece begins."""

COLOURED = 65_536
"""Characters of one block of code after which the rest has no language, and so no colours."""

ROWS = 40
"""Lines of code or rows of a table in one piece."""

CALM = 16
"""Lines of code after which a blank line is a good place for another piece to begin."""

DEEPEST = 8
"""Lists and quotes within each other; what is deeper is shown as it was written."""


@dataclass(slots=True)
class Leaf:
    """The block that is being written."""

    kind: Kind
    info: str = ""
    fence: str = ""
    indent: int = 0
    gap: bool = False
    first: bool = True
    goes_on: bool = False
    """Whether the next text belongs to the last line."""
    rows: list[str] = field(default_factory=list[str])
    size: int = 0
    taken: int = 0
    """Characters in the pieces of this block so far."""

    def is_full(self, row: str) -> bool:
        """Whether another piece should begin before `row`."""
        if self.kind == "code":
            return (
                len(self.rows) >= ROWS or self.size > LONGEST or (len(self.rows) >= CALM and _is_calm(self.rows, row))
            )
        return self.size > LONGEST or len(self.rows) >= ROWS


@dataclass(frozen=True, slots=True)
class Container:
    """A list item or a quote: the column of its mark and that of its text."""

    mark: str
    own: int
    column: int


def _is_calm(rows: Sequence[str], row: str) -> bool:
    """Whether code can be cut before `row`: a declaration after a blank line, outside of long strings and comments."""
    if rows[-1].strip() or not row[:1].strip():
        return False
    text = "\n".join(rows)
    return text.count('"""') % 2 == text.count("'''") % 2 == 0 and text.count("/*") == text.count("*/")
