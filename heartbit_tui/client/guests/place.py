"""What a guest asks of the daemon where a local session would look at its own folder or its own data file."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, cast

from heartbit_tui.client.fuzzy import Match
from heartbit_tui.client.guests.bodies import Lined
from heartbit_tui.client.guests.listening import read
from heartbit_tui.client.guests.parts import Do
from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.client.remote import RemoteError
from heartbit_tui.client.types import Client, Kept
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import CommandEnded, Envelope
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Rename
from heartbit_tui.runtime.command_line import CommandLine
from heartbit_tui.runtime.options import Options, Which
from heartbit_tui.wire.write import dump

LISTED: Final = 200
MOST: Final = 50
"""Paths that a daemon tells at once."""

BREATH: Final = 0.04
"""Seconds without another letter after which the daemon is asked: less than between two of one who types fast."""

LONGEST: Final = 400
"""Letters of what is looked for: it stands in an address."""

Opens = Callable[[Options], AbstractAsyncContextManager[Client]]


class Place:
    """An `Elsewhere`. `opening` opens a session there as a guest of it."""

    def __init__(self, visit: Visit, do: Do, cwd: str, opening: Callable[[Which], Opens]) -> None:
        self._visit = visit
        self._do = do
        self._cwd = cwd
        self._opening = opening
        self._asked = 0

    def opening(self, which: Which) -> Opens:
        return self._opening(which)

    async def sessions(self, words: str = "", *, everywhere: bool = False) -> Sequence[Kept]:
        folder = {} if everywhere else {"folder": self._cwd}
        told = await self._visit.listed({"q": words, "limit": str(LISTED), **folder})
        return tuple(map(_kept, told))

    async def log(self, session_id: str) -> tuple[Envelope, ...]:
        try:
            return read((await self._visit.remote.ask("GET", f"/sessions/{session_id}/log"))["events"])
        except RemoteError as error:
            raise HeartbitError(error.said) from error

    async def rename(self, session_id: str, title: str) -> None:
        await Visit(self._visit.remote, session_id, self._visit.daemon).op(dump(Rename(title=title)))

    async def delete(self, session_id: str) -> None:
        try:
            await self._visit.remote.delete_session(session_id)
        except RemoteError as error:
            raise HeartbitError(error.said) from error

    async def run(self, wanted: CommandLine) -> CommandEnded:
        asked = Lined(id=wanted.id, command=wanted.command, hidden=wanted.hidden)
        return cast("CommandEnded", await self._do("run", asked))

    async def stop(self) -> None:
        await self._visit.command("stop")

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        """Of several questions that come one after the other while somebody types, the last one is asked."""
        self._asked += 1
        mine = self._asked
        await asyncio.sleep(BREATH)
        if mine != self._asked or len(text) > LONGEST:
            return ()
        return cast("tuple[Match, ...]", await self._visit.view("files", text=text, limit=str(min(limit, MOST))))


def _kept(told: JsonObject) -> Kept:
    return Kept(
        id=str(told["id"]),
        title=str(told["title"]),
        updated=str(told["updated_at"]),
        cwd=str(told["cwd"]),
        model=str(told["model"]),
        messages=int(told["message_count"]),
        open=bool(told["open"]),
        running=bool(told["running"]),
    )
