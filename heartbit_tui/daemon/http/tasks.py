"""Tasks over HTTP: handed over, looked at, cancelled, taken up again, followed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import Action, Extent, allowed, check
from heartbit_tui.daemon.chats import owner_of_session
from heartbit_tui.daemon.following import chunk
from heartbit_tui.daemon.http.bodies import NO_SESSION, NO_TASK, NewTask, body_of, key_of, number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.http.shown import brief_json, stats_json, task_json
from heartbit_tui.daemon.http.streams import events, last_seen
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.planning import owner_of
from heartbit_tui.tasks import STATES, Request as TaskRequest, Sight, Task
from heartbit_tui.wire.write import encode

ENDED = "the task has ended: it is {state}"
STOPPING = "heartbit is stopping and takes no tasks"
OTHER = "the key {key!r} was sent with another task, {id}: send that task, or another key"
FAR = "a folder may be named by whom this machine belongs to"
MOST = 500
"""Tasks of a page."""


class Tasks:
    """The routes below `/tasks`, and `/stats`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered."""
        return [
            Route("/tasks", self._submit, methods=["POST"]),
            Route("/tasks", self._list, methods=["GET"]),
            Route("/tasks/{id}", self._show, methods=["GET"]),
            Route("/tasks/{id}", self._cancel, methods=["DELETE"]),
            Route("/tasks/{id}/resume", self._resume, methods=["POST"]),
            Route("/tasks/{id}/events", self._events, methods=["GET"]),
            Route("/stats", self._stats, methods=["GET"]),
        ]

    async def _submit(self, request: Request) -> Response:
        """Accept a task: 201 with its id, once it is on the disk; 200 for one that was accepted before with its key.

        Where that key was sent with another task, it is refused with 422.
        """
        who = who_of(request.scope)
        allowed(who, "submit")
        body = await body_of(request, NewTask)
        if self._daemon.service.draining:
            raise HTTPException(503, STOPPING, {"retry-after": "5"})
        if body.folder and not who.has("admin"):
            raise HTTPException(403, FAR)
        if body.session_id:
            info = await self._daemon.session(body.session_id)
            check(who, "submit", owner_of_session(info) if info else None, NO_SESSION)
        asked = TaskRequest(
            task=body.task,
            user_id=who.user_id,
            tenant_id=who.tenant_id,
            key=body.key or key_of(request),
            priority=body.priority,
            deadline=body.deadline,
            folder=body.folder,
            session=body.session_id or "",
            story_id=body.story_id or "",
        )
        mine = str(uuid4())
        task = await self._daemon.service.accept(asked, mine)
        if task.request != asked:
            raise HTTPException(422, OTHER.format(key=asked.key, id=task.id))
        if new := task.id == mine:
            self._daemon.figures.accepted()
        return JSONResponse(
            {"id": task.id, "state": task.state}, 201 if new else 200, {"location": f"/tasks/{task.id}"}
        )

    async def _list(self, request: Request) -> Response:
        sight = sight_of(allowed(who_of(request.scope), "read"))
        state = request.query_params.get("state", "")
        if state and state not in STATES:
            raise HTTPException(400, f"state has to be one of {', '.join(STATES)}")
        brief = request.query_params.get("brief", "")
        if brief not in ("", "true", "false"):
            raise HTTPException(400, "brief has to be true or false")
        page = await self._daemon.queue.page(
            sight,
            source=request.query_params.get("source", ""),
            state=state,
            limit=number_of(request, "limit", 50, 1, MOST),
            offset=number_of(request, "offset", 0, 0, 999_999_999),
        )
        shown = brief_json if brief == "true" else task_json
        return JSONResponse({"tasks": [shown(each) for each in page.tasks], "total": page.total})

    async def _show(self, request: Request) -> Response:
        return JSONResponse(task_json(await self._task(request, "read")))

    async def _cancel(self, request: Request) -> Response:
        """Stop a task: 204 once that was asked of it, 409 where it has ended."""
        task = await self._task(request, "cancel")
        before = task.state
        state = await self._daemon.service.stop(task.id)
        if before in ("completed", "failed", "cancelled") or state not in ("cancelled", "running"):
            raise HTTPException(409, ENDED.format(state=state))
        return Response(status_code=204)

    async def _resume(self, request: Request) -> Response:
        """Take up an interrupted task again: 202, or 409 where it is none."""
        task = await self._task(request, "cancel")
        if not await self._daemon.service.again(task.id):
            raise HTTPException(409, f"the task is not interrupted: it is {task.state}")
        return JSONResponse({"id": task.id, "state": "pending"}, 202)

    async def _events(self, request: Request) -> Response:
        task = await self._task(request, "read")
        return events(self._followed(task, last_seen(request)), self._daemon, request)

    async def _followed(self, task: Task, after: int) -> AsyncGenerator[bytes]:
        """The events of a task, and at its end `event: end` with the task."""
        async with aclosing(self._daemon.following.of_task(task, after)) as batches:
            async for lines in batches:
                yield chunk(lines)
        ended = await self._daemon.queue.get(task.id) or task
        yield f"event: end\ndata: {encode(task_json(ended))}\n\n".encode()

    async def _stats(self, request: Request) -> Response:
        sight = sight_of(allowed(who_of(request.scope), "stats"))
        uptime = (self._daemon.clock.now() - self._daemon.since).total_seconds()
        return JSONResponse(stats_json(await self._daemon.queue.stats(sight), uptime))

    async def _task(self, request: Request, action: Action) -> Task:
        """The task that a request is about. Raises `Refused`: 404 for one that the caller may not see."""
        task = await self._daemon.queue.get(request.path_params["id"])
        check(who_of(request.scope), action, owner_of(task) if task else None, NO_TASK)
        assert task is not None  # what is not there was refused
        return task


def sight_of(extent: Extent) -> Sight:
    """Whose tasks somebody sees."""
    return Sight(tenant_id=extent.tenant, user_id=extent.user)
