"""Help, drawn from the keys that count now: grouped, in two columns where there is room, filtered as one types."""

from collections.abc import Iterator, Sequence

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.keys.actions import SIGNS, Action
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import cells, clean, fitted, wrapped
from heartbit_tui.tui.pane.given import Lines
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.picker.entry import Entry
from heartbit_tui.tui.picker.foot import hints, nothing
from heartbit_tui.tui.picker.screen import HEIGHT, LOW, WIDTH
from heartbit_tui.tui.screens.closing import close

TWO = 96
"""Cells from which two columns stand beside each other."""

GAP = 4
WIDEST_KEYS = 21
MIN_TITLE = 12
"""Cells that are left for what a key does, before it stands below the key."""


@dataclass(frozen=True, slots=True)
class Told:
    """One entry: how it is done, and what it does."""

    keys: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    title: str
    entries: tuple[Told, ...]


def groups(live: Keymap, query: str = "") -> tuple[Group, ...]:
    """All that can be done, by groups, in the order of the actions; only what holds every word of `query`."""
    found: dict[str, list[Told]] = {"What a draft begins with": [Told(sign.text, sign.title) for sign in SIGNS]}
    for action in live.actions:
        if entry := _entry(live, action):
            found.setdefault(action.group, []).append(entry)
    words = query.lower().split()
    kept = ((title, tuple(each for each in told if _holds(each, title, words))) for title, told in found.items())
    return tuple(Group(title, entries) for title, entries in kept if entries)


