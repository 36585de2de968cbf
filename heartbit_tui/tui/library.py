"""What is kept on this machine, as the lists of the screen show it: sessions, prompts, learned rules."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.client.exports import EXPORTS
from heartbit_tui.config.directories import directories
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.permissions.learned import rules_of, without_rules
from heartbit_tui.permissions.rules import Rule
from heartbit_tui.runtime import settings
from heartbit_tui.runtime.audited import own_trail
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.masking import mask_for
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.found import Asked, Hit
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.store.locks import by_daemon
from heartbit_tui.store.store import Store
from heartbit_tui.store.summary import prompt_of
from heartbit_tui.tui.screens.permissions import Learned
from heartbit_tui.tui.screens.sessions import Known

LISTED = 200
PATIENCE = 0.5
"""Seconds that a list waits for the index of words."""


class Library:
    """Opens the file of sessions for one question at a time. Its methods raise `StoreError`, `ConfigError`, `OSError`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._clock = SystemClock()
        self._mask = mask_for(options)

    async def search(self, words: str, everywhere: bool) -> Sequence[Known]:
        """The sessions of this folder, or of all, that hold all the words; newest first."""
        file = await self._file()
        async with Store.open(file, self._clock) as store:
            cwd = None if everywhere else str(self._options.cwd)
            if words:
                await store.passages.catch_up(self._mask, patience=PATIENCE)
            found = [_known(info) for info in await store.index.search(words, limit=LISTED, cwd=cwd)]
        return await asyncio.to_thread(_with_daemons, found, file)

    async def found(self, words: str, everywhere: bool) -> tuple[Sequence[Hit], int]:
        """What was said and done in the sessions of this folder, or of all; and how many events are not in the index."""
        async with Store.open(await self._file(), self._clock) as store:
            waiting = await store.passages.catch_up(self._mask, patience=PATIENCE)
            asked = Asked(text=words, cwd=None if everywhere else str(self._options.cwd), limit=LISTED)
            return await store.passages.search(asked), waiting

    async def place_of(self, words: str, session_id: str) -> Hit | None:
        """The newest text of a session that holds all the words, or else the first of them that it holds."""
        async with Store.open(await self._file(), self._clock) as store:
            for text in (words, *words.split()):
                if hits := await store.passages.search(Asked(text=text, session=session_id, limit=1)):
                    return hits[0]
        return None

    async def prompts(self, session_id: str) -> Sequence[str]:
        """What was asked in a session, newest first."""
        log = await self.log(session_id)
        return [words for envelope in reversed(log) if (words := prompt_of(envelope))]

    async def typed(self, *, everywhere: bool) -> Sequence[str]:
        """What was typed in all sessions of this folder, or of all folders; newest first."""
        async with Store.open(await self._file(), self._clock) as store:
            return await store.index.prompts(cwd=None if everywhere else str(self._options.cwd))

    async def log(self, session_id: str) -> Sequence[Envelope]:
        """All that was kept of a session."""
        async with Store.open(await self._file(), self._clock) as store:
            return (await store.load(session_id)).envelopes

    async def resolve(self, text: str) -> str:
        """The id of the session that a text names. Raises `StoreError` where it names none, or several."""
        async with Store.open(await self._file(), self._clock) as store:
            return await store.index.resolve(text)

    async def rename(self, session_id: str, title: str) -> None:
        """Give a session a title."""
        async with Store.open(await self._file(), self._clock) as store:
            await store.rename(session_id, title)

    async def delete(self, session_id: str) -> None:
        """Remove a session for good."""
        async with Store.open(await self._file(), self._clock) as store:
            await store.delete(session_id, own_trail(self._options))

    async def export(self, session_id: str) -> str:
        """Write a session as Markdown into the folder; the file's name."""
        return await write(await self.log(session_id), "md", self._options.cwd / f"heartbit-{session_id}.md")

    async def learned(self) -> Sequence[Learned]:
        """The rules that came from answers."""
        file = self._rules
        return [_learned(rule) for rule in rules_of(await asyncio.to_thread(file.read), source=file.name)]

    async def revoke(self, learned: Learned) -> None:
        """Forget a rule that came from an answer."""
        file = self._rules

        def without(text: str) -> str:
            return without_rules(text, lambda rule: _learned(rule) == learned, source=file.name)

        await asyncio.to_thread(file.update, without)

    @property
    def _rules(self) -> LockedFile:
        environment = self._options.environment
        return LockedFile(directories(environment, Path(environment.get("HOME") or "/")).permissions_file)

    async def _file(self) -> Path:
        return (await settings.read(self._options, self._clock)).store


def _with_daemons(found: Sequence[Known], file: Path) -> Sequence[Known]:
    """The same sessions, with those marked that a daemon has open."""
    return [
        replace(each, state="daemon") if each.state == "open" and by_daemon(file, each.id) else each for each in found
    ]


async def write(log: Sequence[Envelope], form: str, path: Path) -> str:
    """Write a log into a file that must not be there yet; its name. Raises `OSError`."""

    def written() -> None:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXPORTS[form](log))

    await asyncio.to_thread(written)
    return str(path)


def _known(info: SessionInfo) -> Known:
    told = info.summary
    return Known(
        id=info.id,
        title=told.title,
        updated=moment(told.updated),
        cwd=told.cwd,
        state=info.state,
        messages=told.messages,
        cost_usd=told.cost_usd,
        unpriced=told.unpriced,
        model=told.model,
    )


def moment(written: str) -> datetime:
    """The time that a row has; of one that is damaged any time, so that it is listed all the same."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _learned(rule: Rule) -> Learned:
    until = f"{rule.expires:%Y-%m-%d}" if rule.expires else ""
    return Learned(rule=str(rule), action=rule.action, project=rule.project, expires=until, why=rule.why)
