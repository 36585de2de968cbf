"""Sessions that a daemon has: found out about, and joined as one more who takes part."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from heartbit_tui.client.address import address
from heartbit_tui.client.attached import Attached, connecting, session_of
from heartbit_tui.client.letters import Letters
from heartbit_tui.client.letters_here import Here
from heartbit_tui.client.letters_there import There
from heartbit_tui.client.remote import Remote
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.store.locks import by_daemon
from heartbit_tui.tui.acts import session
from heartbit_tui.tui.in_daemon import PATIENCE
from heartbit_tui.tui.library import Library

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

JOINED = "This session is the daemon's: all who are attached see the same, and it goes on when you leave."


def remote_of(app: "HeartbitApp") -> Remote | None:
    """The way to the daemon whose session is seen; None for a session of this process."""
    client = app.talk.client
    return client.remote if isinstance(client, Attached) else None


def letters_of(app: "HeartbitApp") -> Letters:
    """The inbox of the daemon whose session is seen, else that of this machine."""
    mail, remote = app.living.mail, remote_of(app)
    if remote is not None:
        return There(remote)
    if mail.own is None:
        if app.living.setup.options.demo:
            raise HeartbitError("A demonstration has no inbox.")
        mail.own = Here(app.living.setup.options, SystemClock())
    return mail.own


def data_file(app: "HeartbitApp") -> Path:
    """This machine's data file."""
    return Here(app.living.setup.options, SystemClock()).file


async def join(app: "HeartbitApp", session_id: str) -> None:
    """Go to a session: to its tab, into it where a daemon has it, or take it up here. Where there is none, nothing is left."""
    remote, options = remote_of(app), app.living.setup.options
    try:
        session_id = await _id_of(remote, options, session_id)
    except HeartbitError as error:
        app.tell(str(error), warning=True)
        return
    if remote is not None:
        attach(app, session_id, remote.url, remote.token)
    elif await asyncio.to_thread(by_daemon, data_file(app), session_id):
        await join_daemon(app, session_id, options)
    else:
        session.take_up(app, session_id, fork=False)


async def _id_of(remote: Remote | None, options: Options, session_id: str) -> str:
    """The whole id of a session. Raises `HeartbitError` where there is none."""
    if remote is not None:
        with suppress(TimeoutError):  # its task waits, and so can whoever wants to see it
            async with asyncio.timeout(PATIENCE):
                return str((await session_of(remote, session_id))["id"])
    elif not (options.ephemeral or options.demo):
        return await Library(options).resolve(session_id)
    return session_id


async def join_daemon(app: "HeartbitApp", session_id: str, options: Options) -> None:
    """Take part in a session of this machine's daemon."""
    try:
        url, token = await asyncio.to_thread(address, options, "", session_id)
    except HeartbitError as error:
        app.tell(str(error), warning=True)
    else:
        if attach(app, session_id, url, token):
            app.tell(JOINED)


def attach(app: "HeartbitApp", session_id: str, url: str, token: str) -> bool:
    """Take part in a session of the daemon at this address; False where it has a tab, which is seen then."""
    if session.see(app, session_id):
        return False
    options = replace(app.living.setup.options, which=New(), ephemeral=True)
    session.show(app, options, connecting(url, token, session_id))
    return True
