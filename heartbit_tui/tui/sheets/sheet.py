"""The widget over the draft: what waits for a person, drawn as lines, and its keys and clicks turned into ops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from types import MappingProxyType

from textual import events, on
from textual.app import App
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane import draw
from heartbit_tui.tui.sheets.dialog import KEYS, Dialog
from heartbit_tui.tui.sheets.drawing import Drawing
from heartbit_tui.tui.sheets.frame import Drawn, View
from heartbit_tui.tui.sheets.full import Full
from heartbit_tui.tui.sheets.grace import Grace
from heartbit_tui.tui.sheets.waiting import Act, Ops, Request, Ticket, Waiting

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "allow-once": "y",
        "allow-session": "s",
        "allow-always": "a",
        "refuse": "n",
        "refuse-saying": "e",
        "split-diff": "t",
        "full-screen": "f",
        "explain": "Ctrl+E",
    }
)
"""How the usual keys of an approval are told; the names are those of the actions."""

SHORT_SCREEN = 24
"""Rows of the screen below which a diff, and what does not fit, takes all of it at once."""

FEWEST = 8
"""Rows that a sheet may take even where that is more than half of the screen."""

SOON = 0.005
"""Seconds that a timer waits at least: Textual's never calls where its time has passed before it begins to wait."""

WHEEL = 3
"""Lines that one notch of a mouse wheel moves."""


