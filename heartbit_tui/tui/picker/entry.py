"""The line that one types into above the rows; the picker sees each key before it does."""

from collections.abc import Callable

from textual import events
from textual.widgets import Input


class Entry(Input):
    """An input of one row; `take` answers whether a key was meant for somebody else."""

    DEFAULT_CSS = """
    Entry { height: 1; width: 1fr; border: none; padding: 0; background: $surface; }
    Entry:focus { border: none; background-tint: $foreground 0%; }
    """

    def __init__(self, take: Callable[[events.Key], bool], value: str, placeholder: str) -> None:
        super().__init__(value, placeholder=placeholder, select_on_focus=False, compact=True)
        self.cursor_blink = False
        self._take = take

    def on_key(self, event: events.Key) -> None:
        """Let the picker have its keys."""
        if self._take(event):
            event.stop()
            event.prevent_default()
