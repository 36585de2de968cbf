"""The list of sessions: one that was found by words in it is opened where they stand."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.store.found import Hit
from heartbit_tui.tui.acts import found, session
from heartbit_tui.tui.library import Library
from heartbit_tui.tui.screens import sessions as listing

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


async def sessions(app: "HeartbitApp", argument: str) -> None:
    """Ctrl+S, or /resume ID."""
    if argument:
        session.take_up(app, argument, fork=False)
        return
    kept = Library(app.living.setup.options)
    means = listing.Means(
        search=kept.search,
        prompts=kept.prompts,
        rename=kept.rename,
        delete=kept.delete,
        export=kept.export,
        now=lambda: datetime.now(UTC),
    )
    here = app.talk.client.about.session_id if app.talk.client else ""
    home = app.living.setup.environment.get("HOME", "")
    chosen = await app.push_screen_wait(listing.sessions(means, app.keymap, app.ink, current=here, home=home))
    if chosen is None:
        return
    hit = await _place(app, kept, chosen)
    if hit is not None:
        await found.open_at(app, found.shown(hit, home))
    elif chosen.session.id != here or chosen.how == "fork":
        session.take_up(app, chosen.session.id, fork=chosen.how == "fork")


async def _place(app: "HeartbitApp", kept: Library, chosen: listing.Chosen) -> Hit | None:
    """Where in a session the words stand that it was found by; None where only its name or folder has them."""
    if not chosen.words or chosen.how == "fork":
        return None
    try:
        return await kept.place_of(chosen.words, chosen.session.id)
    except (HeartbitError, OSError) as error:
        app.tell(str(error), warning=True)
        return None


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"sessions": sessions}
)
