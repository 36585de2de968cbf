"""What fills the model's window, item by item: what is large, what goes next, and a key to take it out."""

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from heartbit_tui.client import filled
from heartbit_tui.context.ledger import Item
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.screens.closing import close
from heartbit_tui.tui.screens.context_rows import ContextRows
from heartbit_tui.tui.status.figures import full_style, meter, percent, tokens

HINT = "{drop} takes out or puts back · s sorts by size · Esc closes"
BAR = 20
"""Cells of the meter."""


class ContextScreen(ModalScreen[None]):
    """Shows an outlook; `drop` takes an item out, or puts it back, and `look` tells what holds then."""

    DEFAULT_CSS = """
    ContextScreen { background: $background; }
    ContextScreen > Vertical { width: 100%; height: 100%; background: $background; padding: 0 1; }
    """

    def __init__(self, look: Callable[[], Outlook], drop: Callable[[Item], None], live: Keymap, ink: Ink) -> None:
        super().__init__()
        self._look = look
        self._drop = drop
        self._keymap = live
        self._ink = ink
        self._by_size = False
        self._outlook = look()
        self._rows = ContextRows(self._outlook)
        self._pane = Pane(self._rows, ink, id="rows", focus=True)
        self._head = OneLine(id="filled")
        self._about = OneLine(id="about")
        self._foot = OneLine(id="hints")

    def compose(self) -> ComposeResult:
        """The meter, the rows, what is told of one of them, the keys."""
        with Vertical():
            yield self._head
            yield self._pane
            yield self._about
            yield self._foot

    def on_mount(self) -> None:
        """Begin at the top."""
        self.call_after_refresh(lambda: self._aim(self._rows.first()))

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new width."""
        self.call_after_refresh(self._tell)

    def touched(self) -> None:
        """Something has changed: look again; the cursor stays on its item."""
        at, kept = self._pane.cursor, self._rows.item(self._pane.cursor)
        self._outlook = self._look()
        self._rows = ContextRows(self._outlook, by_size=self._by_size)
        self._pane.set_source(self._rows, follow=False)
        self._aim(self._rows.place(kept) if kept else at)

    def on_key(self, event: events.Key) -> None:
        """Move, take out, sort, leave."""
        event.stop()
        page = max(self._pane.size.height - 1, 1)
        moves = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -page, "pagedown": page}
        if event.key in moves:
            self._move(moves[event.key])
        elif event.key in ("home", "g", "end", "G"):
            self._aim(self._rows.first() if event.key in ("home", "g") else self._rows.last())
        elif self._keymap.action_for(event.key, "side") == "drop":
            self._take_out()
        elif event.key == "s":
            self._by_size = not self._by_size
            self.touched()
        elif event.key in ("escape", "q", "enter", "ctrl+c"):
            close(self, None)

    @on(Pane.Clicked)
    def _clicked(self, event: Pane.Clicked) -> None:
        event.stop()
        self._aim(event.key)

    def _take_out(self) -> None:
        item = self._rows.item(self._pane.cursor)
        if item is not None and (item.droppable or item.restorable):
            self._drop(item)
            self.touched()

    def _move(self, by: int) -> None:
        key = self._pane.cursor or self._rows.first()
        for _ in range(abs(by)):
            key = (key and (self._rows.after(key) if by > 0 else self._rows.before(key))) or key
        self._aim(key)

    def _aim(self, key: Key | None) -> None:
        last = self._rows.last()
        self._pane.cursor = min(key, last) if key and last else last
        self._tell()

    def _tell(self) -> None:
        width, ink = max(self._head.size.width, 1), self._ink
        self._head.show(head(self._outlook, width, ink))
        self._about.show(setting.fitted([(self._told(), ink.muted)], width))
        label = self._keymap.label_for("drop")
        self._foot.show(setting.fitted([(HINT.format(drop=label), ink.faint)], width))

    def _told(self) -> str:
        """What would come of the key on the row under the cursor."""
        item = self._rows.item(self._pane.cursor)
        if item is None:
            return ""
        size = f"about {item.tokens:,} tokens, {item.letters:,} characters"
        if item.restorable and not item.droppable:
            return f"{size}: it was taken out; the same key puts it back."
        if not item.droppable:
            going = filled.state(item, self._outlook)
            return f"{size}: {'the next compaction summarises it.' if going else 'it stays.'}"
        behind = filled.following(self._outlook, item)
        return f"{size}: what stands behind it, about {tokens(behind)}, is then read anew once."


def head(found: Outlook, width: int, ink: Ink) -> Line:
    """How full the window is, and when it will be shortened."""
    size, style = found.size, full_style(found.share, ink)
    parts = [("Context  ", ink.heading)]
    if size.window:
        parts += [*meter(found.share, BAR if width >= 100 else BAR // 2, style, ink.faint)]
        parts.append((f" {percent(found.share)}", style))
        parts.append((f"  {tokens(found.used)} of {tokens(size.window)}", ink.text))
    else:
        parts.append((f"{tokens(found.used)} tokens", ink.text))
    parts.append((f"  {filled.coming(found)}", ink.muted))
    return setting.fitted(parts, width)
