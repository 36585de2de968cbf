"""The list of sessions: one that was found by words in it is opened where they stand."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.types import Elsewhere
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.options import Resume
from heartbit_tui.store.found import Hit
from heartbit_tui.store.locks import by_daemon
from heartbit_tui.tui.acts import found, joining, session
from heartbit_tui.tui.in_daemon import InDaemon, Shelf
from heartbit_tui.tui.library import Library
from heartbit_tui.tui.picker.screen import Picker
from heartbit_tui.tui.screens import sessions as listing

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


async def sessions(app: "HeartbitApp", argument: str) -> None:
    """Ctrl+S, or /resume ID."""
    if argument:
        await joining.join(app, argument)
        return
    options, client = app.living.setup.options, app.talk.client
    if client is not None and client.about.elsewhere is not None and options.ephemeral:
        await _there(app, client.about.elsewhere, client.about.session_id)
        return
    kept, daemon = Library(options), InDaemon(options)

    async def search(words: str, everywhere: bool) -> Sequence[listing.Known]:
        return daemon.beside(await kept.search(words, everywhere), words)

    async def delete(session_id: str) -> None:
        there = await asyncio.to_thread(by_daemon, joining.data_file(app), session_id)
        await (daemon.delete(session_id) if there else kept.delete(session_id))

    means = listing.Means(
        search=search,
        prompts=kept.prompts,
        rename=kept.rename,
        delete=delete,
        export=kept.export,
        now=lambda: datetime.now(UTC),
    )
    here = app.talk.client.about.session_id if app.talk.client else ""
    home = app.living.setup.environment.get("HOME", "")
    picker = listing.sessions(means, app.keymap, app.ink, current=here, home=home)
    app.start(_with_daemon(picker, daemon))
    chosen = await app.push_screen_wait(picker)
    if chosen is None:
        return
    hit = await _place(app, kept, chosen) if chosen.session.state != "daemon" else None
    if hit is not None:
        await found.open_at(app, found.shown(hit, home))
    elif chosen.session.state == "daemon" and chosen.how == "open":
        await joining.join_daemon(app, chosen.session.id, options)
    elif chosen.session.id != here or chosen.how == "fork":
        session.take_up(app, chosen.session.id, fork=chosen.how == "fork")


async def _there(app: "HeartbitApp", place: Elsewhere, here: str) -> None:
    """The same of the daemon that this screen was opened for."""
    means, home = Shelf(place, app.living.setup.options.cwd).means(), app.living.setup.environment.get("HOME", "")
    chosen = await app.push_screen_wait(listing.sessions(means, app.keymap, app.ink, current=here, home=home))
    if chosen is None or (chosen.how == "open" and session.see(app, chosen.session.id)):
        return
    wanted = Resume(id=chosen.session.id, fork=chosen.how == "fork")
    session.show(app, replace(app.living.setup.options, which=wanted), place.opening(wanted))


async def _with_daemon(picker: Picker[listing.Chosen], daemon: InDaemon) -> None:
    """Show what a daemon has, too, as soon as it answers; the list does not wait for it."""
    if await daemon.look() and picker.is_attached:
        picker.reload()


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
