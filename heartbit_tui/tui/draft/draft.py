"""The box in which the person types: it edits, remembers, pastes, and tells the application what was sent."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.style import Style
from textual import events

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.burst import GAP, QUIET, Burst
from heartbit_tui.tui.draft.chips import PastedImage, full, labelled
from heartbit_tui.tui.draft.cleaning import cleaned
from heartbit_tui.tui.draft.clipboard import Clipboard, Nothing
from heartbit_tui.tui.draft.images import Unfit, may_be_paths, read
from heartbit_tui.tui.draft.keys import EDITING, MENU, WITHOUT_TEXT, Verb
from heartbit_tui.tui.draft.kind import Kind, kind_of
from heartbit_tui.tui.draft.messages import Changed, MenuKey, Pasted, Submitted, Told, WantsCompletion
from heartbit_tui.tui.draft.paper import Paper
from heartbit_tui.tui.draft.passage import Passage, moved, replaced, written
from heartbit_tui.tui.draft.pen import Pen
from heartbit_tui.tui.draft.recall import History, Recall, begun, stepped
from heartbit_tui.tui.draft.state import DraftState

if TYPE_CHECKING:
    from heartbit_tui.tui.draft.vim.machine import Vim

TEXT_OF_KEYS: Mapping[str, str] = MappingProxyType({"enter": "\n", "ctrl+j": "\n", "tab": "\t"})
"""What stands for these keys in a paste that comes as keys."""


class Draft(Paper):
    """Where the person types. Esc, Ctrl+C and every key that does not edit go on to the application.

    `running` and `menu_open` are set by the owner: they decide what Alt+Enter and the menu's keys do. `last_key_at`
    is the time of the last key by `clock`, else by the clock that stamps Textual's events (`time.monotonic`).
    """

    keys: Mapping[str, tuple[Verb, str]] = EDITING
    """What a key does; the owner sets it where a person has other keys."""

    vim: "Vim | None" = None
    """The keys of vi; None, as it is at first, leaves the draft with its own. The owner sets it."""

    def __init__(
        self,
        *,
        history: History | None = None,
        clipboard: Clipboard | None = None,
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
        self._clipboard = clipboard
        self._clock = clock
        self._recall: Recall | None = None
        self._kind = Kind.PROMPT
        self._mode: tuple[str, Style] = ("", Style.null())
        self._stash: DraftState | None = None
        self._burst = Burst()
        self._burst_start = 0
        self._vim_depth = 0

    @property
    def text(self) -> str:
        """What would be sent now, with pastes in full."""
        self._end_burst()
        return full(self._pen.passage.text, self._pen.attached).text

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
        self._end_burst()
        return self._pen.state()

    def restore(self, state: DraftState) -> None:
        """Have a draft as it was; what is there now comes back with undo."""
        self._pen.restore(state)
        self._changed()

    def text_for_editor(self) -> str:
        """The draft with pastes in full and images by their labels, by which `set_text` knows them again."""
        self._end_burst()
        return labelled(self._pen.passage.text, self._pen.attached)

    def set_text(self, text: str) -> None:
        """Have this text instead; what is there now comes back with undo."""
        text = cleaned(text)[0]
        for chip, held in self._pen.attached.items():
            if isinstance(held, PastedImage) and chip in self._pen.passage.text:
                text = text.replace(held.label, chip, 1)
        self._pen.put(written(text))
        self._changed()

    def replace_before(self, characters: int, text: str) -> None:
        """Put a completion in place of so many characters before the cursor."""
        at = self._pen.passage.cursor
        self._pen.put(replaced(self._pen.passage, max(at - characters, 0), at, cleaned(text)[0]))
        self._changed()

    def queue(self) -> None:
        """Send the draft for after the run."""
        self._end_burst()
        self._send(queue=True)

    def stash(self) -> bool:
        """Put the draft away, or bring it back when the box is empty; tells whether there was anything to do."""
        self._end_burst()
        if self._pen.passage.text:
            self._stash = self._pen.state()
            self._pen.put(Passage())
        elif self._stash is not None:
            self._pen.restore(self._stash)
            self._stash = None
        else:
            return False
        self._changed()
        return True

    def _add_image(self, image: Image) -> None:
        """Put an image at the cursor as a chip."""
        if not self._pen.add_image(image):
            self.post_message(Told("The draft holds too many images and pastes. Send it first.", "warning"))
        self._changed()

    async def paste_clipboard(self) -> None:
        """Paste what the clipboard holds, or tell why that cannot be done."""
        if self._clipboard is None:
            self.post_message(Told("The clipboard cannot be read here. Paste with the terminal's own key.", "warning"))
            return
        match await self._clipboard.read():
            case Nothing(why=why):
                self.post_message(Told(why, "warning"))
            case Image() as image:
                self._add_image(image)
            case text:
                self._paste(text)

    def show_mode(self, name: str, style: Style) -> None:
        """Name the mode in the border, in its colour."""
        self._mode = (name, style)
        self._title()

    def place(self, passage: Passage) -> None:
        """The mouse moved the cursor or the selection."""
        self._end_burst()
        self._pen.place(passage)
        self._changed()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is text for the draft."""
        return character is not None and character.isprintable()

    def press(self, event: events.Key) -> bool:
        """Take a key that something else had the focus for; False where the draft has no use for it."""
        self.last_key_at = self._clock() if self._clock is not None else event.time
        return self._is_burst(event, self.last_key_at) or self._takes(event.key, event.character or "")

    async def _on_key(self, event: events.Key) -> None:
        if self.press(event):
            event.stop()
            event.prevent_default()

    def _takes(self, key: str, character: str) -> bool:
        """Do what a key says; False where it is not the draft's."""
        if self.menu_open and key in MENU:
            return self.post_message(MenuKey(key))
        if self.vim is not None and self._vim(self.vim, character if character.isprintable() and character else key):
            return True
        if key in WITHOUT_TEXT and not self._pen.passage.text:
            return False
        if key in self.keys:
            return self._edit(*self.keys[key])
        if not character.isprintable() or not character:
            return False
        self._pen.type(cleaned(character)[0])
        self._changed()
        return True

    def _vim(self, vim: "Vim", key: str) -> bool:
        """Let vi's keys do what they do; False for those that mean what they always mean."""
        mode, depth = vim.mode, self._pen.depth
        if key == "?" and not self._pen.passage.text and mode == "normal":
            return False
        stroke = vim.press(key, self._pen.passage)
        if stroke is None:
            return False
        if mode == "insert":
            self._pen.put(stroke.passage)
            self._pen.gather(self._vim_depth)
        elif stroke.act in ("up", "down"):
            self._row(-1 if stroke.act == "up" else 1, select=False)
        elif stroke.act:
            self._pen.undo(forth=stroke.act == "redo")
        else:
            self._pen.put(stroke.passage)
        if vim.mode == "insert":
            self._vim_depth = depth
        self._changed()
        if vim.mode != mode:
            self._title()
        return True

    def _edit(self, verb: str, what: str) -> bool:
        match verb:
            case "move" | "select":
                self._pen.move(what, select=verb == "select")
            case "row" | "select row":
                self._row(-1 if what == "up" else 1, select=verb == "select row")
                return True
            case "delete":
                self._pen.delete(what)
            case "kill":
                self._pen.kill(what)
            case _:
                self._act(what)
        self._changed()
        return True

    def _act(self, what: str) -> None:
        match what:
            case "send":
                self._enter()
            case "queue" if self.running:
                self._send(queue=True)
            case "newline" | "queue":
                self._pen.type("\n")
            case "complete":
                self.post_message(WantsCompletion(self._pen.passage.before))
            case "clipboard":
                self.run_worker(self.paste_clipboard(), group="clipboard", exclusive=True)
            case "yank" | "yank older":
                self._pen.yank(older=what == "yank older")
            case _:
                self._pen.undo(forth=what == "redo")

    def _enter(self) -> None:
        passage = self._pen.passage
        if passage.before.endswith("\\") and not passage.selected:
            self._pen.put(replaced(passage, passage.cursor - 1, passage.cursor, "\n"))
        else:
            self._send(queue=False)

    def _send(self, *, queue: bool) -> None:
        sent, state = full(self._pen.passage.text, self._pen.attached), self._pen.state()
        if not sent.text.strip():
            return
        if self._history is not None:
            self._history.add(sent.text)
        self.post_message(Submitted(sent.text, sent.images, queue, self._kind, state))
        self._pen.empty()
        self._vim_depth = 0
        if self.vim is not None:
            self.vim.reset()
            self._title()

    def _row(self, by: int, *, select: bool) -> None:
        to = self.vertical(self._pen.passage, by)
        if to is not None or select:
            goal = self._goal
            to = (0 if by < 0 else len(self._pen.passage.text)) if to is None else to
            self._pen.place(moved(self._pen.passage, to, select=select))
            self._changed()
            self._goal = goal
        elif self._history is not None:
            self._go_through(self._history.entries, by)

    def _go_through(self, entries: Callable[[], Iterable[str]], by: int) -> None:
        """One entry back or on; a draft of several lines is left and entered at the edge that is nearest."""
        recall = self._recall or begun(entries(), self._pen.passage)
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
        self._recall = following

    def _is_burst(self, event: events.Key, now: float) -> bool:
        """Whether a key belongs to a paste that comes as keys, or is an Enter that may."""
        text = TEXT_OF_KEYS.get(event.key) or (event.character if event.is_printable else None) or ""
        held = self._burst.holds
        match self._burst.take(now, text):
            case "held":
                self.set_timer(GAP, self._release)
            case "began":
                self._take_back()
                self.set_timer(QUIET, lambda: self._wait_for_end(3))
            case "more":
                pass
            case "over":
                self._end_burst()
                return False
            case _:
                if held:
                    self._takes("enter", "")
                if self._burst.begins:
                    self._burst_start = self._pen.passage.cursor
                return False
        return True

    def _release(self) -> None:
        if self._burst.release():
            self._takes("enter", "")

    def _take_back(self) -> None:
        """What was typed before the paste was known for one belongs to it."""
        passage = self._pen.passage
        start = min(self._burst_start, passage.cursor)
        self._burst.lead(passage.text[start : passage.cursor])
        self._pen.put(replaced(passage, start, passage.cursor, ""))
        self._changed()

    def _wait_for_end(self, count: int) -> None:
        if self._burst.count > count:
            count = self._burst.count
            self.set_timer(QUIET, lambda: self._wait_for_end(count))
        else:
            self._end_burst()

    def _end_burst(self) -> None:
        if text := self._burst.end():
            self._paste(text)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._end_burst()
        if may_be_paths(event.text):
            self.run_worker(self._drop(event.text), group="drop")
        else:
            self._paste(event.text)

    async def _drop(self, text: str) -> None:
        """Pictures dragged into the terminal become chips; any other text is pasted."""
        try:
            images = await asyncio.to_thread(read, text)
        except Unfit as unfit:
            self.post_message(Told(str(unfit), "warning"))
            images = ()
        for image in images:
            self._add_image(image)
        if not images:
            self._paste(text)

    def _paste(self, text: str) -> None:
        text, removed = cleaned(text)
        if removed:
            what = "control character was" if removed == 1 else "control characters were"
            self.post_message(Told(f"{removed} {what} left out of what was pasted.", "warning"))
        if text:
            label = self._pen.paste(text)
            self.post_message(Pasted(len(text), label))
            self._changed()

    def _changed(self) -> None:
        """Draw the draft, and tell what it is now where its text is another."""
        passage = self._pen.passage
        marked = None if self.vim is None else self.vim.marked(passage)
        if passage.text == self.shown.text:
            self.show(passage, marked=marked)
            return
        self._recall = None
        self.show(passage, {chip: each.label for chip, each in self._pen.attached.items()}, marked=marked)
        kind = kind_of(passage.text)
        if kind is not self._kind:
            self._kind = kind
            self._title()
        self.post_message(Changed(passage.text, passage.before, kind))

    def _title(self) -> None:
        name, style = self._mode
        words = name if self._kind is Kind.PROMPT else self._kind.value
        self.show_title(words if self.vim is None else f"{words} · {self.vim.mode}".lstrip(" ·"), style)
