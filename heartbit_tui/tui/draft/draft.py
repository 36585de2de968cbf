"""The box in which the person types: it edits, remembers, pastes, and tells the application what was sent."""

from collections.abc import Callable

from rich.style import Style
from textual import events
from textual.content import Content

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.cleaning import cleaned
from heartbit_tui.tui.draft.keys import EDITING, MENU, WITHOUT_TEXT
from heartbit_tui.tui.draft.kind import Kind, kind_of
from heartbit_tui.tui.draft.messages import Changed, MenuKey, Pasted, Submitted, Told, WantsCompletion
from heartbit_tui.tui.draft.paper import Paper, color_of, styled
from heartbit_tui.tui.draft.passage import Passage, moved, replaced, written
from heartbit_tui.tui.draft.pen import Pen
from heartbit_tui.tui.draft.recall import History, Recall, begun, stepped
from heartbit_tui.tui.draft.state import DraftState


class Draft(Paper):
    """Where the person types. Esc, Ctrl+C and every key that does not edit go on to the application.

    `running` and `menu_open` are set by the owner: they decide what Alt+Enter and the menu's keys do. `last_key_at`
    is the time of the last key by `clock`, else by the clock that stamps Textual's events (`time.monotonic`).
    """

    def __init__(
        self,
        *,
        history: History | None = None,
        clock: Callable[[], float] | None = None,
        placeholder: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.running = False
        self.menu_open = False
        self.last_key_at = float("-inf")
        self._pen = Pen()
        self._history = history
        self._clock = clock
        self._recall: Recall | None = None
        self._kind = Kind.PROMPT
        self._mode: tuple[str, Style] = ("", Style.null())
        self._stash: DraftState | None = None

    @property
    def text(self) -> str:
        """What would be sent now, with pastes in full."""
        return self._pen.full.text

    @property
    def kind(self) -> Kind:
        """What sending the draft would do."""
        return self._kind

    @property
    def passage(self) -> Passage:
        """The text as it stands in the box, one private character for each chip, with cursor and selection."""
        return self._pen.passage

    def snapshot(self) -> DraftState:
        """The draft as data."""
        return self._pen.state()

    def restore(self, state: DraftState) -> None:
        """Have a draft as it was; what is there now comes back with undo."""
        self._pen.restore(state)
        self._changed()

    def set_text(self, text: str) -> None:
        """Have this text instead; what is there now comes back with undo."""
        self._pen.put(written(cleaned(text)[0]))
        self._changed()

    def replace_before(self, characters: int, text: str) -> None:
        """Put a completion in place of so many characters before the cursor."""
        at = self._pen.passage.cursor
        self._pen.put(replaced(self._pen.passage, max(at - characters, 0), at, cleaned(text)[0]))
        self._changed()

    def stash(self) -> bool:
        """Put the draft away, or bring it back when the box is empty; tells whether there was anything to do."""
        if self._pen.passage.text:
            self._stash = self.snapshot()
            self._pen.put(Passage())
        elif self._stash is not None:
            self._pen.restore(self._stash)
            self._stash = None
        else:
            return False
        self._changed()
        return True

    def add_image(self, image: Image) -> None:
        """Put an image at the cursor as a chip."""
        if not self._pen.add_image(image):
            self.post_message(Told("The draft holds too many images and pastes. Send it first.", "warning"))
        self._changed()

    def show_mode(self, name: str, style: Style) -> None:
        """Name the mode in the border, in its colour."""
        self._mode = (name, style)
        self._title()

    def show_hint(self, *words: tuple[str, Style]) -> None:
        """Words for the lower border: hints, or how much is queued."""
        self.border_subtitle = Content.assemble(*(styled(text, style) for text, style in words)) if words else None

    def place(self, passage: Passage) -> None:
        """The mouse moved the cursor or the selection."""
        self._pen.place(passage)
        self.show(self._pen.passage, self._labels)

    async def _on_key(self, event: events.Key) -> None:
        self.last_key_at = self._clock() if self._clock is not None else event.time
        if self._takes(event):
            event.stop()
            event.prevent_default()

    def _takes(self, event: events.Key) -> bool:
        """Do what a key says; False where it is not the draft's."""
        key = event.key
        if self.menu_open and key in MENU:
            return self.post_message(MenuKey(key))
        if key in WITHOUT_TEXT and not self._pen.passage.text:
            return False
        if key in EDITING:
            verb, what = EDITING[key]
            return self._edit(verb, what)
        if event.character is not None and event.is_printable:
            self._pen.type(event.character)
            self._changed()
            return True
        return False

    def _edit(self, verb: str, what: str) -> bool:
        match verb:
            case "move" | "select":
                self._pen.move(what, select=verb == "select")
                self.show(self._pen.passage, self._labels)
            case "row" | "select row":
                self._row(-1 if what == "up" else 1, select=verb == "select row")
            case "delete":
                self._pen.delete(what)
                self._changed()
            case "kill":
                self._pen.kill(what)
                self._changed()
            case _:
                return self._act(what)
        return True

    def _act(self, what: str) -> bool:
        match what:
            case "send":
                self._enter()
            case "queue" if self.running:
                self._send(queue=True)
            case "newline" | "queue":
                self._pen.type("\n")
            case "complete":
                self.post_message(WantsCompletion(self._pen.passage.before, asked=True))
            case "yank" | "yank older":
                self._pen.yank(older=what == "yank older")
            case "undo" | "redo":
                self._pen.undo(forth=what == "redo")
            case _:
                return False
        self._changed()
        return True

    def _enter(self) -> None:
        passage = self._pen.passage
        if passage.before.endswith("\\") and not passage.selected:
            self._pen.put(replaced(passage, passage.cursor - 1, passage.cursor, "\n"))
        else:
            self._send(queue=False)

    def _send(self, *, queue: bool) -> None:
        sent, state = self._pen.full, self._pen.state()
        if not sent.text.strip():
            return
        if self._history is not None:
            self._history.add(sent.text)
        self.post_message(Submitted(sent.text, sent.images, queue=queue, kind=self._kind, state=state))
        self._pen.empty()

    def _row(self, by: int, *, select: bool) -> None:
        to = self.vertical(self._pen.passage, by)
        if to is not None or select:
            goal = self._goal
            to = (0 if by < 0 else len(self._pen.passage.text)) if to is None else to
            self._pen.place(moved(self._pen.passage, to, select=select))
            self.show(self._pen.passage, self._labels)
            self._goal = goal
        elif self._history is not None:
            self._go_through(self._history, by)

    def _go_through(self, history: History, by: int) -> None:
        recall = self._recall or begun(history.entries(), self._pen.passage)
        following = stepped(recall, by)
        if following is None:
            return
        entry = following.shown
        if entry is None:
            self._pen.put(recall.kept)
        else:
            text = cleaned(entry)[0]
            self._pen.put(Passage(text, text.find("\n") if by < 0 and "\n" in text else len(text)))
        self._changed()
        self._recall = following if entry is not None else None

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text, removed = cleaned(event.text)
        if removed:
            self.post_message(Told(f"{removed} control characters were left out of what was pasted.", "warning"))
        if text:
            label = self._pen.paste(text)
            self.post_message(Pasted(len(text), label))
            self._changed()

    def _changed(self) -> None:
        """Draw the draft, and tell what it is now where its text is another."""
        passage = self._pen.passage
        before = self._shown.text
        if passage.text == before:
            self.show(passage, self._labels)
            return
        self._recall = None
        self.show(passage, {chip: each.label for chip, each in self._pen.attached.items()})
        kind = kind_of(passage.text)
        if kind is not self._kind:
            self._kind = kind
            self._title()
        self.post_message(Changed(passage.text, passage.before, kind))

    def _title(self) -> None:
        name, style = self._mode
        self.border_title = styled(name if self._kind is Kind.PROMPT else self._kind.value, style)
        color = color_of(style)
        if color is not None:
            self.styles.border = ("round", color)
