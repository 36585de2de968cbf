"""What is done by itself, over HTTP: the inbox, the schedules, the heartbeats, and the list of the pulse."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import allowed, check
from heartbit_tui.auth.users import Owner
from heartbit_tui.daemon.http.bodies import number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.schedules.facts import of_heartbeat, of_schedule
from heartbit_tui.schedules.todo.entries import shown, write
from heartbit_tui.store.inbox import Letter, json_of

NO_LETTER = "letter not found"
NO_PULSE = "heartbit pulse not enabled"
DONE: Mapping[str, bool | None] = MappingProxyType({"": False, "false": False, "true": True, "all": None})
Mark: TypeAlias = Literal["done", "waiting", "read", "unread"]
MARKS: tuple[Mark, ...] = get_args(Mark)
"""What can be said of a letter."""

MOST = 500
"""Letters of a list."""


class Waking:
    """The routes `/inbox`, `/schedules`, `/heartbeats` and `/todo`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/inbox", self._inbox, methods=["GET"]),
            *(Route(f"/inbox/{{id}}/{act}", partial(self._mark, act), methods=["POST"]) for act in MARKS),
            Route("/schedules", self._schedules, methods=["GET"]),
            Route("/heartbeats", self._heartbeats, methods=["GET"]),
            Route("/todo", self._todo, methods=["GET"]),
        ]

    async def _inbox(self, request: Request) -> Response:
        """The letters that wait, the newest first; `done=true` those that were done with, `done=all` both."""
        extent = allowed(who_of(request.scope), "read")
        done = request.query_params.get("done", "")
        if done not in DONE:
            raise HTTPException(400, "done has to be true, false or all")
        letters = await self._daemon.inbox.list(
            done=DONE[done],
            limit=number_of(request, "limit", 100, 1, MOST),
            tenant_id=extent.tenant,
            user_id=extent.user,
        )
        return JSONResponse({"letters": [json_of(each) for each in letters]})

    async def _mark(self, act: Mark, request: Request) -> Response:
        """Be done with a letter or let it wait again, let it count as read or as new: 204, also where it is so already."""
        inbox = self._daemon.inbox
        given: str = request.path_params["id"]
        number = int(given) if given.isascii() and given.isdecimal() and len(given) <= 18 else 0
        letter = await self._letter(number)
        owner = Owner(tenant=letter.tenant_id, user=letter.user_id) if letter else None
        check(who_of(request.scope), "cancel", owner, NO_LETTER)
        if act in ("done", "waiting"):
            await inbox.finish(number, done=act == "done")
        else:
            await inbox.mark(number, read=act == "read")
        return Response(status_code=204)

    async def _letter(self, number: int) -> Letter | None:
        try:
            return await self._daemon.inbox.get(number)
        except StoreError:
            return None

    async def _schedules(self, request: Request) -> Response:
        """All schedules, each with when it is due next and how far it is."""
        allowed(who_of(request.scope), "schedules")
        schedules, now = self._daemon.plans.schedules, self._daemon.clock.now()
        firings = await schedules.firings.all()
        known = await schedules.known()
        return JSONResponse({"schedules": [of_schedule(each, firings.get(each.source), now) for each in known]})

    async def _heartbeats(self, request: Request) -> Response:
        """All heartbeats, the next one first; none where the settings let none beat."""
        allowed(who_of(request.scope), "schedules")
        found = self._daemon.waking.heartbeats
        listed = [{**of_heartbeat(each), "beating": each.beating} for each in found or ()]
        return JSONResponse({"enabled": found is not None, "heartbeats": listed})

    async def _todo(self, request: Request) -> Response:
        """The list of the pulse, as TODO.json has it; 404 where there is no pulse."""
        allowed(who_of(request.scope), "schedules")
        todos = self._daemon.plans.todos
        if todos is None:
            raise HTTPException(404, NO_PULSE)
        listed = await todos.listed()
        reviewed = {} if listed.reviewed is None else {"last_reviewed_at": shown(listed.reviewed)}
        return JSONResponse({"entries": [write(each) for each in listed.entries], **reviewed})
