"""Moving about: pages, lines, panes."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

OVERLAP = 2
"""Lines of the page before that stay in view."""


def page_up(app: "HeartbitApp", _: str) -> None:
    """PageUp."""
    app.chat.scroll(-max(app.chat.size.height - OVERLAP, 1))


def page_down(app: "HeartbitApp", _: str) -> None:
    """PageDown."""
    app.chat.scroll(max(app.chat.size.height - OVERLAP, 1))


async def to_top(app: "HeartbitApp", _: str) -> None:
    """Ctrl+Home: the beginning of all that was said, also where the end alone is there so far."""
    await app.talk.completed()
    first = app.talk.shown.first()
    if first is not None:
        app.chat.to(first)


def to_end(app: "HeartbitApp", _: str) -> None:
    """Ctrl+End."""
    app.chat.to_end()


def line_up(app: "HeartbitApp", _: str) -> None:
    """Up, in the chat or the side panel."""
    _line(app, -1)


def line_down(app: "HeartbitApp", _: str) -> None:
    """Down, in the chat or the side panel."""
    _line(app, 1)


def _line(app: "HeartbitApp", by: int) -> None:
    if app.where() == "side":
        app.living.side.move(by)
    else:
        app.chat.scroll(by)


def next_pane(app: "HeartbitApp", _: str) -> None:
    """F6: the chat, the side panel where it is seen, the draft."""
    where = app.where()
    if app.living.sheet.waiting is not None:
        return
    app.living.side.leave()
    if where == "draft":
        app.chat.focus()
    elif where == "chat" and app.living.side.display:
        app.living.side.query_one("#timeline").focus()
        app.living.side.move(0)
    else:
        app.draft.focus()


def side_panel(app: "HeartbitApp", _: str) -> None:
    """Ctrl+T."""
    app.living.side.display = not app.living.side.display
    if app.living.side.display:
        app.living.bridge.retold()
    elif app.where() == "side":
        app.draft.focus()


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {
        "page-up": page_up,
        "page-down": page_down,
        "to-top": to_top,
        "to-end": to_end,
        "line-up": line_up,
        "line-down": line_down,
        "next-pane": next_pane,
        "side-panel": side_panel,
    }
)
