"""What guests look at and do in a session, over HTTP: one route for each row of the table of `client/guests`."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import cache, partial
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import Action, allowed, check
from heartbit_tui.auth.users import Owner, UserContext
from heartbit_tui.client.guests.bodies import Asking
from heartbit_tui.client.guests.commands import COMMANDS
from heartbit_tui.client.guests.table import Asked
from heartbit_tui.client.guests.views import VIEWS
from heartbit_tui.daemon.chats import owner_of_session
from heartbit_tui.daemon.http.bodies import NO_SESSION, body_of, key_of, problem_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.live import Live
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.visiting import said
from heartbit_tui.kernel.errors import HeartbitError, StoreError
from heartbit_tui.store.index import SessionInfo

NOT_OPEN: Final = "this session is not open now; POST /sessions/{id}/commands/open opens it"
STOPPING: Final = "heartbit is stopping and opens no sessions"
ENDING: Final = "heartbit ended before this was done; what came of it is told in the session"
SENT_TO: Final = "heartbit-daemon"
"""The header that says to which daemon a request was sent before, when it is sent again."""

NO_TEXT: Final = re.compile("[\ud800-\udfff]")
UNSURE: Final = (
    "the daemon was started anew after this was first sent, so it is not known whether it was done: "
    "look, and do it again where it is missing"
)


class Guests:
    """The routes below `/sessions/{id}/views` and `/sessions/{id}/commands`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        views = [
            Route(f"/sessions/{{id}}/views/{each.name}", partial(self._view, each), methods=["GET"]) for each in VIEWS
        ]
        commands = [
            Route(f"/sessions/{{id}}/commands/{each.name}", partial(self._command, each), methods=["POST"])
            for each in COMMANDS
        ]
        return [*views, *commands]

    async def _view(self, asked: Asked, request: Request) -> Response:
        """Show something of a session that is open: 409 where it is not."""
        info = await self._session(asked, request)
        wanted = _query(request, asked.takes)
        live = self._daemon.host.find(info.id)
        if live is None:
            raise HTTPException(409, NOT_OPEN.format(id=info.id))
        return await self._answer(asked, live, wanted)

    async def _command(self, asked: Asked, request: Request) -> Response:
        """Do something in a session, which is opened for that; with a key it is done once."""
        info = await self._session(asked, request)
        wanted = await body_of(request, asked.takes)

        async def work() -> Response:
            if self._daemon.service.draining:
                raise HTTPException(503, STOPPING, {"retry-after": "5"})
            async with self._daemon.visits.to(info) as live:
                return await self._unless_leaving(self._answer(asked, live, wanted))

        return await once(self._daemon, request, info.id, work, changes=asked.changes)

    async def _unless_leaving(self, answer: Coroutine[Any, Any, Response]) -> Response:
        """The answer, which may take long; 503 where the daemon ends before that."""
        answering = asyncio.create_task(answer, name="a guest's command")
        leaving = asyncio.create_task(self._daemon.leaving.wait(), name="the daemon's end")
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                raise HTTPException(503, ENDING)
            return answering.result()
        finally:
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, asked: Asked, live: Live, wanted: Asking) -> Response:
        try:
            found = await asked.do(self._daemon.visits.seat(live), wanted)
        except StoreError:
            raise
        except (HeartbitError, OSError) as error:
            raise HTTPException(404 if asked in VIEWS else 409, said(error)) from error
        return Response(_written(asked, found), media_type="application/json")

    async def _session(self, asked: Asked, request: Request) -> SessionInfo:
        info = await self._daemon.session(request.path_params["id"])
        owner = owner_of_session(info) if info else None
        may(who_of(request.scope), asked, owner)
        assert info is not None  # what is not there was refused
        return info


def may(who: UserContext, asked: Asked, owner: Owner | None) -> None:
    """Let somebody ask this of a session with this owner. Raises `Refused`."""
    action: Action = "submit" if asked.right == "manage" else asked.right
    check(who, action, owner, NO_SESSION)
    if asked.right == "manage":
        allowed(who, "manage")


async def once(
    daemon: Daemon, request: Request, session_id: str, work: Callable[[], Awaitable[Response]], *, changes: bool = True
) -> Response:
    """Do what a request asks, once for each `Idempotency-Key` of its caller.

    409 where it was first sent to a daemon that is gone, and doing it again would not be the same as once.
    """
    key = key_of(request)
    if not key:
        return await work()
    who = who_of(request.scope)
    whole = (session_id, who.tenant_id, who.user_id, who.name, request.url.path, key)
    sent_to = request.headers.get(SENT_TO, "")
    if changes and sent_to and sent_to != daemon.name and not daemon.visits.once.knows(whole):
        raise HTTPException(409, UNSURE)
    return await daemon.visits.once.do(whole, work)


def _written(asked: Asked, found: object) -> bytes:
    """The answer as JSON. Names of files may be any bytes: what in them is no text is written out."""
    try:
        return adapter(asked).dump_json(found)
    except ValueError:
        text = json.dumps(adapter(asked).dump_python(found, mode="json"), ensure_ascii=False)
        return NO_TEXT.sub(lambda sign: rf"\\u{ord(sign[0]):04x}", text).encode()


@cache
def adapter(asked: Asked) -> TypeAdapter[Any]:
    """What writes the answer."""
    return TypeAdapter(asked.answer)


def _query(request: Request, kind: type[Asking]) -> Asking:
    """The parameters of a query. Raises `HTTPException`: 400 for what is wrong with them."""
    try:
        return kind.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise HTTPException(400, problem_of(error)) from None
