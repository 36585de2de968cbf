"""The row of tabs: one for each session that is open, and for each agent that is followed, with a sign of how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.style import Style
from textual import events
from textual.message import Message

from heartbit_tui.tui.lines import lanes, setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.talk.tabs import State, Tab

MARKS: Mapping[State, str] = MappingProxyType(
    {
        "idle": "",
        "working": SIGNS["running"],
        "asking": SIGNS["asking"],
        "done": SIGNS["ok"],
        "failed": SIGNS["failed"],
        "waiting": SIGNS["waiting"],
        "stopped": SIGNS["cut"],
    }
)

WIDEST = 28
"""Cells of a tab at most."""


def row(tabs: Sequence[Tab], width: int, ink: Ink) -> Line:
    """The tabs side by side, each with its number; titles give way where there is little room."""
    room = cells(len(tabs), width)
    parts: list[tuple[str, Style]] = []
    for tab in tabs:
        parts += _tab(tab, room, ink)
    return setting.fitted(parts, width)


def cells(count: int, width: int) -> int:
    """The width of each of so many tabs."""
    return max(min(width // max(count, 1), WIDEST), 1)


def _tab(tab: Tab, room: int, ink: Ink) -> list[tuple[str, Style]]:
    over = ink.cursor if tab.current else Style()
    mark = MARKS[tab.state] or (SIGNS["ring"] if tab.jobs else "")
    lead, bar = f" {tab.number} ", f"{SIGNS['bar']} " if tab.agent else ""
    left = max(room - len(lead) - len(bar) - (2 if mark else 0) - 1, 0)
    title = setting.cut(setting.clean(tab.title).replace("\n", " "), left) if left else ""
    blank = " " * max(room - len(lead) - len(bar) - (2 if mark else 0) - setting.cells(title), 0)
    signs = [(f"{mark} ", over + _style(tab.state, ink))] if mark else []
    words = ink.strong if tab.current else ink.warning if tab.state == "asking" else ink.muted
    shade = ink.faint if tab.lane is None else lanes.style(tab.lane, ink)
    number = (lead, over + (ink.accent if tab.current else ink.faint))
    lane = [(bar, over + shade)] if bar else []
    return [number, *lane, *signs, (f"{title}{blank}", over + words)]


def _style(state: State, ink: Ink) -> Style:
    styles = {"working": ink.running, "asking": ink.warning, "done": ink.ok, "failed": ink.error}
    return styles.get(state, ink.muted)


class TabRow(OneLine):
    """The row as a widget; it is there only while there is more than one tab. A click asks for a tab."""

    DEFAULT_CSS = "TabRow { height: 1; width: 1fr; display: none; background: $panel; }"

    @dataclass
    class Wanted(Message):
        """The person wants to see the session with this number."""

        number: int

    def __init__(self, ink: Ink, *, id: str | None = "tabs") -> None:
        super().__init__(id=id)
        self._ink = ink
        self._tabs: tuple[Tab, ...] = ()

    def tell(self, tabs: tuple[Tab, ...]) -> None:
        """Show these."""
        if tabs != self._tabs:
            self._tabs = tabs
            self.display = len(tabs) > 1
            self._set()

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self._set()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new width."""
        self._set()

    def on_click(self, event: events.Click) -> None:
        """See the tab under the mouse."""
        number = event.x // cells(len(self._tabs), self.size.width) + 1
        if number <= len(self._tabs):
            self.post_message(self.Wanted(number))

    def _set(self) -> None:
        shown = len(self._tabs) > 1 and self.size.width
        self.show(row(self._tabs, self.size.width, self._ink) if shown else BLANK)
