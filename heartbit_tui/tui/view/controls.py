"""The row under a replay: where it is, how fast it goes, and its keys."""

from rich.style import Style

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.status.figures import meter
from heartbit_tui.tui.view.player import State

HINTS = ("Space play/pause", "→ step", "← back", "+ - speed", "Home End", "q leave")
"""The keys, the most needed first."""

BAR = 12
"""Cells of the bar that shows how far it is."""


def controls(state: State, width: int, ink: Ink, *, left_out: int = 0) -> Line:
    """The row for a width; `left_out` lines of the file could not be read."""
    left = _state(state, ink)
    if left_out:
        left.append((f"  {left_out} damaged {'line' if left_out == 1 else 'lines'} left out", ink.warning))
    used = sum(setting.cells(text) for text, _ in left)
    for count in range(len(HINTS), 0, -1):
        hints = " · ".join(HINTS[:count])
        if used + 2 + setting.cells(hints) <= width:
            return setting.beside(left, [(hints, ink.faint)], width, ink.muted)
    return setting.fitted(left, width)


def speed(value: float) -> str:
    """A speed as people say it: 1×, ¼×."""
    return {0.25: "¼×", 0.5: "½×"}.get(value, f"{value:g}×")


def _state(state: State, ink: Ink) -> list[tuple[str, Style]]:
    done = state.at >= state.of
    word = ("waits for more" if state.grows else "at its end") if done else "plays" if state.playing else "paused"
    sign = ("▪" if done else "▶" if state.playing else "‖", ink.accent)
    share = state.at / state.of if state.of else 0.0
    figures = f" {state.at}/{state.of}  {speed(state.speed)}"
    return [sign, (f" {word}  ", ink.text), *meter(share, BAR, ink.accent, ink.faint), (figures, ink.muted)]
