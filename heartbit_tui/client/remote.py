"""A daemon as its callers see it: over HTTP, wherever it runs."""

import json
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final, Self, cast
from urllib.parse import quote

import httpx

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject

UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
SECONDS: Final = 30.0
"""How long a daemon may take to answer; events may be further apart, but for its pings."""

SILENCE: Final = 60.0
"""Seconds without a word, not even a ping, after which a stream of events counts as broken."""

NOBODY = "No heartbit daemon answers at {url} ({why}). Start one with `heartbit daemon`, or name another with --url."
NO_TOKEN = "The daemon at {url} wants a token: set HEARTBIT_API_KEY, or client.token in your settings."
WRONG_TOKEN = (
    "The daemon at {url} does not know the token that it was given: set HEARTBIT_API_KEY, or client.token in your settings,"
    " to one that it knows."
)
NO_TLS = "it does not speak TLS: take http:// in place of https://"
NO_DAEMON = "What answers at {url} is no heartbit daemon ({why}). Name the daemon's address with --url."
NO_TASK = "No task {text!r}: `heartbit status` lists the newest."
SEVERAL = "{count} tasks begin with {text!r}. Type more of it."


class RemoteError(HeartbitError):
    """A daemon refused what it was asked; `status` is that of HTTP, 0 where it did not answer.

    `said` are its own words.
    """

    def __init__(self, message: str, *, status: int = 0, said: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.said = said or message


class UnreachableError(RemoteError):
    """No daemon answers; `sent` says that it may have got what it was asked."""

    kind: ClassVar[str] = "network"

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent


class NoDaemonError(RemoteError):
    """Something answers, and it does not speak as a daemon does."""

    kind: ClassVar[str] = "network"


class UnknownTokenError(RemoteError):
    """A daemon does not know the token, or there was none."""

    kind: ClassVar[str] = "auth"


class Remote:
    """Speaks with a daemon. `async with Remote.open(url, token) as remote`; everything raises `RemoteError`."""

    def __init__(self, url: str, http: httpx.AsyncClient, token: str = "") -> None:
        self.url = url
        self.token = token
        self._http = http

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, token: str, seconds: float = SECONDS) -> AsyncGenerator[Self]:
        """A way to the daemon at this address, as whom the token is of, which may take so long; nothing is sent yet."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        # Reading the certificates of all authorities takes 40 ms, which plain HTTP has no use for.
        verify = True if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # No proxy: a token for this machine's own daemon has no business anywhere else.
        settings: dict[str, Any] = {"headers": headers, "timeout": seconds, "trust_env": False, "verify": verify}
        async with httpx.AsyncClient(base_url=url, **settings) as http:
            yield cls(url, http, token)

    async def submit(self, task: str, **more: object) -> JsonObject:
        """Hand a task over: its `id` and `state`. `more` are further fields of `POST /tasks`; None is left out."""
        body = {"task": task, **{name: value for name, value in more.items() if value is not None}}
        return await self.ask("POST", "/tasks", body)

    async def task(self, task_id: str) -> JsonObject:
        """How a task stands."""
        return await self.ask("GET", f"/tasks/{quote(task_id, safe='')}")

    async def find(self, text: str) -> JsonObject:
        """The task whose id this is or begins with. Raises `RemoteError`, 404 where there is none, 409 where several are."""
        if len(text) >= len("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"):
            return await self.task(text)
        found = [each for each in await self.tasks(500) if text and str(each["id"]).startswith(text)]
        if len(found) == 1:
            return found[0]
        if found:
            raise RemoteError(SEVERAL.format(count=len(found), text=text), status=409)
        raise RemoteError(NO_TASK.format(text=text), status=404)

    async def tasks(self, limit: int = 50) -> list[JsonObject]:
        """The newest tasks."""
        return await self._listed("tasks", f"?limit={limit}")

    async def waiting(self) -> list[JsonObject]:
        """The approvals and questions that wait for somebody."""
        return [*await self._listed("approvals"), *await self._listed("questions")]

    async def delete_session(self, session_id: str) -> None:
        """Delete a session for good; where the answer is lost, it is asked for once more, and what is gone by then is done."""
        path = f"/sessions/{quote(session_id, safe='')}"
        try:
            await self.ask("DELETE", path)
        except UnreachableError as error:
            if not error.sent:
                raise
            try:
                await self.ask("DELETE", path)
            except RemoteError as again:
                if again.status != NOT_FOUND:
                    raise

    async def events(self, path: str, after: int = 0) -> AsyncGenerator[JsonObject]:
        """What happens there, as it happens, each an envelope; a connection that breaks is made again where it was.

        Ends with the stream's own end.
        """
        while True:
            try:
                async for name, data in self._stream(path, after):
                    if name == "end":
                        return
                    after = int(data["seq"])
                    yield data
            except httpx.TransportError as error:
                await self.ask("GET", "/healthz", error=error)  # raises where nobody is there any more
            else:
                return

    async def once(self, path: str, after: int = 0) -> AsyncGenerator[JsonObject]:
        """What happens there, as `events` tells it, over one connection; it ends with that. Raises `UnreachableError`."""
        try:
            async for name, data in self._stream(path, after):
                if name == "end":
                    return
                yield data
        except httpx.TransportError as error:
            raise self._nobody(error) from error

    async def get(self, path: str, wanted: Mapping[str, str]) -> bytes:
        """The JSON of what is there."""
        return await self._sent("GET", path, params=wanted)

    async def post(self, path: str, body: Mapping[str, object], headers: Mapping[str, str]) -> bytes:
        """The JSON of what came of it."""
        return await self._sent("POST", path, json=body, headers=headers)

    async def _sent(self, method: str, path: str, **more: Any) -> bytes:
        try:
            answer = await self._http.request(method, path, **more)
        except httpx.HTTPError as failure:
            raise self._nobody(failure) from failure
        self._check(answer)
        return answer.content

    async def ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, error: Exception | None = None
    ) -> JsonObject:
        """One request and its answer; an empty answer is an empty object."""
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx.HTTPError as failure:
            raise self._nobody(error or failure) from failure
        self._check(answer)
        return self._object(answer) if answer.content else {}

    async def _listed(self, name: str, query: str = "") -> list[JsonObject]:
        found = (await self.ask("GET", f"/{name}{query}")).get(name)
        if not isinstance(found, list):
            raise NoDaemonError(NO_DAEMON.format(url=self.url, why=f"it tells no {name}"))
        return cast("list[JsonObject]", found)

    async def _stream(self, path: str, after: int) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
        headers = {"last-event-id": str(after)} if after else {}
        limits = httpx.Timeout(SECONDS, read=SILENCE)
        async with self._http.stream("GET", path, headers=headers, timeout=limits) as answer:
            if answer.status_code >= httpx.codes.BAD_REQUEST:
                await answer.aread()
            self._check(answer)
            name, data = "", ""
            async for line in answer.aiter_lines():
                key, _, value = line.partition(": ")
                match key:
                    case "event":
                        name = value
                    case "data":
                        data = value
                    case "" if data:
                        yield name, json.loads(data)
                        name, data = "", ""
                    case _:
                        pass

    def _check(self, answer: httpx.Response) -> None:
        if answer.status_code < httpx.codes.BAD_REQUEST:
            return
        if answer.status_code == UNAUTHORIZED:
            text = (WRONG_TOKEN if self.token else NO_TOKEN).format(url=self.url)
            raise UnknownTokenError(text, status=answer.status_code)
        text = str(self._object(answer).get("error") or answer.reason_phrase)
        raise RemoteError(f"The daemon at {self.url} says: {text}", status=answer.status_code, said=text)

    def _object(self, answer: httpx.Response) -> JsonObject:
        """What a daemon answers is an object; whatever answers otherwise is none."""
        try:
            found: object = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            why = f"{answer.status_code} {answer.reason_phrase}".strip()
            raise NoDaemonError(NO_DAEMON.format(url=self.url, why=why), status=answer.status_code)
        return cast("JsonObject", found)

    def _nobody(self, error: Exception) -> UnreachableError:
        why = NO_TLS if "WRONG_VERSION_NUMBER" in str(error) else str(error) or type(error).__name__
        never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        return UnreachableError(NOBODY.format(url=self.url, why=why), sent=not never)
