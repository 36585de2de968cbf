"""The sessions that are open, each shared by its tasks and by all who watch it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import field
from functools import partial
from typing import Final, Self, TypeAlias

from heartbit_tui.auth.users import Owner
from heartbit_tui.client.types import Client
from heartbit_tui.daemon.asked import Asked
from heartbit_tui.daemon.feed import Feed
from heartbit_tui.daemon.waiting import first_of
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.ops import Interrupt
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.options import Options
from heartbit_tui.undo.preview import Preview

Connect: TypeAlias = Callable[[Options], AbstractAsyncContextManager[Client]]

LINGER = 30.0
"""Seconds for which a session that nobody uses is kept open: the next prompt need not build it anew."""

STOPPING: Final = "heartbit is stopping"
"""Who interrupts what is at work when its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """An open session, whose it is, what happens in it, and what waits there for a person.

    Each of `hearers` is called with every envelope, before the feed has it. `shown` is what guests were shown of going
    back. `over` is done once the session is open no more: with what broke it off, or None where it was closed.
    """

    id: str
    owner: Owner
    client: Client
    feed: Feed
    asked: Asked
    over: "asyncio.Future[Exception | None]"
    hearers: set[Callable[[Envelope], None]] = field(default_factory=set[Callable[[Envelope], None]])
    shown: dict[str, Preview] = field(default_factory=dict[str, Preview])


class _Place:
    """One session in the host: how many use it, and the task that holds it open."""

    def __init__(self) -> None:
        self.users = 0
        self.live: asyncio.Future[Live] = asyncio.get_running_loop().create_future()
        self.left = asyncio.Event()
        self.gone = asyncio.Event()


class Host:
    """Opens each session once, however many use it, and closes it some time after the last one has left.

    `async with` it; at its end all sessions are closed. `hear` is called with every envelope of every session.
    `patience` says for how many seconds a request of a session waits for a person, for ever with 0; an unused session stays
    open for `linger` seconds.
    """

    def __init__(
        self,
        connect: Connect,
        clock: Clock,
        hear: Callable[[Envelope], None],
        *,
        patience: Callable[[str], float] = lambda session_id: 0.0,
        linger: float = LINGER,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._hear = hear
        self._patience = patience
        self._linger = linger
        self._places: dict[str, _Place] = {}
        self._tasks = asyncio.TaskGroup()
        self._closing = asyncio.Event()
        self._opening = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._closing.set()
        await self.drain(0.0)
        for place in self._places.values():  # whoever still watches has no say in this
            place.left.set()
        await self._tasks.__aexit__(None, None, None)

    @property
    def open(self) -> tuple[Live, ...]:
        """The sessions that are open now."""
        return tuple(place.live.result() for place in self._places.values() if _ready(place))

    def find(self, session_id: str) -> Live | None:
        """The session with this id, where it is open."""
        place = self._places.get(session_id)
        return place.live.result() if place is not None and _ready(place) else None

    @property
    def working(self) -> tuple[Live, ...]:
        """The open sessions in which something is at work, for a task or for a guest."""
        return tuple(each for each in self.open if each.client.running)

    async def drain(self, grace: float) -> None:
        """Wait for what is at work; after `grace` seconds it is interrupted, for its session is to be closed."""
        if grace > 0 and (working := self.working):
            await first_of(_settled(working), self._clock.sleep(grace))
        for each in self.working:
            each.client.submit(Interrupt(reason=STOPPING))

    async def close(self, session_id: str) -> bool:
        """Close a session that nobody uses, where it is open; False where somebody uses it."""
        place = self._places.get(session_id)
        if place is None:
            return True
        if place.users and not place.left.is_set():
            return False
        place.left.set()
        await place.gone.wait()
        return True

    async def opens(self) -> None:
        """Return once another session has been opened."""
        await self._opening.wait()

    @asynccontextmanager
    async def use(self, session_id: str, options: Options) -> AsyncGenerator[Live]:
        """The session, opened as the options ask where it is not open yet. Raises what opening one raises."""
        while (place := self._places.get(session_id)) is not None and place.left.is_set():
            await place.gone.wait()
        if place is None:
            place = self._places[session_id] = _Place()
            if self._closing.is_set():
                place.left.set()  # it is opened for whoever wants it now, and closed at once
            self._tasks.create_task(self._hold(session_id, options, place), name=f"session {session_id}")
        with self._used(place, session_id):
            yield await asyncio.shield(place.live)

    @contextmanager
    def watched(self, session_id: str) -> Generator[None]:
        """In here a session that is open stays so; one that is not is not opened."""
        place = self._places.get(session_id)
        if place is None or place.left.is_set():
            yield
            return
        with self._used(place, session_id):
            yield

    @contextmanager
    def _used(self, place: _Place, session_id: str) -> Generator[None]:
        place.users += 1
        try:
            yield
        finally:
            place.users -= 1
            if not place.users and not self._closing.is_set():
                self._tasks.create_task(self._leave(place), name=f"leaving {session_id}")

    async def _leave(self, place: _Place) -> None:
        """Let a session go that nobody came back to."""
        await first_of(self._clock.sleep(self._linger), self._closing.wait(), place.gone.wait())
        if not place.users:
            place.left.set()

    async def _hold(self, session_id: str, options: Options, place: _Place) -> None:
        """Keep a session open until all have left it; a context has to be left by the task that entered it."""
        broke: Exception | None = None
        try:
            async with self._connect(options) as client:
                asked = Asked(self._clock, partial(self._patience, session_id), client.submit)
                await self._follow(_live(session_id, client, options, asked), place)
        except Exception as error:  # noqa: BLE001 - whoever uses the session is told; the host and its other sessions go on
            broke = error
            if not place.live.done():
                place.live.set_exception(error)
                place.live.exception()  # it may be that nobody waits any more
        finally:
            del self._places[session_id]
            if place.live.done() and place.live.exception() is None:
                place.live.result().over.set_result(broke)
            place.gone.set()

    async def _follow(self, live: Live, place: _Place) -> None:
        envelopes = live.client.envelopes()
        place.live.set_result(live)
        opening, self._opening = self._opening, asyncio.Event()
        opening.set()
        try:
            await first_of(self._stay(live, place), self._listen(live, envelopes))
        finally:
            place.left.set()
            await live.asked.close()
            live.feed.close()

    async def _stay(self, live: Live, place: _Place) -> None:
        await place.left.wait()
        await live.client.finish()

    async def _listen(self, live: Live, envelopes: AsyncIterator[Envelope]) -> None:
        async for envelope in envelopes:
            self._hear(envelope)
            live.asked.take(envelope)
            for hear in tuple(live.hearers):
                hear(envelope)
            live.feed.add(envelope)


def _live(session_id: str, client: Client, options: Options, asked: Asked) -> Live:
    identity = options.identity
    owner = Owner(tenant=identity.tenant, user=identity.user) if identity else Owner()
    feed = Feed(client.history[-1].seq if client.history else 0)
    over: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
    return Live(id=session_id, owner=owner, client=client, feed=feed, asked=asked, over=over)


async def _settled(working: Sequence[Live]) -> None:
    await asyncio.gather(*(each.client.settled() for each in working), return_exceptions=True)


def _ready(place: _Place) -> bool:
    live = place.live
    return live.done() and not live.cancelled() and live.exception() is None and not place.left.is_set()
