"""A screen with a draft and the menu over it, and what stands on it."""

from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static

from heartbit_tui.tui.complete.menu import Menu
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load
from heartbit_tui.tui.theme.textual import textual_theme

DRAFT_ROWS = 3


class Screen(App[None]):
    """The draft takes the last three rows."""

    CSS = """
    Screen { layers: base menu; }
    #chat { height: 1fr; }
    #draft { dock: bottom; height: 3; }
    """

    def __init__(self, theme: str = "heartbit") -> None:
        super().__init__()
        self._theme_of_ink = load(theme, Path("/nonexistent"))
        self.menu = Menu(ink(self._theme_of_ink))
        self.picked: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("chat", id="chat", markup=False)
        yield Static("draft", id="draft", markup=False)
        yield self.menu

    def on_mount(self) -> None:
        self.register_theme(textual_theme(self._theme_of_ink))
        self.theme = self._theme_of_ink.name
        self.menu.stand(DRAFT_ROWS)

    def on_menu_picked(self, message: Menu.Picked) -> None:
        self.picked.append(message.item.insert)

    def rows(self) -> list[str]:
        """The text of the screen, row by row."""
        strips = [self.menu.render_line(y) for y in range(self.menu.size.height)] if self.menu.display else []
        return ["".join(segment.text for segment in strip) for strip in strips]
