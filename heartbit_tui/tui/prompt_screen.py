"""The screen that everything stands on."""

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

DRAWN = 1 / 250
"""Seconds between two drawings. Textual waits a sixtieth after each one, which a key pressed meanwhile waits for too;
what comes in great numbers is held back where it comes from, by `Pace`."""


class PromptScreen(Screen[None]):
    """Draws a key that comes just after something else was drawn as soon as any other.

    `covered` is called when another screen lies over it.
    """

    _drawing: Timer | None = None

    def __init__(self, covered: Callable[[], None]) -> None:
        super().__init__(id="_default")
        self._covered = covered

    def on_screen_suspend(self) -> None:
        """Another screen lies over this one."""
        self._covered()

    @property
    def _update_timer(self) -> Timer:
        if self._drawing is None:
            self._drawing = self.set_interval(DRAWN, self._on_timer_update, name="screen_update", pause=True)
        return self._drawing
