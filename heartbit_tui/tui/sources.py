"""What the menu over the draft offers in this application."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from heartbit_tui.client.commands import Command
from heartbit_tui.client.fuzzy import Match
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Effort
from heartbit_tui.runtime.options import Options
from heartbit_tui.tui.complete.sources import Choice, Sources
from heartbit_tui.tui.theme import load

if TYPE_CHECKING:
    from heartbit_tui.client.files import FileIndex
    from heartbit_tui.client.priced import Known
    from heartbit_tui.client.serving import Address
    from heartbit_tui.client.types import Elsewhere
    from heartbit_tui.lsp.types import Named
    from heartbit_tui.mcp.types import Status
    from heartbit_tui.tui.app import HeartbitApp
    from heartbit_tui.tui.library import Library

LISTED = 50
"""Sessions that are offered."""


def sources(app: "HeartbitApp") -> Sources:
    """Commands, also those of files, their choices, files, names, sessions, themes."""

    def place() -> "Elsewhere | None":
        return app.talk.client.about.elsewhere if app.talk.client is not None else None

    async def themes() -> Sequence[Choice]:
        return [Choice(text=name) for name in load.names(app.living.setup.config)]

    async def efforts() -> Sequence[Choice]:
        return [Choice(text=effort) for effort in Effort]

    async def sessions() -> Sequence[Choice]:
        elsewhere = place()
        if elsewhere is not None and app.living.setup.options.ephemeral:
            kept = await elsewhere.sessions()
            return [Choice(text=each.id, label=each.id, meta=one_line(each.title, 60)) for each in kept[:LISTED]]
        known = await library_of(app.living.setup.options).search("", False)
        return [Choice(text=each.id, label=each.id, meta=one_line(each.title, 60)) for each in known[:LISTED]]

    async def offers() -> Sequence[Command]:
        client = app.talk.client
        return await client.about.offers() if client is not None else ()

    async def names(text: str) -> "Sequence[Named]":
        client = app.talk.client
        return await client.about.names(text) if client is not None else ()

    def resources() -> "Sequence[Address]":
        served = app.talk.client.served if app.talk.client is not None else None
        return _addresses(served.statuses()) if served is not None else ()

    async def mates() -> Sequence[Choice]:
        known = app.talk.story.mates.all
        return [
            Choice(text=mate.name, meta=one_line(mate.task, 60))
            for mate in known
            if one_line(mate.name, 200) == mate.name
        ]

    choosers = {"steer": mates, "theme": themes, "effort": efforts, "resume": sessions, "model": models}
    return Sources(Files(lambda: app.folder, place), choosers, offers=offers, names=names, resources=resources)


async def models() -> Sequence[Choice]:
    """The models whose prices are known."""
    return [Choice(text=f"{each.provider}:{each.model}") for each in await asyncio.to_thread(_priced)]


class Files:
    """The files of the folder that the session works in; read, and the reader loaded, when one is first asked for.

    `place` answers for a folder that is another process's.
    """

    def __init__(self, folder: Callable[[], Path], place: "Callable[[], Elsewhere | None]") -> None:
        self._folder = folder
        self._place = place
        self._index: FileIndex | None = None
        self._root: Path | None = None

    def freshen(self) -> None:
        """Read them anew where that was long ago."""
        if self._index is not None and self._root == self._folder():
            self._index.freshen()

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        """The paths that `text` may mean, the likeliest first."""
        if (place := self._place()) is not None:
            with suppress(HeartbitError):  # nothing is offered where the daemon does not answer
                return await place.find(text, limit)
            return ()
        if self._index is None or self._root != self._folder():
            self._root = self._folder()
            self._index = await asyncio.to_thread(_index, self._root)
        return await self._index.find(text, limit)


def _addresses(statuses: "Sequence[Status]") -> "Sequence[Address]":
    from heartbit_tui.client.offered import addresses

    return addresses(statuses)


def _priced() -> "Sequence[Known]":
    from heartbit_tui.client.priced import priced

    return priced()


def library_of(options: Options) -> "Library":
    """What is kept on this machine."""
    from heartbit_tui.tui.library import Library

    return Library(options)


def _index(root: Path) -> "FileIndex":
    """An index that has been read once."""
    from heartbit_tui.client.files import FileIndex

    index = FileIndex(root)
    index.begin()
    index.wait()
    return index
