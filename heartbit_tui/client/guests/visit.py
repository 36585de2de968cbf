"""A guest's way into a session of a daemon: what is asked arrives once, also where the connection breaks."""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel, TypeAdapter, ValidationError

from heartbit_tui.client.guests.bodies import Nothing, Opening
from heartbit_tui.client.guests.commands import COMMANDS
from heartbit_tui.client.guests.table import Asked
from heartbit_tui.client.guests.views import VIEWS
from heartbit_tui.client.remote import Remote, RemoteError, UnreachableError
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject

BY_VIEW: Final = MappingProxyType({each.name: each for each in VIEWS})
BY_COMMAND: Final = MappingProxyType({each.name: each for each in COMMANDS})
CONFLICT: Final = 409
PAUSE: Final = 0.3
"""Seconds after which a request is sent again."""

NEWER: Final = "The daemon answers otherwise than this heartbit expects ({why}). Use the same version on both sides."


class Visit:
    """Asks things of one session; everything raises `HeartbitError` with the words of whoever refused.

    What finds nobody is sent again; after `gone`, once `back` was called.
    """

    def __init__(self, remote: Remote, session_id: str, daemon: str) -> None:
        self.session_id = session_id
        self.daemon = daemon
        self.remote = remote
        self.edits = False
        """Whether the guest has an editor for plans."""
        self._there = asyncio.Event()
        self._there.set()

    @property
    def there(self) -> bool:
        """Whether the daemon answers, as far as is known."""
        return self._there.is_set()

    def gone(self) -> None:
        """Nobody answers: what is asked from now on waits."""
        self._there.clear()

    def back(self) -> None:
        """The daemon answers again."""
        self._there.set()

    async def view(self, name: str, **wanted: str) -> Any:
        """What is seen there. Raises `UnreachableError` at once where nobody answers."""
        asked = BY_VIEW[name]
        answer = await self.remote.get(f"/sessions/{self.session_id}/views/{name}", wanted)
        return _read(asked, answer)

    async def look(self, name: str, **wanted: str) -> Any:
        """The same for somebody who waits: where nobody answers, once somebody does."""
        while True:
            try:
                return await self.view(name, **wanted)
            except UnreachableError:
                await self._waited()
            except RemoteError as error:
                if error.status != CONFLICT:
                    raise HeartbitError(error.said) from error
                await self.command("open")

    async def command(self, name: str, body: BaseModel | None = None) -> Any:
        """Have something done, once."""
        asked = BY_COMMAND[name]
        usual = Opening(edits=self.edits) if name == "open" else Nothing()
        given = (body or usual).model_dump(mode="json")
        answer = await self.once(f"/sessions/{self.session_id}/commands/{name}", given)
        return _read(asked, answer)

    async def op(self, op: JsonObject) -> None:
        """Send an op, once; a session that is not open is opened for it."""
        path = f"/sessions/{self.session_id}/ops"
        key = uuid4().hex
        try:
            await self.once(path, op, key)
        except RefusedError as refused:
            if refused.status != CONFLICT or op["type"] in ("decide", "answer", "interrupt"):
                raise
            await self.command("open")
            await self.once(path, op, f"{key}-open")

    async def prompt(self, words: str) -> str:
        """Hand a prompt of words over as a task of this session, once; the id of the task."""
        answer = await self.once("/tasks", {"task": words, "session_id": self.session_id})
        return str(json.loads(answer)["id"])

    async def listed(self, wanted: Mapping[str, str]) -> list[JsonObject]:
        """The sessions that there are for this guest, as `GET /sessions` tells them."""
        try:
            return json.loads(await self.remote.get("/sessions", wanted))["sessions"]
        except RemoteError as error:
            raise HeartbitError(error.said) from error

    async def task(self, id: str) -> JsonObject:
        """How a task stands."""
        return await self.remote.task(id)

    async def once(self, path: str, body: Mapping[str, object], key: str = "") -> bytes:
        """Send a request until it is answered; by its key it is known again."""
        headers = {"idempotency-key": key or uuid4().hex}
        while True:
            try:
                return await self.remote.post(path, body, headers)
            except UnreachableError as error:
                if error.sent and "heartbit-daemon" not in headers:
                    headers["heartbit-daemon"] = self.daemon
            except RemoteError as error:
                raise RefusedError(error.said, error.status) from error
            await self._waited()

    async def _waited(self) -> None:
        """Return once it may go better: one connection that broke says nothing of the others."""
        if self._there.is_set():
            await asyncio.sleep(PAUSE)
        else:
            await self._there.wait()


class RefusedError(HeartbitError):
    """What was asked was refused, in the words of the daemon; `status` is that of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@cache
def _adapter(asked: Asked) -> TypeAdapter[Any]:
    return TypeAdapter(asked.answer)


def _read(asked: Asked, answer: bytes) -> Any:
    try:
        return _adapter(asked).validate_json(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise HeartbitError(NEWER.format(why=f"{asked.name}: {first['msg']}")) from error
