"""A live connection to one server, made with the official SDK; only what runs beside the session's loop imports this."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import anyio
import httpx2
import mcp_types as wire
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.mcp import environment, results
from heartbit_tui.mcp.answering import Answering
from heartbit_tui.mcp.bounds import Bounded
from heartbit_tui.mcp.checking import Shape
from heartbit_tui.mcp.child import Child, Guardian
from heartbit_tui.mcp.oauth import NEEDED, authentication
from heartbit_tui.mcp.offers import MOST_OTHERS, MOST_TOOLS
from heartbit_tui.mcp.signing import Signed, apart
from heartbit_tui.mcp.types import (
    Address,
    Around,
    BrokenError,
    Command,
    ExpiredError,
    Link,
    Offer,
    OfferedPrompt,
    OfferedResource,
    OfferedTool,
    Progress,
    Result,
    Server,
    ServerError,
)

T = TypeVar("T")
LIBRARIES = ("mcp", "httpx2", "httpcore2")
"""Whose words go to the log file of heartbit's own, and never to a terminal."""

UNAUTHORIZED = 401
PAGES = 100
"""Pages of one list that are asked for; a server that always has a next one is not followed further."""

CONNECT_SECONDS = 15.0
READ_SECONDS = 300.0
"""How long an open stream may be silent; the time of calls is limited by whoever makes them."""

LISTS = (wire.ToolListChangedNotification, wire.PromptListChangedNotification, wire.ResourceListChangedNotification)
EXPIRED = "Session terminated"
"""What the SDK says of a session that the server does not know any more."""


def connecting(guardian: Guardian, version: str) -> Callable[[Server, Around], Any]:
    """What makes connections; `guardian` ends the children among them, `version` is what servers are told of heartbit's."""
    for name in LIBRARIES:
        log = logging.getLogger(name)
        log.propagate = False
        if not log.handlers:
            log.addHandler(logging.NullHandler())

    def connect(server: Server, around: Around) -> Any:
        return _connected(server, around, guardian, version)

    return connect


@asynccontextmanager
async def _connected(server: Server, around: Around, guardian: Guardian, version: str) -> AsyncGenerator[Link]:
    """A connection that has been agreed on with the server. Raises `ServerError`, or what is raised within it as it is."""
    fault: Exception | None = None
    try:
        async with AsyncExitStack() as stack:
            live = await _begun(server, around, guardian, stack, version)
            watching = asyncio.create_task(live.watch(around.changed))
            try:
                yield live
            except Exception as error:  # noqa: BLE001 - kept from the SDK's task groups, which would wrap it, and raised below
                fault = error
            finally:
                watching.cancel()
                await asyncio.wait([watching])
    except Exception as error:  # the boundary to a server: how its connection ends is its doing
        if fault is None:
            raise _as_server_error(error) from error
    if fault is not None:
        raise fault


async def _begun(server: Server, around: Around, guardian: Guardian, stack: AsyncExitStack, version: str) -> "Live":
    """The connection, within the time that its server has for that. Raises `ServerError`."""
    try:
        async with asyncio.timeout(server.start_seconds):
            return await _entered(server, around, guardian, stack, version)
    except TimeoutError as error:
        raise ServerError(f"it did not answer within {server.start_seconds:g} s") from error
    except Exception as error:  # the boundary to a server: whatever it makes the SDK raise is its fault
        raise _as_server_error(error) from error


def _as_server_error(error: Exception) -> ServerError:
    return error if isinstance(error, ServerError) else ServerError(told(error))


async def _entered(server: Server, around: Around, guardian: Guardian, stack: AsyncExitStack, version: str) -> "Live":
    child: Child | None = None
    wall = Wall()
    match server.way:
        case Command() as command:
            child = Child(command, Path(around.log), guardian)
            seen = environment.for_server(around.environment, command.environment)
            transport: Any = child.streams(seen)
        case Address() as address:
            client = await stack.enter_async_context(_http(server.name, address, around, wall))
            transport = streamable_http_client(address.url, http_client=client)
    answering = Answering(server.name, around)
    try:
        client = await stack.enter_async_context(_client(transport, answering, around, version))
    except Exception as error:  # the boundary to a server: its own words about its end tell more than the SDK's
        if child is not None and child.why and not isinstance(error, ServerError):
            raise ServerError(child.why) from error
        if needed := _refused(server.name, wall):
            raise ServerError(needed) from error
        raise
    return Live(client, child, partial(_refused, server.name, wall))


