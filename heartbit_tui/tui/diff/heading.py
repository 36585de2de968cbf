"""The lines above rows: which file, and where in it."""

from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.diff.types import File, Hunk, Piece
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look


def heading(piece: Piece, look: Look, *, reveal: bool) -> list[Line]:
    """What stands above the rows of a piece: for a file its name and what became of it, for a hunk where it is.

    Nothing stands above a file's first hunk where nothing is known of its surroundings.
    """
    if piece.hunk is None:
        return _file(piece.file, look, reveal)
    opening = not piece.hunk.where and piece.hunk is piece.file.hunks[0]
    return [_hunk(piece, piece.hunk, look, reveal)] if piece.first and not opening else []


def _file(file: File, look: Look, reveal: bool) -> list[Line]:
    ink = look.ink
    counts = [(f"+{file.added}", ink.ok), (" ", ink.text), (f"-{file.removed}", ink.error)] if file.hunks else []
    name = _shown(file.path, reveal)
    state = _shown(_state(file), reveal)
    left = [(name, ink.path), (f"  {state}" if state else "", ink.muted)]
    lines = setting.wrapped(left, look.width) if reveal else [setting.beside(left, counts, look.width, ink.text)]
    lines = lines if name or file.hunks else []
    notes = [_shown(note, reveal) for note in file.notes]
    return lines + [one for note in notes for one in setting.wrapped([(note, ink.muted)], look.width)]


def _shown(text: str, reveal: bool) -> str:
    """Clean text for one line; what separates is written out where a person approves."""
    if reveal:
        return revealed(text).replace("\t", "␉").replace("\n", "␊")
    return setting.clean(text).replace("\n", " ")


def _state(file: File) -> str:
    if file.old is None and file.new is None:
        return ""
    if file.old is None:
        return "new file"
    if file.new is None:
        return "deleted"
    told = file.old == file.new or any(note == f"renamed from {file.old}" for note in file.notes)
    return "" if told else f"was {file.old}"


def _hunk(piece: Piece, hunk: Hunk, look: Look, reveal: bool) -> Line:
    ink = look.ink
    where = _shown(hunk.where[:200], reveal)
    mark = f"{'⋯':>{piece.digits}}  "
    text = f" {where}" if where else ""
    place = f"{piece.file.path}:{hunk.new or hunk.old}"
    line = setting.fitted([(mark, ink.gutter), (text, ink.hunk)], look.width)
    return Line(line.parts, gutter=min(len(mark), look.width), place=place)
