"""Going back and forward again: chat, files, or both."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.shared import own_words
from heartbit_tui.client.types import Undo
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.session import BUSY
from heartbit_tui.tui.screens.rewind import Choice, meaning, rewind as list_of_points
from heartbit_tui.undo.intent import What
from heartbit_tui.undo.past import Point
from heartbit_tui.undo.preview import Preview, left

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

NOTHING = "There is nothing here that could be undone."


async def rewind(app: "HeartbitApp", argument: str) -> None:
    """Esc Esc, or /rewind [N]."""
    if argument:
        await undo(app, argument)
        return
    service = _service(app)
    if service is None:
        return
    points = service.points()
    chosen = await app.push_screen_wait(list_of_points(points, datetime.now(UTC), app.keymap, app.ink))
    if chosen is not None:
        await _back(app, service, chosen)


async def undo(app: "HeartbitApp", argument: str) -> None:
    """/undo [N[.M]]."""
    service = _service(app)
    if service is None:
        return
    point = next((each for each in service.points() if each.number == argument), None)
    if argument and point is None:
        prompts = [each.number for each in service.points() if each.kind == "prompt"]
        known = f" The prompts are numbered from 1 to {prompts[-1]}." if prompts else ""
        app.tell(f"There is no {argument} to go back to.{known}", warning=True)
    else:
        await _back(app, service, point)


async def redo(app: "HeartbitApp", _: str) -> None:
    """/redo."""
    service = _service(app)
    if service is None:
        return

    async def ask(what: What, overrule: bool) -> Preview:
        return await service.redo(overrule=overrule)

    await _shown(app, service, Choice(ask), lambda: "Take the last undo back", fixed=True)


async def _back(app: "HeartbitApp", service: Undo, point: Point | None) -> None:
    number = point.number if point else ""

    async def ask(what: What, overrule: bool) -> Preview:
        return await service.undo(number, what, overrule=overrule)

    choice = Choice(ask)
    done = await _shown(app, service, choice, lambda: _title(number, choice))
    if done is not None and done.intent.chat and not app.draft.text:
        app.draft.set_text(own_words(done.words))


def _title(number: str, choice: Choice) -> str:
    """What is looked at, once it is known what that is."""
    if number:
        return f"Go back to before {number}"
    return "Undo your last command" if choice.preview and choice.preview.kind == "command" else "Undo the last prompt"


async def _shown(
    app: "HeartbitApp", service: Undo, choice: Choice, title: Callable[[], str], *, fixed: bool = False
) -> Preview | None:
    """Show what it means, and do it where the person wants it; what was done."""
    try:
        await choice.load()
        folder = app.talk.client.about.cwd if app.talk.client else ""
        chosen = await app.push_screen_wait(meaning(choice, title(), folder, app.keymap, app.ink, fixed=fixed))
        if chosen is None or choice.preview is None:
            return None
        done = await service.carry_out(choice.preview)
    except (HeartbitError, OSError) as error:
        app.tell(error.strerror or str(error) if isinstance(error, OSError) else str(error), warning=True)
        return None
    if said := left(done.left, folder):
        app.tell(said, warning=True)
    return choice.preview


def _service(app: "HeartbitApp") -> Undo | None:
    """What goes back in the session that is seen; None, and told, where that cannot be now."""
    service = app.talk.client.undo if app.talk.client else None
    if service is None:
        app.tell(NOTHING, warning=True)
    elif app.talk.busy:
        app.tell(BUSY, warning=True)
    else:
        return service
    return None


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"rewind": rewind, "undo": undo, "redo": redo}
)
