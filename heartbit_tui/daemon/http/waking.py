"""What is done by itself, over HTTP: the inbox, the schedules, the heartbeats, and the list of the pulse."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from heartbit_tui.auth.roles import allowed, check
from heartbit_tui.auth.users import Owner
from heartbit_tui.daemon.http.bodies import Named, Paused, body_of, number_of
from heartbit_tui.daemon.http.doors import who_of
from heartbit_tui.daemon.http.tasks import STOPPING
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.schedules import beats_told, firings_told
from heartbit_tui.schedules.beats import Standing
from heartbit_tui.schedules.facts import of_heartbeat, of_schedule
from heartbit_tui.schedules.pulse import SOURCE
from heartbit_tui.schedules.todo.entries import shown, write
from heartbit_tui.schedules.types import Firing, Schedule
from heartbit_tui.store.inbox import Letter, NoLetterError, json_of
from heartbit_tui.tasks import Request as Task

Given = TypeVar("Given", bound=Named)

NO_LETTER = "letter not found"
NO_SCHEDULE = "schedule not found"
NO_HEARTBEAT = "heartbeat not found"
CANNOT_BEAT = "it beats now, or is no heartbeat as its file stands"
NO_PULSE = "heartbit pulse not enabled"
DONE: Mapping[str, bool | None] = MappingProxyType({"": False, "false": False, "true": True, "all": None})
Mark: TypeAlias = Literal["done", "waiting", "read", "unread"]
MARKS: tuple[Mark, ...] = get_args(Mark)
"""What can be said of a letter."""

MOST = 500
"""Letters of a list."""


class Waking:
    """The routes `/inbox`, `/schedules`, `/heartbeats`, `/todo` and `/pulse`."""

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
            Route("/schedules/run", self._hand_over, methods=["POST"]),
            Route("/schedules/pause", self._pause_schedule, methods=["POST"]),
            Route("/heartbeats/run", self._beat, methods=["POST"]),
            Route("/heartbeats/pause", self._pause_heartbeat, methods=["POST"]),
            Route("/todo", self._todo, methods=["GET"]),
            Route("/pulse", self._pulse, methods=["GET"]),
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
        except NoLetterError:
            return None

    async def _schedules(self, request: Request) -> Response:
        """All schedules, each with when it is due next and how far it is."""
        allowed(who_of(request.scope), "schedules")
        schedules, now = self._daemon.plans.schedules, self._daemon.clock.now()
        firings = await schedules.firings.all()
        known = await schedules.known()
        return JSONResponse({"schedules": [_schedule(each, firings.get(each.source), now) for each in known]})

    async def _heartbeats(self, request: Request) -> Response:
        """All heartbeats, the next one first; none where the settings let none beat."""
        allowed(who_of(request.scope), "schedules")
        found = self._daemon.waking.heartbeats
        now = self._daemon.clock.now()
        return JSONResponse(
            {"enabled": found is not None, "heartbeats": [_heartbeat(each, now) for each in found or ()]}
        )

    async def _hand_over(self, request: Request) -> Response:
        """Accept the task of a schedule now: 201; its next time stays."""
        schedule = await self._schedule(request, await self._named(request, Named))
        if self._daemon.service.draining:
            raise HTTPException(503, STOPPING, {"retry-after": "5"})
        asked = Task(task=schedule.task, source=schedule.source, folder=schedule.folder)
        task = await self._daemon.service.accept(asked)
        return JSONResponse({"id": task.id, "state": task.state}, 201, {"location": f"/tasks/{task.id}"})

    async def _pause_schedule(self, request: Request) -> Response:
        body = await self._named(request, Paused)
        schedule, now = await self._schedule(request, body), self._daemon.clock.now()
        await self._daemon.plans.schedules.pause(schedule, now, paused=body.paused)
        firings = await self._daemon.plans.schedules.firings.all()
        return JSONResponse(_schedule(replace(schedule, paused=body.paused), firings.get(schedule.source), now))

    async def _beat(self, request: Request) -> Response:
        """Let a heartbeat beat as soon as its workspace is free: 202, or 409 where it beats, or cannot."""
        standing = self._heartbeat(await self._named(request, Named))
        if not self._daemon.waking.beat(standing.key):
            raise HTTPException(409, CANNOT_BEAT)
        return JSONResponse(_heartbeat(standing, self._daemon.clock.now()), 202)

    async def _pause_heartbeat(self, request: Request) -> Response:
        body = await self._named(request, Paused)
        standing = self._heartbeat(body)
        await self._daemon.waking.pause(standing.key, paused=body.paused)
        return JSONResponse(_heartbeat(self._heartbeat(body), self._daemon.clock.now()))

    async def _named(self, request: Request, kind: type[Given]) -> Given:
        allowed(who_of(request.scope), "schedules")
        return await body_of(request, kind)

    async def _schedule(self, request: Request, body: Named) -> Schedule:
        known = await self._daemon.plans.schedules.known()
        found = next((each for each in known if each.name == body.name), None)
        if found is None:
            raise HTTPException(404, NO_SCHEDULE)
        return found

    def _heartbeat(self, body: Named) -> Standing:
        known = self._daemon.waking.heartbeats or ()
        found = next((each for each in known if each.key == body.name), None)
        if found is None:
            raise HTTPException(404, NO_HEARTBEAT)
        return found

    async def _todo(self, request: Request) -> Response:
        """The list of the pulse, as TODO.json has it; 404 where there is no pulse."""
        allowed(who_of(request.scope), "schedules")
        todos = self._daemon.plans.todos
        if todos is None:
            raise HTTPException(404, NO_PULSE)
        listed = await todos.listed()
        reviewed = {} if listed.reviewed is None else {"last_reviewed_at": shown(listed.reviewed)}
        return JSONResponse({"entries": [write(each) for each in listed.entries], **reviewed})

    async def _pulse(self, request: Request) -> Response:
        """How the pulse stands and when it looks next; 404 where there is none."""
        allowed(who_of(request.scope), "schedules")
        plans, now = self._daemon.plans, self._daemon.clock.now()
        if plans.todos is None or plans.rhythm is None:
            raise HTTPException(404, NO_PULSE)
        firing = (await plans.schedules.firings.all()).get(SOURCE)
        due = firings_told.next_look(plans.rhythm, firing, (await plans.todos.listed()).entries, now)
        return JSONResponse(
            {
                "next": None if due is None else due.isoformat(),
                "stands": firings_told.LOOKS,
                "last": firings_told.last(firing),
                "at_work": firings_told.at_work(firing),
                "why": _why(firings_told.why_looks(plans.rhythm, firing, now)),
            }
        )


def _heartbeat(standing: Standing, now: datetime) -> JsonObject:
    """A heartbeat with how it stands, and all that is known of why, in words."""
    stands, why = beats_told.condition(standing), _why(beats_told.why(standing, now))
    return {**of_heartbeat(standing), "beating": standing.beating, "stands": stands, "why": why}


def _schedule(schedule: Schedule, firing: Firing | None, now: datetime) -> JsonObject:
    """The same of a schedule."""
    words = {"stands": firings_told.condition(schedule), "last": firings_told.last(firing)}
    return {**of_schedule(schedule, firing, now), **words, "why": _why(firings_told.why(schedule, firing))}


def _why(known: Iterable[tuple[str, str]]) -> list[JsonObject]:
    return [{"what": what, "is": told} for what, told in known]
