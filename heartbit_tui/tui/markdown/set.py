"""Pieces of Markdown set in lines."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.lines.syntax import Syntax
from heartbit_tui.tui.markdown import flow
from heartbit_tui.tui.markdown.margin import Margin, margin_of
from heartbit_tui.tui.markdown.piece import Piece
from heartbit_tui.tui.markdown.table import Words, table

Part: TypeAlias = tuple[str, Style]

NARROW = 16
"""Cells below which code has no margin of its own."""


def lines(piece: Piece, look: Look, *, open: bool, syntax: Syntax | None = None) -> list[Line]:
    """The piece in lines of at most `look.width` cells, a blank one before it where it asks for a gap.

    `open` tells that the piece is still being written. Code without `syntax` stays plain and takes the same lines, so
    that the colours can be brought when there is time.
    """
    margin = margin_of(piece, look)
    found = [margin.gap()] if piece.gap else []
    match piece.kind:
        case "code":
            found += _code(piece, look, margin, None if open or piece.open else syntax)
        case "rule":
            found.append(margin.line(setting.line(("─" * margin.room, look.ink.rule))))
        case "html":
            found += margin.around(setting.rows([(setting.clean(piece.text), look.ink.muted)], margin.room), piece)
        case "heading":
            found += _heading(piece, look, margin)
        case "table":
            rows = table(setting.clean(piece.text), look.ink, margin.room, _words(look))
            found += [margin.line(each, number) for number, each in enumerate(rows)]
        case "paragraph":
            found += _paragraph(piece, look, margin, open=open or piece.open)
    return found


def _paragraph(piece: Piece, look: Look, margin: Margin, *, open: bool) -> Iterator[Line]:
    text = setting.clean(piece.text)
    base = look.ink.quote if ">" in piece.marks else look.ink.text
    parts = _parts(flow.closed(text) if open else text, base, look)
    return _with_places(margin.around(setting.rows(parts, margin.room), piece), text)


def _heading(piece: Piece, look: Look, margin: Margin) -> Iterator[Line]:
    base = look.ink.heading if piece.info in ("1", "2") else look.ink.strong
    set_ = list(margin.around(setting.rows(_parts(setting.clean(piece.text), base, look), margin.room), piece))
    yield from set_
    if piece.info == "1" and piece.last and set_:
        width = max(setting.cells(each.text) for each in set_)
        yield Line((Segment("─" * width, look.ink.rule),), gutter=width, joined=True)


def _parts(text: str, base: Style, look: Look) -> list[Part]:
    if flow.is_plain(text):
        return [(flow.flowed(text), base)]
    from heartbit_tui.tui.markdown.inline import inline

    return inline(text, base, look.ink)


def _words(look: Look) -> Words:
    return lambda text, base: _parts(text, base, look)


def _with_places(found: Iterable[Line], text: str) -> Iterator[Line]:
    if not flow.place(text):
        return iter(found)
    return (setting.placed(each, flow.place(each.text)) for each in found)


def _code(piece: Piece, look: Look, margin: Margin, syntax: Syntax | None) -> Iterator[Line]:
    block = look.ink.block
    wide = margin.room >= NARROW
    inner = margin.inside("  " if wide else "", f"{SIGNS['onward']} " if wide else "", block + look.ink.faint)
    if piece.first and piece.info:
        yield inner.frame(setting.fitted([(setting.clean(piece.info), block + look.ink.faint)], inner.room))
    if not piece.text and piece.first and piece.info:
        return
    text = setting.clean(piece.text)
    parts: Iterable[Part] = [(text, look.ink.text + block)]
    if syntax is not None:
        parts = syntax(text, piece.info.partition(" ")[0], look.ink)
    yield from inner.around(setting.rows(parts, inner.room), piece)
