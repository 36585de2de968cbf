"""The goal and how each of its criteria stands, in lines."""

from rich.style import Style

from heartbit_tui.client.pursued import SIGNS, judged, standing
from heartbit_tui.kernel.events import GoalJudged, GoalSet, Outcome
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS as MARKS, Look
from heartbit_tui.tui.side.section import heading

MOST = 8
"""Criteria that the side panel shows."""


def lines(goal: GoalSet | None, last: GoalJudged | None, look: Look) -> list[Line]:
    """The section of the side panel, nothing without a goal."""
    rows = standing(goal, last)
    if not rows:
        return []
    met = sum(outcome == "met" for outcome, _ in rows)
    found = [heading(f"goal {met}/{len(rows)}", look)]
    for outcome, criterion in rows[:MOST]:
        sign, style = _sign(outcome, look)
        text = setting.one_line(criterion[:400])
        found.append(setting.fitted([(f"{sign} ", style), (text, look.ink.text)], look.width))
    if len(rows) > MOST:
        found.append(setting.fitted([(f"  {len(rows) - MOST} more", look.ink.faint)], look.width))
    return found


def page(goal: GoalSet | None, last: GoalJudged | None, look: Look) -> list[Line]:
    """All of it, and what came of it when it was last judged."""
    if goal is None:
        return []
    margin = [("  ", look.ink.muted)]
    found = [BLANK, *setting.wrapped([(setting.one_line(goal.goal), look.ink.strong)], look.width, first=margin), BLANK]
    for number, (outcome, criterion) in enumerate(standing(goal, last), 1):
        sign, style = _sign(outcome, look)
        words = [(setting.one_line(criterion), look.ink.text)]
        found += setting.wrapped(words, look.width, first=[(f"  {number:>2} {sign} ", style)])
    if last is not None:
        found.append(BLANK)
        for line in judged(last):
            found += setting.wrapped([(line, look.ink.muted)], look.width, first=margin)
    return found


def _sign(outcome: Outcome | None, look: Look) -> tuple[str, Style]:
    match outcome:
        case "met":
            return SIGNS["met"], look.ink.ok
        case "unmet":
            return SIGNS["unmet"], look.ink.error
        case "unsure":
            return SIGNS["unsure"], look.ink.warning
        case None:
            return MARKS["todo"], look.ink.muted
