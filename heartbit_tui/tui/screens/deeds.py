"""A page that was opened from a list: lines to read, keys that do something with what they are about, and what asks there."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.given import Made
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.picker import foot
from heartbit_tui.tui.screens.closing import close
from heartbit_tui.tui.sheets.sheet import Sheet
from heartbit_tui.tui.sheets.waiting import Ops, Request

FRAME = 8
"""Rows of the screen that are left to the frame, the title and the keys."""

LEAST = 3
"""Rows of the lines that stay in view above what asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a key does on a page. `asks` is what is asked first, empty for nothing; `leaves` is the page's result then.

    `act` says in a sentence what came of it; it may raise `HeartbitError` or `OSError`.
    """

    action: str
    title: str
    act: Callable[[], Awaitable[str] | str] | None = None
    asks: Callable[[], Awaitable[str]] | None = None
    leaves: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows: all are asked anew after `load`, which is called first and behind each deed.

    `asking` are requests that are answered here, of an agent that works in `folder`; `reply` sends an answer: what came
    of it.
    """

    title: str
    lines: Callable[[Look], Sequence[Line]]
    deeds: Callable[[], Sequence[Deed]]
    load: Callable[[], Awaitable[None]]
    asking: Callable[[], Sequence[tuple[Request, str]]] = tuple
    reply: Callable[[Request, Ops], Awaitable[str]] | None = None
    folder: Callable[[], str] = str


class Answering(Sheet):
    """A sheet whose Esc leaves the page, and answers nothing."""

    def takes(self, key: str, character: str | None, now: float) -> bool:
        """Take a key, as every sheet does."""
        waiting = self.waiting
        if key in ("escape", "ctrl+c") and (waiting is None or waiting.entry is None):
            return False
        return super().takes(key, character, now)


