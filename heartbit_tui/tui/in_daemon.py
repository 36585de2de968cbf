"""The sessions that a daemon has open, as the list of sessions offers them beside those of this machine's file."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from heartbit_tui.client.address import address
from heartbit_tui.client.remote import Remote, RemoteError
from heartbit_tui.client.types import Elsewhere, Kept
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.summary import prompt_of
from heartbit_tui.tui.library import moment, write
from heartbit_tui.tui.screens.sessions import Known, Means

PATIENCE: Final = 1.0
"""Seconds that a daemon has to answer."""

LISTED: Final = 200


class InDaemon:
    """What the daemon that `heartbit attach` would speak with has open, once it was asked."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._found: tuple[Known, ...] = ()

    async def look(self) -> bool:
        """Ask; whether anything is open there. A daemon that does not answer has nothing."""
        if self._options.demo:
            return False
        try:
            url, token = await asyncio.to_thread(address, self._options)
            async with asyncio.timeout(PATIENCE), Remote.open(url, token, PATIENCE) as remote:
                told = await remote.ask("GET", f"/sessions?limit={LISTED}")
            self._found = tuple(_known(each) for each in told["sessions"] if each["open"])
        except (HeartbitError, OSError, TimeoutError, KeyError, TypeError):
            return False
        return bool(self._found)

    async def delete(self, session_id: str) -> None:
        """Delete a session that a daemon of this machine has open. Raises `HeartbitError`."""
        url, token = await asyncio.to_thread(address, self._options, "", session_id)
        async with Remote.open(url, token) as remote:
            try:
                await remote.delete_session(session_id)
            except RemoteError as error:
                raise HeartbitError(error.said) from error
        self._found = tuple(each for each in self._found if each.id != session_id)

    def beside(self, here: Sequence[Known], query: str) -> Sequence[Known]:
        """Those that are open there and answer a query, then those of this machine, each once."""
        words, listed = query.lower().split(), {each.id: each for each in here}
        there = [
            replace(listed.get(each.id, each), state="daemon", works=each.works)
            for each in self._found
            if each.id in listed or all(word in f"{each.title} {each.cwd}".lower() for word in words)
        ]
        also = [each for each in here if each.state == "daemon"]
        ids = {each.id for each in there}
        first = [*there, *(each for each in also if each.id not in ids)]
        return [*first, *(each for each in here if each.id not in ids and each.state != "daemon")]


class Shelf:
    """The sessions of the daemon whose session is seen, as the list of sessions works with them."""

    def __init__(self, place: Elsewhere, folder: Path) -> None:
        self._place = place
        self._folder = folder

    def means(self) -> Means:
        """What the list does its work with; what it writes to files goes to a folder of this machine."""
        return Means(
            search=self._search,
            prompts=self._prompts,
            rename=self._place.rename,
            delete=self._place.delete,
            export=self._export,
            now=lambda: datetime.now(UTC),
        )

    async def _search(self, words: str, everywhere: bool) -> Sequence[Known]:
        found = await self._place.sessions(words, everywhere=everywhere)
        known = [_of(each) for each in found]
        return sorted(known, key=lambda each: each.state != "daemon")

    async def _prompts(self, session_id: str) -> Sequence[str]:
        return [words for each in reversed(await self._place.log(session_id)) if (words := prompt_of(each))]

    async def _export(self, session_id: str) -> str:
        return await write(await self._place.log(session_id), "md", self._folder / f"heartbit-{session_id}.md")


def _of(kept: Kept) -> Known:
    return Known(
        id=kept.id,
        title=kept.title,
        updated=moment(kept.updated),
        cwd=kept.cwd,
        state="daemon" if kept.open else "ended",
        works=kept.running,
        messages=kept.messages,
        model=kept.model,
    )


def _known(told: JsonObject) -> Known:
    return Known(
        id=str(told["id"]),
        title=str(told["title"]),
        updated=moment(str(told["updated_at"])),
        cwd=str(told["cwd"]),
        state="daemon",
        works=bool(told["running"]),
        messages=int(told["message_count"]),
        model=str(told["model"]),
    )
