"""`/mcp` in words: how the servers of a session stand, and what a person says of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from heartbit_tui.client.homely import homely
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.mcp import telling
from heartbit_tui.mcp.types import ServerError, Status

NONE = "No MCP server is defined for this session. `heartbit mcp add NAME -- PROGRAM` adds one; docs/mcp.md tells more."
USAGE = "/mcp takes nothing, NAME, or approve, refuse or restart and a NAME."
UNKNOWN = "There is no MCP server “{name}”. There are: {names}."


class Served(Protocol):
    """The servers of a session, as a person sees them."""

    def statuses(self) -> tuple[Status, ...]:
        """How each stands."""
        ...

    async def decide(self, name: str, *, yes: bool) -> None:
        """Let a server start, or not. Raises `HeartbitError`."""
        ...

    async def take(self, name: str) -> None:
        """Take the changed tools of a server. Raises `HeartbitError`."""
        ...

    async def restart(self, name: str) -> None:
        """Connect anew. Raises `ServerError`."""
        ...


class AtHome:
    """The servers of a session, with ~ for the person's home folder in all that is told of them."""

    def __init__(self, served: Served, home: str) -> None:
        self._served = served
        self._home = home

    def statuses(self) -> tuple[Status, ...]:
        return tuple(at_home(status, self._home) for status in self._served.statuses())

    async def decide(self, name: str, *, yes: bool) -> None:
        await self._served.decide(name, yes=yes)

    async def take(self, name: str) -> None:
        await self._served.take(name)

    async def restart(self, name: str) -> None:
        await self._served.restart(name)


def at_home(status: Status, home: str) -> Status:
    """How a server stands, with ~ for the home folder."""
    return replace(
        status,
        origin=replace(status.origin, where=homely(status.origin.where, home)),
        way=homely(status.way, home),
        told=homely(status.told, home),
        log=homely(status.log, home),
    )


async def done(served: Served | None, argument: str) -> str:
    """Do what the words after `/mcp` say; what came of it. Raises `HeartbitError`."""
    if served is None:
        return NONE
    verb, _, name = argument.strip().partition(" ")
    if not verb:
        return listed(served)
    if verb in VERBS and name:
        return await VERBS[verb](served, _found(served, name.strip()))
    if name:
        raise HeartbitError(USAGE)
    return "\n".join(f"{fact:<9} {text}" for fact, text in telling.facts(_found(served, verb)))


def listed(served: Served) -> str:
    """One line for each server."""
    statuses = served.statuses()
    if not statuses:
        return NONE
    width = max(len(status.name) for status in statuses)
    return "\n".join(f"{status.name:<{width}}  {said(status)}" for status in statuses)


def said(status: Status) -> str:
    """How a server stands, in a line."""
    return "; ".join(filter(None, (telling.state(status), telling.offered(status), status.told)))


def _found(served: Served, name: str) -> Status:
    found = {status.name: status for status in served.statuses()}
    if name not in found:
        raise HeartbitError(UNKNOWN.format(name=name, names=", ".join(found) or "none"))
    return found[name]


async def _approve(served: Served, status: Status) -> str:
    told: list[str] = []
    if status.phase in ("unapproved", "refused"):
        await served.decide(status.name, yes=True)
        told.append(f"{status.name} starts now, and in later sessions as long as it is defined as it is.")
    if status.withheld:
        await served.take(status.name)
        told.append(f"Taken as they are described now: {', '.join(status.withheld)}.")
    return " ".join(told) or f"{status.name} does not wait for your word."


async def _refuse(served: Served, status: Status) -> str:
    if not status.origin.project or status.phase not in ("unapproved", "refused"):
        raise HeartbitError(f"{status.name} does not wait for your word; where it is defined is {status.origin.where}.")
    await served.decide(status.name, yes=False)
    return f"{status.name} does not start, as long as it is defined as it is."


async def _restart(served: Served, status: Status) -> str:
    try:
        await served.restart(status.name)
    except ServerError as error:
        raise HeartbitError(str(error)) from error
    return f"{status.name} is connected anew."


VERBS: "MappingProxyType[str, Callable[[Served, Status], Awaitable[str]]]" = MappingProxyType(
    {"approve": _approve, "refuse": _refuse, "restart": _restart}
)
