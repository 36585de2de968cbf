"""Models and services: which one answers, how much it thinks, whose key it is."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import reach
from heartbit_tui.client.doctor import Patient
from heartbit_tui.client.priced import priced
from heartbit_tui.demo.script import TASK
from heartbit_tui.kernel.ops import Effort, SetModel
from heartbit_tui.runtime.options import New, Options
from heartbit_tui.tui.screens import models as listing
from heartbit_tui.tui.screens.wizard import Way, Wizard
from heartbit_tui.tui.setup import DEMO
from heartbit_tui.tui.transcript.blocks import Notice

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


async def model(app: "HeartbitApp", argument: str) -> None:
    """Alt+P, or /model [PROVIDER:]MODEL."""
    known = app.talk.story.transcript.known
    provider, colon, name = argument.partition(":")
    if argument:
        given = SetModel(provider=provider, model=name) if colon and provider.isalnum() else SetModel(model=argument)
        app.talk.submit(given)
        return
    current = listing.Choice(provider=known.provider, model=known.model, effort=known.effort)
    chosen = await app.push_screen_wait(listing.models(priced(), current, app.keymap, app.ink))
    if chosen is not None and chosen != current:
        other = chosen.provider if chosen.provider != known.provider else ""
        app.talk.submit(SetModel(provider=other, model=chosen.model, effort=chosen.effort))


def effort(app: "HeartbitApp", argument: str) -> None:
    """Alt+T goes to the next effort; /effort LEVEL to that one."""
    levels = tuple(Effort)
    if argument in levels:
        app.talk.submit(SetModel(effort=Effort(argument)))
    elif argument:
        app.tell(f"/effort takes {', '.join(levels)}.", warning=True)
    else:
        now = app.talk.story.transcript.known.effort
        following = levels[(levels.index(now) + 1) % len(levels)] if now else Effort.MEDIUM
        app.talk.submit(SetModel(effort=following))


def init(app: "HeartbitApp", argument: str) -> None:
    """/init: the model reads the project and writes an AGENTS.md; its edits are asked about as always."""
    words = files("heartbit_tui.tui.acts").joinpath("init.md").read_text("utf-8").strip()
    app.talk.say(f"{words}\n\n{argument}".strip())


async def login(app: "HeartbitApp", _: str) -> None:
    """/login, and the first start without a key: a way to a model, and a working prompt at its end."""
    options = app.living.setup.options
    patient = Patient(options=options, terminal="")

    def keep(provider: str, key: str) -> str:
        return patient.credentials.login(provider, key).source

    way = await app.push_screen_wait(Wizard(reach.local, keep, app.ink))
    if way is None:
        return
    greetings = (Notice(level="warning", text=DEMO),) if way.kind == "demo" else ()
    app.living.talks.open(_through(options, way), greetings=greetings)
    app.living.switched()
    if way.kind == "demo" and not app.draft.text:
        app.draft.set_text(TASK)


def _through(options: Options, way: Way) -> Options:
    """The options of a session that goes this way."""
    if way.kind == "demo":
        return replace(options, demo=True, which=New())
    flags = {**options.flags, "provider.name": way.provider}
    if way.model:
        flags["provider.model"] = way.model
    return replace(options, demo=False, flags=flags)


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"model": model, "effort": effort, "init": init, "login": login}
)
