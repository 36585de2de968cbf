"""What happened in a task and what happens now, from any place on, to its end."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final

from heartbit_tui.daemon.feed import Feed, Gap, Line, line
from heartbit_tui.daemon.live import Host
from heartbit_tui.daemon.service import Service
from heartbit_tui.daemon.waiting import first_of
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.store import Store
from heartbit_tui.tasks import ENDED, CommandQueue, Task

PAUSE: Final = 1.0
"""Seconds between two looks at what another daemon has written."""


class Following:
    """Reads what sessions tell: what is kept from the store, and the newest from the feed of the open session."""

    def __init__(self, host: Host, store: Store, queue: CommandQueue, service: Service, clock: Clock) -> None:
        self._clock = clock
        self._host = host
        self._store = store
        self._queue = queue
        self._service = service

    async def stay(self, session_id: str, after: int) -> AsyncGenerator[tuple[Line, ...]]:
        """All lines of a session after a seq, in order, for as long as this is read: also of what comes later.

        A session that is open stays so as long as somebody reads.
        """
        while True:
            with self._host.watched(session_id):
                async with aclosing(self.of_session(session_id, after)) as batches:
                    async for batch in batches:
                        if batch:
                            after = batch[-1].seq
                            yield batch
            while self._host.find(session_id) is None and await self._last(session_id) <= after:
                await first_of(self._host.opens(), self._clock.sleep(PAUSE))

    async def _last(self, session_id: str) -> int:
        """The seq of the newest event that is kept of a session."""
        try:
            return (await self._store.index.info(session_id)).summary.last_seq
        except StoreError:
            return 0

    async def of_session(self, session_id: str, after: int) -> AsyncGenerator[tuple[Line, ...]]:
        """All lines of a session after a seq, in order; it goes on while the session is open."""
        live = self._host.find(session_id)
        if live is None:
            yield await self._kept(session_id, after)
            return
        async with aclosing(live.feed.after(after)) as feed:
            async for batch in feed:
                if isinstance(batch, Gap):
                    yield await self._kept(session_id, batch.after, batch.until)
                else:
                    yield batch

    async def of_task(self, task: Task, after: int) -> AsyncGenerator[tuple[Line, ...]]:
        """All lines of a task after a seq, in order, from its beginning to its end; one that waits is waited for."""
        begun = await self._begun(task)
        if begun is None:
            return
        task, seq = begun, max(after, begun.first_seq or 0)
        while True:
            live = self._host.find(task.session)
            if live is not None and task.state == "running" and task.first_seq is not None:
                async with aclosing(self._until_its_end(live.feed, task, seq)) as batches:
                    async for batch in batches:
                        seq = batch[-1].seq if batch else seq
                        yield batch
            now = await self._queue.get(task.id)
            if now is None:
                return
            seq = max(seq, now.first_seq or 0)
            kept = await self._kept(now.session, seq, now.last_seq) if now.first_seq is not None else ()
            if kept:
                seq = kept[-1].seq
                yield kept
            if now.state in ENDED or now.state == "interrupted":
                return
            if now.state != "running" or self._host.find(now.session) is None:
                await first_of(self._host.opens(), self._service.changed(now), self._clock.sleep(PAUSE))
            task = now

    async def _begun(self, task: Task) -> Task | None:
        """The task, once it has a place in its session or will never have one; None once there is no such task."""
        found: Task | None = task
        while found is not None and found.first_seq is None and found.state in ("pending", "running"):
            found = await self._service.changed(found)
        return found

    async def _until_its_end(self, feed: Feed, task: Task, seq: int) -> AsyncGenerator[tuple[Line, ...]]:
        """What the feed has, until the task stands otherwise; what comes after that is of another."""
        changing = asyncio.create_task(self._service.changed(task))
        reading: asyncio.Task[tuple[Line, ...] | Gap] | None = None
        async with aclosing(feed.after(seq)) as lines:
            try:
                while not changing.done():
                    reading = asyncio.ensure_future(anext(lines))
                    await asyncio.wait({reading, changing}, return_when=asyncio.FIRST_COMPLETED)
                    if changing.done() or reading.exception() is not None:
                        return
                    batch = reading.result()
                    yield await self._kept(task.session, batch.after, batch.until) if isinstance(batch, Gap) else batch
            finally:
                for each in (changing, *((reading,) if reading else ())):
                    each.cancel()
                await asyncio.gather(changing, *((reading,) if reading else ()), return_exceptions=True)

    async def _kept(self, session_id: str, after: int, until: int | None = None) -> tuple[Line, ...]:
        """What there is of a session after one seq, up to another; nothing where there is no such session.

        An open one has the pieces of answers too, which the store lets go of once the answer is whole.
        """
        live = self._host.find(session_id)
        if live is not None and (found := live.feed.since(after, until)) is not None:
            return found
        try:
            log = await self._store.load(session_id, until=until)
        except StoreError:
            return ()
        # A long log takes seconds to be written; others are served meanwhile.
        return await asyncio.to_thread(lambda: tuple(line(each) for each in log.envelopes if each.seq > after))


def chunk(lines: Iterable[Line]) -> bytes:
    """Lines as server-sent events, each with its seq as id."""
    return "".join(f"id: {each.seq}\ndata: {each.text}\n\n" for each in lines).encode()