def _refused(name: str, wall: "Wall") -> str:
    """What a person has to do before the server lets anybody in; empty where it does."""
    return NEEDED.format(name=name) if wall.hit else ""


def _client(transport: Any, answering: Answering, around: Around, version: str) -> Client:
    async def hear(message: object) -> None:
        if isinstance(message, LISTS):
            around.changed()
        await asyncio.sleep(0)

    return Client(
        transport,
        cache=None,
        client_info=wire.Implementation(name="heartbit", version=version),
        elicitation_callback=answering.elicit,
        sampling_callback=answering.sample if around.complete is not None else None,
        list_roots_callback=answering.roots,
        message_handler=hear,
    )


def _http(name: str, address: Address, around: Around, wall: "Wall") -> httpx2.AsyncClient:
    headers, own = apart(address.headers)
    auth: httpx2.Auth | None = None
    if around.authority is not None:
        auth = Signed(around.authority)
    elif own:
        headers["authorization"] = own
    elif around.logins is not None:
        auth = authentication(address.url, name, around.logins, around.login, wall.stand)
    return httpx2.AsyncClient(
        headers=headers,
        timeout=httpx2.Timeout(CONNECT_SECONDS, read=READ_SECONDS),
        transport=Bounded(httpx2.AsyncHTTPTransport(), wall.see),
        auth=auth,
    )


class Wall:
    """Sees whether a server let nobody in."""

    def __init__(self) -> None:
        self.hit = False

    def see(self, status: int) -> None:
        """The status of an answer."""
        self.hit = status == UNAUTHORIZED

    def stand(self) -> None:
        """Whatever its status was: only a login helps."""
        self.hit = True


