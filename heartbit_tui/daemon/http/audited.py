"""The audit over HTTP: who did what in whose name, to whom their role shows it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import Extent, allowed, check
from heartbit_tui.daemon.chats import owner_of_session
from heartbit_tui.daemon.http.bodies import NO_SESSION, number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.store.audit import Wanted
from heartbit_tui.store.chain import Row

DECISIONS: Final = ("", "allow", "ask", "deny")
CHAIN: Final = "delegation_chain"
MOST: Final = 500
"""Rows of a page."""


class Audited:
    """The routes `/audit` and `/sessions/{id}/audit`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/audit", self._list, methods=["GET"]),
            Route("/sessions/{id}/audit", self._of_session, methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        """The newest rows that the caller may see: their own, those of the tenant, or all. `next` is there for more."""
        return await self._page(request, request.query_params.get("session", ""))

    async def _of_session(self, request: Request) -> Response:
        """Those of one session, which outlive it: what was deleted is found under `/audit?session=`."""
        info = await self._daemon.session(request.path_params["id"])
        check(who_of(request.scope), "audit", owner_of_session(info) if info else None, NO_SESSION)
        assert info is not None  # what is not there was refused
        return await self._page(request, info.id)

    async def _page(self, request: Request, session: str) -> Response:
        extent = allowed(who_of(request.scope), "audit")
        decision = request.query_params.get("decision", "")
        if decision not in DECISIONS:
            raise HTTPException(400, f"decision has to be one of {', '.join(filter(None, DECISIONS))}")
        limit = number_of(request, "limit", 50, 1, MOST)
        wanted = Wanted(
            session=session,
            tool=request.query_params.get("tool", ""),
            decision=decision,
            before=number_of(request, "before", 0, 0, 999_999_999),
        )
        rows = await self._daemon.store.audit.search(seen_by(extent, wanted), limit=limit)
        more = {"next": rows[-1].id} if len(rows) == limit else {}
        return JSONResponse({"rows": [row_json(each) for each in rows], **more})


def seen_by(extent: Extent, wanted: Wanted) -> Wanted:
    """What is wanted, of that the rows of those whose rows somebody may see.

    The rows of the person at this machine have the name that the system knows them by: they are told from those of a
    user of no tenant with that name by whether anybody acts for a user in them.
    """
    if extent.user is None or extent.tenant:
        return replace(wanted, tenant=extent.tenant, user=extent.user)
    return replace(wanted, tenant="", user=extent.user or None, of_user=bool(extent.user))


def row_json(row: Row) -> JsonObject:
    """A row as it is told to programs, without its digests: those are of the whole chain, which the file has."""
    told = _told(row)
    facts = {name: value for name, value in row._asdict().items() if name not in ("told", "previous", "digest")}
    rest = {name: value for name, value in told.items() if name != CHAIN}
    return {**facts, CHAIN: told.get(CHAIN, [row.agent] if row.agent else []), "told": rest}


def _told(row: Row) -> Mapping[str, object]:
    try:
        found: object = json.loads(row.told)
    except ValueError:  # somebody changed it, which `heartbit audit verify` tells
        found = row.told
    return cast("dict[str, object]", found) if isinstance(found, dict) else {"changed": found}
