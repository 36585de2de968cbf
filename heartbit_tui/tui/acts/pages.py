"""Pages that tell something: the session, its cost, its tools, what was learned."""

import asyncio
import resource
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import caps, diagnosed, filled, protection, settings_shown
from heartbit_tui.client.doctor import Patient, look
from heartbit_tui.client.settings_file import Simple
from heartbit_tui.client.types import About
from heartbit_tui.context.ledger import Item
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.providers.models import window
from heartbit_tui.tui.library import Library
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.screens import costs
from heartbit_tui.tui.screens.context import ContextScreen
from heartbit_tui.tui.screens.doctor import Doctor
from heartbit_tui.tui.screens.page import Page
from heartbit_tui.tui.screens.permissions import permissions as list_of_rules
from heartbit_tui.tui.screens.settings import settings as list_of_settings
from heartbit_tui.tui.side import facts
from heartbit_tui.tui.status.figures import percent, tokens
from heartbit_tui.tui.theme import load

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

Told = tuple[str, str]
"""What it is, and how it stands; an empty first half makes the second a note."""


def status(app: "HeartbitApp", _: str) -> None:
    """/status."""
    talk, known = app.talk, app.talk.story.transcript.known
    about = talk.client.about if talk.client else None
    size = window(known.model) or 0
    meters = talk.client.meters if talk.client else None
    used = meters.outlook().used if meters else known.context_tokens
    full = f"{tokens(used)} of {tokens(size)} ({percent(used / size)})" if size else f"{tokens(used)} tokens"
    _page(
        app,
        "Status",
        [
            ("session", about.session_id if about else talk.stage),
            ("title", known.title or "none yet"),
            ("folder", about.cwd if about else str(talk.options.cwd)),
            ("model", f"{known.provider} {known.model}" + (f", effort {known.effort}" if known.effort else "")),
            ("mode", talk.mode),
            ("protection", _protection(about) if about else ""),
            ("context", full),
            ("diagnostics", diagnosed.told(known.diagnostics)),
            ("prompts", str(len(talk.story.transcript.prompts()))),
            ("tools", ", ".join(about.tools) if about else ""),
            ("memory", f"{_resident():.0f} MiB of this process"),
            ("tabs", f"{app.living.talks.number} of {len(app.living.talks.all)}"),
            *(("warning", warning) for warning in (about.warnings if about else ())),
        ],
    )


def _protection(about: About) -> str:
    """What stands between the agent's commands and the machine, in a few words."""
    sandbox = f"sandbox {about.sandbox}" if about.sandbox else "no sandbox"
    return f"{sandbox}; /safety tells the rest"


def safety(app: "HeartbitApp", _: str) -> None:
    """/safety."""
    about = app.talk.client.about if app.talk.client else None
    if about is None or about.safety is None:
        app.tell("Nothing runs here that would need protection.")
        return
    _page(app, "What protects you", [("mode", str(app.talk.mode)), *protection.told(about, about.safety)])


async def cost(app: "HeartbitApp", _: str) -> None:
    """/cost."""
    client, meters = app.talk.client, app.talk.client.meters if app.talk.client else None
    try:
        days = tuple(await meters.daily(costs.DAYS)) if meters else ()
    except StoreError as error:
        days = ()
        app.tell(f"What was spent on other days could not be read: {error}", warning=True)
    told = costs.Told(
        lines=client.costs() if client else (),
        cut=app.talk.story.cut.ended,
        capped=meters.capped() if meters else (),
        days=days,
    )
    await app.push_screen(Page("Cost so far", lambda look: costs.lines(told, look), app.ink))


def cap(app: "HeartbitApp", argument: str) -> None:
    """/cap PERIOD USD."""
    found = caps.parsed(argument)
    if isinstance(found, str):
        app.tell(found, warning=True)
    else:
        app.talk.submit(found)


def todos(app: "HeartbitApp", _: str) -> None:
    """/todos."""
    listed = app.talk.story.transcript.known.todos
    if not listed:
        app.tell("Nothing is listed.")
        return
    app.push_screen(
        Page(f"Todo {facts.count(listed)}", lambda look: facts.lines(facts.Facts(todos=listed), look)[1:], app.ink)
    )


def tools(app: "HeartbitApp", _: str) -> None:
    """/tools."""
    client = app.talk.client
    names = client.about.tools if client else ()
    _page(app, "Tools", [("", name) for name in names] or [("", "The session is still being opened.")])


async def permissions(app: "HeartbitApp", _: str) -> None:
    """/permissions."""
    kept = Library(app.living.setup.options)
    await app.push_screen_wait(list_of_rules(kept.learned, kept.revoke, app.keymap, app.ink))


def context(app: "HeartbitApp", _: str) -> None:
    """/context."""
    meters = app.talk.client.meters if app.talk.client else None
    if meters is None:
        app.tell("Nothing runs here that would fill a model's window.")
        return

    def drop(item: Item) -> None:
        op = filled.drop(item)
        if op is not None:
            app.talk.submit(op)

    app.push_screen(ContextScreen(meters.outlook, drop, app.keymap, app.ink))


async def config(app: "HeartbitApp", _: str) -> None:
    """/config."""
    options, folder = app.living.setup.options, app.living.setup.config

    async def shown() -> Sequence[settings_shown.Shown]:
        return await asyncio.to_thread(lambda: settings_shown.shown(options, lambda: load.names(folder)))

    async def write(key: str, value: Simple) -> None:
        await asyncio.to_thread(lambda: settings_shown.write(options, key, value))

    await app.push_screen_wait(list_of_settings(shown, write, app.keymap, app.ink))


async def doctor(app: "HeartbitApp", _: str) -> None:
    """/doctor."""
    facts = (app.living.setup.environment.get(name, "") for name in ("TERM", "COLORTERM", "LANG"))
    terminal = " ".join((f"{app.size.width}x{app.size.height}", *filter(None, facts)))
    patient = Patient(options=app.living.setup.options, terminal=terminal)
    text = await app.push_screen_wait(Doctor(lambda: look(patient), app.ink))
    if text is not None:
        app.act("copy-text", text)


def _page(app: "HeartbitApp", title: str, told: Iterable[Told]) -> None:
    pairs = tuple(told)
    app.push_screen(Page(title, lambda look: _lines(pairs, look), app.ink))


def _lines(told: Sequence[Told], look: Look) -> Sequence[Line]:
    width = max((setting.cells(name) for name, _ in told), default=0)
    found: list[Line] = [BLANK]
    for name, text in told:
        first = [(f"{setting.clean(name):<{width}}  ", look.ink.muted)] if width else []
        found += setting.wrapped([(setting.clean(text), look.ink.text)], look.width, first=first)
    return found


def _resident() -> float:
    """MiB that this process holds."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {
        "status": status,
        "safety": safety,
        "cost": cost,
        "todos": todos,
        "tools": tools,
        "permissions": permissions,
        "context": context,
        "cap": cap,
        "config": config,
        "doctor": doctor,
    }
)
