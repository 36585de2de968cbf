"""Calls of todowrite and todoread: the list, with a sign for how far each item is."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from rich.style import Style

from heartbit_tui.tui.diff.paint import Parts
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import SIGNS, Look
from heartbit_tui.tui.renderers import body
from heartbit_tui.tui.renderers.drawing import Drawing
from heartbit_tui.tui.renderers.measure import one_line
from heartbit_tui.tui.renderers.scene import Scene
from heartbit_tui.tui.transcript.blocks import Call

MOST = 100
"""How many items are shown."""

_SIGN: Mapping[str, str] = MappingProxyType(
    {
        "completed": SIGNS["done"],
        "in_progress": SIGNS["doing"],
        "cancelled": SIGNS["refused"],
        "failed": SIGNS["failed"],
        "blocked": SIGNS["waiting"],
    }
)


def title(call: Call, room: int, look: Look, scene: Scene) -> Parts:
    """What is being done now."""
    now = [each for each in items(call) if _text(each, "status") == "in_progress"]
    return [(one_line(_text(now[0], "content"), scene) if now else "", look.ink.text)]


def outcome(call: Call, look: Look, scene: Scene) -> Parts:
    """How many of the items are done."""
    listed = items(call)
    done = sum(_text(each, "status") == "completed" for each in listed)
    return [(f"{done}/{len(listed)}" if listed else "", look.ink.muted)]


def drawn_body(call: Call, look: Look, scene: Scene) -> list[Line]:
    """The whole list."""
    listed = items(call)
    if not listed:
        return body.output(call.output, look, scene) if call.output.strip() else []
    found = [one for each in listed[:MOST] for one in item(each, look, scene)]
    return found + body.more(len(listed) - MOST, look, scene, "more item")


def item(todo: Mapping[str, Any], look: Look, scene: Scene) -> list[Line]:
    """One item as lines of a body."""
    ink = look.ink
    status = _text(todo, "status")
    sign, words = styles(status, ink)
    priority = _text(todo, "priority")
    urgent = f"  {priority}" if priority in ("critical", "high") and status != "completed" else ""
    parts: Parts = [
        (f"{_SIGN.get(status, SIGNS['todo'])} ", sign),
        (one_line(_text(todo, "content"), scene), words),
        (urgent, ink.warning),
        (f"  {status}" if status in ("cancelled", "failed", "blocked") else "", ink.muted),
    ]
    return body.row(parts, look)


def styles(status: str, ink: Ink) -> tuple[Style, Style]:
    """The styles of an item's sign and of its words."""
    match status:
        case "completed":
            return ink.ok, ink.muted
        case "in_progress":
            return ink.running, ink.strong
        case "failed":
            return ink.error, ink.text
        case "cancelled" | "blocked":
            return ink.muted, ink.muted
        case _:
            return ink.muted, ink.text


def items(call: Call) -> Sequence[Mapping[str, Any]]:
    """The items that a call writes; nothing where they are not what they should be."""
    found = call.input.get("todos")
    if not isinstance(found, list | tuple):
        return ()
    entries = cast(Sequence[Any], found)
    return [cast(Mapping[str, Any], each) for each in entries if isinstance(each, Mapping)]


def _text(todo: Mapping[str, Any], name: str) -> str:
    found = todo.get(name, "")
    return found if isinstance(found, str) else ""


TODO = Drawing(title=title, outcome=outcome, body=drawn_body)
