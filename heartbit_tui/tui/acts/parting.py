"""Leaving heartbit or a tab: asked about where something still works there."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from heartbit_tui.tui.screens.parting import LEAVE, AtWork, parting
from heartbit_tui.tui.talk.tabs import busy, title

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp
    from heartbit_tui.tui.talk.talk import Talk


def leave(app: "HeartbitApp") -> None:
    """Leave heartbit, at once where nothing works."""
    _part(app, app.living.talks.all, "Leave heartbit?", "Leave", lambda: app.exit(0))


def close(app: "HeartbitApp", talk: "Talk") -> None:
    """Close the tab of a session, at once where nothing works in it."""
    _part(app, [talk], "Close this tab?", "Close it", lambda: _close(app, talk))


def _part(app: "HeartbitApp", talks: "Sequence[Talk]", asks: str, leaves: str, act: Callable[[], None]) -> None:
    numbers = {talk: number for number, talk in enumerate(app.living.talks.all, 1)}
    at_work = [AtWork(number=numbers[talk], title=title(talk), what=busy(talk)) for talk in talks if busy(talk)]
    if not at_work:
        act()
        return

    async def ask() -> None:
        chosen = await app.push_screen_wait(parting(asks, leaves, at_work, app.keymap, app.ink))
        if chosen == LEAVE:
            act()
        elif chosen:
            app.act("tab", str(chosen))

    app.start(app.order.during(ask()))


def _close(app: "HeartbitApp", talk: "Talk") -> None:
    if talk is app.talk and (words := app.draft.text.strip()):
        app.past.add(words)
        app.tell("What stood in the draft is in the history: Up brings it back.")
    app.living.talks.close(talk)
    app.living.switched()
    app.living.bridge.tabbed()
