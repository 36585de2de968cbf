"""What both sheets are drawn in: a heading, a window on what may be long, and a line of keys."""

from collections.abc import Iterable, Mapping, Sequence

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.client.visible import one_line, revealed
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.sheets.body import Body
from heartbit_tui.tui.sheets.choices import Spot
from heartbit_tui.tui.sheets.entry import Entry
from heartbit_tui.tui.sheets.exact import Hand, Piece, pieces, rows
from heartbit_tui.tui.sheets.waiting import Waiting

TAIL = 3
"""Last lines that stay in view of something that does not fit."""

AHEAD = 200
"""Lines beyond those in view that are made, so that they can be counted."""

AGENT = 24
"""Characters of an agent's name at most."""

WRITTEN = 6
"""Lines of what is being written that are in view."""

MARGIN = 2

TYPING = "You are typing: these keys go to your draft. Pause, then a key answers."


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How things stand: `rows` is the most that may be drawn, `offset` how far down the body was scrolled.

    `ready` tells whether a key would count, `typing` that keys go to the draft; `draft` is what stands there.
    """

    waiting: Waiting
    look: Look
    rows: int
    hints: Mapping[str, str]
    offset: int = 0
    ready: bool = True
    typing: bool = False
    draft: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sheet in lines, where its choices are, how far down its body can go, and the cell of the cursor."""

    lines: tuple[Line, ...]
    spots: tuple[Spot, ...] = ()
    lowest: int = 0
    page: int = 1
    cursor: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a body that is in view, and the furthest that it can be moved."""

    lines: tuple[Line, ...]
    lowest: int = 0
    page: int = 1


def drawn(view: View, lines: Sequence[Line], spots: Iterable[Spot], window: Window | None = None) -> Drawn:
    """A sheet of these lines, as far as they fit, with the choices that are among them."""
    lowest, page = (window.lowest, window.page) if window else (0, 1)
    there = tuple(spot for spot in spots if spot.row < view.rows)
    return Drawn(lines=tuple(lines[: view.rows]), spots=there, lowest=lowest, page=page)


def heading(view: View, what: str, question: str, place: str = "") -> Line:
    """The line above: what is asked, for which agent, which of how many, as far as there is room."""
    ink, waiting = view.look.ink, view.waiting
    count = f"{waiting.place} of {waiting.count}" if waiting.count > 1 else ""
    told = [one_line(revealed(waiting.ticket.agent), AGENT), place, count]
    joined = [" · ".join(text for text in told[start:] if text) for start in range(len(told) + 1)]
    right = next(text for text in joined if setting.cells(text) <= view.look.width // 2)
    left = [("─ ", ink.rule), (f"{SIGNS['asking']} {what}", ink.warning), (f"  {question} ", ink.strong)]
    end = [(f" {right} ", ink.accent), ("─", ink.rule)] if right else []
    room = view.look.width - sum(setting.cells(text) for text, _ in end)
    start = setting.fitted(left, max(room - 1, 1))
    line = Segment("─" * max(room - setting.cells(start.text), 0), ink.rule)
    return Line((*start.parts, line, *(Segment(text, style) for text, style in end)))


def window(body: Body, room: int, offset: int, look: Look, keys: str) -> Window:
    """As much of a body as fits, from `offset` on; what is not in view is counted, and the end stays in view."""
    made = body.upto(offset + room + AHEAD)
    total = len(made)
    if body.complete and total <= room:
        return Window(tuple(made))
    if room < 2:
        return Window((_gap(0, total, look, keys, body.complete),)[:room], 1)
    tail = min(TAIL, (room - 1) // 2) if room > 2 else 1
    head = room - 1 - tail
    lowest = total - room + 1
    at = min(max(offset, 0), lowest)
    if at == lowest:
        return Window((_gap(at, 0, look, keys, True), *made[total - room + 1 :]), lowest, max(head, 1))
    gap = _gap(at, total - tail - head - at, look, keys, body.complete)
    return Window((*made[at : at + head], gap, *body.tail(tail)), lowest, max(head, 1))


def _gap(above: int, below: int, look: Look, keys: str, exactly: bool) -> Line:
    told = [f"{above} line{'s' if above > 1 else ''} above"] if above else []
    many = f"{below}{'' if exactly else '+'} more line{'s' if below > 1 else ''}"
    told += [many] if below else []
    return setting.fitted([(f"  ⋯ {' · '.join(told)} ", look.ink.warning), (f" {keys}", look.ink.faint)], look.width)


def keys_line(view: View, told: Sequence[tuple[str, str]]) -> Line:
    """The last line: keys with what they do, as many as fit, or where the keys go while somebody types."""
    look = view.look
    if view.typing:
        draft = f" {SIGNS['prompt']} {view.draft}" if view.draft else ""
        return setting.fitted(
            [(f"{' ' * MARGIN}{TYPING}", look.ink.warning), (setting.clean(draft), look.ink.muted)], look.width
        )
    parts: list[tuple[str, Style]] = []
    used = 0
    for key, words in told:
        gap = 3 if parts else MARGIN
        size = gap + setting.cells(f"{key} {words}")
        if used + size <= look.width:
            parts += [(" " * gap + key, look.ink.muted), (f" {words}", look.ink.faint)]
            used += size
    return setting.line(*parts)


def shortened(lines: Sequence[Line], most: int, look: Look) -> list[Line]:
    """The first lines, the last of them ending in … where some are left out."""
    if len(lines) <= most or most < 1:
        return list(lines[: max(most, 0)])
    last = lines[most - 1]
    style = last.parts[-1].style or Style.null() if last.parts else Style.null()
    return [*lines[: most - 1], setting.line((setting.cut(f"{last.text.rstrip()} …", look.width), style))]


def written(entry: Entry, width: int, hand: Hand, lead: str) -> tuple[list[Line], tuple[int, int]]:
    """What is being written, around its cursor, with nothing in it hidden; and the cell of the cursor."""
    before, under, after = entry.text[: entry.at], entry.text[entry.at : entry.at + 1], entry.text[entry.at + 1 :]
    parts = (*_told(before), Piece(_under(under), "cursor"), *_told(after))
    lines = rows(parts, width, hand, lead)
    at = next(number for number, line in enumerate(lines) if any(part.style is hand.cursor for part in line.parts))
    cell = 0
    for part in lines[at].parts:
        if part.style is hand.cursor:
            break
        cell += setting.cells(part.text)
    start = min(max(at - WRITTEN + 1, 0), max(len(lines) - WRITTEN, 0))
    return lines[start : start + WRITTEN], (at - start, cell)


def _told(text: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for number, line in enumerate(text.split("\n")):
        found += ([Piece("↵", "loud")] if number else []) + list(pieces(line))
    return tuple(found)


def _under(character: str) -> str:
    if character in ("", " ", "\t"):
        return " "
    return "↵" if character == "\n" else revealed(character)
