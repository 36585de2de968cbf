"""Sessions over a WebSocket: requests with answers, and pushes of what happens, none of which is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, cast

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from heartbit_tui.auth.refusing import Refused
from heartbit_tui.auth.roles import Action, allowed, check
from heartbit_tui.auth.users import UserContext
from heartbit_tui.daemon.chats import Chat
from heartbit_tui.daemon.http.bodies import NO_SESSION, NO_TASK, decide
from heartbit_tui.daemon.http.chats import told
from heartbit_tui.daemon.http.doors import SUBPROTOCOL, who_of
from heartbit_tui.daemon.http.frames import (
    UNPARSED,
    Abort,
    Create,
    Frame,
    MethodError,
    Nothing,
    OfSession,
    Params,
    ResolveApproval,
    ResolveQuestion,
    Send,
    Subscribe,
    decision_of,
    frame_of,
    params_of,
    push,
    refusal,
    response,
)
from heartbit_tui.daemon.http.streams import over
from heartbit_tui.daemon.http.tasks import STOPPING
from heartbit_tui.daemon.opening import Daemon
from heartbit_tui.daemon.planning import owner_of
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Answer, Decide
from heartbit_tui.tasks import Request, Task
from heartbit_tui.wire.write import encode

NONE_PENDING: Final = "no pending interaction with id {id}"
WRONG_KIND: Final = "{id} is not {kind} interaction"
FULL: Final = "too many connections"
LONGEST: Final = 1_048_576
"""Characters of a frame."""

EXPIRED: Final = "the token has expired"
GONE: Final = 4_401
"""The code with which a connection is closed whose token has expired: 401, in the range for programs (RFC 6455, 7.4.2)."""


class Sockets:
    """The route `/ws`; so many connections at a time as the settings say."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._open = 0

    @property
    def routes(self) -> list[BaseRoute]:
        """What is answered; nothing where the settings want no WebSocket."""
        return [WebSocketRoute("/ws", self._connected)] if self._daemon.config.boolean("daemon.ws.enabled") else []

    async def _connected(self, socket: WebSocket) -> None:
        if self._open >= (self._daemon.config.integer("daemon.ws.max_connections") or 1):
            await socket.send_denial_response(PlainTextResponse(FULL, 503))
            return
        self._open += 1
        try:
            wanted = cast("list[str]", socket.scope.get("subprotocols", []))
            await socket.accept(SUBPROTOCOL if SUBPROTOCOL in wanted else None)
            await Connection(self._daemon, socket, who_of(socket.scope)).run()
        finally:
            self._open -= 1


