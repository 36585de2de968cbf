"""Sessions: new ones, copies, earlier ones taken up; their names, and what is written of them to files."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.exports import EXPORTS
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Compact, Rename
from heartbit_tui.runtime.options import New, Options, Resume, Which
from heartbit_tui.tui import library
from heartbit_tui.tui.talk.tabs import busy
from heartbit_tui.tui.talk.talks import MOST

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp
    from heartbit_tui.tui.talk.talk import Connect


def fresh(app: "HeartbitApp") -> Options:
    """Options for a session of its own."""
    return replace(app.living.setup.options, which=New())


def there(app: "HeartbitApp", which: Which) -> "Connect | None":
    """How a session is opened where the one that is seen is a daemon's; None where sessions are opened here."""
    client = app.talk.client
    place = client.about.elsewhere if client is not None else None
    return place.opening(which) if place is not None else None


def new(app: "HeartbitApp", _: str) -> None:
    """/new: in the place of this one, or beside it where something still works in it; in a daemon's session there."""
    show(app, fresh(app), there(app, New()))


def show(app: "HeartbitApp", options: Options, connect: "Connect | None" = None) -> None:
    """Open a session in the place of the one that is seen, or beside it where something works in that."""
    talks = app.living.talks
    works = bool(busy(app.talk)) and len(talks.all) < MOST
    if works:
        app.tell(f"The session before goes on in tab {talks.number}.")
    talks.open(options, beside=works, connect=connect)
    app.living.switched()


def fork(app: "HeartbitApp", _: str) -> None:
    """/fork."""
    client = app.talk.client
    options = app.talk.options
    connect = there(app, Resume(id=client.about.session_id, fork=True)) if client is not None else None
    if client is None or (connect is None and (options.ephemeral or options.demo)):
        app.tell("This session is not kept, so it cannot be copied.", warning=True)
    elif app.talk.busy:
        app.tell("Not while a run is active: interrupt it first.", warning=True)
    else:
        copy = replace(options, which=Resume(id=client.about.session_id, fork=True))
        app.living.talks.open(copy, beside=True, connect=connect)
        app.living.switched()
        app.tell("This is a copy; the original is in the tab before.")


def rename(app: "HeartbitApp", argument: str) -> None:
    """/rename TITLE."""
    if argument:
        app.talk.submit(Rename(title=argument))
    else:
        app.tell("/rename takes the new title.", warning=True)


def take_up(app: "HeartbitApp", session_id: str, *, fork: bool) -> None:
    """Go to the tab of a session, or open it in one."""
    if not fork and see(app, session_id):
        return
    show(app, replace(app.living.setup.options, which=Resume(id=session_id, fork=fork)))


def see(app: "HeartbitApp", session_id: str) -> bool:
    """Go to the tab of a session; False where it has none."""
    for number, talk in enumerate(app.living.talks.all, 1):
        if talk.client is not None and talk.client.about.session_id == session_id:
            app.living.talks.see(number)
            app.living.switched()
            return True
    return False


async def export(app: "HeartbitApp", argument: str) -> None:
    """/export FORMAT [FILE]."""
    form, _, name = argument.partition(" ")
    if form not in EXPORTS:
        app.tell(f"/export takes {', '.join(EXPORTS)}, and the name of a file.", warning=True)
        return
    client = app.talk.client
    name = name.strip() or f"heartbit-{client.about.session_id if client else 'session'}.{form}"
    away = client is not None and client.about.elsewhere is not None
    folder = app.living.setup.options.cwd if away else app.folder  # where a daemon works may be another machine
    try:
        path = await library.write(await app.talk.log(), form, folder / name)
    except (OSError, HeartbitError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        app.tell(f"{name} was not written: {reason}.", warning=True)
    else:
        app.tell(f"Written: {path}")


def compact(app: "HeartbitApp", argument: str) -> None:
    """/compact [FOCUS]."""
    app.talk.submit(Compact(focus=argument))


def clear(app: "HeartbitApp", _: str) -> None:
    """/clear: the chat begins anew; the reader still has all that was said."""
    app.talk.shown.clear()
    app.chat.to_end()


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {
        "new": new,
        "fork": fork,
        "rename": rename,
        "export": export,
        "compact": compact,
        "clear": clear,
    }
)
