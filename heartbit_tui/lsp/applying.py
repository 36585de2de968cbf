"""Where a name stands in a text, and a text after the edits that a server wants."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from heartbit_tui.lsp.texts import lines_of
from heartbit_tui.lsp.types import LanguageError, Spot

NEAR = 3
"""Lines above and below the one that was named in which a name is looked for, too."""

NOT_THERE = "“{symbol}” does not stand at line {line} or near it. Read the file, and give the line where it stands."
NOWHERE = "“{symbol}” does not stand in this file."
OVERLAP = "the language server wants to change the same part of a text twice"
_ENDINGS = re.compile(r"\r\n|\r|\n")


class Edit(Protocol):
    """A part of a text from one place to another, both from 0 in lines and characters, and what comes there."""

    @property
    def start(self) -> tuple[int, int]:
        """Where it begins."""
        ...

    @property
    def end(self) -> tuple[int, int]:
        """Where it ends."""
        ...

    @property
    def text(self) -> str:
        """What comes there."""
        ...


def place_of(path: str, text: str, line: int, symbol: str) -> Spot:
    """Where a name stands: at a line, or as near to it as can be; line 0 takes the first. Raises `LanguageError`."""
    lines = lines_of(text)
    for number in _numbers(line, len(lines)):
        if (column := _column(lines[number - 1], symbol)) >= 0:
            return Spot(path=path, line=number, column=column + 1)
    raise LanguageError((NOT_THERE if line else NOWHERE).format(symbol=symbol, line=line))


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with all edits made; line endings around them stay. Raises `LanguageError` where two overlap."""
    starts = [0, *(match.end() for match in _ENDINGS.finditer(text))]
    spans = sorted((_offset(text, starts, each.start), _offset(text, starts, each.end), each.text) for each in edits)
    parts: list[str] = []
    last = 0
    for start, end, new in spans:
        if start < last or end < start:
            raise LanguageError(OVERLAP)
        parts += [text[last:start], new]
        last = end
    return "".join([*parts, text[last:]])


def _numbers(line: int, count: int) -> Iterator[int]:
    if not line:
        yield from range(1, count + 1)
        return
    for distance in range(NEAR + 1):
        yield from (each for each in dict.fromkeys((line - distance, line + distance)) if 1 <= each <= count)


def _column(line: str, symbol: str) -> int:
    """Where a name begins in a line, as a whole word where it is one; -1 where it is not there."""
    found = re.search(rf"(?<!\w){re.escape(symbol)}(?!\w)", line)
    return found.start() if found else -1


def _offset(text: str, starts: Sequence[int], place: tuple[int, int]) -> int:
    line, column = place
    if line >= len(starts):
        return len(text)
    end = starts[line + 1] if line + 1 < len(starts) else len(text)
    return min(starts[line] + column, end)
