"""How the screen looks, and what it says of itself."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.settings_shown import write
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.leaving import leave_for_next_start
from heartbit_tui.tui.screens.help import Help
from heartbit_tui.tui.screens.palette import palette as list_of_actions
from heartbit_tui.tui.screens.themes import themes
from heartbit_tui.tui.terminal.driver import set_mouse
from heartbit_tui.tui.theme import load
from heartbit_tui.tui.theme.types import Theme, ThemeError

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


async def palette(app: "HeartbitApp", _: str) -> None:
    """Ctrl+P."""
    name = await app.push_screen_wait(list_of_actions(app.keymap, app.living.recent, app.ink))
    if name is not None:
        app.living.recent.insert(0, name)
        app.act(name)


async def help(app: "HeartbitApp", argument: str) -> None:  # noqa: A001 - the action's own name
    """F1, or ? on an empty draft."""
    await app.push_screen_wait(Help(app.keymap, app.ink, argument))


async def keys(app: "HeartbitApp", _: str) -> None:
    """/keys: help tells what is wrong with the keymap first."""
    await app.push_screen_wait(Help(app.keymap, app.ink))


def mouse(app: "HeartbitApp", _: str) -> None:
    """Alt+M."""
    app.living.mouse_on = not app.living.mouse_on
    set_mouse(app, app.living.mouse_on)
    if app.living.mouse_on:
        app.tell("heartbit has the mouse: drag copies, the wheel scrolls.")
    else:
        app.tell("The terminal has the mouse: select and copy as anywhere.")


def redraw(app: "HeartbitApp", _: str) -> None:
    """Ctrl+L: every cell in one update, so that the screen is never seen empty."""
    app.refresh(layout=True)


async def theme(app: "HeartbitApp", argument: str) -> None:
    """/theme: by name, or out of a list that shows each at once."""
    if argument:
        await _take(app, argument)
        return
    worn, config = app.worn, app.living.setup.config
    name = await app.push_screen_wait(themes(worn, app.wear, app.keymap, app.ink, config))
    await _take(app, name or worn.name)


async def _take(app: "HeartbitApp", name: str) -> None:
    try:
        found = await asyncio.to_thread(load.load, name, app.living.setup.config)
    except ThemeError as error:
        app.tell(str(error), warning=True)
        return
    app.wear(found)
    if found.name != app.living.setup.theme.name:
        await asyncio.to_thread(_keep, app, found)


def _keep(app: "HeartbitApp", theme: Theme) -> None:
    """Wear it at the next start too."""
    with suppress(HeartbitError, OSError):  # a file that cannot be written: the theme is worn all the same
        write(app.living.setup.options, "ui.theme", theme.name)
    leave_for_next_start(app.living.setup.options, theme, app.living.setup.wishes)


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"palette": palette, "help": help, "keys": keys, "mouse": mouse, "redraw": redraw, "theme": theme}
)
