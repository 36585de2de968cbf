"""Finding one's way in what was said: prompts, hits, changes."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp


def previous_prompt(app: "HeartbitApp", _: str) -> None:
    """Alt+Up."""
    rows = app.chat.view.rows
    if not rows:
        return
    top = rows[0].key[0]
    before = [number for number, _ in app.talk.story.transcript.prompts() if number < top or app.chat.view.at_end]
    if before and app.chat.view.at_end and before[-1] == top and len(before) > 1:
        before.pop()
    if before:
        app.chat.to((before[-1], 0))


def next_prompt(app: "HeartbitApp", _: str) -> None:
    """Alt+Down."""
    rows = app.chat.view.rows
    if not rows:
        return
    after = [number for number, _ in app.talk.story.transcript.prompts() if number > rows[0].key[0]]
    if after and not app.chat.view.at_end:
        app.chat.to((after[0], 0))
    else:
        app.chat.to_end()


def toggle_fold(app: "HeartbitApp", _: str) -> None:
    """Enter, in the chat: the last row in view that can be folded."""
    for row in reversed(app.chat.view.rows):
        if app.talk.book.fold(row.key[0]):
            app.chat.changed()
            return


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"previous-prompt": previous_prompt, "next-prompt": next_prompt, "toggle-fold": toggle_fold}
)
