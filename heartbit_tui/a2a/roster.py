"""All agents of one session: their cards are got beside its work, and tools made of those that may be spoken to."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Self

from heartbit_tui.a2a import cards
from heartbit_tui.a2a.plain import tool_name, visible
from heartbit_tui.a2a.tools import AgentTool, TaskTool
from heartbit_tui.a2a.types import (
    AgentError,
    Card,
    Connect,
    Definition,
    Fault,
    Fetch,
    Heard,
    Link,
    Peer,
    Phase,
    Reply,
    Shelf,
    Status,
)
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.protocols import Clock, Tool

CARD_SECONDS = 20.0
"""How long the card of an agent may take."""

CANCEL_SECONDS = 3.0
"""How long the end of a session waits for tasks to be ended that nobody waits for any more."""

FAILED = "The A2A agent at {url} is not there: {told}."
LATE = f"its card did not come within {CARD_SECONDS:g} s"
CHANGED = "The A2A agent at {url} describes itself as “{name}” now, in other words than before."


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a roster works with. `say` tells the person something; a warning where its second argument is true."""

    fetch: Fetch
    connect: Connect
    shelf: Shelf
    clock: Clock
    say: Callable[[str, bool], None]


class Roster:
    """`async with` it; `launch` gets the cards."""

    def __init__(self, definitions: Sequence[Definition], means: Means) -> None:
        self._means = means
        self._members = {each.url: Member(each, means) for each in definitions if isinstance(each, Peer)}
        self._faults = tuple(each.text for each in definitions if isinstance(each, Fault))
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._tools: tuple[Tool, ...] | None = None
        for member in self._members.values():
            member.beside = self._beside

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._recall)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._looking.values():
            task.cancel()
        waiting = frozenset((*self._looking.values(), *self._tasks))
        if waiting:
            late = (await asyncio.wait(waiting, timeout=CANCEL_SECONDS))[1]
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    def warnings(self) -> tuple[str, ...]:
        """Definitions that cannot be used."""
        return self._faults

    def statuses(self) -> tuple[Status, ...]:
        """How each agent stands, in the order in which they are defined."""
        self.tools()  # which gives them their names
        return tuple(member.status for member in self._members.values())

    def launch(self) -> None:
        """Get the cards; returns at once."""
        for url, member in self._members.items():
            if url not in self._looking:
                self._looking[url] = asyncio.ensure_future(self._look(member))

    async def first(self, seconds: float) -> bool:
        """Return once each agent is known or cannot be reached, or the time is over; whether there was anything to wait for."""
        unknown = [self._looking[url] for url, each in self._members.items() if not each.known and url in self._looking]
        waiting = [task for task in unknown if not task.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=seconds)
        return bool(waiting)

    async def settled(self) -> None:
        """Return once each agent has answered what it is, or has failed to."""
        if self._looking:
            await asyncio.wait(self._looking.values())

    def tools(self) -> tuple[Tool, ...]:
        """The tools of the agents that are known."""
        if self._tools is None:
            self._tools = tuple(self._made())
        return self._tools

    def _made(self) -> list[Tool]:
        found: list[Tool] = []
        taken = set[str]()
        for member in self._members.values():
            if member.known:
                wanted = member.peer.name or member.card.name
                name = tool_name(wanted, member.peer.digest)
                if name in taken:
                    name = tool_name(wanted, member.peer.digest, taken=True)
                taken.add(name)
                member.tool = name
                found += [AgentTool(name, member, self._means.clock), TaskTool(name, member)]
        return found

    def _recall(self) -> None:
        for member in self._members.values():
            with suppress(AgentError, HeartbitError):
                member.take(self._means.shelf.read(member.peer.digest))

    async def _look(self, member: "Member") -> None:
        try:
            async with asyncio.timeout(CARD_SECONDS):
                text = await self._means.fetch(member.peer)
        except TimeoutError:
            self._failed(member, LATE)
        except (AgentError, HeartbitError) as error:
            self._failed(member, str(error))
        else:
            await self._taken(member, text)
        self._tools = None

    async def _taken(self, member: "Member", text: str) -> None:
        before = member.card if member.known else None
        try:
            member.take(text)
        except AgentError as error:
            member.forget()  # what it said earlier does not count any more
            self._failed(member, str(error))
            return
        member.phase = "ready"
        with suppress(HeartbitError):  # then it is asked for again in the next session
            await asyncio.to_thread(self._means.shelf.write, member.peer.digest, text)
        if before is not None and before != member.card:
            self._means.say(CHANGED.format(url=member.peer.url, name=member.card.name), True)

    def _failed(self, member: "Member", why: str) -> None:
        member.fail(visible(why).rstrip("."))
        self._means.say(FAILED.format(url=member.peer.url, told=member.status.told), True)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Member:
    """One agent of a roster, and the way to it."""

    def __init__(self, peer: Peer, means: Means) -> None:
        self.peer = peer
        self.phase: Phase = "looking"
        self.tool = ""
        self.beside: Callable[[Coroutine[Any, Any, None]], None] = _nobody
        self._means = means
        self._card: Card | None = None
        self._found: dict[str, Any] = {}
        self._told = ""
        self._link: Link | None = None
        self._connecting = asyncio.Lock()

    @property
    def known(self) -> bool:
        """Whether it ever told what it is, and may be spoken to where it says."""
        return self._card is not None

    @property
    def card(self) -> Card:
        assert self._card is not None
        return self._card

    @property
    def seconds(self) -> float:
        return self.peer.seconds

    @property
    def status(self) -> Status:
        """How it stands."""
        return Status(
            url=self.peer.url, phase=self.phase, told=self._told, card=self._card, tool=self.tool if self.known else ""
        )

    def take(self, text: str) -> None:
        """Believe this card from now on. Raises `AgentError`."""
        found = cards.table_of(text)
        card = cards.read(found, self.peer)
        if (card, found) != (self._card, self._found):
            self._card, self._found, self._link = card, dict(found), None

    def fail(self, why: str) -> None:
        """It is not there, or may not be spoken to."""
        self.phase, self._told = "failed", why

    def forget(self) -> None:
        """Believe nothing of it any more."""
        self._card, self._found, self._link = None, {}, None

    async def send(self, text: str, task_id: str, context_id: str, heard: Heard) -> Reply:
        return await (await self._way()).send(text, task_id, context_id, heard)

    async def task(self, task_id: str, *, cancel: bool) -> Reply:
        link = await self._way()
        return await (link.cancel(task_id) if cancel else link.task(task_id))

    def give_up(self, task_id: str) -> None:
        self.beside(self._cancelled(task_id))

    async def _cancelled(self, task_id: str) -> None:
        with suppress(AgentError, TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                await (await self._way()).cancel(task_id)

    async def _way(self) -> Link:
        async with self._connecting:
            if self._link is None:
                self._link = await self._means.connect(self.peer, self._found, self.card)
            return self._link


def _nobody(work: Coroutine[Any, Any, None]) -> None:
    work.close()