class Live:
    """A `Link` over the SDK's client; `refused` says what a person has to do where a server lets nobody in."""

    def __init__(self, client: Client, child: Child | None, refused: Callable[[], str]) -> None:
        self._client = client
        self._child = child
        self._refused = refused
        self._dead = asyncio.Event()
        self._why = ""
        self._shapes: dict[str, Shape] = {}
        # The SDK matches patterns of the server's making, which may take forever; `Shape` does not.
        client.session.validate_tool_result = _as_it_is

    async def offer(self) -> Offer:
        capable, known = self._client.server_capabilities, self._client.server_info
        tools, left_out = await self._tools() if capable.tools else ((), 0)
        return Offer(
            title=(known.title or known.name) if known else "",
            version=known.version if known else "",
            protocol=self._client.protocol_version,
            instructions=self._client.instructions or "",
            tools=tools,
            prompts=await self._prompts() if capable.prompts else (),
            resources=await self._resources() if capable.resources else (),
            left_out=left_out,
        )

    async def call(self, tool: str, input: JsonObject, tell: Progress) -> Result:
        async def heard(progress: float, total: float | None, message: str | None) -> None:
            share = f"{progress:g}/{total:g}" if total else f"{progress:g}"
            tell(f"{share} {message}" if message else share)

        answer = await self._asked(self._client.call_tool(tool, dict(input), progress_callback=heard))
        result = results.of_call(answer)
        shape = self._shapes.get(tool)
        if shape is None or result.is_error:
            return result
        return results.checked(result, await asyncio.to_thread(shape.fault, result.details.get("structured")))

    async def read(self, uri: str) -> Result:
        return results.of_contents((await self._asked(self._client.read_resource(uri))).contents)

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> str:
        found = await self._asked(self._client.get_prompt(name, dict(arguments)))
        return "\n\n".join(results.of_blocks((each.content,)).text for each in found.messages)

    async def ended(self) -> str:
        if self._child is None:
            await self._dead.wait()
            return self._why
        await self._child.closed.wait()
        return self._child.why

    async def watch(self, changed: Callable[[], None]) -> None:
        """Hear of changed lists where the newest protocol wants that to be asked for; until cancelled."""
        capable = self._client.server_capabilities
        if self._client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            return
        if not (capable.tools and capable.tools.list_changed):
            return
        with suppress(MCPError, RuntimeError, TimeoutError):
            async with self._client.listen(tools_list_changed=True) as events:
                async for _ in events:
                    changed()

    async def _tools(self) -> tuple[tuple[OfferedTool, ...], int]:
        found: list[OfferedTool] = []
        shapes: dict[str, Shape] = {}
        count = 0
        async for page in self._pages(self._client.list_tools):
            count += len(page.tools)
            taken = page.tools[: MOST_TOOLS - len(found)]
            found += map(_tool, taken)
            shapes |= {each.name: Shape(each.output_schema) for each in taken if each.output_schema is not None}
            await asyncio.sleep(0)
        self._shapes = shapes
        return tuple(found), count - len(found)

    async def _prompts(self) -> tuple[OfferedPrompt, ...]:
        found: list[OfferedPrompt] = []
        async for page in self._pages(self._client.list_prompts):
            found += [_prompt(each) for each in page.prompts]
        return tuple(found[:MOST_OTHERS])

    async def _resources(self) -> tuple[OfferedResource, ...]:
        found: list[OfferedResource] = []
        async for page in self._pages(self._client.list_resources):
            found += [_resource(each.uri, each, template=False) for each in page.resources]
        try:
            async for page in self._pages(self._client.list_resource_templates):
                found += [_resource(each.uri_template, each, template=True) for each in page.resource_templates]
        except ServerError:
            return tuple(found[:MOST_OTHERS])  # a server need not know of templates
        return tuple(found[:MOST_OTHERS])

    async def _pages(self, ask: Callable[..., Awaitable[Any]]) -> AsyncGenerator[Any]:
        """All pages of a list, each once."""
        cursor: str | None = None
        seen: set[str | None] = set()
        for _ in range(PAGES):
            page = await self._asked(ask(cursor=cursor))
            yield page
            cursor = page.next_cursor
            if cursor is None or cursor in seen:
                return
            seen.add(cursor)

    async def _asked(self, question: Awaitable[T]) -> T:
        try:
            return await question
        except MCPError as error:
            raise self._failure(error) from error
        except anyio.ClosedResourceError as error:
            raise BrokenError(self._ending("the connection is closed")) from error
        except Exception as error:  # the boundary to a server: its answer may be of no form that is known
            raise ServerError(told(error)) from error

    def _failure(self, error: MCPError) -> ServerError:
        if error.code == wire.CONNECTION_CLOSED and error.message.casefold().startswith("connection closed"):
            return BrokenError(self._ending(self._refused() or "the connection was closed"))
        if error.message == EXPIRED:
            return ExpiredError(self._ending("its session has expired"))
        return ServerError(self._refused() or told(error))

    def _ending(self, why: str) -> str:
        self._why = self._child.why if self._child and self._child.why else why
        self._dead.set()
        return self._why


async def _as_it_is(name: str, result: wire.CallToolResult) -> None:
    """Take the answer of a tool as it is."""


def told(error: BaseException) -> str:
    """What went wrong, in a line; of several things the first."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    text = " ".join(str(error).split())[:500]
    return text or type(error).__name__


def _tool(each: wire.Tool) -> OfferedTool:
    notes = each.annotations
    title = each.title or (notes.title if notes else None) or ""
    described = each.description or ""
    return OfferedTool(
        name=each.name,
        description=described if not title or title in described else f"{title}. {described}".strip(),
        schema=each.input_schema,
        reads=bool(notes and notes.read_only_hint and not notes.destructive_hint),
    )


def _prompt(each: wire.Prompt) -> OfferedPrompt:
    given = each.arguments or []
    return OfferedPrompt(
        name=each.name,
        description=(each.description or each.title or "")[:1000],
        arguments=tuple(argument.name for argument in given),
        required=tuple(argument.name for argument in given if argument.required),
    )


def _resource(uri: str, each: wire.Resource | wire.ResourceTemplate, *, template: bool) -> OfferedResource:
    return OfferedResource(
        uri=str(uri),
        name=each.title or each.name,
        description=(each.description or "")[:1000],
        kind=each.mime_type or "",
        template=template,
    )