class DeedPage(ModalScreen[str]):
    """Shows it until it is left; the result is that of the deed which leaves, or empty."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    DeedPage { align: center middle; }
    DeedPage > Vertical {
        width: 92%; max-width: 120; height: auto; border: round $border; background: $surface; padding: 0 1;
    }
    DeedPage #deed-foot { height: auto; max-height: 2; margin: 1 0 0 0; color: $muted; }
    """

    def __init__(self, shown: Shown, live: Keymap, ink: Ink, sheet: Answering | None = None) -> None:
        super().__init__()
        self._shown = shown
        self._keymap = live
        self._ink = ink
        self._sheet = sheet
        self._opened: tuple[str, ...] = ()
        self._lines = Made(shown.lines)
        self._told = ""
        self._asking: Deed | None = None
        self._question = ""

    def compose(self) -> ComposeResult:
        """A title, the lines, what asks, the keys."""
        with Vertical():
            yield OneLine(setting.line((self._shown.title, self._ink.heading)))
            yield Pane(self._lines, self._ink)
            if self._sheet is not None:
                yield self._sheet
            yield Static("", id="deed-foot", markup=False)

    def on_mount(self) -> None:
        """Begin to find out what there is to show."""
        self._tell()
        self._begin(self._again)

    def on_resize(self, event: events.Resize) -> None:
        """Be as high as what is told, as far as the screen goes."""
        self.call_after_refresh(self._fit)

    def reload(self) -> None:
        """Find out anew what there is to show: something came of what was begun here."""
        if self.is_attached:
            self._begin(self._again)

    def on_key(self, event: events.Key) -> None:
        """Answer what is asked first, scroll, do, leave."""
        event.stop()
        if self._asking is not None:
            self._answered(yes=event.key == "y")
        elif event.key in ("escape", "ctrl+c"):
            close(self, "")
        elif self._sheet is None or self._sheet.waiting is None:
            self._pressed(event.key)

    def _pressed(self, key: str) -> None:
        name = self._keymap.action_for(key, "page")
        deed = next((each for each in self._shown.deeds() if each.action == name), None)
        if deed is not None:
            self._do(deed)
        elif key in ("q", "enter"):
            close(self, "")
        else:
            self._scroll(key)

    def _scroll(self, key: str) -> None:
        pane = self.query_one(Pane)
        moves = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -pane.size.height, "pagedown": pane.size.height}
        if key in moves:
            pane.scroll(moves[key])
        elif key == "home" and pane.view.rows:
            pane.to((0, 0))
        elif key == "end":
            pane.to_end()

    def _do(self, deed: Deed) -> None:
        self._told = ""
        if deed.asks is not None:
            self._begin(partial(self._ask, deed, deed.asks))
        else:
            self._carry_out(deed)

    async def _ask(self, deed: Deed, asks: Callable[[], Awaitable[str]]) -> None:
        self._question = await asks()
        self._asking = deed
        self._tell()

    def _answered(self, *, yes: bool) -> None:
        deed, self._asking = self._asking, None
        if yes and deed is not None:
            self._carry_out(deed)
        self._tell()

    def _carry_out(self, deed: Deed) -> None:
        if deed.act is None:
            close(self, deed.leaves)
        else:
            self._begin(partial(self._done, deed, deed.act))

    async def _done(self, deed: Deed, act: Callable[[], Awaitable[str] | str]) -> None:
        answer = act()
        self._told = await answer if inspect.isawaitable(answer) else answer
        if deed.leaves:
            close(self, deed.leaves)
        else:
            await self._again()

    async def _again(self) -> None:
        """Find out what there is to show, and show it."""
        await self._shown.load()
        self._lines.show(self._shown.lines)
        self._bring_asked()
        self._fit()

    def _bring_asked(self) -> None:
        """Open in the sheet what waits, and close what no longer does."""
        if self._sheet is None:
            return
        waiting = {request.id: (request, agent) for request, agent in self._shown.asking()}
        for name in self._opened:
            if name not in waiting:
                self._sheet.close(name)
        for name, (request, agent) in waiting.items():
            if name not in self._opened:
                self._sheet.drawing.works_in(self._shown.folder())
                self._sheet.open(request, agent)
        self._opened = tuple(waiting)

    @on(Sheet.Opened)
    def _asked(self, event: Sheet.Opened) -> None:
        event.stop()
        event.sheet.focus()
        self.call_after_refresh(self._fit)

    @on(Sheet.Emptied)
    def _emptied(self, event: Sheet.Emptied) -> None:
        event.stop()
        self.set_focus(None)
        self.call_after_refresh(self._fit)

    @on(Sheet.Replied)
    def _replied(self, event: Sheet.Replied) -> None:
        event.stop()
        if self._shown.reply is not None:
            self._begin(partial(self._reply, self._shown.reply, event))

    async def _reply(self, reply: Callable[[Request, Ops], Awaitable[str]], event: Sheet.Replied) -> None:
        self._told = await reply(event.ticket.request, event.ops)
        self._opened = tuple(each for each in self._opened if each != event.ticket.request.id)
        await self._again()

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        self.run_worker(partial(self._guarded, work), group="deeds")

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """What goes wrong on purpose, or on the disk, is told below the lines."""
        try:
            await work()
        except (HeartbitError, OSError) as error:
            self._told = str(error)
            self._tell()

    def _fit(self) -> None:
        """Be as high as the lines are."""
        if not self.is_mounted or not self.query(Pane):
            return
        pane = self.query_one(Pane)
        below = self._sheet.size.height if self._sheet is not None and self._sheet.display else 0
        wanted = len(self._lines.all(pane.look)) + 1
        pane.styles.height = min(wanted, max(self.size.height - FRAME - below, LEAST))
        pane.changed()
        self._tell()

    def _tell(self) -> None:
        if found := self.query("#deed-foot"):
            found.first(Static).update(self._foot())

    def _foot(self) -> Text:
        if self._asking is not None:
            return foot.question(self._question, self._ink)
        waits = self._sheet is not None and self._sheet.waiting is not None
        wanted = () if waits else tuple((each.action, each.title) for each in self._shown.deeds())
        width = max(self.query_one("#deed-foot").content_size.width, 20)
        keys = foot.hints(self._keymap.hints(*wanted, ("interrupt", "close")), width, self._ink)
        return Text("\n").join((foot.told(self._told, self._ink), keys)) if self._told else keys
