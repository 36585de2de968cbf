"""An application that shows one screen, and what can be seen of it."""

from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker_manager import WorkerManager

from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.theme.ink import ink as ink_of
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.textual import textual_theme

T = TypeVar("T")


@cache
def ink() -> Ink:
    """The styles of the usual theme."""
    return ink_of(load("heartbit"))


class Board(App[None], Generic[T]):
    """Shows the screen that `make` makes, and keeps what comes of it."""

    def __init__(self, make: Callable[[], Screen[T | None]]) -> None:
        super().__init__()
        theme = load("heartbit")
        self.register_theme(textual_theme(theme))
        self.theme = theme.name
        self._make = make
        self.results: list[T | None] = []

    def on_mount(self) -> None:
        """Open it."""
        self.push_screen(self._make(), self.results.append)


def seen(app: App[Any]) -> list[str]:
    """The rows of the screen as text, without blanks at their ends."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage] (what is on the screen has no public name)
    rows = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
    assert len(rows) == height
    assert all(len(row) <= width for row in rows)
    return rows


def said(app: App[Any]) -> str:
    """All that is on the screen."""
    return "\n".join(seen(app))


async def settled(pilot: Pilot[Any]) -> None:
    """Return once all that was asked for is on the screen."""
    await pilot.pause()
    workers: WorkerManager = pilot.app.workers
    await workers.wait_for_complete()  # pyright: ignore[reportUnknownMemberType] (a worker's result is of no matter here)
    await pilot.pause()
