"""`heartbit view`: a run from a file, or a stored session, seen again on the screen."""

import asyncio
import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.cli.surroundings import Surroundings
from heartbit_tui.cli.told import attempt
from heartbit_tui.client.types import About
from heartbit_tui.config.redact import Redactor
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.store.export_html import export_html
from heartbit_tui.store.store import Store
from heartbit_tui.tui.preparing import setup_of
from heartbit_tui.tui.setup import Setup
from heartbit_tui.tui.view.read import Reader
from heartbit_tui.tui.view.sift import Sieve, passes
from heartbit_tui.tui.view.start import Manner, view_file, view_log


def main(values: Namespace) -> int:
    """Show it until the person leaves; the exit code."""
    return attempt(lambda: asyncio.run(_view(values)))


async def _view(values: Namespace) -> int:
    if values.html:
        return await _export(Surroundings(values), values)
    if not (os.isatty(0) and os.isatty(1)):
        raise UsageError(
            "A replay needs a terminal at both ends. To read a session elsewhere: heartbit sessions export ID."
        )
    around = Surroundings(values)
    setup = setup_of(around.options)
    manner = Manner(
        playing=not values.still, speed=float(values.speed or 1), follow=values.follow, wanted=_wanted(values)
    )
    path = around.cwd / values.what
    if path.is_file():
        start = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        try:
            return await view_file(setup, path, Reader(start), manner)
        except OSError as error:
            raise UsageError(f"{path} could not be read: {error.strerror or error}.") from error
    return await _stored(around, setup, values.what, manner)


def _wanted(values: Namespace) -> Sieve:
    named = (values.agent or "", values.tool or "", values.kind or "")
    agent, tool, kind = (each.lower() for each in named)
    return Sieve(agent=agent, tool=tool, kind=kind, errors=values.errors)


async def _export(around: Surroundings, values: Namespace) -> int:
    """Write a page of what passes; what was said is in it where all of it passes."""
    path = around.cwd / values.what
    if path.is_file():
        reader = Reader(datetime.fromtimestamp(path.stat().st_mtime, UTC))
        with path.open(encoding="utf-8", errors="replace") as lines:
            envelopes = reader.feed(lines)
        reader.end()
    else:
        envelopes = list((await _log(around, values.what))[1])
    wanted = _wanted(values)
    shown = [each for each in envelopes if wanted.all or passes(each, wanted)]
    if not shown:
        raise UsageError(f"Nothing in {values.what!r} passes the filter {wanted}.")
    text = Redactor(around.credentials.secrets())(export_html(shown))
    await asyncio.to_thread(_write, Path(values.html), text)
    return 0


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"--html {file}: {error.strerror or error}.") from error


async def _log(around: Surroundings, name: str) -> tuple[str, tuple[Envelope, ...]]:
    """The id and the log of a stored session."""
    if not around.sessions_file.is_file():
        raise UsageError(f"There is no file {name!r} here, and no session is stored yet.")
    async with Store.open(around.sessions_file, SystemClock()) as store:
        info = await store.index.info(await store.index.resolve(name))
        log = await store.load(info.id)
    if not log.envelopes:
        raise UsageError(f"The session {name!r} holds nothing that could be shown.")
    return info.id, tuple(log.envelopes)


async def _stored(around: Surroundings, setup: Setup, name: str, manner: Manner) -> int:
    found, envelopes = await _log(around, name)
    about = About(session_id=found, cwd="", provider="", model="", mode=Mode.ASK, tools=())
    return await view_log(setup, envelopes, about, manner)
