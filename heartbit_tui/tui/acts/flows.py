"""Workflows of the settings: listed, and done."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from heartbit_tui.client import flowing

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

OPENING = "The session is still being opened."


def workflow(app: "HeartbitApp", argument: str) -> None:
    """/workflow [NAME [TEXT]]; while a run is active it waits for its end."""
    client = app.talk.client
    if client is None:
        app.tell(OPENING, warning=True)
        return
    if not argument.strip():
        for line in flowing.listed(client.about).split("\n"):
            app.talk.tell(line)
        app.living.bridge.changed(app.talk)
        return
    found = flowing.prompt(argument.strip(), client.about)
    if isinstance(found, str):
        app.tell(found, warning=True)
        return
    app.talk.send(found)
    app.chat.to_end()


ACTS: "Mapping[str, Callable[[HeartbitApp, str], None]]" = MappingProxyType({"workflow": workflow})
