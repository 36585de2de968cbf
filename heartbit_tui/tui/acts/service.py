"""Models and services: which one answers, how much it thinks, whose key it is."""

from collections.abc import Callable, Coroutine, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.kernel.ops import Effort, SetModel
from heartbit_tui.tui.screens import models as listing

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
    chosen = await app.push_screen_wait(listing.models(listing.priced(), current, app.keymap, app.ink))
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


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"model": model, "effort": effort, "init": init}
)
