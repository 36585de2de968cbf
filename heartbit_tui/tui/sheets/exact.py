"""Text set so that nothing of it can hide: what is drawn can be read back to the very characters that will be used."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client.visible import revealed
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.measure import cells, clusters, single

RUN = 8
"""As many blanks in a row, but for an indent, are counted out in words."""

INDENT = 40
"""An indent of more blanks is counted out too."""

SAME = 4
"""As many further lines like the one before are told as a number."""

TAB = "⇥   "
"""How a tab is drawn."""

_BLANKS = re.compile(r"\t+| {2,}| $")
_WORD = re.compile(r"\w+|\W+")
_TOKEN = re.compile(r" +|[^ ]+")


Mark: TypeAlias = Literal["", "soft", "loud", "cursor"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; a mark stands for characters that would not be seen as what they are.

    A soft mark shows a tab or a blank at a line's end, a loud one what may deceive; the cursor is a mark too.
    """

    text: str
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Hand:
    """How exact text is drawn: in which styles the text, its marks and what stands before its lines."""

    text: Style
    soft: Style
    loud: Style
    cursor: Style
    edge: Style
    fill: Style | None = None


def hand(ink: Ink, *, block: bool = True) -> Hand:
    """Exact text in the styles of a theme, as a block of its own or on the plain ground."""
    ground = ink.block if block else Style.null()
    return Hand(
        text=ground + ink.text,
        soft=ground + ink.faint + Style(dim=True),
        loud=ground + ink.warning + Style(reverse=True),
        cursor=ground + ink.text + Style(reverse=True),
        edge=ground + ink.faint,
        fill=ground if block else None,
    )


def exact(text: str, width: int, hand: Hand, lead: str = "") -> list[Line]:
    """The text on lines of at most `width` cells, in full; `lead` stands before the first, as far as it fits.

    Reading back: a line end after each line that is not `joined` to the next, each mark undone.
    """
    found: list[Line] = []
    before = lead[: width // 2]
    for pieces in told(text):
        found += rows(pieces, width, hand, " " * len(before) if found else before)
    return found


def rows(pieces: Sequence[Piece], width: int, hand: Hand, lead: str = "") -> list[Line]:
    """One line of text in pieces, on as many lines as it needs; ↪ stands before those that go on with it."""
    parts = list(_rows(pieces, max(width - len(lead), 1), hand))
    on = f"{'↪ ':>{len(lead)}}"[: len(lead)]
    leads = (lead, *(on for _ in parts[1:]))
    return [
        Line(
            (Segment(before, hand.edge), *row) if lead else tuple(row),
            gutter=len(lead),
            joined=number < len(parts),
            fill=hand.fill,
        )
        for number, (before, row) in enumerate(zip(leads, parts, strict=True), 1)
    ]


def told(text: str) -> Iterator[tuple[Piece, ...]]:
    """Each line of a text in pieces; lines that only repeat the one before are told by their number."""
    before: str | None = None
    same = 0
    for line in [*text.split("\n"), None]:
        if line is not None and line == before:
            same += 1
            continue
        if before is not None:
            yield from _repeats(before, same)
        if line is not None:
            yield pieces(line)
        before, same = line, 0


def pieces(line: str) -> tuple[Piece, ...]:
    """A text without line ends in pieces: long or last blanks, tabs, what hides, what imitates become marks."""
    found: list[Piece] = []
    at = 0
    for match in _BLANKS.finditer(line):
        start, end = match.span()
        blanks = match.group()
        indent = start == 0 and end < len(line) and len(blanks) <= INDENT
        if blanks[0] == " " and end < len(line) and (indent or len(blanks) < RUN):
            continue
        found += _plain(line[at:start])
        found.append(_counted(blanks))
        at = end
    return (*found, *_plain(line[at:]))


def _repeats(line: str, same: int) -> Iterator[tuple[Piece, ...]]:
    if same < SAME:
        for _ in range(same):
            yield pieces(line)
    else:
        yield (Piece(f"<{same} more lines like this>", "loud"),)


def _counted(blanks: str) -> Piece:
    one = "space" if blanks[0] == " " else "tab"
    if len(blanks) >= RUN:
        return Piece(f"<{len(blanks)} {one}s>", "loud")
    return Piece(("·" if one == "space" else TAB) * len(blanks), "soft")


def _plain(text: str) -> Iterator[Piece]:
    """Text without blanks to be counted; a mark follows a letter that imitates, and replaces what hides."""
    if not text:
        return
    if revealed(text) == text:
        yield Piece(text)
        return
    plain = ""
    for character in text:
        shown = revealed(character)
        if shown == character and character != "\n":
            plain += character
            continue
        yield from _imitated(plain)
        plain = ""
        yield Piece(shown, "loud")
    yield from _imitated(plain)


def _imitated(text: str) -> Iterator[Piece]:
    for word in _WORD.findall(text):
        if revealed(word) == word:
            yield Piece(word)
            continue
        for letter in word:
            shown = revealed(f"a{letter}")[1:]
            yield Piece(letter) if shown == letter else Piece(shown, "loud")


def _rows(pieces: Sequence[Piece], room: int, hand: Hand) -> Iterator[list[Segment]]:
    row: list[Segment] = []
    used = 0
    for token, style in _tokens(pieces, hand):
        rest = token
        if used and used + cells(rest) > room >= cells(rest) and rest[0] != " ":
            yield row
            row, used = [], 0
        while used + cells(rest) > room:
            head, rest = _split(rest, room - used, whole=not used)
            yield [*row, Segment(head, style)] if head else row
            row, used = [], 0
            if not rest:
                break
        if rest:
            row.append(Segment(rest, style))
            used += cells(rest)
    yield row


def _tokens(pieces: Sequence[Piece], hand: Hand) -> Iterator[tuple[str, Style]]:
    marks = {"soft": hand.soft, "loud": hand.loud, "cursor": hand.cursor}
    for piece in pieces:
        if piece.mark:
            yield piece.text, marks[piece.mark]
        else:
            yield from ((token, hand.text) for token in _TOKEN.findall(piece.text))


def _split(text: str, room: int, *, whole: bool) -> tuple[str, str]:
    """As much of a text as fits, at least one character where it has a whole line, and the rest."""
    if single(text):
        return text[:room], text[room:]
    kept = used = 0
    for end, size in clusters(text):
        used += size
        if used > room and (kept or not whole):
            return text[:kept], text[kept:]
        kept = end
    return text, ""
