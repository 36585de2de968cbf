"""The inbox on the screen: of this machine's data file, or of the daemon whose session is seen."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import letters
from heartbit_tui.client.letters import Behind, Letter, Letters
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.acts import joining
from heartbit_tui.tui.acts.pursuing import changed
from heartbit_tui.tui.diff.language import language
from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.source import DiffSource
from heartbit_tui.tui.live import sheet_keys
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.screens import inbox as screen
from heartbit_tui.tui.screens.changes import Changes
from heartbit_tui.tui.screens.deeds import Answering, DeedPage
from heartbit_tui.tui.screens.letter import CHANGES, SESSION, Opened

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


async def inbox(app: "HeartbitApp", argument: str) -> None:
    """Alt+N, /inbox, or /inbox N."""
    found = app.living.mail.letters()
    try:
        if argument.strip():
            await _open(app, found, await found.get(letters.numbered(argument)))
            return
        chosen: Letter | None = None
        while True:
            picker = screen.inbox(found, app.living.now, app.keymap, app.ink, chosen)
            app.living.mail.heard = partial(_again, picker)
            chosen = await app.push_screen_wait(picker)
            app.living.mail.heard = None
            if chosen is None or await _open(app, found, chosen):
                return
    except HeartbitError as error:
        app.tell(str(error), warning=True)
    finally:
        app.living.mail.heard = None
        app.living.mail.soon()


def _again(picker: Picker[Letter]) -> None:
    """Show what is there now."""
    if picker.is_current:
        picker.reload()


async def _open(app: "HeartbitApp", found: Letters, letter: Letter) -> bool:
    """Show a letter until it is left; whether that was for its session."""
    await found.mark(letter.id, read=True)
    opened = Opened(found, letter, app.living.now, lambda text: changed(app, text))
    while True:
        page = DeedPage(opened.shown(), app.keymap, app.ink, _sheet(app))
        result = await app.push_screen_wait(page)
        behind = opened.behind or Behind()
        if result == SESSION:
            await joining.join(app, behind.session)
            return True
        if result != CHANGES:
            return False
        await _changes(app, behind.diff)


def _sheet(app: "HeartbitApp") -> Answering:
    """What a letter's question is answered in."""
    keys, hints = sheet_keys(app.keymap)
    told = {**hints, "interrupt": "close; it waits still"}
    return Answering(app.ink, cwd=str(app.folder), keys=keys, hints=told, clock=app.living.sheet.clock)


async def _changes(app: "HeartbitApp", diff: str) -> None:
    files = parse(diff)
    await asyncio.to_thread(app.living.talks.tints.load, {language(file.path) for file in files})
    source = DiffSource(files, reveal=True, colour=app.living.talks.tints.colour(app.ink))
    source.split = app.living.setup.wishes.diff == "split"
    await app.push_screen_wait(Changes(source, app.ink))


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"inbox": inbox}
)
