"""The whole transcript on the whole screen: read, searched, folded, copied, printed."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen

from heartbit_tui.client.visible import one_line
from heartbit_tui.tui.chat.book import Book
from heartbit_tui.tui.keys.keymap import Keymap
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.pane.source import Key
from heartbit_tui.tui.screens.closing import close
from heartbit_tui.tui.transcript.blocks import Block, Prompt
from heartbit_tui.tui.transcript.finding import hits, pattern

SLICE = 200
"""Blocks that are searched before others get a turn."""

HINTS = (
    "/ search · n N · { } · y copy · o open · Enter fold · [ print · v editor · q back",
    "/ search · n N · { } · y copy · o open · Enter fold · q back",
    "/ search · Enter fold · q back",
    "q back",
)

Wish: TypeAlias = Literal["print", "in-editor", "open-place", "copy-block", "drop", "follow-agent"]


class Reader(Screen[None]):
    """Reads a transcript; what concerns more than reading is told to the application as `Wished`."""

    AUTO_FOCUS = "Pane"
    CSS = "Reader #reader-pane { margin: 0 0 0 1; } Reader #reader-foot { background: $panel; }"

    @dataclass
    class Wished(Message):
        """The person wants something done with a block (its number) or a piece of it."""

        wish: Wish
        key: Key
        reader: "Reader"

    def __init__(
        self, book: Book, blocks: Sequence[Block], live: Keymap, ink: Ink, *, start: Key | None = None, words: str = ""
    ) -> None:
        super().__init__()
        self.book = book
        self._blocks = blocks
        self._live = live
        self._ink = ink
        self._start = start
        self._typing: str | None = None
        self._words = words
        self._note = ""
        self._pane = Pane(book, ink, id="reader-pane")
        self._foot = OneLine(id="reader-foot")

    def compose(self) -> ComposeResult:
        """The transcript, and one line for the search and the keys."""
        yield self._pane
        yield self._foot

    def on_mount(self) -> None:
        """Begin where the chat was, or at what was found."""
        self._pane.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._words and self._start:
            self._pane.find(pattern(self._words))
            if not self.book.is_open(self._start[0]):
                self.book.fold(self._start[0])
                self._pane.changed()
        self._pane.cursor = self._start or self.book.last()
        self._tell()

    @on(events.Key)
    def _pressed(self, event: events.Key) -> None:
        event.stop()
        if self._typing is not None:
            self._type(event)
            return
        action = self._live.action_for(event.key, "reader")
        act = self._acts.get(action)
        if act is not None:
            act()
        elif action in ("print", "in-editor", "open-place", "copy-block", "drop", "follow-agent"):
            self._wish(action)
        elif action in ("interrupt", "close-reader", "reader", "clear-or-quit"):
            close(self, None)
        self._tell()

    @property
    def _acts(self) -> dict[str, Callable[[], None]]:
        pane = self._pane
        page = max(pane.size.height - 2, 1)
        return {
            "find": self._ask,
            "next-hit": lambda: self._seek(1),
            "previous-hit": lambda: self._seek(-1),
            "reader-down": lambda: self._step(1),
            "reader-up": lambda: self._step(-1),
            "reader-top": lambda: self._go(self.book.first()),
            "reader-end": lambda: self._go(self.book.last()),
            "to-top": lambda: self._go(self.book.first()),
            "to-end": lambda: self._go(self.book.last()),
            "block-before": lambda: self._block(-1),
            "block-after": lambda: self._block(1),
            "previous-prompt": lambda: self._prompt(-1),
            "next-prompt": lambda: self._prompt(1),
            "half-up": lambda: self._page(-page // 2),
            "half-down": lambda: self._page(page // 2),
            "page-up": lambda: self._page(-page),
            "page-down": lambda: self._page(page),
            "fold": self._fold,
        }

    def _type(self, event: events.Key) -> None:
        assert self._typing is not None
        if event.key == "enter":
            self._words, self._typing = self._typing, None
            self._pane.find(pattern(self._words))
            self._seek(1, here=True)
        elif event.key in ("escape", "ctrl+c"):
            self._typing = None
        elif event.key == "backspace":
            self._typing = self._typing[:-1]
        elif event.key == "ctrl+u":
            self._typing = ""
        elif event.character is not None and event.is_printable:
            self._typing += event.character
        self._tell()

    def _ask(self) -> None:
        self._typing = ""

    def _go(self, key: Key | None) -> None:
        if key is not None:
            self._pane.cursor = key

    def _step(self, by: int) -> None:
        here = self._pane.cursor
        if here is None:
            return
        following = self.book.after(here) if by > 0 else self.book.before(here)
        rows = [row for row in self._pane.view.rows if row.key == here]
        longer = len(rows) >= self._pane.size.height - 1
        if longer or following is None:
            self._pane.scroll(by)
        else:
            self._go(following)

    def _page(self, by: int) -> None:
        self._pane.scroll(by)
        rows = self._pane.view.rows
        if rows and self._pane.cursor not in {row.key for row in rows}:
            self._pane.cursor = rows[0 if by > 0 else -1].key

    def _block(self, by: int) -> None:
        here = self._pane.cursor
        if here is not None and 0 <= here[0] + by < len(self._blocks):
            self._go((here[0] + by, 0))

    def _prompt(self, by: int) -> None:
        here = self._pane.cursor
        numbers = [number for number, block in enumerate(self._blocks) if isinstance(block, Prompt)]
        if here is None:
            return
        found = [n for n in numbers if n > here[0]] if by > 0 else [n for n in reversed(numbers) if n < here[0]]
        if found:
            self._go((found[0], 0))

    def _fold(self) -> None:
        if self._pane.cursor is not None and self.book.fold(self._pane.cursor[0]):
            self._pane.changed()

    def _wish(self, wish: Wish) -> None:
        key = self._pane.cursor
        if key is not None:
            self.post_message(self.Wished(wish, key, self))

    def _seek(self, step: int, *, here: bool = False) -> None:
        needle = pattern(self._words)
        at = self._pane.cursor
        if needle is None or at is None or not self._blocks:
            self._note = "type / to search" if needle is None else ""
            return
        start = at[0] if here else at[0] + step
        self.run_worker(self._find(hits(self._blocks, needle, start, step)), exclusive=True, group="search")

    async def _find(self, found: Iterator[int | None]) -> None:
        for tried, number in enumerate(found):
            if number is not None:
                self._note = ""
                if not self.book.is_open(number):
                    self.book.fold(number)
                    self._pane.changed()
                self._go((number, 0))
                self._tell()
                return
            if tried % SLICE == SLICE - 1:
                await _turn()
        self._note = f"“{one_line(self._words, 40)}” is not there"
        self._tell()

    def _tell(self) -> None:
        ink = self._ink
        if self._typing is not None:
            self._foot.show(
                setting.line((" /", ink.accent), (setting.clean(self._typing), ink.text), ("▏", ink.accent))
            )
            return
        at = self._pane.cursor
        place = f"{at[0] + 1 if at else 0} of {len(self._blocks)}"
        width = max(self.size.width - 1, 1)
        room = width - setting.cells(place) - 3
        told = self._note or next((each for each in HINTS if setting.cells(each) <= room), HINTS[-1])
        self._foot.show(setting.beside([(f" {told}", ink.muted)], [(place, ink.faint)], width, ink.text))


async def _turn() -> None:
    """Let others have a turn."""
    await asyncio.sleep(0)
