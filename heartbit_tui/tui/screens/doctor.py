"""What heartbit needs and what it found, as lines that come in while it looks."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.pane.given import Lines
from heartbit_tui.tui.pane.one_line import OneLine
from heartbit_tui.tui.pane.pane import Pane
from heartbit_tui.tui.screens.closing import close

LOOKING = "Looking…"
FRAME = 6
"""Rows of the screen that are left to the frame, the summary and the hint."""

HINT = "c copies it, safe to paste · Esc closes"


class Finding(Protocol):
    """One thing that was looked at; `client.doctor.Finding` is one."""

    @property
    def state(self) -> str:
        """`ok`, `note` or `bad`."""
        ...

    @property
    def name(self) -> str:
        """What was looked at."""
        ...

    @property
    def what(self) -> str:
        """What was found."""
        ...


class Doctor(ModalScreen[str | None]):
    """Looks, in a thread, and shows what it found. The result is the text to copy, None when it is just closed."""

    DEFAULT_CSS = """
    Doctor { align: center middle; }
    Doctor > Vertical {
        width: 94%; max-width: 110; height: auto; border: round $border; background: $surface; padding: 0 1;
    }
    """

    def __init__(self, look: Callable[[], Iterable[Finding]], ink: Ink) -> None:
        super().__init__()
        self._look = look
        self._ink = ink
        self._found: tuple[Finding, ...] = ()
        self._pane = Pane(Lines(()), ink)
        self._head = OneLine(setting.line((LOOKING, ink.muted)), id="doctor-head")

    def compose(self) -> ComposeResult:
        """What came of it, each thing, the keys."""
        with Vertical():
            yield self._head
            yield self._pane
            yield OneLine(setting.line((HINT, self._ink.faint)), id="doctor-hint")

    def on_mount(self) -> None:
        """Begin to look."""
        self.run_worker(self._work())

    def on_resize(self, event: events.Resize) -> None:
        """Set the lines for the new width."""
        self.call_after_refresh(self._show)

    def on_key(self, event: events.Key) -> None:
        """Scroll, copy, leave."""
        event.stop()
        page = max(self._pane.size.height - 1, 1)
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if event.key in moves:
            self._pane.scroll(moves[event.key])
        elif event.key == "c" and self._found:
            close(self, text(self._found))
        elif event.key in ("escape", "q", "enter", "ctrl+c"):
            close(self, None)

    async def _work(self) -> None:
        self._found = await asyncio.to_thread(lambda: tuple(self._look()))
        self._head.show(summary(self._found, self._ink))
        self._show()

    def _show(self) -> None:
        told = [BLANK, *lines(self._found, self._pane.look), BLANK]
        self._pane.set_source(Lines(told), follow=False)
        self._pane.styles.height = min(len(told), max(self.size.height - FRAME, 1))


def summary(found: Sequence[Finding], ink: Ink) -> Line:
    """Whether all is well, in one line."""
    bad = sum(each.state == "bad" for each in found)
    if bad:
        needs = "thing keeps" if bad == 1 else "things keep"
        return setting.line((f"{SIGNS['failed']} {bad} {needs} heartbit from working.", ink.error))
    return setting.line((f"{SIGNS['ok']} heartbit has what it needs.", ink.ok))


def lines(found: Sequence[Finding], look: Look) -> list[Line]:
    """A line for each finding, longer ones on several; what is bad first."""
    ink = look.ink
    marks = {"ok": (SIGNS["ok"], ink.ok), "note": (SIGNS["bullet"], ink.muted), "bad": (SIGNS["failed"], ink.error)}
    width = min(max((setting.cells(setting.clean(each.name)) for each in found), default=0), max(look.width // 3, 4))
    ordered = sorted(found, key=lambda each: each.state != "bad")
    rows: list[Line] = []
    for each in ordered:
        sign, style = marks.get(each.state, marks["note"])
        name = setting.cut(setting.clean(each.name), width)
        first = [(f"{sign} ", style), (name + " " * (width - setting.cells(name) + 2), ink.muted)]
        shown = ink.error if each.state == "bad" else ink.text
        rows += setting.wrapped([(setting.one_line(each.what), shown)], look.width, first=first)
    return rows


def text(found: Sequence[Finding]) -> str:
    """All of it as plain text."""
    return "\n".join(f"{each.state:<5}{each.name}: {each.what}" for each in found)
