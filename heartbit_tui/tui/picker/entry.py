"""The line that one types into above the rows; the picker sees each key before it does."""

from collections.abc import Callable

from textual import events
from textual.widgets import Input

from heartbit_tui.client.visible import harmless


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

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as one line."""
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(_one_line(event.text))

    def validate_value(self, value: str) -> str:
        """Nothing that a terminal would obey, wherever it comes from: the input draws what it holds as it is."""
        return _one_line(value)


def _one_line(text: str) -> str:
    return harmless(text).replace("\n", " ").replace("\t", " ")
