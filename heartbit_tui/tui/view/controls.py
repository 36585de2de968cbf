"""The row under a replay: where it is, how fast it goes, and its keys."""

from collections.abc import Sequence

from rich.style import Style

from heartbit_tui.kernel.events import Envelope, type_name
from heartbit_tui.tui.lines import lanes as shades, setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.status.figures import meter
from heartbit_tui.tui.view.player import State
from heartbit_tui.tui.view.sift import is_error, tool_of

HINTS = (
    "Space play/pause",
    "→ step",
    "← back",
    "n error",
    "a agent",
    "/ filter",
    "+ - speed",
    "Home End",
    "q leave",
)
"""The keys, the most needed first."""

FILTERING = (
    "agent:reader tool:bash kind:run errors · Enter keeps · Esc shows all",
    "agent: tool: kind: errors · Enter · Esc",
    "Enter · Esc",
)

NAME = 16
"""Cells of an agent's or a tool's name."""

BOLD = Style(bold=True)

BAR = 12
"""Cells of the bar that shows how far it is."""


def controls(state: State, width: int, ink: Ink, *, left_out: int = 0, said: str = "") -> Line:
    """The row for a width; `left_out` lines of the file could not be read, and `said` is what a key came to."""
    left = _state(state, ink)
    if said:
        left.append((f"  {said}", ink.warning))
    if left_out:
        left.append((f"  {left_out} damaged {'line' if left_out == 1 else 'lines'} left out", ink.warning))
    used = sum(setting.cells(text) for text, _ in left)
    for count in range(len(HINTS), 0, -1):
        hints = " · ".join(HINTS[:count])
        if used + 2 + setting.cells(hints) <= width:
            return setting.beside(left, [(hints, ink.faint)], width, ink.muted)
    return setting.fitted(left, width)


def lanes(agents: Sequence[str], last: Envelope | None, width: int, ink: Ink) -> Line:
    """Whose events there are, each in the colour of its lane, and at the right what stands where the replay is."""
    others = list(agents[1:])
    left: list[tuple[str, Style]] = []
    for agent in agents:
        style = shades.style(others.index(agent), ink) if agent in others else ink.text
        here = last is not None and last.agent == agent
        left.append(
            (
                f"{SIGNS['prompt'] if here else ' '}{setting.cut(setting.one_line(agent), NAME)} ",
                style + BOLD if here else style,
            )
        )
    if last is None:
        return setting.fitted(left, width)
    event = last.event
    told = " ".join(filter(None, (type_name(type(event)), setting.one_line(tool_of(event))[:NAME])))
    right = [(f" {told}", ink.error if is_error(event) else ink.muted)]
    return setting.beside(left, right, width, ink.text)


def typed(text: str, width: int, ink: Ink) -> Line:
    """The row while a filter is typed."""
    left = [("/ ", ink.accent), (setting.clean(text), ink.text), ("▏", ink.accent)]
    told = next((each for each in FILTERING if setting.cells(each) + setting.cells(text) + 6 <= width), "")
    return setting.beside(left, [(told, ink.faint)], width, ink.text)


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
