"""The parts of a conversation that a summary stands for, each with a title of its own."""

from collections.abc import Iterator, Sequence

from heartbit_tui.context import tokens
from heartbit_tui.context.transcript import subject
from heartbit_tui.kernel.events import Span
from heartbit_tui.kernel.messages import Assistant, Text, User
from heartbit_tui.kernel.past import Placed

SIZE = 4_000
"""Tokens that a part has at most, unless one answer with its results has more."""

MOST = 40
"""Parts that a summary lists; smaller ones next to each other are made one."""

TITLE = 72


def of(entries: Sequence[Placed], before: Sequence[Span] = ()) -> tuple[Span, ...]:
    """`before`, then the parts of the entries: a new one with each prompt, and where one grows too long."""
    found = [*before, *(_span(part) for part in _parts(entries))]
    while len(found) > MOST:
        at = min(range(len(found) - 1), key=lambda number: found[number + 1].last - found[number].first)
        found[at : at + 2] = [_joined(found[at], found[at + 1])]
    return tuple(found)


def rounds(entries: Sequence[Placed]) -> Iterator[tuple[Placed, ...]]:
    """The entries in pieces that stay together: an answer with its results, or words that no answer stands before."""
    piece: list[Placed] = []
    for placed in entries:
        if piece and (isinstance(placed.entry, Assistant) or placed.own):
            yield tuple(piece)
            piece = []
        piece.append(placed)
    if piece:
        yield tuple(piece)


def _parts(entries: Sequence[Placed]) -> Iterator[tuple[Placed, ...]]:
    part: list[Placed] = []
    size = 0
    for piece in rounds(entries):
        more = sum(tokens.entry(placed.entry) for placed in piece)
        if part and (piece[0].own or size + more > SIZE):
            yield tuple(part)
            part, size = [], 0
        part.extend(piece)
        size += more
    if part:
        yield tuple(part)


def _span(part: Sequence[Placed]) -> Span:
    return Span(first=part[0].seq, last=part[-1].seq, title=_title(part))


def _title(part: Sequence[Placed]) -> str:
    calls = [call for placed in part if isinstance(placed.entry, Assistant) for call in placed.entry.calls]
    asked = _line(_words(part[0].entry)) if part[0].own and isinstance(part[0].entry, User) else ""
    did = ", ".join(dict.fromkeys(_line(f"{call.name} {subject(call.input)}", 32) for call in calls[:3]))
    more = f" and {len(calls) - 3} more" if len(calls) > 3 else ""
    return ": ".join(filter(None, (asked, did + more))) or "an answer"


def _joined(one: Span, other: Span) -> Span:
    return Span(first=one.first, last=other.last, title=_line(f"{one.title}; {other.title}", 2 * TITLE))


def _words(message: User) -> str:
    return " ".join(block.text for block in message.content if isinstance(block, Text))


def _line(words: str, most: int = TITLE) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
