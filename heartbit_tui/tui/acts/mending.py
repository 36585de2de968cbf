"""/repair: the file of sessions is looked at, and mended where no session of it could be opened."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.repairing import told
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.parts import parts
from heartbit_tui.store.salvage.repair import Found, Repaired, examine, repair
from heartbit_tui.tui.acts.session import fresh
from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import BLANK, Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.screens.page import Page

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

LEAVE = "Leave heartbit wherever it runs, then: heartbit sessions repair"


async def mend(app: "HeartbitApp", _: str) -> None:
    """/repair."""
    talk = app.talk
    clock = SystemClock()
    try:
        file = (await settings.read(app.living.setup.options, clock)).store
        if talk.stage != "failed":
            found = await asyncio.to_thread(examine, file, parts())
            lines = [*told(Repaired(found=found)), *_advice(found)]
        else:
            lines = list(told(await asyncio.to_thread(repair, file, clock, parts())))
    except HeartbitError as error:
        app.tell(str(error), warning=True)
        return
    app.push_screen(Page("Sessions", lambda look: _lines(lines, look), app.ink))
    if talk.stage == "failed" and app.talk is talk:
        app.living.talks.open(fresh(app))
        app.living.switched()


def _advice(found: Found) -> list[str]:
    return [LEAVE] if found.state in ("damaged", "index") else []


def _lines(told: list[str], look: Look) -> list[Line]:
    return [
        BLANK,
        *(line for text in told for line in setting.wrapped([(setting.clean(text), look.ink.text)], look.width)),
    ]


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"repair": mend}
)
