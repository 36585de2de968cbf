"""The screen of a list: a filter line, the rows in one pane, what is told of a row beside them, and the keys below."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.pane.given import Lines
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.picker import foot
from heartbit_tui.tui.picker.entry import Entry
from heartbit_tui.tui.picker.filtering import found, texts
from heartbit_tui.tui.picker.latest import Latest
from heartbit_tui.tui.picker.source import HEADING, ROW, RowSource
from heartbit_tui.tui.picker.types import Confirm, Extra, Listing, Name, Press, Row, Take

T = TypeVar("T")

WIDTH, HEIGHT = 80, 24
"""On a screen that is smaller the list takes all of it."""

LOW = 10
"""With fewer rows than these the keys are not told."""

WIDE = 104
"""From so many cells on, what is told of a row stands beside the list."""


PARTS = 3
"""What `_tell` tells things in."""


class Picker(ModalScreen[T | None], Generic[T]):
    """Shows a listing until a row is chosen (its key is the result) or it is closed (None)."""

    AUTO_FOCUS = "Entry"
    DEFAULT_CSS = """
    Picker { align: center middle; }
    Picker #sheet {
        width: 92%; max-width: 128; height: 86%; max-height: 46;
        background: $surface; border: round $border; padding: 0 1;
        border-title-color: $accent; border-title-style: bold; border-subtitle-color: $muted;
    }
    Picker.-full #sheet {
        width: 100%; max-width: 100%; height: 100%; max-height: 100%; padding: 0; border: none;
        border-top: solid $border;
    }
    Picker #head { height: 1; padding: 0 0 0 1; }
    Picker #prompt { width: 2; color: $accent; }
    Picker #status { width: auto; max-width: 60%; color: $muted; padding: 0 1; }
    Picker #body { height: 1fr; margin: 1 0 0 0; }
    Picker.-low #body { margin: 0; }
    Picker #beside { display: none; width: 42%; margin: 0 0 0 1; padding: 0 0 0 1; border-left: solid $border; }
    Picker.-wide #beside { display: block; }
    Picker #foot { height: 1; margin: 1 0 0 0; padding: 0 1; color: $muted; }
    Picker.-full #foot { margin: 0; }
    Picker.-low #foot { display: none; }
    Picker.-low #foot.-asking { display: block; }
    """

    def __init__(self, listing: Listing[T], keymap: Keymap, ink: Ink) -> None:
        super().__init__()
        self._listing = listing
        self._keymap = keymap
        self._ink = ink
        self._query = listing.query
        self._rows: Sequence[Row[T]] = ()
        self._looked: Sequence[str] | None = None
        self._source = RowSource[T](())
        self._asking: Confirm[T] | Name[T] | None = None
        self._told = ""
        self._eager = False
        self._extras = {extra.action: extra for extra in listing.extras}
        self._latest = Latest(self._load, self._loaded)
        self._previews = Latest(self._preview, self._previewed)
        self._pane = Pane(self._source, ink, id="rows")
        self._beside = Pane(Lines(()), ink, id="preview") if listing.preview else None
        self._entry = Entry(self._take, listing.query, "type to filter")

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(id="sheet") as sheet:
            sheet.border_title = Content(self._listing.title)
            with Horizontal(id="head"):
                yield Static("❯", id="prompt", markup=False)
                yield self._entry
                yield Static("", id="status", markup=False)
            with Horizontal(id="body"):
                yield self._pane
                if self._beside:
                    yield Vertical(self._beside, id="beside")
            yield Static("", id="foot", markup=False)

    def on_mount(self) -> None:
        """Show the rows, or begin to ask for them."""
        self.reload(self._listing.start)

    @property
    def row(self) -> Row[T] | None:
        """The row that the keys act on."""
        cursor = self._pane.cursor
        return self._source.rows[cursor[0]] if cursor and cursor[0] < len(self._source.rows) else None

    def set_ink(self, ink: Ink) -> None:
        """Draw with the styles of another theme."""
        self._ink = ink
        for pane in (self._pane, self._beside):
            if pane:
                pane.set_ink(ink)
        self._tell()

    def reload(self, start: T | None = None) -> None:
        """Ask for the rows anew; the cursor stays on its row, or goes to `start`."""
        row = self.row
        self._wanted = start if start is not None or row is None else row.key
        rows = self._listing.rows
        if callable(rows):
            self._ask()
        else:
            self._rows, self._looked = rows, None
            self._filter()

    def _ask(self) -> None:
        if self._latest.wish(self._query):
            self.run_worker(partial(self._guarded, self._latest.work), group="rows")
        self._tell()

    async def _load(self, query: str) -> Sequence[Row[T]]:
        load = self._listing.rows
        assert callable(load)
        return await load(query)

    def _loaded(self, query: str, rows: Sequence[Row[T]]) -> None:
        self._rows = rows
        self._show(rows, query)
        self._caught_up()

    def _filter(self) -> None:
        """Show the rows that answer the query; the texts to look through are made when first something is typed."""
        if not self._query.strip():
            self._show(self._rows, "")
            return
        self._looked = self._looked or texts(self._rows)
        rows = [self._rows[at] for at in found(self._looked, self._query)]
        other = self._listing.other(self._query.strip()) if self._listing.other else None
        self._show([*rows, other] if other else rows, self._query)

    def _show(self, rows: Sequence[Row[T]], query: str) -> None:
        self._source = RowSource(rows, query.strip())
        self._pane.set_source(self._source if rows else Lines(self._nothing()), follow=False)
        wanted, self._wanted = self._wanted, None
        self._aim(0 if wanted is None else self._place(wanted))
        self._tell()

    def _place(self, wanted: T) -> int:
        """Where a row stands that was there before; the first place where it is gone."""
        same = self._listing.same or _itself
        name = same(wanted)
        return next((at for at, row in enumerate(self._source.rows) if same(row.key) == name), 0)

    def _nothing(self) -> list[Line]:
        return foot.nothing(self._listing.empty, self._query.strip(), self._pane.look)

    def _aim(self, at: int) -> None:
        """Put the cursor on a row, its heading in view where it has one."""
        count = len(self._source.rows)
        if not count:
            return
        at = min(max(at, 0), count - 1)
        if self._pane.view.top is None:
            self._pane.changed()
        top = self._pane.view.top
        heading = (at, HEADING)
        if self._source.before((at, ROW)) == heading and top is not None and top.key >= heading:
            self._pane.to(heading)
        self._pane.cursor = (at, ROW)
        self._preview_row()

    def on_resize(self, event: events.Resize) -> None:
        """Take the whole screen where there is little of it, and keep the cursor in view."""
        width, height = event.size
        self.set_class(width < WIDTH or height < HEIGHT, "-full")
        self.set_class(height < LOW, "-low")
        self.set_class(width >= WIDE, "-wide")
        self.call_after_refresh(self._again)

    def _again(self) -> None:
        if not self._source.rows:
            self._pane.set_source(Lines(self._nothing()))
        elif self._pane.cursor:
            self._aim(self._pane.cursor[0])
        self._tell()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if isinstance(self._asking, Name) or event.value == self._query:
            return
        self._query, self._told = event.value, ""
        if callable(self._listing.rows):
            self._ask()
        else:
            self._filter()
            self._caught_up()

    @on(Pane.Clicked)
    def _clicked(self, event: Pane.Clicked) -> None:
        """A click puts the cursor on a row; one on the cursor, or a second, chooses it."""
        event.stop()
        if event.pane is not self._pane or self._asking or event.key[0] >= len(self._source.rows):
            return
        if event.double or self._pane.cursor == event.key:
            self._choose()
        elif event.key[1] == ROW:
            self._aim(event.key[0])

    def _take(self, event: events.Key) -> bool:
        """Whether a key was for the list."""
        self._eager = False
        if isinstance(self._asking, Confirm):
            self._answered(self._asking, yes=event.key == "y")
            return True
        action = self._keymap.action_for(event.key, "list")
        if isinstance(self._asking, Name):
            return self._named(self._asking, action)
        if extra := self._extras.get(action):
            self._do(extra)
            return True
        act = self._moves().get(action)
        if act:
            act()
        return act is not None

    def _moves(self) -> dict[str, Callable[[], None]]:
        at = self._pane.cursor[0] if self._pane.cursor else 0
        page = max(self._pane.size.height - 1, 1)
        last = len(self._source.rows) - 1
        return {
            "choose": self._choose,
            "row-before": lambda: self._aim(at - 1 if at else last),
            "row-after": lambda: self._aim(at + 1 if at < last else 0),
            "rows-page-up": lambda: self._aim(at - page),
            "rows-page-down": lambda: self._aim(at + page),
            "first-row": lambda: self._aim(0),
            "last-row": lambda: self._aim(last),
            "interrupt": lambda: self._leave(None),
            "clear-or-quit": self._clear,
        }

    def _choose(self) -> None:
        """Take the row; while the rows that answer what was typed are still to come, the first of them then."""
        if self._latest.waiting or self._entry.value != self._query:
            self._eager = True
        else:
            self._pick()

    def _caught_up(self) -> None:
        """The rows are here; they are those that were waited for where nothing was typed since."""
        if self._eager and self._entry.value == self._query:
            self._eager = False
            self._pick()

    def _pick(self) -> None:
        if self.row:
            chosen = self._listing.chosen
            self._leave(chosen(self.row.key) if chosen else self.row.key)

    def _leave(self, result: T | None) -> None:
        if self.is_current:
            self.dismiss(result)

    def _clear(self) -> None:
        if self._query:
            self._entry.value = ""
        else:
            self._leave(None)

    def _do(self, extra: Extra[T]) -> None:
        row = self.row
        match extra:
            case Press():
                self._act(lambda: extra.act(row.key if row else None))
            case _ if row is None:
                pass
            case Take():
                self._leave(extra.result(row.key))
            case Confirm():
                self._ask_about(extra)
            case Name():
                self._ask_about(extra)
                self._entry.value = extra.words(row.key)
                self._entry.action_end()

    def _ask_about(self, extra: Confirm[T] | Name[T] | None) -> None:
        self._asking, self._told = extra, ""
        self.query_one("#foot").set_class(extra is not None, "-asking")
        self._tell()

    def _answered(self, extra: Confirm[T], *, yes: bool) -> None:
        row = self.row
        self._ask_about(None)
        if yes and row:
            self._act(lambda: extra.act(row.key))

    def _named(self, extra: Name[T], action: str) -> bool:
        """Enter takes the words, Esc leaves them; every other key edits them."""
        row, words = self.row, self._entry.value.strip()
        if action not in ("choose", "interrupt", "clear-or-quit"):
            return action.startswith(("row-", "rows-", "other-"))
        self._entry.value = self._query
        self._ask_about(None)
        if action == "choose" and words and row:
            self._act(lambda: extra.act(row.key, words))
        return True

    def _act(self, act: Callable[[], Awaitable[str] | str]) -> None:
        self.run_worker(partial(self._guarded, lambda: self._acted(act)), group="acts")

    async def _acted(self, act: Callable[[], Awaitable[str] | str]) -> None:
        answer = act()
        self._told = await answer if inspect.isawaitable(answer) else answer
        self.reload()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """What goes wrong on purpose, or on the disk, is told below the list."""
        try:
            await work()
        except (HeartbitError, OSError) as error:
            self._told = str(error)
            self._tell()

    def _preview_row(self) -> None:
        if self._beside and self.row and self._previews.wish(self.row.key):
            self.run_worker(partial(self._guarded, self._previews.work), group="preview")

    async def _preview(self, key: T) -> Sequence[Line]:
        assert self._listing.preview
        assert self._beside
        answer = self._listing.preview(key, self._beside.look)
        return await answer if inspect.isawaitable(answer) else answer

    def _previewed(self, key: T, lines: Sequence[Line]) -> None:
        if self._beside:
            self._beside.set_source(Lines(lines), follow=False)

    def _tell(self) -> None:
        """Say how many rows there are, what holds for them, and what the keys do."""
        if len(self.query("#sheet, #status, #foot")) < PARTS:  # rows that come while the screen is left
            return
        sheet = self.query_one("#sheet")
        count = len(self._source.rows)
        whole = max(len(self._rows), count)
        sheet.border_subtitle = Content(f"{count:,} of {whole:,}" if count < whole else f"{whole:,}")
        status = self._listing.status() if self._listing.status else ""
        self.query_one("#status", Static).update(Text(status, no_wrap=True, overflow="ellipsis"))
        self.query_one("#foot", Static).update(self._foot())

    def _foot(self) -> Text:
        if isinstance(self._asking, Confirm) and self.row:
            return foot.question(self._asking.asks(self.row.key), self._ink)
        if isinstance(self._asking, Name):
            return foot.hints(((self._keymap.label_for("choose"), self._asking.asks), ("Esc", "back")), 200, self._ink)
        if self._told:
            return foot.told(self._told, self._ink)
        verb = self._listing.verb
        wanted = [*([("choose", verb)] if verb else []), *((each.action, each.title) for each in self._listing.extras)]
        width = self.query_one("#foot").content_size.width or self.size.width
        return foot.hints(self._keymap.hints(*wanted, ("interrupt", "close")), width, self._ink)


def _itself(key: object) -> object:
    return key
