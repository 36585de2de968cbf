"""An application of a draft and what was sent, which does to the terminal what keys ask for."""

import asyncio
from collections.abc import Callable

from textual import events, on
from textual.app import App, ComposeResult
from textual.content import Content
from textual.driver import Driver
from textual.widgets import Static

from heartbit_tui.tui.draft.draft import Draft
from heartbit_tui.tui.draft.messages import Pasted, Submitted
from heartbit_tui.tui.launch.frame import PLACEHOLDER
from heartbit_tui.tui.terminal.driver import set_mouse


class Tiny(App[None], inherit_bindings=False):
    ENABLE_COMMAND_PALETTE = False
    CSS = "#chat { height: 1fr; } #foot { height: 1; padding: 0 1; }"

    def __init__(self, driver: type[Driver], reach: Callable[[str], object]) -> None:
        super().__init__(driver_class=driver)
        self._reach = reach
        self.told: list[list[str]] = []

    def compose(self) -> ComposeResult:
        yield Static("", id="chat", markup=False)
        yield Draft(id="draft", placeholder=PLACEHOLDER)
        yield Static("", id="foot", markup=False)

    def on_mount(self) -> None:
        self._reach("mounted")
        draft = self.query_one(Draft)
        draft.focus()
        draft.border_title = Content("ask")
        self.query_one("#foot", Static).update("~")
        self.call_after_refresh(self._reach, "ready")

    @on(Submitted)
    def _submitted(self, message: Submitted) -> None:
        self._tell("sent", message.text)

    @on(Pasted)
    def _pasted(self, message: Pasted) -> None:
        self._tell("pasted", str(message.characters))

    def _tell(self, kind: str, text: str) -> None:
        self.told.append([kind, text])
        self.query_one("#chat", Static).update("\n".join(" ".join(each) for each in self.told))

    def _finish(self) -> None:
        self._tell("draft", self.query_one(Draft).text)
        self.exit()

    async def on_key(self, event: events.Key) -> None:
        match event.key:
            case "ctrl+q":
                self.query_one(Draft).call_after_refresh(self._finish)
            case "ctrl+x":
                raise RuntimeError("a fault in the application")
            case "ctrl+c":
                self.exit(return_code=130)
            case "ctrl+z":
                self.action_suspend_process()
            case "f8":
                await asyncio.Event().wait()
            case "f9" | "f10":
                set_mouse(self, event.key == "f10")
            case _:
                self._tell("key", event.key)
