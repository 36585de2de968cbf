"""A small application around a draft, which keeps what the draft tells it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from rich.style import Style
from textual import events, on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

from heartbit_tui.tui.draft.clipboard import Clipboard
from heartbit_tui.tui.draft.draft import Draft
from heartbit_tui.tui.draft.messages import Changed, MenuKey, Pasted, Submitted, Told, WantsCompletion
from heartbit_tui.tui.draft.recall import History


class Entries:
    """A history in memory."""

    def __init__(self, *entries: str) -> None:
        self.kept = list(entries)

    def entries(self) -> Iterable[str]:
        return self.kept

    def add(self, text: str) -> None:
        self.kept.append(text)


class Stage(App[None]):
    """A screen with a draft at its bottom."""

    CSS = "Static { height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *, history: History | None = None, clipboard: Clipboard | None = None) -> None:
        super().__init__()
        self.now = 0.0
        self.told: list[Message] = []
        self.submitted = asyncio.Event()
        self.bubbled: list[str] = []
        self.draft = Draft(
            history=history, clipboard=clipboard, clock=lambda: self.now, placeholder="Ask [b]anything[/b] [/x"
        )

    def compose(self) -> ComposeResult:
        yield Static("conversation")
        yield self.draft

    def on_mount(self) -> None:
        self.draft.focus()
        self.draft.show_mode("ask", Style(color="#00aaff"))

    @on(Submitted)
    @on(Pasted)
    @on(Told)
    @on(MenuKey)
    @on(WantsCompletion)
    @on(Changed)
    def _heard(self, message: Message) -> None:
        self.told.append(message)
        if isinstance(message, Submitted):
            self.submitted.set()

    def on_key(self, event: events.Key) -> None:
        self.bubbled.append(event.key)

    @property
    def sent(self) -> list[tuple[str, bool]]:
        """What was submitted: the text, and whether it is to be queued."""
        return [(each.text, each.queue) for each in self.told if isinstance(each, Submitted)]

    def heard(self, kind: type[Message]) -> list[Message]:
        """The messages of one kind."""
        return [each for each in self.told if isinstance(each, kind)]

    async def rest(self) -> None:
        """Return when no work is under way."""
        await self.workers.wait_for_complete()  # pyright: ignore[reportUnknownMemberType] Textual knows no worker's result

    def screen_lines(self) -> list[str]:
        """What stands on the screen."""
        return [strip.text for strip in self.screen._compositor.render_strips()]  # pyright: ignore[reportPrivateUsage] there is no public way to read the screen


@asynccontextmanager
async def staged(
    *,
    history: History | None = None,
    clipboard: Clipboard | None = None,
    size: tuple[int, int] = (60, 20),
) -> AsyncGenerator[tuple[Stage, Pilot[None]]]:
    """A running stage and what presses its keys; each key comes a second after the one before."""
    stage = Stage(history=history, clipboard=clipboard)
    async with stage.run_test(size=size) as pilot:
        await pilot.pause()
        yield stage, pilot


async def typed(stage: Stage, pilot: Pilot[None], text: str, *, gap: float = 1.0) -> None:
    """Type letters, line ends and tabs, so many seconds apart."""
    names = {"\n": "enter", "\t": "tab"}
    for letter in text:
        await keyed(stage, pilot, names.get(letter, letter), gap=gap, wait=False)
    await pilot.pause()


async def keyed(stage: Stage, pilot: Pilot[None], *keys: str, gap: float = 1.0, wait: bool = True) -> None:
    """Press keys, so many seconds apart, without pilot's own pauses."""
    for key in keys:
        stage.now += gap
        letter = key if len(key) == 1 else None
        stage.post_message(_stamped(key, letter, stage.now))
        await pilot._wait_for_screen()  # pyright: ignore[reportPrivateUsage] waits for this key alone
    if wait:
        await pilot.pause()


def _stamped(key: str, letter: str | None, now: float) -> events.Key:
    event = events.Key(key, letter)
    event.time = now
    return event


async def pasted(stage: Stage, pilot: Pilot[None], text: str) -> None:
    """Paste as a terminal does that marks pastes."""
    stage.draft.post_message(events.Paste(text))
    await pilot.pause()
