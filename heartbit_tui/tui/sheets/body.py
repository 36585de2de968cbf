"""What would be done, in pieces that are set in lines when they come into view."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.diff import split, unified
from heartbit_tui.tui.diff.pieces import pieces as diff_pieces
from heartbit_tui.tui.diff.types import Piece as DiffPiece, Row
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.sheets.exact import Chunk, chunks, hand, lines, pieces, seen
from heartbit_tui.tui.sheets.subject import Code, Fact, Part, Remark, Subject

MARGIN = "  "

EDGE = 1
"""Cells that stay free at the right of what is read."""

FEW = 3

BESIDE = 1
"""How far from a change a row may be that stays where there is little room."""

FACT = 40
"""Characters of a fact that may share its line with others."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A chunk of text that will be used as it is: after a `lead`, or named; only the `first` chunk tells either."""

    chunk: Chunk
    lead: str = ""
    name: str = ""
    first: bool = True


Item: TypeAlias = Exact | tuple[Fact, ...] | Remark | DiffPiece
"""A piece of a body; facts in a tuple share a line."""


def items(subject: Subject) -> list[Item]:
    """All of a subject in pieces, each of them quick to set."""
    found: list[Item] = []
    facts: list[Fact] = []
    for part in (*subject.parts, None):
        if isinstance(part, Fact) and _short(part):
            facts.append(part)
            continue
        found += [tuple(facts)] if facts else []
        found += _items(part) if part is not None else ()
        facts = []
    return found


def close(found: Sequence[Item]) -> list[Item]:
    """The same without the rows of a diff that stay as they are, but for those beside a change."""
    return [replace(item, rows=_beside(item.rows)) if isinstance(item, DiffPiece) else item for item in found]


def item_lines(item: Item, look: Look, *, divided: bool) -> Sequence[Line]:
    """One piece in lines of at most `look.width` cells; `divided` shows a diff in two columns."""
    match item:
        case Exact():
            return _exact(item, look)
        case Remark(text=text):
            return setting.wrapped([(seen(text), look.ink.muted)], look.width, first=[(MARGIN, look.ink.muted)])
        case tuple():
            return _facts(item, look)
        case DiffPiece():
            return _diff(item, look, divided)


class Body:
    """The lines of a subject from its beginning, made as far as they were asked for."""

    def __init__(self, items: Sequence[Item], look: Look, *, divided: bool = False) -> None:
        self._items = items
        self._look = look
        self._divided = divided
        self._made: list[Line] = []
        self._next = 0

    @property
    def complete(self) -> bool:
        """Whether all lines were made."""
        return self._next == len(self._items)

    def upto(self, count: int) -> Sequence[Line]:
        """The lines made so far: at least `count` where there are as many."""
        while len(self._made) < count and not self.complete:
            self._made += self._lines(self._next)
            self._next += 1
        return self._made

    def tail(self, count: int) -> Sequence[Line]:
        """The last lines; where only one or two are wanted, facts that stand at the end are none of them."""
        found: list[Line] = []
        at = len(self._items)
        while count < FEW and at > 1 and isinstance(self._items[at - 1], tuple):
            at -= 1
        while len(found) < count and at > 0:
            at -= 1
            found = [*self._lines(at), *found]
        return found[-count:] if count else ()

    def _lines(self, at: int) -> Sequence[Line]:
        return item_lines(self._items[at], self._look, divided=self._divided)


class BodySource:
    """A `Source` over the pieces of a body; a key is (piece, 0)."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.divided = False
        """Whether a diff is shown in two columns."""
        self._items = items

    def first(self) -> Key | None:
        """The first piece."""
        return (0, 0) if self._items else None

    def last(self) -> Key | None:
        """The last piece."""
        return (len(self._items) - 1, 0) if self._items else None

    def after(self, key: Key) -> Key | None:
        """The next piece."""
        return (key[0] + 1, 0) if key[0] + 1 < len(self._items) else None

    def before(self, key: Key) -> Key | None:
        """The piece before."""
        return (key[0] - 1, 0) if key[0] else None

    def lines(self, key: Key, look: Look) -> Sequence[Line]:
        """The piece in lines."""
        return item_lines(self._items[key[0]], look, divided=self.divided)

    def share(self, key: Key) -> float:
        """How much stands before this piece."""
        return key[0] / max(len(self._items), 1)


def _beside(rows: Sequence[Row]) -> tuple[Row, ...]:
    changed = [number for number, row in enumerate(rows) if row.kind != "same"]
    kept = {number + away for number in changed for away in (-BESIDE, 0, BESIDE)}
    return tuple(row for number, row in enumerate(rows) if number in kept)


def _items(part: Part) -> Iterator[Item]:
    match part:
        case Code(text=text, lead=lead):
            for number, chunk in enumerate(chunks(text)):
                yield Exact(chunk, lead=lead, first=not number)
        case Fact(name=name, text=text):
            for number, chunk in enumerate(chunks(text)):
                yield Exact(chunk, name=name, first=not number)
        case Remark():
            yield part
        case tuple():
            yield from diff_pieces(part)


def _short(fact: Fact) -> bool:
    """Whether a fact is a plain word or two, so that several may share a line."""
    return len(fact.text) <= FACT and "\n" not in fact.text and not any(piece.mark for piece in pieces(fact.text))


def _exact(item: Exact, look: Look) -> list[Line]:
    lead = f"{MARGIN}{_name(item.name, look)}  " if item.name else f"{MARGIN}{item.lead}"
    return lines(
        item.chunk,
        look.width,
        hand(look.ink, block=not item.name),
        lead if item.first else " " * len(lead),
    )


def _facts(facts: Sequence[Fact], look: Look) -> list[Line]:
    ink = look.ink
    parts: list[tuple[str, Style]] = []
    for fact in facts:
        parts += [(f"{' · ' if parts else ''}{_name(fact.name, look)} ", ink.faint), (fact.text, ink.text)]
    return setting.wrapped(parts, look.width, first=[(MARGIN[: look.width // 2], ink.faint)])


def _name(name: str, look: Look) -> str:
    return one_line(revealed(name), max(look.width // 3, 4))


def _diff(piece: DiffPiece, look: Look, divided: bool) -> list[Line]:
    draw = split.lines if divided else unified.lines
    within = replace(look, width=max(look.width - len(MARGIN), 1))
    margin = Segment(MARGIN)
    return [
        replace(line, parts=(margin, *line.parts), gutter=line.gutter + len(MARGIN))
        for line in draw(piece, within, reveal=True)
    ]
