"""Plans, goals and judgements."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.pursued import NOTHING_HERE, Way, pursue
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Mode, SetMode
from heartbit_tui.tui.acts.draft import away
from heartbit_tui.tui.draft.editor import edited
from heartbit_tui.tui.screens.page import Page
from heartbit_tui.tui.side import pursued

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

Edit = Callable[[Path], Coroutine[Any, Any, str]]

PLANNING = "The mode is plan: say what is to be planned. Nothing is changed before a plan is started."
PROPOSING = "The judge's model is asked for criteria."
NOT_WRITTEN = "The plan was not written: {why}."


async def plan(app: "HeartbitApp", task: str) -> None:
    """/plan [TASK]: plan a task; without one the newest plan is asked about, where it was not started yet."""
    client = app.talk.client
    plans = client.plans if client else None
    if not task and plans is not None and plans.newest is not None and not plans.started:
        try:
            plans.review()
        except HeartbitError as error:
            app.tell(str(error), warning=True)
        return
    app.talk.submit(SetMode(mode=Mode.PLAN))
    if task:
        app.talk.say(task)
    else:
        app.tell(PLANNING)


async def goal(app: "HeartbitApp", argument: str) -> None:
    """/goal [TEXT]."""
    goals = app.talk.client.goals if app.talk.client else None
    if not argument and goals is not None and goals.goal is not None:
        await app.push_screen(Page("Goal", lambda look: pursued.page(goals.goal, goals.judged, look), app.ink))
        return
    if argument.strip() == "propose":
        app.tell(PROPOSING)
    try:
        told = await pursue(goals, argument, Way(edit=lambda text: changed(app, text)))
    except HeartbitError as error:
        app.tell(str(error), warning=True)
        return
    if told:
        app.tell(told)


def judge(app: "HeartbitApp", _: str) -> None:
    """/judge: what came of it stands in the chat."""
    goals = app.talk.client.goals if app.talk.client else None
    try:
        if goals is None:
            raise HeartbitError(NOTHING_HERE)
        goals.judge()
    except HeartbitError as error:
        app.tell(str(error), warning=True)


async def changed(app: "HeartbitApp", text: str) -> str | None:
    """A text as the person's editor left it; None where that failed, which is told."""
    folder = app.living.setup.state or Path("/tmp")
    found = await edited(text, app.living.setup.environment, lambda: away(app), folder)
    app.refresh(layout=True)
    if found.problem:
        app.tell(found.problem, warning=True)
        return None
    return found.text


def editing(app: "HeartbitApp") -> Edit:
    """What lets the person change a file of a session's, asked from wherever the session works."""

    async def edit(path: Path) -> str:
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            done.set_result(await edit_file(app, path))

        app.start(work())
        return await done

    return edit


async def edit_file(app: "HeartbitApp", path: Path) -> str:
    """Let the person change a plan in their editor; what went wrong in a sentence, or empty."""
    try:
        before = await asyncio.to_thread(path.read_text, "utf-8", "replace")
        folder = app.living.setup.state or Path("/tmp")
        found = await edited(before, app.living.setup.environment, lambda: away(app), folder)
        app.refresh(layout=True)
        if not found.problem and found.text != before:
            await asyncio.to_thread(path.write_text, found.text, "utf-8")
    except OSError as error:
        return NOT_WRITTEN.format(why=error.strerror or error)
    return found.problem


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"plan": plan, "goal": goal, "judge": judge}
)