class Sheet(Widget):
    """Shows what waits, and is hidden while nothing does.

    The owner opens and closes requests, hides the draft between `Opened` and `Emptied`, sends the ops of
    `Replied`, and gives the draft each key that `takes` leaves (with the sheet in focus such a key bubbles on).
    `clock` gives seconds as `time.monotonic` does.
    """

    ALLOW_SELECT = False
    can_focus = True
    DEFAULT_CSS = "Sheet { width: 1fr; height: auto; display: none; }"

    @dataclass
    class Replied(Message):
        """The person has decided or answered: `ops` are to be sent; `ticket` is what they are about."""

        ops: Ops
        ticket: Ticket

    @dataclass
    class Opened(Message):
        """Something waits, and nothing did before."""

        sheet: "Sheet"

    @dataclass
    class Emptied(Message):
        """Nothing waits any more."""

        sheet: "Sheet"

    def __init__(
        self,
        ink: Ink,
        *,
        id: str | None = None,
        cwd: str = "",
        keys: Mapping[str, Act] = KEYS,
        hints: Mapping[str, str] = HINTS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(id=id)
        self._ink = ink
        self._hints = hints
        self.clock = clock
        self.dialog = Dialog(keys)
        self._grace = Grace()
        self._typing = False
        self._draft = ""
        self._offset = 0
        self._drawn = Drawn(lines=())
        self._seen: Ticket | None = None
        self._down = float("inf")
        self.drawing = Drawing(cwd)
        self._full: Full | None = None
        self._timer: Timer | None = None

    @property
    def waiting(self) -> Waiting | None:
        """What is open, None where nothing waits."""
        return self.dialog.waiting

    def open(self, request: Request, agent: str = "") -> None:
        """Show a request, after those that wait; `agent` is empty for the session's main agent."""
        self._change(lambda: self.dialog.open(request, agent))

    def close(self, id: str) -> None:
        """Forget a request that was settled, wherever that was done."""
        self._change(lambda: self.dialog.close(id))

    def swap(self, dialog: Dialog) -> None:
        """Show what waits in another session; the dialog before keeps what waits in its own, as it was left."""
        dialog.keys = self.dialog.keys

        def taken() -> None:
            self.dialog = dialog

        self._change(taken)

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        self._redraw()

    def set_keys(self, keys: Mapping[str, Act], hints: Mapping[str, str]) -> None:
        """Take other keys for an approval's acts, and tell them with these words."""
        self.dialog.keys = keys
        self._hints = hints
        self._redraw()

    def drafted(self, text: str) -> None:
        """Tell what stands in the draft, which is shown while keys go there."""
        self._draft = text.rpartition("\n")[2]
        if self._typing:
            self._redraw()

    def takes(self, key: str, character: str | None, now: float) -> bool:
        """Take a key that was pressed at the time `now`; False leaves it to the draft, or to another binding.

        Also to be asked while nothing waits: a key that answered and comes twice is taken the second time too.
        """
        waiting = self.dialog.waiting
        if waiting is None or waiting.ticket is not self._seen:
            return self._grace.owner(key, now) == "nobody"
        writes = character is not None or key in ("backspace", "delete")
        if waiting.entry is None:
            owner = self._grace.owner(key, now)
            if owner != "sheet":
                self._type(owner == "draft" and writes)
                return owner == "nobody"
        if not self._act(waiting, key, character):
            if writes and waiting.entry is None:
                self._grace.passed(now)
                self._type(True)
            return False
        self._took(key, now, waiting.ticket)
        return True

    def pastes(self, text: str) -> bool:
        """Put pasted text into the line that is being written; False leaves it to the draft."""
        waiting = self.dialog.waiting
        taken = waiting is not None and waiting.ticket is self._seen and self.dialog.paste(text)
        if taken:
            self._redraw()
        return taken

    def picks(self, index: int, now: float) -> None:
        """Take the choice with this index, as a click that began at the time `now` does."""
        waiting = self.dialog.waiting
        if waiting is not None and waiting.ticket is self._seen and self._grace.ready(now):
            ticket = waiting.ticket
            self._change(lambda: self._reply(self.dialog.pick(index, ticket), ticket))
            self._took("", now, ticket)

    def shown(self, ticket: Ticket) -> None:
        """Note that a request can be seen from now on, so that keys of before are not meant for it."""
        if ticket is not self._seen:
            self._seen = ticket
            self._grace.opened(self.clock())
            self._wait()

    def fills(self, full: bool) -> None:
        """Take the whole screen for what is asked about, or give it back."""
        self._change(lambda: self.dialog.fill(full))
        self._grace.took("escape", self.clock())
        self._grace.opened(self.clock())

    def view(self, look: Look, rows: int) -> View:
        """How things stand, for drawing. Something has to wait."""
        assert self.dialog.waiting is not None
        return View(
            waiting=self.dialog.waiting,
            look=look,
            rows=rows,
            hints=self._hints,
            offset=self._offset,
            ready=self.dialog.waiting.ticket is self._seen and self._grace.ready(self.clock()),
            typing=self._typing,
            draft=self._draft,
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as are drawn at this width."""
        self._drawn = self._draw(width)
        return len(self._drawn.lines)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows as strips; what is drawn counts as seen."""
        if self.dialog.waiting is not None:
            self._drawn = self._draw(self.size.width)
            self.call_later(self.shown, self.dialog.waiting.ticket)
        base = self.visual_style.rich_style
        rows = [draw.strip(line, self.size.width, base) for line in self._drawn.lines]
        rows += [Strip.blank(self.size.width, base)] * max(crop.bottom - len(rows), 0)
        self._place_cursor()
        for line_filter in self.get_line_filters():
            rows = [row.apply_filter(line_filter, self.background_colors[1]) for row in rows]
        return [row.crop(crop.x, crop.right) for row in rows[crop.y : crop.bottom]]

    @property
    def _host(self) -> App[object]:
        return self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] Textual knows no app's result

    def _draw(self, width: int) -> Drawn:
        waiting = self.dialog.waiting
        if waiting is None or width < 1:
            return Drawn(lines=())
        height = self.screen.size.height
        view = self.view(Look(width, self._ink), min(max(height // 2, FEWEST), max(height - 2, 1)))
        return self.drawing.drawn(view)

    def _place_cursor(self) -> None:
        if self._drawn.cursor is not None and self.has_focus:
            row, cell = self._drawn.cursor
            self._host.cursor_position = self.content_region.offset + Offset(cell, row)

    def _act(self, waiting: Waiting, key: str, character: str | None) -> bool:
        """Scroll, or let the dialog have the key; False where it means nothing."""
        if waiting.entry is None and self._scrolls(waiting, key):
            return True
        return self._change(lambda: self._reply(self.dialog.press(key, character, waiting.ticket), waiting.ticket))

    def _took(self, key: str, now: float, ticket: Ticket) -> None:
        self._grace.took(key, now)
        if self.dialog.waiting is None or self.dialog.waiting.ticket is not ticket:
            self._grace.opened(now)

    def _scrolls(self, waiting: Waiting, key: str) -> bool:
        page = self._drawn.page
        moves = {"pageup": -page, "pagedown": page}
        if waiting.question is None:
            moves |= {"up": -1, "down": 1}
        return key in moves and self._scroll(moves[key])

    def _scroll(self, by: int) -> bool:
        """Move the body; False where all of it is in view."""
        if not self._drawn.lowest:
            return False
        self._offset = min(max(self._offset + by, 0), self._drawn.lowest)
        self._redraw()
        return True

    def _reply(self, ops: Ops | None, ticket: Ticket) -> bool:
        if ops:
            self.post_message(self.Replied(ops, ticket))
        return ops is not None

    def _change(self, act: Callable[[], bool | None]) -> bool:
        """Do something to the dialog, and bring the screen in line with it; what `act` said."""
        before = self.dialog.waiting
        done = act()
        after = self.dialog.waiting
        if after is None or before is None or after.ticket is not before.ticket:
            self._offset = 0
            self._typing = False
            if after is not None:
                self._began(after)
        if (before is None) != (after is None):
            self.display = after is not None
            self.post_message(self.Emptied(self) if after is None else self.Opened(self))
        self._bring_full()
        self._redraw()
        return bool(done)

    def _began(self, waiting: Waiting) -> None:
        """Take the whole screen at once where it is short, for a diff or what does not fit."""
        told = self.drawing.told(waiting)
        on_top = self.is_attached and self.screen.is_current
        if told is not None and on_top and self.screen.size.height < SHORT_SCREEN:
            width = self.size.width or self.screen.size.width
            self.dialog.fill(bool(told.diff) or self._draw(width).lowest > 0)

    def _bring_full(self) -> None:
        """Show or leave the full screen, as the dialog has it."""
        waiting = self.dialog.waiting
        if waiting is not None and waiting.full and waiting.entry is not None:
            self.dialog.fill(False)
            waiting = self.dialog.waiting
        wanted = waiting.ticket if waiting is not None and waiting.full else None
        if self._full is not None and self._full.ticket is not wanted:
            self._full.leave()
            self._full = None
        told = self.drawing.told(waiting) if waiting is not None else None
        if wanted is not None and told is not None and self._full is None:
            self._full = Full(self, wanted, told, self._ink, self._now)
            self._host.push_screen(self._full)

    def _redraw(self) -> None:
        self.refresh(layout=True)
        if self._full is not None:
            self._full.refreshed()

    def _type(self, typing: bool) -> None:
        """Show that keys go to the draft, until they do no longer."""
        if typing:
            self._typing = True
        self._redraw()
        self._wait()

    def _wait(self) -> None:
        """Draw again once a key counts."""
        left = self._grace.left(self.clock())
        if self._timer is None and left > 0 and self.is_attached:
            self._timer = self.set_timer(max(left, SOON), self._settle)

    def _settle(self) -> None:
        self._timer = None
        if self.dialog.waiting is None:
            return
        if self._grace.ready(self.clock()):
            self._typing = False
            self._redraw()
        self._wait()

    def _now(self, event: events.Event) -> float:
        """When something was pressed, which may be some time before it is heard of."""
        return min(self.clock(), event.time)

    @on(events.Mount)
    def _mounted(self) -> None:
        """Begin the grace anew when the window comes to the front: that click or key may be meant for the window."""
        self.watch(self._host, "app_focus", self._focused, init=False)

    def _focused(self, focused: bool) -> None:
        if focused:
            self._grace.opened(self.clock())
            self._wait()

    @on(events.Key)
    def _pressed_key(self, event: events.Key) -> None:
        if self.takes(event.key, event.character, self._now(event)):
            event.stop()
            event.prevent_default()

    @on(events.Paste)
    def _pasted(self, event: events.Paste) -> None:
        if self.pastes(event.text):
            event.stop()

    @on(events.MouseDown)
    def _pressed_mouse(self, event: events.MouseDown) -> None:
        self._down = self._now(event)

    @on(events.Click)
    def _clicked(self, event: events.Click) -> None:
        for spot in self._drawn.spots:
            if event.button == 1 and spot.row == event.y and spot.start <= event.x < spot.end:
                self.picks(spot.index, self._down)
                return

    @on(events.MouseScrollUp)
    def _wheel_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-WHEEL)

    @on(events.MouseScrollDown)
    def _wheel_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(WHEEL)
