"""What a summary stands for: looked at, and taken back."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client import expanding
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Restore
from heartbit_tui.kernel.past import Past
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.screens.expand import SHOWN, expand as list_of_parts
from heartbit_tui.tui.screens.page import Page

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


async def expand(app: "HeartbitApp", argument: str) -> None:
    """/expand [N]."""
    past = await _past(app)
    found = expanding.parts(past) if past else ()
    if past is None or not found:
        app.tell(expanding.NOTHING)
        return
    part = expanding.chosen(found, argument)
    if part is not None:
        text = setting.clean(expanding.original(past, part)[:SHOWN])
        told = expanding.line(part)
        app.push_screen(Page(told, lambda look: setting.wrapped([(text, look.ink.text)], look.width), app.ink))
    elif argument:
        app.tell(expanding.UNKNOWN.format(command="expand", last=len(found), without="all of them"), warning=True)
    else:
        picker = list_of_parts(found, lambda each: expanding.original(past, each), app.keymap, app.ink)
        _bring_back(app, await app.push_screen_wait(picker))


async def uncompact(app: "HeartbitApp", argument: str) -> None:
    """/uncompact [N]."""
    if not argument:
        app.talk.submit(Restore())
        return
    past = await _past(app)
    found = expanding.parts(past) if past else ()
    part = expanding.chosen(found, argument)
    if part is None:
        unknown = expanding.UNKNOWN.format(command="uncompact", last=len(found), without="it takes back all")
        app.tell(unknown if found else expanding.NOTHING, warning=True)
    _bring_back(app, part)


def _bring_back(app: "HeartbitApp", part: expanding.Part | None) -> None:
    if part is not None:
        app.talk.submit(Restore(first=part.span.first, last=part.span.last))


async def _past(app: "HeartbitApp") -> Past | None:
    try:
        log = await app.talk.log()
    except HeartbitError as error:
        app.tell(str(error), warning=True)
        return None
    return expanding.past_of(log, app.talk.story.transcript.known.agent)


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"expand": expand, "uncompact": uncompact}
)
