"""A row of the timeline as one line: narrow beside the chat, with everything in columns on the full screen."""

from datetime import datetime, tzinfo

from rich.style import Style

from heartbit_tui.client.titles import span
from heartbit_tui.tui.lines import lanes, setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers import guarded, states
from heartbit_tui.tui.status.figures import money, tokens
from heartbit_tui.tui.timeline.rows import Row

NOTICED = 100
"""Milliseconds below which a wait is not told."""

ROOMY = 60
"""Columns from which there is room for what says less."""

WIDE = 90
"""Columns from which there is room for waits and bars."""

BAR = 16
"""Cells of the longest bar."""

AGENT = 12
"""Cells of an agent's name, where there is room."""

SHORT = 8
"""Cells of an agent's name beside the chat."""

LEAST = 6
"""How wide the column of agents' names is at least, so that the calls of most stand below each other."""

_EIGHTHS = "▏▎▍▌▋▊▉█"

Parts = list[tuple[str, Style]]


def narrow(row: Row, look: Look, now: datetime | None, zone: tzinfo | None = None) -> Line:
    """One line for the panel beside the chat. `now` is given for a row that is going, and counts its time."""
    ink = look.ink
    time = f"{_clock(row.at, zone, seconds=False)} " if look.width >= 24 else ""
    if row.kind == "model":
        return _dimmed(_model(row, look, time, now), row, look)
    left = [
        (time, ink.faint),
        *_agent(row, look),
        (f"{row.name:<5} ", ink.tool),
        *_lane(row, look),
        (row.title, ink.text),
    ]
    right = [
        *_came_of_it(row, look),
        *_took(row, look, now),
        (f" {states.sign(row.state)}", states.style(row.state, ink)),
    ]
    return _dimmed(setting.beside(left, right, look.width, ink.text), row, look)


def wide(row: Row, look: Look, longest: int, now: datetime | None, zone: tzinfo | None = None) -> Line:
    """One line of the full screen; bars are in proportion to `longest` milliseconds."""
    ink = look.ink
    if look.width < WIDE:
        return narrow(row, look, now, zone)
    time = (f"{_clock(row.at, zone, seconds=True)}  ", ink.faint)
    model = row.kind == "model"
    name = (f"{row.name:<9} ", ink.muted if model else ink.tool)
    title = (_figures(row) if model else row.title, ink.muted if model else ink.text)
    took = f"{_span(row, now):>11} "
    agent, lane = _agent(row, look), _lane(row, look)
    right = [*_waits(row, look), *_came_of_it(row, look), (took, ink.muted), *_bar(row, look, longest, now)]
    right.append((f" {states.sign(row.state)}", states.style(row.state, ink)))
    return _dimmed(setting.beside([time, *agent, name, *lane, title], right, look.width, ink.text), row, look)


def _model(row: Row, look: Look, time: str, now: datetime | None) -> Line:
    """A turn of a model is told more quietly than what was done in it; where a cascade answered, its tier is told."""
    ink = look.ink
    sign = (f" {states.sign(row.state)}", ink.muted if row.state == "ok" else states.style(row.state, ink))
    tiered = bool(row.climbed or row.saved) and look.width < ROOMY
    figures = row.title if tiered else _figures(row) if look.width >= ROOMY else _counts(row)
    took = [] if tiered and not row.going else _took(row, look, now)
    left = [(time, ink.faint), *_agent(row, look), (f"{row.name:<5} ", ink.muted), (figures, ink.faint)]
    return setting.beside(left, [*_came_of_it(row, look), *took, sign], look.width, ink.text)


def _figures(row: Row) -> str:
    models = " → ".join((*row.climbed, row.title))
    return "  ".join(part for part in (_counts(row), money(row.cost) if row.cost else "", models) if part)


def _counts(row: Row) -> str:
    return f"{tokens(row.read)} → {tokens(row.written)}" if row.read or row.written else ""


def _agent(row: Row, look: Look) -> Parts:
    """Whose call it is, where it is not the main agent's: a bar in the colour of its lane, and its name."""
    if not row.agent:
        return []
    style = lanes.style(row.shade, look.ink)
    name = setting.cut(row.agent, AGENT if look.width >= ROOMY else SHORT)
    return [(f" {SIGNS['bar']}", style), (f"{name:<{LEAST}} ", style)]


def _lane(row: Row, look: Look) -> Parts:
    """A mark for each call that it worked beside."""
    return [("│" * min(row.lane, 4) + " ", look.ink.rule)] if row.lane else []


def _came_of_it(row: Row, look: Look) -> Parts:
    ink = look.ink
    found: Parts = _guarded(row, look)
    if row.retries:
        found.append((f" {row.retries} {'retry' if row.retries == 1 else 'retries'}", ink.warning))
    if row.climbed:
        found.append((f" ↑{len(row.climbed)}", ink.info))
    if row.saved > 0:
        found.append((f" about {money(row.saved)} saved" if look.width >= ROOMY else f" -{money(row.saved)}", ink.ok))
    if row.added is not None or row.removed is not None:
        found += [(f" +{row.added or 0}", ink.ok), (f" -{row.removed or 0}", ink.error)]
    elif row.exit_code:
        found.append((f" exit {row.exit_code}", ink.error))
    elif row.outcome and look.width >= ROOMY:
        found.append((f" {row.outcome}", ink.faint))
    return found


def _guarded(row: Row, look: Look) -> Parts:
    """The badge of a guardrail that stepped in, with its name where there is room."""
    if row.guarded is None:
        return []
    by = f" by {row.guardrail}" if row.guardrail and look.width >= ROOMY else ""
    return [(f" {SIGNS['guard']} {row.guarded}{by}", guarded.style(row.guarded, look.ink))]


def _waits(row: Row, look: Look) -> Parts:
    found: Parts = []
    if row.queued >= NOTICED:
        found.append((f" queued {span(row.queued)}", look.ink.faint))
    if row.person >= NOTICED:
        found.append((f" you {span(row.person)}", look.ink.warning))
    return found


def _took(row: Row, look: Look, now: datetime | None) -> Parts:
    told = _span(row, now)
    return [(f" {told}", look.ink.muted)] if told else []


def _span(row: Row, now: datetime | None) -> str:
    if row.state == "asking":
        return "asks you"
    if now is not None and row.going:
        return span(max(int((now - row.at).total_seconds() * 1000), 0))
    return span(row.working) if row.working else ""


def _bar(row: Row, look: Look, longest: int, now: datetime | None) -> Parts:
    """As long as the call took beside the longest one; anything at all shows as a sliver."""
    working = row.working
    if row.state == "running" and now is not None:
        working = max(int((now - row.at).total_seconds() * 1000), 0)
    eighths = min(round(working / max(longest, 1) * BAR * 8), BAR * 8) if working else 0
    eighths = max(eighths, 1) if working else 0
    full, rest = divmod(eighths, 8)
    text = "█" * full + (_EIGHTHS[rest - 1] if rest else "")
    style = look.ink.faint if row.kind == "model" else states.style(row.state, look.ink)
    return [(text, style), (" " * (BAR - len(text)), look.ink.text)]


def _clock(at: datetime, zone: tzinfo | None, *, seconds: bool) -> str:
    local = at.astimezone(zone)
    return f"{local.hour:02}:{local.minute:02}" + (f":{local.second:02}" if seconds else "")


def _dimmed(line: Line, row: Row, look: Look) -> Line:
    """What was taken back is told in the colour of what no longer counts."""
    return setting.line(*((part.text, look.ink.faint) for part in line.parts)) if row.void else line
