"""Sessions that somebody chats in: they are there as soon as they were wanted, before anything was said in them."""

import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from heartbit_tui.auth.users import Owner
from heartbit_tui.client.types import Client
from heartbit_tui.daemon.live import Connect
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import AssistantMessage, UserMessage
from heartbit_tui.kernel.messages import JsonObject, Text
from heartbit_tui.kernel.ops import Rename
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.options import Options
from heartbit_tui.store import ids
from heartbit_tui.store.database import Database
from heartbit_tui.store.index import NoSessionError, SessionInfo
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import Trail
from heartbit_tui.wire.write import timestamp

LISTED = 500
"""Sessions of a list, the newest."""

AGENT = "heartbit"
"""The agent whose words are the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A session as it is listed."""

    id: str
    owner: Owner
    title: str
    created: str
    messages: int = 0

    @property
    def shown(self) -> JsonObject:
        """Under the seed's names."""
        return {"id": self.id, "title": self.title, "created_at": self.created, "message_count": self.messages}


class Chats:
    """Makes, lists and removes sessions; everything raises `StoreError`."""

    def __init__(self, database: Database, store: Store, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    async def create(self, owner: Owner, title: str = "") -> str:
        """A new session of somebody's; its id."""
        now = self._clock.now()
        session_id = ids.new_id(now)
        row = (session_id, owner.tenant, owner.user, title, timestamp(now))
        await self._database.write(
            lambda connection: (
                connection.execute(
                    "INSERT INTO chats (id, tenant_id, user_id, title, created) VALUES (?, ?, ?, ?, ?)", row
                ).rowcount
            )
        )
        return session_id

    async def find(self, session_id: str) -> Chat | None:
        """The session with exactly this id, wherever it came from."""
        with suppress(NoSessionError):
            return _of(await self._store.index.info(session_id))
        return next(iter(await self._wanted("id = ?", (session_id,))), None)

    async def list(self, owner: Owner) -> "Sequence[Chat]":
        """The sessions of somebody, newest first: those with something in them, and those that were made."""
        kept = [_of(each) for each in await self._store.index.search(limit=LISTED, owner=(owner.tenant, owner.user))]
        known = {each.id for each in kept}
        wanted = await self._wanted("tenant_id = ? AND user_id = ?", (owner.tenant, owner.user))
        found = [*kept, *(each for each in wanted if each.id not in known)]
        return sorted(found, key=lambda chat: chat.created, reverse=True)[:LISTED]

    async def title(self, session_id: str) -> str:
        """The title that a session was made with."""
        found = await self._wanted("id = ?", (session_id,))
        return found[0].title if found else ""

    def titled(self, connect: Connect) -> Connect:
        """Opens sessions as `connect` does; one in which nothing was said yet gets the title that it was made with."""

        @asynccontextmanager
        async def opened(options: Options) -> AsyncGenerator[Client]:
            async with connect(options) as client:
                title = "" if client.history else await self.title(client.about.session_id)
                if title:
                    client.submit(Rename(title=title))
                yield client

        return opened

    async def delete(self, session_id: str, trail: Trail) -> None:
        """Remove a session for good, which the audit is told. Raises `StoreError` while it is open."""
        if await self._kept(session_id):
            await self._store.delete(session_id, trail)
        gone = "DELETE FROM chats WHERE id = ?"
        await self._database.write(lambda connection: connection.execute(gone, (session_id,)).rowcount)

    async def is_open(self, session_id: str) -> bool:
        """Whether some process writes a session now."""
        with suppress(NoSessionError):
            return (await self._store.index.info(session_id)).state == "open"
        return False

    async def history(self, session_id: str) -> "list[JsonObject]":
        """What was said, oldest first: by the person, and in answer."""
        if not await self._kept(session_id):
            return []
        found = list[JsonObject]()
        for each in (await self._store.load(session_id, only=(UserMessage, AssistantMessage))).envelopes:
            match each.event:
                case UserMessage(message=message, origin="prompt"):
                    text = "".join(part.text for part in message.content if isinstance(part, Text))
                    found.append({"role": "user", "content": text, "timestamp": timestamp(each.at)})
                case AssistantMessage(message=message) if each.agent == AGENT and message.text:
                    found.append({"role": "assistant", "content": message.text, "timestamp": timestamp(each.at)})
                case _:
                    pass
        return found

    async def _kept(self, session_id: str) -> bool:
        with suppress(NoSessionError):
            await self._store.index.info(session_id)
            return True
        return False

    async def _wanted(self, where: str, given: Sequence[str]) -> "list[Chat]":
        def operation(connection: sqlite3.Connection) -> list[Chat]:
            rows = connection.execute(
                f"SELECT id, tenant_id, user_id, title, created FROM chats WHERE {where} ORDER BY created DESC", given
            )
            return [
                Chat(id=session_id, owner=Owner(tenant=tenant, user=user), title=title, created=created)
                for session_id, tenant, user, title, created in rows
            ]

        return await self._database.read(operation)


def _of(info: SessionInfo) -> Chat:
    summary, owner = info.summary, owner_of_session(info)
    return Chat(id=info.id, owner=owner, title=summary.title, created=summary.created, messages=summary.messages)


def owner_of_session(info: SessionInfo) -> Owner:
    """Whose a session is."""
    tenant, user = info.owner
    return Owner(tenant=tenant, user=user)
