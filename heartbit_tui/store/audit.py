"""Reads the audit: by session, time, tool and decision, whole for an export, and checked link by link."""

import json
import sqlite3
from collections.abc import AsyncGenerator, Callable
from typing import cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.store import chain, retention
from heartbit_tui.store.chain import Checked, Row
from heartbit_tui.store.driver import transaction
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.write import storable

PAGE = 500
"""Rows that an export reads at once."""

RECENT = 2_000
"""So many of the newest rows are looked through for what was asked lately."""

CUT = "[truncated: "
_OF_USER = "(json_valid(told) AND coalesce(told ->> '$.delegation_chain[0]', '') GLOB 'user:*')"
"""In a row of a user somebody acts for them; an agent of the person at this machine stands behind the session's own."""

_LATELY = (
    "WHERE id > (SELECT max(id) FROM audit) - ? AND user = ? AND tenant = ? "
    "AND kind IN ('approval_requested', 'approval_decision') ORDER BY id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are looked for; what is empty does not matter. `since` is a timestamp as rows have it.

    `tenant` and `user` say whose they are, and None that this does not matter: the tenant of the person at this machine
    is empty. `of_user` tells the rows of that person from those of users. `before` is a row behind which one looks.
    """

    session: str = ""
    since: str = ""
    tool: str = ""
    decision: str = ""
    tenant: str | None = None
    user: str | None = None
    of_user: bool | None = None
    before: int = 0

    def conditions(self) -> tuple[list[str], list[object]]:
        """The conditions of a query, and their values."""
        pairs = (("session = ?", self.session), ("at >= ?", self.since), ("tool = ?", self.tool))
        given = [(text, storable(value)) for text, value in (*pairs, ("decision = ?", self.decision)) if value]
        whose = (("tenant = ?", self.tenant), ("user = ?", self.user))
        given += [(text, storable(value)) for text, value in whose if value is not None]
        # Said as in the index, which is looked at only then.
        texts = [text for text, _ in given] + (["tenant != ''"] if self.tenant else [])
        if self.of_user is not None:
            texts.append(_OF_USER if self.of_user else f"NOT {_OF_USER}")
        if self.before:
            texts.append(f"id < {self.before:d}")
        return texts, [value for _, value in given]


class Audit:
    """The audit of all sessions in the file; everything raises `StoreError` when it cannot be used."""

    def __init__(self, reader: Worker, writer: Worker) -> None:
        self._reader = reader
        self._writer = writer

    async def search(self, wanted: Wanted, *, limit: int = 50) -> list[Row]:
        """The rows that fit, newest first."""
        conditions, values = wanted.conditions()
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        order = f"{where} ORDER BY id DESC LIMIT ?"
        return await self._reader.do(lambda connection: list(chain.read(connection, order, (*values, limit))))

    async def row(self, number: int) -> Row:
        """One row. Raises `StoreError` where there is none with this number."""
        found = await self._reader.do(lambda connection: list(chain.read(connection, "WHERE id = ?", (number,))))
        if not found:
            raise StoreError(f"The audit has no row {number}. `heartbit audit list` shows the newest.")
        return found[0]

    async def pages(self, wanted: Wanted) -> AsyncGenerator[list[Row]]:
        """All rows that fit, oldest first, some hundred at a time."""
        conditions, values = wanted.conditions()
        where = f"WHERE {' AND '.join(('id > ?', *conditions))} ORDER BY id LIMIT ?"
        last = 0
        while page := await self._reader.do(_page(where, (last, *values, PAGE))):
            yield page
            last = page[-1].id

    async def answered(self, user: str, *, limit: int, tenant: str = "") -> list[tuple[str, bool]]:
        """The last command lines that this person was asked about and whether each was allowed, oldest first.

        Only the newest `RECENT` rows are looked at, and only lines that were kept whole.
        """
        values = (RECENT, storable(user), storable(tenant))
        found = await self._reader.do(lambda connection: list(chain.read(connection, _LATELY, values)))
        lines = {(row.session, row.call): _line(row) for row in found if row.kind == "approval_requested"}
        decided = [row for row in found if row.kind == "approval_decision" and row.decided_by == "person"]
        known = [(lines.get((row.session, row.call), ""), row.decision == "allow") for row in decided]
        return [(line, allowed) for line, allowed in known if line][-limit:]

    async def check(self) -> Checked:
        """Whether no row was changed, removed or put in since it was written."""
        return await self._reader.do(chain.check)

    async def prune(self, oldest: str) -> int:
        """Remove the rows that are older than this timestamp, from the beginning on; how many."""

        def operation(connection: sqlite3.Connection) -> int:
            with transaction(connection):
                removed = chain.forget(connection, oldest)
            if removed:
                retention.give_back(connection)
            return removed

        return await self._writer.do(operation)


def _line(row: Row) -> str:
    """The command line that a request was about; empty where it was no command, or was cut."""
    given: object = json.loads(row.told).get("input") if row.tool == "bash" else None
    try:
        found: object = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return ""
    line = cast("dict[str, object]", found).get("command") if isinstance(found, dict) else ""
    return line if isinstance(line, str) and CUT not in line else ""


def _page(where: str, values: tuple[object, ...]) -> Callable[[sqlite3.Connection], list[Row]]:
    return lambda connection: list(chain.read(connection, where, values))
