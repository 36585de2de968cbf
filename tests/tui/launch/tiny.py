"""The smallest application behind the painted first frame: a draft, what was sent, and a word about it at the end.

Run as a program: `tiny.py [MOMENT]`. At the moment it waits for a signal: painted, imported, made, mounted, ready.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main(moment: str) -> int:
    from heartbit_tui.tui.launch.start import launch

    with launch(os.environ) as launched:
        _wait(moment, "painted")
        from heartbit_tui.tui.terminal.driver import driver_for
        from heartbit_tui.tui.terminal.goodbye import say_goodbye

        _wait(moment, "imported")
        app = _app(driver_for(launched), moment)
        _wait(moment, "made")
        app.run()
    say_goodbye((f"TOLD{json.dumps(app.told)}", "heartbit --resume abc"))
    return app.return_code or 0


def _wait(moment: str, here: str) -> None:
    if _reach(moment, here):
        time.sleep(60)


def _reach(moment: str, here: str) -> bool:
    if moment == here:
        Path(os.environ["REACHED"]).write_text(here)
    return moment == here


def _app(driver: Any, moment: str) -> Any:
    from textual import events, on
    from textual.app import App, ComposeResult
    from textual.content import Content
    from textual.widgets import Static

    from heartbit_tui.tui.draft.draft import Draft
    from heartbit_tui.tui.draft.messages import Pasted, Submitted
    from heartbit_tui.tui.launch.frame import PLACEHOLDER
    from heartbit_tui.tui.terminal.driver import set_mouse

    class Tiny(App[None], inherit_bindings=False):
        ENABLE_COMMAND_PALETTE = False
        CSS = "#chat { height: 1fr; } #foot { height: 1; padding: 0 1; }"

        def __init__(self) -> None:
            super().__init__(driver_class=driver)
            self.told: list[list[str]] = []

        def compose(self) -> ComposeResult:
            yield Static("", id="chat", markup=False)
            yield Draft(id="draft", placeholder=PLACEHOLDER)
            yield Static("", id="foot", markup=False)

        def on_mount(self) -> None:
            _reach(moment, "mounted")
            draft = self.query_one(Draft)
            draft.focus()
            draft.border_title = Content("ask")
            self.query_one("#foot", Static).update("~")
            self.call_after_refresh(_reach, moment, "ready")

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

    return Tiny()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else ""))
