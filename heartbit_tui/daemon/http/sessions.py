"""Sessions over HTTP: which there are, what happens in them, and what waits there for a person."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import Action, allowed, check
from heartbit_tui.daemon.asked import Open
from heartbit_tui.daemon.chats import owner_of_session
from heartbit_tui.daemon.deleting import InUseError
from heartbit_tui.daemon.following import chunk
from heartbit_tui.daemon.http.bodies import NO_SESSION, Answered, Decided, SentOp, body_of, decide, number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.http.guests import once
from heartbit_tui.daemon.http.streams import events, last_seen
from heartbit_tui.daemon.live import Live
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Answer, Close, Decide, Prompt
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.read import load_op
from heartbit_tui.wire.write import dump, dump_envelope, encode, timestamp

NOT_OPEN = "nothing runs in this session now; a prompt opens it"
NO_REQUEST = "nothing waits under this id"
DECIDED = "somebody else was quicker: this was answered already, or nobody waits for it any more"
WRONG_KIND = "what waits under this id is {kind}"


class Sessions:
    """The routes below `/sessions`, and what waits for a person: `/approvals` and `/questions`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/sessions", self._list, methods=["GET"]),
            Route("/sessions/{id}", self._show, methods=["GET"]),
            Route("/sessions/{id}", self._delete, methods=["DELETE"]),
            Route("/sessions/{id}/events", self._events, methods=["GET"]),
            Route("/sessions/{id}/log", self._log, methods=["GET"]),
            Route("/sessions/{id}/ops", self._op, methods=["POST"]),
            Route("/approvals", self._approvals, methods=["GET"]),
            Route("/questions", self._questions, methods=["GET"]),
            Route("/approvals/{session}/{id}", self._decide, methods=["POST"]),
            Route("/questions/{session}/{id}", self._answer, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        extent = allowed(who_of(request.scope), "read")
        limit = number_of(request, "limit", 50, 1, 500)
        whose = None if extent.tenant is None else (extent.tenant, extent.user)
        query = request.query_params
        found = await self._daemon.store.index.search(
            query.get("q", ""), limit=limit, cwd=query.get("folder"), owner=whose
        )
        return JSONResponse({"sessions": [self._json(each) for each in found]})

    async def _show(self, request: Request) -> Response:
        info = await self._session(request, "read")
        live = self._daemon.host.find(info.id)
        waiting = [asked_json(live, each) for each in live.asked.open.values()] if live else []
        return JSONResponse({**self._json(info), "waiting": waiting})

    async def _delete(self, request: Request) -> Response:
        """Delete a session for good: 204, or 409 where a task of it is not done or somebody is there."""
        info = await self._session(request, "delete")
        try:
            await self._daemon.deleting.delete(info.id, owner_of_session(info))
        except InUseError as error:
            raise HTTPException(409, str(error)) from error
        return Response(status_code=204)

    async def _events(self, request: Request) -> Response:
        info = await self._session(request, "read")
        stays = request.query_params.get("follow") == "true"
        return events(self._followed(info.id, last_seen(request), stays=stays), self._daemon, request)

    async def _followed(self, session_id: str, after: int, *, stays: bool) -> AsyncGenerator[bytes]:
        following = self._daemon.following
        wanted = following.stay(session_id, after) if stays else following.of_session(session_id, after)
        async with aclosing(wanted) as batches:
            async for lines in batches:
                if lines:
                    yield chunk(lines)

    async def _log(self, request: Request) -> Response:
        """All that has happened in a session, as it is kept."""
        info = await self._session(request, "read")
        log = await self._daemon.store.load(info.id)
        # A long log takes seconds to be written; others are served meanwhile.
        told = await asyncio.to_thread(lambda: encode({"events": [dump_envelope(each) for each in log.envelopes]}))
        return Response(told, media_type="application/json")

    async def _op(self, request: Request) -> Response:
        """Send an op into a session that is open: 202, or 409 where it is not. A prompt is a task: `POST /tasks`."""
        info = await self._session(request, "read")
        body = await body_of(request, SentOp)
        try:
            op = load_op(body.model_dump())
        except WireError as error:
            raise HTTPException(422, str(error)) from error
        action: Action = "answer" if isinstance(op, Decide | Answer) else "submit"
        check(who_of(request.scope), action, owner_of_session(info), NO_SESSION)
        if isinstance(op, Prompt | Close):
            raise HTTPException(
                422, "a prompt is handed over with POST /tasks, and a session is not closed by its guests"
            )
        live = self._daemon.host.find(info.id)
        if live is None:
            raise HTTPException(409, NOT_OPEN)

        async def work() -> Response:
            if isinstance(op, Decide | Answer) and not live.asked.claim(op.id):
                raise HTTPException(409, DECIDED)
            live.client.submit(op)
            return JSONResponse({}, 202)

        return await once(self._daemon, request, info.id, work)

    async def _approvals(self, request: Request) -> Response:
        return JSONResponse({"approvals": self._waiting(request, ApprovalRequested)})

    async def _questions(self, request: Request) -> Response:
        return JSONResponse({"questions": self._waiting(request, QuestionAsked)})

    def _waiting(self, request: Request, kind: type[ApprovalRequested | QuestionAsked]) -> list[JsonObject]:
        extent = allowed(who_of(request.scope), "read")
        seen = [live for live in self._daemon.host.open if extent.includes(live.owner)]
        return [
            asked_json(live, each) for live in seen for each in live.asked.open.values() if isinstance(each.event, kind)
        ]

    async def _decide(self, request: Request) -> Response:
        """Decide about a call: 200 with `late` where it was given up a moment ago or somebody else was quicker.

        404 where nothing waits.
        """
        live, waiting = self._asked(request)
        body = await body_of(request, Decided)
        if waiting is None:
            return JSONResponse({"late": True})
        if not isinstance(waiting.event, ApprovalRequested):
            raise HTTPException(409, WRONG_KIND.format(kind="a question"))
        if not live.asked.claim(waiting.event.id):
            return JSONResponse({"late": True})
        decided = decide(waiting.event.id, body.decision)
        live.client.submit(replace(decided, pattern=body.pattern, note=body.note))
        return JSONResponse({"late": False})

    async def _answer(self, request: Request) -> Response:
        """Answer a question, as `_decide` decides about a call."""
        live, waiting = self._asked(request)
        body = await body_of(request, Answered)
        if waiting is None:
            return JSONResponse({"late": True})
        if not isinstance(waiting.event, QuestionAsked):
            raise HTTPException(409, WRONG_KIND.format(kind="an approval"))
        if not live.asked.claim(waiting.event.id):
            return JSONResponse({"late": True})
        live.client.submit(Answer(id=waiting.event.id, answers=tuple(map(tuple, body.answers))))
        return JSONResponse({"late": False})

    def _asked(self, request: Request) -> tuple[Live, Open | None]:
        """The session and what waits in it; None for what was given up a moment ago. Raises `Refused`, `HTTPException`."""
        live = self._daemon.host.find(request.path_params["session"])
        check(who_of(request.scope), "answer", live.owner if live else None, NO_REQUEST)
        assert live is not None  # what is not there was refused
        wanted = request.path_params["id"]
        waiting = live.asked.open.get(wanted)
        if waiting is None and not live.asked.too_late(wanted):
            raise HTTPException(404, NO_REQUEST)
        return live, waiting

    async def _session(self, request: Request, action: Action) -> SessionInfo:
        info = await self._daemon.session(request.path_params["id"])
        check(who_of(request.scope), action, owner_of_session(info) if info else None, NO_SESSION)
        assert info is not None  # what is not there was refused
        return info

    def _json(self, info: SessionInfo) -> JsonObject:
        summary, live = info.summary, self._daemon.host.find(info.id)
        return {
            "id": info.id,
            "daemon": self._daemon.name,
            "title": summary.title,
            "cwd": summary.cwd,
            "provider": summary.provider,
            "model": summary.model,
            "created_at": summary.created,
            "updated_at": summary.updated,
            "message_count": summary.messages,
            "open": live is not None,
            "running": live is not None and live.client.running,
            **(_standing(live) if live else {}),
        }


def _standing(live: Live) -> JsonObject:
    """How an open session stands."""
    about = live.client.about
    return {
        "provider": about.provider,
        "model": about.model,
        "mode": about.mode.value,
        "tools": list(about.tools),
        "sandbox": about.sandbox,
        "warnings": list(about.warnings),
    }


def asked_json(live: Live, waiting: Open) -> JsonObject:
    """What waits for a person, as it is listed."""
    place = {"session_id": live.id, "interaction_id": waiting.event.id, "since": timestamp(waiting.since)}
    return {**place, **dump(waiting.event, agent=waiting.agent)}
