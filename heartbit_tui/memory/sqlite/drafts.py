"""Drafts of skills in the data file."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.meditation_drafts import (
    DECIDED,
    MANY_DRAFTS,
    NO_DRAFT,
    Draft,
    DraftError,
    DraftState,
    Provenance,
)
from heartbit_tui.memory.sqlite import rows, scopes, writing
from heartbit_tui.memory.sqlite.memory import Database
from heartbit_tui.memory.types import Reach

_COLUMNS: Final = "id, made, state, name, description, content, sources, model, cost, note, decided, file, run"
_WAITING: Final = """
    id = ? AND state = 'waiting' AND owner = (SELECT key FROM memory_owners WHERE tenant = ? AND user = ?)
"""
"""The draft with this id, where it is this tenant's and user's and nobody has decided yet."""

TAKEN = "One of the memories of this draft is in another draft by now, or gone."


class SqliteDrafts:
    """`Drafts` of one owner: those of the tenant and the user within reach."""

    def __init__(self, database: Database, clock: Clock, reach: Reach) -> None:
        self._database = database
        self._clock = clock
        self._reach = reach

    async def add(self, draft: Draft) -> None:
        """Keep a new one, with a mark at each of its memories. Raises `DraftError` where one of them has a mark."""
        await self._database.write(lambda connection: _add(connection, draft, self._reach))

    async def list(self, state: DraftState | None = None) -> tuple[Draft, ...]:
        """Those in this state, or all, the newest first."""
        every = await self._database.read(lambda connection: _all(connection, self._reach))
        return tuple(each for each in every if state in (None, each.state))

    async def find(self, text: str) -> Draft:
        """The one that an id, or the beginning of one, means."""
        found = [each for each in await self.list() if text and each.id.startswith(text)]
        exact = [each for each in found if each.id == text]
        if len(exact or found) != 1:
            raise DraftError((MANY_DRAFTS if found else NO_DRAFT).format(text=text))
        return (exact or found)[0]

    async def edit(self, draft: Draft) -> Draft:
        """Put another name, description and text in one that waits."""
        asked = f"UPDATE memory_drafts SET name = ?, description = ?, content = ? WHERE {_WAITING}"
        values = (draft.name, draft.description, draft.text, draft.id, self._reach.tenant, self._reach.user)
        done = await self._database.write(lambda connection: connection.execute(asked, values).rowcount)
        return await self._as_decided(draft.id, done)

    async def accept(self, draft_id: str, file: str) -> Draft:
        """Keep that it was accepted and written there."""
        return await self._decide(draft_id, "accepted", file)

    async def refuse(self, draft_id: str) -> Draft:
        """Keep that it was refused."""
        return await self._decide(draft_id, "refused", "")

    async def _decide(self, draft_id: str, state: DraftState, file: str) -> Draft:
        now = rows.microseconds(self._clock.now())

        def operation(connection: sqlite3.Connection) -> int:
            asked = f"UPDATE memory_drafts SET state = ?, decided = ?, file = ? WHERE {_WAITING}"
            whose = (self._reach.tenant, self._reach.user)
            done = connection.execute(asked, (state, now, file, draft_id, *whose)).rowcount
            if done and state == "accepted":
                connection.execute("UPDATE memory_marks SET crystallised = ? WHERE draft = ?", (now, draft_id))
            return done

        return await self._as_decided(draft_id, await self._database.write(operation))

    async def _as_decided(self, draft_id: str, done: int) -> Draft:
        draft = await self.find(draft_id)
        if not done:
            raise DraftError(DECIDED.format(id=draft.id[:8], state=draft.state))
        return draft


def _add(connection: sqlite3.Connection, draft: Draft, reach: Reach) -> None:
    ids = () if draft.run else [each.id for each in draft.sources]
    keys = list(writing.some(connection, ids, reach))
    marked = f"SELECT 1 FROM memory_marks WHERE key IN ({','.join('?' * len(keys))})"
    if len(keys) < len(ids) or connection.execute(marked, keys).fetchone():
        raise DraftError(TAKEN)
    owner, values = scopes.owner_of(connection, reach), _values(draft)
    asked = f"INSERT INTO memory_drafts (owner, {_COLUMNS}) VALUES ({','.join('?' * (1 + len(values)))})"
    connection.execute(asked, (owner, *values))
    pairs = [(key, draft.id) for key in keys]
    connection.executemany("INSERT INTO memory_marks (key, draft) VALUES (?, ?)", pairs)


def _all(connection: sqlite3.Connection, reach: Reach) -> list[Draft]:
    asked = f"""
        SELECT {_COLUMNS} FROM memory_drafts
        WHERE owner = (SELECT key FROM memory_owners WHERE tenant = ? AND user = ?) ORDER BY made DESC, id
    """
    return [_draft(row) for row in connection.execute(asked, (reach.tenant, reach.user))]


def _values(draft: Draft) -> tuple[Any, ...]:
    sources = [{"id": each.id, "content": each.content} for each in draft.sources]
    return (
        draft.id,
        rows.microseconds(draft.made),
        draft.state,
        draft.name,
        draft.description,
        draft.text,
        json.dumps(sources, ensure_ascii=False),
        draft.model,
        draft.cost_usd,
        draft.note,
        None,
        draft.file,
        draft.run,
    )


def _draft(row: Sequence[Any]) -> Draft:
    draft_id, made, state, name, description, content, sources, model, cost, note, decided, file, run = row
    return Draft(
        id=draft_id,
        made=rows.moment(made),
        state=state,
        name=name,
        description=description,
        text=content,
        sources=tuple(Provenance(id=each["id"], content=each["content"]) for each in json.loads(sources)),
        model=model,
        cost_usd=cost,
        note=note,
        decided=None if decided is None else rows.moment(decided),
        file=file,
        run=run,
    )
