"""Next beats on the screen: of this machine, or of the daemon whose session is seen."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.beats import Beats, Due
from heartbit_tui.client.beats_here import Here
from heartbit_tui.client.beats_there import There
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.tui.acts.joining import remote_of
from heartbit_tui.tui.screens import beats as screen
from heartbit_tui.tui.screens.deeds import DeedPage

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

NO_DEMO = "In a demonstration nothing is done by itself."


async def beats(app: "HeartbitApp", _: str) -> None:
    """/beats."""
    found = beats_of(app)
    if found is None:
        app.tell(NO_DEMO)
        return
    home = app.living.setup.environment.get("HOME", "")
    chosen: Due | None = None
    while True:
        chosen = await app.push_screen_wait(screen.beats(found, app.living.now, app.keymap, app.ink, home, chosen))
        if chosen is None:
            return
        pages = list[DeedPage]()
        opened = screen.Opened(found, chosen, app.living.now, partial(_begin, app, found, pages))
        pages.append(DeedPage(opened.shown(), app.keymap, app.ink))
        await app.push_screen_wait(pages[0])


def beats_of(app: "HeartbitApp") -> Beats | None:
    """Where it is known; None in a demonstration."""
    remote, options = remote_of(app), app.living.setup.options
    return There(remote) if remote else None if options.demo else Here(options, SystemClock())


def _begin(app: "HeartbitApp", found: Beats, pages: Sequence[DeedPage], due: Due) -> None:
    """Do it while the person goes on, and tell what came of it."""

    async def work() -> None:
        try:
            app.tell(await found.run(due))
        except (HeartbitError, OSError) as error:
            app.tell(str(error), warning=True)
        app.living.mail.soon()
        for page in pages:
            page.reload()

    app.start(work())


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"beats": beats}
)
