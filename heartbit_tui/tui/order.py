"""What is typed right after a key that opens something is meant for what it opens, and waits until that stands."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from textual import events
from textual.dom import DOMNode

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp

PATIENCE = 0.5
"""Seconds after which what was typed goes where it always goes, whatever is still to open."""


class Order:
    """Holds keys back from the moment at which one may open something until it has, or has not.

    A widget passes a key that it does not want to its parent, whose turn comes later; keys that came after it would be
    written meanwhile.
    """

    def __init__(self, app: "HeartbitApp") -> None:
        self._app = app
        self._held: list[events.Key] | None = None
        self._works = 0

    def keeps(self, event: events.Key) -> bool:
        """Hold this key back, where an earlier one is not done with."""
        if self._held is not None:
            self._held.append(event)
        return self._held is not None

    def hold(self, focused: DOMNode | None) -> None:
        """Hold back all that follows, until the key that was just given to what has the focus has gone up to the top."""
        self._held, self._works = [], 0
        self._app.set_timer(PATIENCE, self.release)
        self._pass(focused or self._app)

    def during(self, work: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None]:
        """Work that may open something: until it does, or ends, keys that are held stay so."""
        self._works += 1
        return self._worked(work)

    def release(self) -> None:
        """Let go of the keys that are held, in their order, before any that comes now."""
        if self._held is not None:
            self._app.call_next(self._go_on)

    async def _worked(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self.release()

    def _pass(self, node: DOMNode) -> None:
        """Follow the key: a callback comes behind it in the queue of each that it passes."""
        if node.parent is not None:
            node.call_later(self._pass, node.parent)
        else:
            node.call_later(self._arrived)

    def _arrived(self) -> None:
        if not self._works:
            self.release()

    async def _go_on(self) -> None:
        held, self._held = self._held or [], None
        for event in held:
            await self._app.on_event(event)
