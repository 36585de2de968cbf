"""Text set so that nothing of it can hide: what is drawn can be read back to the very characters that will be used."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Literal, TypeAlias

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client.visible import revealed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.measure import cells, clusters, single

RUN = 8
"""As many blanks in a row, but for an indent, are counted out in words."""

INDENT = 40
"""An indent of more blanks is counted out too."""

SAME = 4
"""As many further lines like the one before are told as a number."""

BULK = 2000
"""Characters of a chunk, about."""

TAB = "⇥   "
"""How a tab is drawn."""

_BLANKS = re.compile(r"\t+| {2,}| $")
_EDGE = re.compile(r"\W")
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


def seen(text: str) -> str:
    """Words that are read rather than used, with nothing hidden in them and tabs as blanks."""
    return revealed(text).expandtabs(4)


@dataclass(frozen=True, slots=True)
class Run:
    """A line of a text, and how many more lines like it follow."""

    line: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a text that is quick to set: some lines, or a part of one that is very long.

    `begins` and `ends` tell whether it has the beginning of its first line and the end of its last one. A `wary`
    one was cut out of a word that imitates, so that every letter that might is marked.
    """

    runs: tuple[Run, ...]
    begins: bool = True
    ends: bool = True
    wary: bool = False


def exact(text: str, width: int, hand: Hand, lead: str = "") -> list[Line]:
    """The text on lines of at most `width` cells, in full; `lead` stands before the first, as far as it fits.

    Reading back: a line end after each line that is not `joined` to the next, each mark undone.
    """
    leads = chain([lead], repeat(" " * len(lead)))
    return [line for chunk, lead in zip(chunks(text), leads, strict=False) for line in lines(chunk, width, hand, lead)]


def chunks(text: str) -> Iterator[Chunk]:
    """A text in chunks of about `BULK` characters."""
    kept: list[Run] = []
    size = 0
    for run in _runs(text):
        if size and size + len(run.line) > BULK:
            yield Chunk(tuple(kept))
            kept, size = [], 0
        if len(run.line) > 2 * BULK:
            yield from _parts(run)
            continue
        kept.append(run)
        size += len(run.line) + 1
    if kept:
        yield Chunk(tuple(kept))


def lines(chunk: Chunk, width: int, hand: Hand, lead: str = "") -> list[Line]:
    """A chunk on lines of at most `width` cells; `lead` stands before the first, as far as it fits."""
    found: list[Line] = []
    before = lead[: width // 2]
    for run in chunk.runs:
        for told in _told(run, chunk.wary):
            start = before if not found and chunk.begins else _on(before) if not found else " " * len(before)
            found += rows(told, width, hand, start)
    return found if chunk.ends else [*found[:-1], replace(found[-1], joined=True)]


def rows(pieces: Sequence[Piece], width: int, hand: Hand, lead: str = "") -> list[Line]:
    """One line of text in pieces, on as many lines as it needs; ↪ stands before those that go on with it."""
    parts = list(_rows(pieces, max(width - len(lead), 1), hand))
    leads = (lead, *(_on(lead) for _ in parts[1:]))
    return [
        Line(
            (Segment(before, hand.edge), *row) if lead else tuple(row),
            gutter=len(lead),
            joined=number < len(parts),
            fill=hand.fill,
        )
        for number, (before, row) in enumerate(zip(leads, parts, strict=True), 1)
    ]


def _on(lead: str) -> str:
    return f"{'↪ ':>{len(lead)}}"[: len(lead)]


def _runs(text: str) -> Iterator[Run]:
    """The lines of a text; those that only repeat the one before are counted."""
    before, more = "", -1
    for line in text.split("\n"):
        if more >= 0 and line == before:
            more += 1
            continue
        if more >= 0:
            yield Run(before, more)
        before, more = line, 0
    yield Run(before, more)


def _parts(run: Run) -> Iterator[Chunk]:
    """A long line in chunks, which end where no word goes on unless the word is very long too."""
    counted = run.more >= SAME
    deceives = revealed(run.line) != run.line
    for _ in range(1 if counted else run.more + 1):
        at, wary = 0, False
        while at < len(run.line):
            match = _EDGE.search(run.line, at + BULK, at + 2 * BULK)
            end = match.end() if match else min(at + 2 * BULK, len(run.line))
            last = end == len(run.line)
            told = Run(run.line[at:end], run.more if last and counted else 0)
            wary = wary or match is None
            yield Chunk((told,), begins=at == 0, ends=last, wary=deceives and wary)
            at, wary = end, match is None


def _told(run: Run, wary: bool) -> Iterator[tuple[Piece, ...]]:
    yield pieces(run.line, wary=wary)
    if run.more >= SAME:
        yield (Piece(f"<{run.more} more lines like this>", "loud"),)
    else:
        for _ in range(run.more):
            yield pieces(run.line, wary=wary)


def pieces(line: str, *, wary: bool = False) -> tuple[Piece, ...]:
    """A text without line ends in pieces: long or last blanks, tabs, what hides, what imitates become marks.

    With `wary` every letter that looks like a Latin one is marked, whatever it stands among.
    """
    found: list[Piece] = []
    at = 0
    for match in _BLANKS.finditer(line):
        start, end = match.span()
        blanks = match.group()
        indent = start == 0 and end < len(line) and len(blanks) <= INDENT
        if blanks[0] == " " and end < len(line) and (indent or len(blanks) < RUN):
            continue
        found += _plain(line[at:start], wary)
        found.append(_counted(blanks))
        at = end
    return (*found, *_plain(line[at:], wary))


def _counted(blanks: str) -> Piece:
    one = "space" if blanks[0] == " " else "tab"
    if len(blanks) >= RUN:
        return Piece(f"<{len(blanks)} {one}s>", "loud")
    return Piece(("·" if one == "space" else TAB) * len(blanks), "soft")


def _plain(text: str, wary: bool) -> Iterator[Piece]:
    """Text without blanks to be counted; a mark follows a letter that imitates, and replaces what hides."""
    if not text:
        return
    if not wary and revealed(text) == text:
        yield Piece(text)
        return
    plain = ""
    for character in text:
        shown = revealed(character)
        if shown == character and character != "\n":
            plain += character
            continue
        yield from _imitated(plain, wary)
        plain = ""
        yield Piece(shown, "loud")
    yield from _imitated(plain, wary)


def _imitated(text: str, wary: bool) -> Iterator[Piece]:
    for word in _WORD.findall(text):
        if not wary and revealed(word) == word:
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