def lines(live: Keymap, look: Look, query: str = "") -> list[Line]:
    """Help in lines: what is wrong with the keymap first, then the groups."""
    found = groups(live, query)
    faults = [] if query else list(_faults(live.faults, look))
    if not found:
        return nothing("There is no key.", query, look)
    if look.width < TWO:
        return [*faults, *_column(found, look)]
    half = Look((look.width - GAP) // 2, look.ink, look.calm)
    left, right = _halves(found, half)
    return [*faults, *_side_by_side(_column(left, half), _column(right, half), half.width)]


class Help(ModalScreen[None]):
    """Shows help until it is closed."""

    AUTO_FOCUS = "Entry"
    DEFAULT_CSS = """
    Help { align: center middle; }
    Help #sheet {
        width: 92%; max-width: 140; height: 90%; background: $surface; border: round $border; padding: 0 1;
        border-title-color: $accent; border-title-style: bold;
    }
    Help.-full #sheet {
        width: 100%; max-width: 100%; height: 100%; padding: 0; border: none; border-top: solid $border;
    }
    Help #head { height: 1; padding: 0 0 0 1; }
    Help #prompt { width: 2; color: $accent; }
    Help Pane { margin: 1 0 0 0; }
    Help #foot { height: 1; margin: 1 0 0 0; padding: 0 1; color: $muted; }
    Help.-full #foot { margin: 0; }
    Help.-low #foot { display: none; }
    Help.-low Pane { margin: 0; }
    """

    def __init__(self, live: Keymap, ink: Ink, query: str = "") -> None:
        super().__init__()
        self._live = live
        self._ink = ink
        self._query = query
        self._pane = Pane(Lines(()), ink)
        self._entry = Entry(self._take, query, "type to filter")

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(id="sheet") as sheet:
            sheet.border_title = Content("Keys and commands")
            with Horizontal(id="head"):
                yield Static("❯", id="prompt", markup=False)
                yield self._entry
            yield self._pane
            yield Static("", id="foot", markup=False)

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self._pane.set_ink(ink)
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Set the lines for the new width."""
        width, height = event.size
        self.set_class(width < WIDTH or height < HEIGHT, "-full")
        self.set_class(height < LOW, "-low")
        self.call_after_refresh(self._show)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._query = event.value
        self._show()

    def _show(self) -> None:
        if not self.query("#foot"):  # a resize that is heard of while the screen is left
            return
        self._pane.set_source(Lines(lines(self._live, self._pane.look, self._query)), follow=False)
        keys = (("↑ ↓", "scroll"), *self._live.hints(("interrupt", "close")))
        self.query_one("#foot", Static).update(hints(keys, self.size.width, self._ink))

    def _take(self, event: events.Key) -> bool:
        action = self._live.action_for(event.key, "list")
        page = max(self._pane.size.height - 1, 1)
        moves = {"row-before": -1, "row-after": 1, "rows-page-up": -page, "rows-page-down": page, "choose": page}
        if action == "clear-or-quit" and self._query:
            self._entry.value = ""
        elif action in ("interrupt", "clear-or-quit"):
            close(self, None)
        elif action in ("first-row", "last-row"):
            self._pane.to((0, 0)) if action == "first-row" else self._pane.to_end()
        elif action in moves:
            self._pane.scroll(moves[action])
        else:
            return False
        return True


def _entry(live: Keymap, action: Action) -> Told | None:
    """How an action is reached; the first of a series stands for all of them."""
    if action.series:
        return _series(live, action)
    keys = live.labels_for(action.name)
    command = f"/{action.command}" if action.command else ""
    if not keys:
        return Told(f"{command} {action.takes}".rstrip(), action.title) if command else None
    told = f"{keys}  {command}".rstrip()
    return Told(told if cells(told) <= WIDEST_KEYS else keys, action.title)


def _series(live: Keymap, action: Action) -> Told | None:
    members = [each for each in live.actions if each.series == action.series]
    if action is not members[0]:
        return None
    keys = [live.key_for(each.name) for each in members]
    usual = keys == [each.keys[0] for each in members]
    told = live.label(f"{keys[0]}..{keys[-1][-1]}") if usual else "  ".join(live.label(key) for key in keys if key)
    return Told(told or f"/{action.command}", action.title.rpartition(" ")[0])


def _holds(entry: Told, title: str, words: Sequence[str]) -> bool:
    text = f"{entry.keys} {entry.title} {title}".lower()
    return all(word in text for word in words)


def _faults(faults: Sequence[str], look: Look) -> Iterator[Line]:
    if not faults:
        return
    yield fitted([(" What is wrong with your keymap", look.ink.warning)], look.width)
    for fault in faults:
        yield from wrapped([(clean(fault), look.ink.text)], look.width, first=[("   ", look.ink.text)])
    yield BLANK


def _column(found: Sequence[Group], look: Look) -> list[Line]:
    """Groups below each other, their keys in a column of their own."""
    widest = max((cells(entry.keys) for group in found for entry in group.entries), default=0)
    width = min(widest, WIDEST_KEYS, look.width // 2)
    column: list[Line] = []
    for group in found:
        column += [BLANK] if column else []
        column.append(fitted([(f" {group.title}", look.ink.heading)], look.width))
        for entry in group.entries:
            column += _set(entry, width, look)
    return column


def _set(entry: Told, width: int, look: Look) -> list[Line]:
    """One entry; keys that are wider than their column stand on a line of their own."""
    ink = look.ink
    room = width + 5
    if look.width - room < MIN_TITLE:
        keys = wrapped([(entry.keys, ink.strong)], look.width, first=[("   ", ink.text)])
        return [*keys, *wrapped([(entry.title, ink.muted)], look.width, first=[("     ", ink.text)])]
    if cells(entry.keys) > width:
        keys = wrapped([(entry.keys, ink.strong)], look.width, first=[("   ", ink.text)])
        return [*keys, *wrapped([(entry.title, ink.muted)], look.width, first=[(" " * room, ink.text)])]
    first = [("   ", ink.text), (entry.keys, ink.strong), (" " * (width - cells(entry.keys) + 2), ink.text)]
    return wrapped([(entry.title, ink.muted)], look.width, first=first, rest=[(" " * room, ink.text)])


def _halves(found: Sequence[Group], look: Look) -> tuple[Sequence[Group], Sequence[Group]]:
    """The groups in two columns that are about as long as each other."""
    sizes = [len(_column((group,), look)) + 1 for group in found]
    cut = min(range(1, len(found) + 1), key=lambda at: abs(sum(sizes[:at]) - sum(sizes[at:])))
    return found[:cut], found[cut:]


def _side_by_side(left: Sequence[Line], right: Sequence[Line], width: int) -> Iterator[Line]:
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else BLANK
        other = right[at] if at < len(right) else BLANK
        gap = Segment(" " * (width + GAP - cells(one.text)))
        yield Line((*one.parts, gap, *other.parts)) if other.parts else one
