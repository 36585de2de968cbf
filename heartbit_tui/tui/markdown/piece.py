"""A stretch of an answer that is set in lines on its own."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Kind: TypeAlias = Literal["paragraph", "heading", "code", "table", "rule", "html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A paragraph, a heading, a table, some lines of code; a long one is several pieces.

    `text` is what was written, without the marks of the lists and quotes around it. `info` is the language of code,
    with what else was said of it, and the level of a heading. `marks` are the lists and quotes that it stands in, from the outside: `>` a quote,
    `-` a point, `7.` a numbered one, `[ ]` and `[x]` a task; the first `shown` of them have been drawn with an
    earlier piece. `gap` asks for a blank line before it. `first` and `last` tell where in its block it stands, and
    `joined` that the next piece goes on in the same line. `open` ones may still change.
    """

    text: str
    kind: Kind
    info: str = ""
    marks: tuple[str, ...] = ()
    shown: int = 0
    gap: bool = False
    first: bool = True
    last: bool = True
    joined: bool = False
    open: bool = False
