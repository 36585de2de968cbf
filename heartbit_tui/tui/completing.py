"""Brings the menu up to date with what is typed; an answer that comes too late is dropped."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any

from textual import events

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.complete.item import Item
from heartbit_tui.tui.complete.menu import Menu
from heartbit_tui.tui.complete.sources import Argument, CommandName, Sources
from heartbit_tui.tui.draft.draft import Draft

MOVES: Mapping[str, int] = MappingProxyType(
    {"up": -1, "down": 1, "ctrl+p": -1, "ctrl+n": 1, "pageup": -8, "pagedown": 8}
)

PAUSE = 0.1
"""Seconds that nothing is typed for before names are asked of language servers."""


class Completing:
    """Keeps one menu and one draft together; `start` runs a coroutine that nobody waits for."""

    def __init__(
        self, draft: Draft, menu: Menu, sources: Sources, start: Callable[[Coroutine[Any, Any, None]], object]
    ) -> None:
        self._draft = draft
        self._menu = menu
        self._sources = sources
        self._start = start
        self._wanted = ""
        self._dismissed = ""

    def typed(self, before: str, *, asked: bool = False) -> None:
        """The text before the cursor is now this; `asked` when the person wants the menu, even one just closed."""
        found = self._sources.asked(before)
        self._wanted = before
        if asked:
            self._dismissed = ""
        if found is None or before == self._dismissed:
            self._close()
        else:
            self._start(self._find(before))

    def key(self, key: str) -> None:
        """A key for the open menu."""
        if key in MOVES:
            self._menu.move(MOVES[key])
        elif key == "escape":
            self._dismissed = self._wanted
            self._close()
        elif key in ("tab", "enter") and self._menu.chosen is not None:
            chosen = self._menu.chosen
            if key == "enter" and self._means_itself(chosen):
                self._close()
                self._draft.press(events.Key("enter", None))
                return
            is_command = isinstance(self._sources.asked(self._wanted), CommandName | Argument)
            self.take(chosen)
            if key == "enter" and is_command and not chosen.open:
                self._draft.press(events.Key("enter", None))

    def _means_itself(self, chosen: Item) -> bool:
        """Whether what was typed is whole, or no beginning of what the menu would put there: it is meant as it is."""
        typed = self._wanted[chosen.replaces[0] :].lower()
        if not isinstance(self._sources.asked(self._wanted), CommandName):
            return False
        command = self._sources.whole(self._wanted)
        is_whole = command is not None and chosen.insert.strip() == f"/{command.name}"
        return is_whole or not chosen.insert.lower().startswith(typed)

    def take(self, item: Item) -> None:
        """Put what was chosen into the draft."""
        before = self._draft.passage.before
        start, _ = item.replaces
        self._close()
        self._dismissed = before[:start] + item.insert
        self._draft.replace_before(len(before) - start, item.insert)

    async def _find(self, before: str) -> None:
        await asyncio.sleep(0)
        if before != self._wanted:
            return
        try:
            items = await self._sources.items(before)
        except HeartbitError:
            items = ()
        self._offer(before, items)
        await asyncio.sleep(PAUSE)
        if before == self._wanted and (late := await self._sources.late(before)):
            self._offer(before, (*items, *late), at=self._menu.at)

    def _offer(self, before: str, items: tuple[Item, ...], at: int = 0) -> None:
        if before == self._wanted and before != self._dismissed:
            whole = len(items) == 1 and before.endswith(items[0].insert.strip())
            self._menu.show(() if whole else items, at=at)
            self._draft.menu_open = self._menu.is_open

    def _close(self) -> None:
        self._menu.hide()
        self._draft.menu_open = False
