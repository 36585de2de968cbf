"""What is said beside the conversation: reasoning, notices, and how a run ended."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style

from heartbit_tui.client import titles
from heartbit_tui.client.crew import PERSON
from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers.measure import first_lines, last_line, last_lines, one_line, plural, shown
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Ending, Notice, Thinking

THINKING_LINES = 1000
"""How many lines of reasoning are shown while it is open."""

NOTICE_LINES = 20
"""How many lines of a notice are shown."""

_SIGN: Mapping[str, str] = MappingProxyType({"info": SIGNS["bullet"], "warning": "!", "error": SIGNS["failed"]})
_AFTERWARDS: Mapping[str, str] = MappingProxyType(
    {
        "failed": "What was done until here is kept. Send a message to go on.",
        "interrupted": "What was done until here is kept. Send a message to go on.",
    }
)


def thinking(block: Thinking, look: Look, scene: Scene, *, open: bool) -> list[Line]:
    """One line that says how much was thought, and while it goes on, what; all of it where it is open."""
    ink = look.ink
    count = block.text.strip("\n").count("\n") + 1 if block.text.strip() else 0
    mark = SIGNS["open" if open else "folded"] if count else " "
    told = plural(count, "line") if block.closed or open else one_line(last_line(block.text), scene)
    parts = [
        (f"{mark} ", ink.muted),
        ("thinking ", ink.thinking),
        (f"{SIGNS['more']} {told if count else ''}", ink.faint),
    ]
    head = setting.fitted(parts, look.width)
    found = [Line(head.parts, gutter=min(2, look.width))]
    if open:
        lines, left = first_lines(block.text, THINKING_LINES)
        kept = [*lines, *([f"… {plural(left, 'more line')}"] if left else [])]
        first: Parts = [("  ", ink.thinking)]
        found += setting.wrapped([(shown("\n".join(kept), scene), ink.thinking)], look.width, first=first)
    return found


def notice(block: Notice, look: Look, scene: Scene) -> list[Line]:
    """A sentence with a sign."""
    return _signed(_SIGN[block.level], block.text, _level(block.level, look.ink), look, scene)


def ending(block: Ending, look: Look, scene: Scene) -> list[Line]:
    """A quiet line after a run that ended well; else why it did not, and what to do."""
    ink = look.ink
    if block.how == "completed":
        return [_ruled(block, look)]
    sign, style = (SIGNS["failed"], ink.error) if block.how == "failed" else (SIGNS["cut"], ink.warning)
    text = _why(block)
    told = "" if block.apart else _AFTERWARDS[block.how]
    after = setting.wrapped([(told, ink.muted)], look.width, first=[("  ", ink.muted)]) if told else []
    rule = [_ruled(block, look)] if block.milliseconds or block.calls else []
    return [*_signed(sign, text, style, look, scene), *after, *rule]


def _why(ending: Ending) -> str:
    if ending.how == "failed":
        return f"The run failed: {ending.text}" if ending.text else "The run failed."
    if ending.apart and ending.text == PERSON:
        return "Stopped by you."
    if ending.text.startswith("the "):
        return f"Interrupted by {ending.text}."
    return f"Interrupted: {ending.text}." if ending.text else "Interrupted."


def _level(level: str, ink: Ink) -> Style:
    return {"warning": ink.warning, "error": ink.error}.get(level, ink.muted)


def _signed(sign: str, text: str, style: Style, look: Look, scene: Scene) -> list[Line]:
    lines, left = last_lines(text, NOTICE_LINES) if len(text) > 10_000 else first_lines(text, NOTICE_LINES)
    kept = "\n".join([*lines, *([f"… {plural(left, 'more line')}"] if left else [])])
    return setting.wrapped([(shown(kept, scene), style)], look.width, first=[(f"{sign} ", style)])


def _ruled(block: Ending, look: Look) -> Line:
    """A thin line with what the run took at its end."""
    told = [
        titles.span(block.milliseconds) if block.milliseconds else "",
        plural(block.calls, "call") if block.calls else "",
        f"{titles.amount(block.tokens)} tokens" if block.tokens else "",
    ]
    words = " · ".join(part for part in told if part)
    room = look.width - setting.cells(words) - 1
    if not words or room < 4:
        return setting.fitted([("─" * look.width, look.ink.rule)], look.width)
    return setting.fitted([("─" * room, look.ink.rule), (f" {words}", look.ink.faint)], look.width)