class Connection:
    """One client: its requests in turn, and the tasks that it hears of, each in a task of its own."""

    def __init__(self, daemon: Daemon, socket: WebSocket, who: UserContext) -> None:
        self._daemon = daemon
        self._socket = socket
        self._who = who
        self._seq = 0
        self._sending = asyncio.Lock()
        self._heard: dict[str, asyncio.Task[None]] = {}
        self._methods: Mapping[str, tuple[type[Params], Callable[[Any], Awaitable[JsonObject | list[JsonObject]]]]]
        self._methods = MappingProxyType(
            {
                "session.create": (Create, self._create),
                "session.list": (Nothing, self._list),
                "session.delete": (OfSession, self._delete),
                "session.subscribe": (Subscribe, self._subscribe),
                "chat.history": (OfSession, self._history),
                "chat.send": (Send, self._send),
                "chat.abort": (Abort, self._abort),
                "approval.resolve": (ResolveApproval, self._approve),
                "question.resolve": (ResolveQuestion, self._answer),
            }
        )

    async def run(self) -> None:
        """Serve until the client goes, or its token ends; its tasks go on."""
        parting = asyncio.create_task(self._part(), name="the end of a token")
        try:
            while True:
                text = await self._socket.receive()
                if text["type"] == "websocket.disconnect":
                    return
                await self._take(text.get("text") or "")
        except WebSocketDisconnect:
            return
        finally:
            waiting = (parting, *self._heard.values())
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _part(self) -> None:
        """Close the connection once the token counts no more with which it was opened."""
        await over(self._daemon, self._who)
        if self._who.ended(self._daemon.clock.now()):
            await self._socket.close(GONE, EXPIRED)

    async def _take(self, text: str) -> None:
        if not text:  # binary
            return
        frame = frame_of(text) if len(text) <= LONGEST else f"invalid frame: it has more than {LONGEST} characters"
        if isinstance(frame, str):
            if frame:
                await self._say(refusal(UNPARSED, frame))
            return
        await self._say(await self._done(frame))

    async def _done(self, frame: Frame) -> JsonObject:
        method = self._methods.get(frame.method)
        if method is None:
            return refusal(frame.id, f"unknown method: {frame.method}")
        kind, do = method
        if self._who.ended(self._daemon.clock.now()):
            return refusal(frame.id, EXPIRED)
        try:
            return response(frame.id, await do(params_of(kind, frame.params)))
        except (MethodError, HeartbitError) as error:
            return refusal(frame.id, str(error))

    async def _create(self, params: Create) -> JsonObject:
        allowed(self._who, "submit")
        return {"session_id": await self._daemon.chats.create(self._who.owner, params.title)}

    async def _list(self, params: Nothing) -> JsonObject:
        found = await self._daemon.chats.list(self._who.owner)
        return {"sessions": [each.shown for each in found]}

    async def _delete(self, params: OfSession) -> JsonObject:
        chat = await self._chat(params.session_id, "delete")
        await self._daemon.deleting.delete(chat.id, chat.owner)
        return {"deleted": True}

    async def _history(self, params: OfSession) -> list[JsonObject]:
        await self._chat(params.session_id, "read")
        return await self._daemon.chats.history(params.session_id)

    async def _send(self, params: Send) -> JsonObject:
        await self._chat(params.session_id, "submit")
        if self._daemon.service.draining:
            raise MethodError(STOPPING)
        asked = Request(
            task=params.message,
            source="ws",
            session=params.session_id,
            user_id=self._who.user_id,
            tenant_id=self._who.tenant_id,
        )
        task = await self._daemon.service.accept(asked)
        self._daemon.figures.accepted()
        self._hear(task, 0)
        return {"task_id": task.id}

    async def _subscribe(self, params: Subscribe) -> JsonObject:
        """Hear of the tasks of a session that have something to tell after this seq, and of those at work."""
        await self._chat(params.session_id, "read")
        page = await self._daemon.queue.page(session=params.session_id, limit=100)
        tasks = [each for each in reversed(page.tasks) if each.last_seq is None or each.last_seq > params.after]
        for task in tasks:
            self._hear(task, params.after)
        return {"tasks": [each.id for each in tasks]}

    async def _abort(self, params: Abort) -> JsonObject:
        task = await self._daemon.queue.get(params.task_id)
        owner = owner_of(task) if task else None
        check(self._who, "cancel", owner, NO_TASK)
        return {"cancelled": await self._daemon.service.cancel(params.task_id)}

    async def _approve(self, params: ResolveApproval) -> JsonObject:
        self._resolve(params.interaction_id, "an approval", decide("", decision_of(params.decision)))
        return {}

    async def _answer(self, params: ResolveQuestion) -> JsonObject:
        answers = tuple(map(tuple, params.answers))
        self._resolve(params.interaction_id, "a question", Answer(id="", answers=answers))
        return {}

    def _resolve(self, name: str, kind: str, op: Decide | Answer) -> None:
        """Send an answer in; one that comes a moment too late is taken for what it is. Raises `MethodError`.

        An answer of the wrong kind leaves what waits waiting.
        """
        session_id, _, number = name.rpartition(":")
        live = self._daemon.host.find(session_id)
        try:
            check(self._who, "answer", live.owner if live else None)
        except Refused:
            raise MethodError(NONE_PENDING.format(id=name)) from None
        waiting = live.asked.open.get(number) if live else None
        if live is None or (waiting is None and not live.asked.too_late(number)):
            raise MethodError(NONE_PENDING.format(id=name))
        if waiting is None:
            return
        if isinstance(waiting.event, ApprovalRequested) is not isinstance(op, Decide):
            raise MethodError(WRONG_KIND.format(id=name, kind=kind))
        if live.asked.claim(number):
            live.client.submit(replace(op, id=number))

    def _hear(self, task: Task, after: int) -> None:
        self._heard = {name: each for name, each in self._heard.items() if not each.done()}
        if task.id not in self._heard:
            self._heard[task.id] = asyncio.create_task(self._tell(task, after), name=f"telling of {task.id}")

    async def _tell(self, task: Task, after: int) -> None:
        try:
            async with aclosing(told(self._daemon, task, after)) as pushes:
                async for event, payload in pushes:
                    await self._push(event, payload)
        except HeartbitError as error:  # a client that hears nothing more would wait for ever
            place: JsonObject = {"session_id": task.session or task.request.session, "task_id": task.id}
            await self._push("chat.error", {**place, "error": str(error), "state": "unknown"})

    async def _push(self, event: str, payload: JsonObject) -> None:
        async with self._sending:
            await self._socket.send_text(encode(push(event, payload, self._seq)))
            self._seq += 1

    async def _say(self, answer: JsonObject) -> None:
        async with self._sending:
            await self._socket.send_text(encode(answer))

    async def _chat(self, session_id: str, action: Action) -> Chat:
        """The session, where the caller may do this with it. Raises `MethodError`."""
        chat = await self._daemon.chats.find(session_id)
        try:
            check(self._who, action, chat.owner if chat else None)
        except Refused:
            raise MethodError(NO_SESSION) from None
        assert chat is not None  # what is not there was refused
        return chat
