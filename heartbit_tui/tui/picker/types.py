"""What a picker is made of: rows, what can be done with one, and the list around them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Literal, TypeAlias, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look

T = TypeVar("T")
K = TypeVar("K")

Tone: TypeAlias = Literal["text", "strong", "muted", "faint", "accent", "ok", "warning", "error", "info", "running"]
"""Names a style of the ink."""

Words: TypeAlias = tuple[tuple[str, Tone], ...]
"""Text in styles; what stands in it is never obeyed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[T]):
    """One row: `key` is what choosing it gives.

    `title` is what the filter looks at, and `also` more words that it finds the row by. `lead` stands before the
    title as it is, `mark` (one sign) before that, `meta` at the right edge, `note` in a second line. A row begins its group's heading when the row before has another `group`.
    """

    key: T
    title: str
    meta: Words = ()
    note: str = ""
    group: str = ""
    mark: tuple[str, Tone] = ("", "text")
    lead: tuple[str, Tone] = ("", "text")
    also: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take(Generic[T]):
    """A key that chooses, with another result: `result` makes it from the row's key."""

    action: str
    title: str
    result: Callable[[T], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Generic[T]):
    """A key that does something with the row under the cursor (None where there is none), and the list stays."""

    action: str
    title: str
    act: Callable[[T | None], Awaitable[str] | str]
    """What came of it, as a sentence; empty for nothing to tell. May raise `HeartbitError` or `OSError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Generic[T]):
    """A key that does something only after a yes; `asks` is the question."""

    action: str
    title: str
    asks: Callable[[T], str]
    act: Callable[[T], Awaitable[str] | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Generic[T]):
    """A key that does something with words that are typed first; `words` are those to begin with."""

    action: str
    title: str
    asks: str
    words: Callable[[T], str]
    act: Callable[[T, str], Awaitable[str] | str]


Extra: TypeAlias = Take[T] | Press[T] | Confirm[T] | Name[T]

Load: TypeAlias = Callable[[str], Awaitable[Sequence[Row[T]]]]
"""The rows for what was typed."""

Preview: TypeAlias = Callable[[T, Look], "Sequence[Line] | Awaitable[Sequence[Line]]"]
"""What is shown of a row beside the list, in lines of at most the look's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """A list to choose from: `rows` as they are, filtered by the picker, or a function that is asked for them.

    `start` is the key of the row that the cursor begins on. `status` is asked after each change for a few words
    at the right of the filter line. `empty` is shown where there is no row at all. `verb` says what Enter does.
    """

    title: str
    rows: Sequence[Row[T]] | Load[T]
    empty: str = "There is nothing here."
    verb: str = "choose"
    extras: tuple[Extra[T], ...] = ()
    preview: Preview[T] | None = None
    start: T | None = None
    status: Callable[[], str] | None = None
    query: str = ""
    chosen: Callable[[T], T] | None = None
    same: Callable[[T], object] | None = None
    other: Callable[[str], Row[T] | None] | None = None
