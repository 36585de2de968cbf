"""All servers of one session, as the session sees them: how each stands, what it offers, and calls to it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, Self, TypeVar

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Question, ToolProgress
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Clock
from heartbit_tui.mcp.approvals import Approvals
from heartbit_tui.mcp.engine import Engine
from heartbit_tui.mcp.keeping import Kept, Shelf, missed, renewed, taken
from heartbit_tui.mcp.names import tool_names
from heartbit_tui.mcp.seldom import Seldom
from heartbit_tui.mcp.supervising import Supervised
from heartbit_tui.mcp.tools import ServerTool
from heartbit_tui.mcp.types import (
    Answers,
    Around,
    Authority,
    Command,
    Completed,
    Connect,
    Definition,
    Fault,
    Logins,
    Offer,
    Phase,
    Result,
    Sample,
    Server,
    ServerError,
    Status,
    Wish,
)

T = TypeVar("T")
LIVE: frozenset[Phase] = frozenset({"waiting", "connecting", "ready", "failed"})
"""Phases in which a call may succeed: it connects anew where that is needed."""

FAILED = (
    "The MCP server “{name}” is not there: {told}. Its tools are tried again when they are called; /mcp tells more."
)
CHANGED = (
    "{count} of the tools of the MCP server “{name}” are not described as they were when they were first offered, and wait "
    "for your word: {tools}. /mcp shows them; `heartbit mcp approve {name}` takes them."
)
TOO_MANY = "The MCP server “{name}” offers more tools than can be of use: {count} are taken, {more} are left out."
CLOSED = "there is no model that could answer"
UNKNOWN = "There is no MCP server “{name}”"
NOT_STARTED = "it was not started: {told}"
UNAPPROVED = "it is defined by this folder and waits for your word: /mcp, or `heartbit mcp approve {name}`"
REFUSED = "you did not want it to start; `heartbit mcp approve {name}` lets it"
OFF = "it is switched off where it is defined"


def _nothing(_: Server) -> Authority | None:
    """Nobody signs."""
    return None


class Person(Protocol):
    """Asks the person of the session; None where nobody answers."""

    async def __call__(self, questions: Sequence[Question]) -> Answers:
        """Ask and wait."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a fleet works with.

    `connect` loads what makes connections, in the thread that needs it. `roots` are the folders of the workspace, `log`
    gives the file for what a child says beside its messages.
    """

    shelf: Shelf
    approvals: Approvals
    connect: Callable[[], Connect]
    clock: Clock
    roots: tuple[str, ...]
    environment: Mapping[str, str]
    log: Callable[[str], str]
    say: Callable[[str, bool], None]
    logins: Logins | None = None
    authority: Callable[[Server], Authority | None] = _nothing
    """What signs the requests to a server; None where nothing but its definition and a login does."""


class Fleet:
    """`async with` it; `launch` lets the servers start that may."""

    def __init__(self, definitions: Sequence[Definition], means: Means) -> None:
        self._means = means
        self._engine = Engine()
        self._servers = {each.name: each for each in definitions if isinstance(each, Server)}
        self._faults = tuple(each for each in definitions if isinstance(each, Fault))
        self._kept: dict[str, Kept] = {}
        self._phases: dict[str, tuple[Phase, str]] = {}
        self._supervised: dict[str, Supervised] = {}
        self._tools: tuple[ServerTool, ...] | None = None
        self._callers: dict[str, list[CallContext]] = {}
        self._person: Person | None = None
        self._sample: Sample | None = None
        self._stirred = asyncio.Event()
        self._hurry = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._launching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._recall)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._launching is not None:
            self._launching.cancel()
            await asyncio.wait([self._launching])
        await self._engine.close()

    def attend(self, person: Person, sample: Sample | None = None) -> None:
        """From now on questions of servers go to this person, and wishes for completions to `sample`."""
        self._person, self._sample = person, sample

    def launch(self, after: float = 0.0) -> None:
        """Connect to all servers that may start, so many seconds from now; returns at once."""
        if self._launching is None:
            self._launching = asyncio.ensure_future(self._launch(after))

    async def news(self) -> None:
        """Return once something is not as it was when this was called."""
        self._stirred.clear()
        await self._stirred.wait()

    def statuses(self) -> tuple[Status, ...]:
        """How each server stands, in the order in which they are defined."""
        faulty = (Status(name=each.name, phase="faulty", origin=each.origin, told=each.text) for each in self._faults)
        return (*(self._status(server) for server in self._servers.values()), *faulty)

    def tools(self) -> tuple[ServerTool, ...]:
        """The tools that can be called now: as they were taken, of servers that may start."""
        if self._tools is None:
            allowed = (server for server in self._servers.values() if self._phases[server.name][0] in LIVE)
            self._tools = tuple(tool for server in allowed for tool in self._tools_of(server))
        return self._tools

    def waiting(self) -> tuple[Server, ...]:
        """The servers that may only start once a person says so."""
        return tuple(server for name, server in self._servers.items() if self._phases[name][0] == "unapproved")

    async def decide(self, name: str, *, yes: bool) -> None:
        """Keep what a person says of a server that waits, and start it where that was yes. Raises `ConfigError`."""
        server = self._servers[name]
        await asyncio.to_thread(partial(self._means.approvals.say, server, yes=yes))
        self._set(name, *(("waiting", "") if yes else ("refused", REFUSED.format(name=name))))
        if yes and self._launching is not None:
            await self._start([server])

    async def take(self, name: str) -> None:
        """Take the changed tools of a server as they are now. Raises `ConfigError`."""
        server, held = self._servers[name], frozenset(self._kept[name].withheld)
        change = partial(taken, names=held)
        self._kept[name] = await asyncio.to_thread(self._means.shelf.write, server, change)
        self._tools = None

    async def restart(self, name: str) -> None:
        """Connect anew now. Raises `ServerError` for a server that may not start."""
        supervised = self._startable(name)
        self._engine.post(supervised.renew)

    async def first(self, seconds: float) -> bool:
        """Return once it is known of each server what it offers, or that it cannot be reached; or the time is over.

        Whether there was anything to wait for.
        """
        if not self._unknown():
            return False
        self._hurry.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._unknown():
                    await self.news()
        await asyncio.to_thread(self._note_missed, self._unknown())
        return True

    async def call(self, server: str, tool: str, input: JsonObject, context: CallContext) -> Result:
        """Call a tool; what it tells of its progress goes to the context. Raises `ServerError`."""

        callers = self._callers.setdefault(server, [])

        def tell(text: str) -> None:
            if context in callers:  # what comes when the call is over is of no use any more
                context.emit(ToolProgress(tool_call_id=context.call_id, text=f"{text}\n"))

        def progress(text: str) -> None:
            with suppress(RuntimeError):  # the session's loop is closed
                self._loop.call_soon_threadsafe(tell, text)

        heard = Seldom(progress, self._means.clock)
        callers.append(context)
        try:
            return await self._at(server, lambda supervised: supervised.call(tool, input, heard))
        finally:
            callers.remove(context)

    async def read(self, server: str, uri: str) -> Result:
        """What is at an address of a server's. Raises `ServerError`."""
        return await self._at(server, lambda supervised: supervised.read(uri))

    async def prompt(self, server: str, name: str, arguments: Mapping[str, str]) -> str:
        """The words of a server's prompt. Raises `ServerError`."""
        return await self._at(server, lambda supervised: supervised.prompt(name, dict(arguments)))

    async def _at(self, name: str, ask: Callable[[Supervised], Coroutine[Any, Any, T]]) -> T:
        if self._launching is not None and name not in self._supervised:
            self._hurry.set()
            await asyncio.wait([self._launching])
        supervised = self._startable(name)
        return await self._engine.run(lambda: ask(supervised))

    def _startable(self, name: str) -> Supervised:
        if name in self._supervised:
            return self._supervised[name]
        if name not in self._servers:
            raise ServerError(UNKNOWN.format(name=name))
        raise ServerError(NOT_STARTED.format(told=self._phases[name][1] or self._phases[name][0]))

    def _recall(self) -> None:
        """What is known of each server from earlier sessions; reads files."""
        for name, server in self._servers.items():
            self._kept[name] = self._means.shelf.read(server)
            self._phases[name] = self._first_phase(server)

    def _first_phase(self, server: Server) -> tuple[Phase, str]:
        if not server.enabled:
            return "off", OFF
        try:
            word = self._means.approvals.word(server)
        except HeartbitError as error:
            return "unapproved", str(error)
        match word:
            case "yes":
                return "waiting", ""
            case "no":
                return "refused", REFUSED.format(name=server.name)
            case "":
                return "unapproved", UNAPPROVED.format(name=server.name)

    async def _launch(self, after: float) -> None:
        with suppress(TimeoutError):
            if after:
                async with asyncio.timeout(after):
                    await self._hurry.wait()
        await self._start([server for name, server in self._servers.items() if self._phases[name][0] == "waiting"])

    async def _start(self, servers: Sequence[Server]) -> None:
        if not servers:
            return
        try:
            await self._engine.start()
            await self._engine.run(lambda: self._begin(servers))
        except (HeartbitError, ServerError) as error:
            for server in servers:
                self._set(server.name, "failed", str(error))

    async def _begin(self, servers: Sequence[Server]) -> None:
        """In the engine: load what makes connections, and keep each server."""
        connect = self._means.connect()
        for server in servers:
            if server.name in self._supervised:
                continue
            told = partial(self._heard, server)
            supervised = Supervised(server, connect, self._around(server), told, self._means.clock)
            self._supervised[server.name] = supervised
            self._engine.keep(supervised.run())

    def _around(self, server: Server) -> Around:
        async def ask(questions: Sequence[Question]) -> Answers:
            asked = asyncio.run_coroutine_threadsafe(self._ask(server.name, questions), self._loop)
            return await asyncio.wrap_future(asked)

        async def complete(wish: Wish) -> Completed:
            asked = asyncio.run_coroutine_threadsafe(self._completed(server, wish), self._loop)
            return await asyncio.wrap_future(asked)

        means = self._means
        return Around(
            roots=means.roots,
            ask=ask,
            changed=_nobody,
            log=means.log(server.name),
            environment=means.environment,
            logins=means.logins,
            authority=means.authority(server),
            complete=complete if self._sample is not None and server.sampling != "deny" else None,
        )

    async def _ask(self, name: str, questions: Sequence[Question]) -> Answers:
        """Put a server's question to the person, in the name of the call that it is at."""
        callers = self._callers.get(name)
        if callers:
            return await callers[-1].ask(questions)
        return await self._person(questions) if self._person is not None else None

    async def _completed(self, server: Server, wish: Wish) -> Completed:
        if self._sample is None:
            raise ServerError(CLOSED)
        return await self._sample(wish, server.sampling, partial(self._ask, server.name))

    def _heard(self, server: Server, phase: Phase, told: str, offer: Offer | None) -> None:
        """In the engine: how a server stands. What it offers is kept before anybody is told of it."""
        kept: Kept | None = None
        if offer is not None:
            change = partial(renewed, offer=offer)
            try:
                kept = self._means.shelf.write(server, change)
            except HeartbitError as error:
                kept = change(self._means.shelf.read(server))
                told = str(error)
        with suppress(RuntimeError):  # the session's loop is closed
            self._loop.call_soon_threadsafe(self._now, server.name, phase, told, kept)

    def _now(self, name: str, phase: Phase, told: str, kept: Kept | None) -> None:
        before = self._kept[name]
        if kept is not None:
            self._kept[name] = kept
            self._tell_changes(name, before, kept)
        if phase == "failed" and self._phases[name][0] != "failed":
            self._means.say(FAILED.format(name=name, told=told), True)
        self._set(name, phase, told)

    def _tell_changes(self, name: str, before: Kept, kept: Kept) -> None:
        fresh = sorted(set(kept.withheld) - set(before.withheld))
        if fresh:
            self._means.say(CHANGED.format(name=name, tools=", ".join(fresh[:5]), count=len(fresh)), True)
        if kept.offer is not None and kept.offer.left_out and before.offer is None:
            self._means.say(TOO_MANY.format(name=name, count=len(kept.offer.tools), more=kept.offer.left_out), True)

    def _set(self, name: str, phase: Phase, told: str = "") -> None:
        self._phases[name] = (phase, told)
        self._tools = None
        self._stirred.set()

    def _unknown(self) -> tuple[Server, ...]:
        """The servers of which it is not known yet what they offer, and may be soon."""
        coming = (
            server for name, server in self._servers.items() if self._phases[name][0] in ("waiting", "connecting")
        )
        kept = ((server, self._kept[server.name]) for server in coming)
        return tuple(server for server, known in kept if known.offer is None and not known.missed)

    def _note_missed(self, servers: Sequence[Server]) -> None:
        for server in servers:
            with suppress(HeartbitError):  # then it is waited for again
                self._means.shelf.write(server, missed)

    def _status(self, server: Server) -> Status:
        phase, told = self._phases[server.name]
        kept = self._kept[server.name]
        return Status(
            name=server.name,
            phase=phase,
            origin=server.origin,
            way=server.shown or str(server.way),
            told=told,
            offer=kept.offer,
            cached=phase != "ready" and kept.offer is not None,
            log=self._means.log(server.name) if isinstance(server.way, Command) else "",
            withheld=kept.withheld,
        )

    def _tools_of(self, server: Server) -> tuple[ServerTool, ...]:
        offered = self._kept[server.name].usable
        names = tool_names(server.name, [tool.name for tool in offered])
        return tuple(
            ServerTool(names[tool.name], server.name, tool, self.call) for tool in offered if tool.name in names
        )


def _nobody() -> None:
    """A server's word that goes to whoever keeps the connection."""
