"""A diff in pieces that are quick to set in lines, however long it or one of its lines is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from heartbit_tui.tui.diff.types import File, Hunk, Piece, Row

ROWS = 40
"""Rows of a piece at most."""

CHARACTERS = 2000
"""Characters of a row at most; what is longer goes on in further rows."""

BULK = 4000
"""Characters of a piece at most."""


def pieces(files: Sequence[File]) -> tuple[Piece, ...]:
    """All of a diff in order: for each file its heading, then its hunks in pieces."""
    return tuple(piece for file in files for piece in _file(file))


def _file(file: File) -> Iterator[Piece]:
    yield Piece(file=file)
    last = max((max(hunk.old, hunk.new) + len(hunk.rows) for hunk in file.hunks), default=1)
    for hunk in file.hunks:
        for number, rows in enumerate(_groups(_short(hunk))):
            yield Piece(file=file, hunk=hunk, rows=tuple(rows), first=not number, digits=len(str(last)))


def _short(hunk: Hunk) -> Iterator[Row]:
    """The rows, each long one in several."""
    for row in hunk.rows:
        if len(row.text) <= CHARACTERS:
            yield row
            continue
        starts = range(0, len(row.text), CHARACTERS)
        for start in starts:
            text = row.text[start : start + CHARACTERS]
            yield replace(row, text=text, ended=row.ended or start != starts[-1], more=start > 0)


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """The rows in groups; a group ends before a row that is the same in both files where one is near."""
    group: list[Row] = []
    bulk = 0
    for row in rows:
        full = len(group) >= ROWS or bulk + len(row.text) > BULK
        if group and (full or (len(group) >= ROWS // 2 and row.kind == "same" and group[-1].kind != "same")):
            yield group
            group, bulk = [], 0
        group.append(row)
        bulk += len(row.text)
    if group:
        yield group
