"""The file that holds all sessions."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Delta, Envelope, Event, SessionRenamed
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store import copies, driver, ids, retention, rows
from heartbit_tui.store.audit import Audit
from heartbit_tui.store.copies import Copy
from heartbit_tui.store.database import version
from heartbit_tui.store.deltas import Pieces
from heartbit_tui.store.following import Following
from heartbit_tui.store.index import Index, SessionInfo, all_places, find_place, owned, place_of
from heartbit_tui.store.locks import Lease, leases
from heartbit_tui.store.migrations import migrate
from heartbit_tui.store.opening import OpenFile
from heartbit_tui.store.recorder import Owner, Place, Recorder
from heartbit_tui.store.rows import Log
from heartbit_tui.store.spending import Spending
from heartbit_tui.store.trail import Trail
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.names import type_of
from heartbit_tui.wire.write import timestamp

if TYPE_CHECKING:
    from heartbit_tui.store.found import Passages

AGENT = "heartbit"
"""The agent of the events that the store itself adds to a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What `prune` removed, or would remove: the sessions, and how many bytes they hold."""

    sessions: tuple[SessionInfo, ...]
    size: int


class Store:
    """All sessions, in one SQLite file that several processes may use at once.

    `async with Store.open(path, clock) as store`. One connection writes and one reads, each in a thread of its own.
    Everything raises `StoreError` when the file cannot be used.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._file = OpenFile(path)
        self._leases = leases(path)
        self._writer = Worker(lambda: self._file.connect(migrate), "heartbit-store-write")
        self._reader = Worker(lambda: driver.connect(path, reads_only=True), "heartbit-store-read")
        self.index = Index(self._reader, self._leases.held, path)
        self.audit = Audit(self._reader, self._writer)
        self.spending = Spending(self._reader)

    @cached_property
    def passages(self) -> "Passages":
        """What was said in all sessions, to be searched."""
        from heartbit_tui.store.found import Passages

        return Passages(self._reader, self._writer, self._clock)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, clock: Clock) -> AsyncGenerator[Self]:
        """The store in the file `path`, made with its folder (0600, 0700) where it is missing."""
        store = cls(path, clock)
        try:
            await store._writer.do(lambda _: None)
            yield store
        finally:
            await store._reader.close()
            await store._writer.close()
            store._file.let_go()

    @asynccontextmanager
    async def recorder(
        self, session_id: str, trail: Trail | None = None, *, owner: Owner | None = None, indexed: bool = True
    ) -> AsyncGenerator[Recorder]:
        """The way into the log of a session, new or taken up again; it is this process's alone while it is open.

        A new session appears in the file with its first event. What was taken is written before this ends, and
        audited where there is a `trail`. Then its words come into the index soon after a run, unless `indexed` says no.
        With an `owner`, tenant and user, a new session is theirs, and one of somebody else's does not exist: `StoreError`.
        """
        lease, place, pieces = await self._writer.do(lambda connection: self._opened(connection, session_id, owner))
        following = Following(self._writer, session_id, trail.mask) if trail and indexed else None
        recorder = Recorder(self._writer, place, self._clock, pieces, trail=trail, following=following)
        checkpoints = asyncio.create_task(recorder.checkpoints(), name=f"checkpoints of {session_id}")
        try:
            yield recorder
        except BaseException:
            # What ended the session is told, not that its last words could not be written either.
            with suppress(StoreError):
                await recorder.flush()
            raise
        else:
            await recorder.flush()
            if following:
                await following.finish(self._clock)
        finally:
            recorder.close()
            if following:
                following.stop()
            checkpoints.cancel()
            await asyncio.wait([checkpoints])
            lease.release()

    async def load(
        self, session_id: str, *, until: int | None = None, only: Collection[type[Event]] | None = None
    ) -> Log:
        """The log of a session, up to and including the seq `until`.

        `only` leaves out other types of events, but for the last. What cannot be read is skipped, and told.
        """
        types = None if only is None else tuple(type_of(kind) for kind in only)

        def operation(connection: sqlite3.Connection) -> Log:
            place = place_of(connection, session_id)
            last = place.summary.last_seq if until is None else min(until, place.summary.last_seq)
            return rows.read(session_id, rows.select(connection, place.key, last, types))

        return await self._reader.do(operation)

    async def fork(self, session_id: str, seq: int | None = None) -> str:
        """A new session that begins as this one went, up to and including `seq`; its id.

        It shares no row with the old one, so neither can lose anything through the other.
        """
        new = ids.new_id(self._clock.now())

        def prepared(connection: sqlite3.Connection) -> Copy:
            parent = place_of(connection, session_id)
            last = parent.summary.last_seq if seq is None else min(seq, parent.summary.last_seq)
            return copies.fork(connection, parent, new, last)

        await self._add(await self._reader.do(prepared))
        return new

    async def take_in(self, log: Sequence[Envelope]) -> str:
        """A new session with these events, such as `import_jsonl` gives; its id."""
        new = ids.new_id(self._clock.now())
        await self._add(await self._reader.do(lambda _: copies.of_log(new, log)))
        return new

    async def holds(self, part: str, question: str, given: Sequence[str]) -> bool:
        """Whether a part of the file that a capability owns has a row for this question; no where there is no such part."""

        def operation(connection: sqlite3.Connection) -> bool:
            there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'parts'").fetchone()
            return bool(there and version(connection, part) and connection.execute(question, given).fetchone())

        return await self._reader.do(operation)

    async def rename(self, session_id: str, title: str) -> None:
        """Give a session that nobody writes now a new title; an open one takes the op `Rename`."""
        await self.index.info(session_id)
        async with self.recorder(session_id) as recorder:
            seq, now, event = recorder.seq + 1, self._clock.now(), SessionRenamed(title=title)
            recorder.take(Envelope(seq=seq, at=now, session=session_id, run="", agent=AGENT, event=event))

    async def delete(self, session_id: str, trail: Trail | None = None) -> None:
        """Remove a session for good; the audit is told with the `trail` of who wants that.

        Raises `StoreError` while some process writes it.
        """
        now = self._clock.now()

        def operation(connection: sqlite3.Connection) -> None:
            place = place_of(connection, session_id)
            with driver.transaction(connection):
                retention.remove(connection, place, self._leases)
                if trail is not None:
                    trail.deleted(connection, session_id, now)
            retention.give_back(connection)

        await self._writer.do(operation)

    async def prune(
        self, *, max_age: timedelta | None = None, max_bytes: int | None = None, dry_run: bool = False
    ) -> Pruned:
        """Remove what was not used for longer than `max_age`, then the oldest until the rest holds `max_bytes`.

        Sessions that are open stay. With `dry_run` nothing is removed.
        """
        oldest = "" if max_age is None else timestamp(self._clock.now() - max_age)

        def operation(connection: sqlite3.Connection) -> list[Place]:
            places = [(place, self._leases.held(place.session_id)) for place in all_places(connection)]
            chosen = retention.surplus(places, oldest, max_bytes)
            return chosen if dry_run else retention.remove_unused(connection, chosen, self._leases)

        removed = await self._writer.do(operation)
        infos = (SessionInfo(id=each.session_id, state="ended", summary=each.summary) for each in removed)
        return Pruned(sessions=tuple(infos), size=sum(each.summary.size for each in removed))

    async def _add(self, copy: Copy) -> None:
        def operation(connection: sqlite3.Connection) -> None:
            with driver.transaction(connection):
                copies.write(connection, copy)

        await self._writer.do(operation)

    def _opened(
        self, connection: sqlite3.Connection, session_id: str, owner: Owner | None
    ) -> tuple[Lease, Place, Pieces]:
        lease = self._leases.take(session_id)
        try:
            place = owned(find_place(connection, session_id), session_id, owner)
            return lease, place, _left_over(connection, place)
        except BaseException:
            lease.release()
            raise


def _left_over(connection: sqlite3.Connection, place: Place) -> Pieces:
    """The pieces of messages that an earlier process did not finish."""
    pieces = Pieces()
    stored = rows.select_pieces(connection, place.key) if place.key else []
    for envelope in rows.read(place.session_id, stored).envelopes if stored else ():
        if isinstance(envelope.event, Delta):
            pieces.found(envelope, envelope.event)
    return pieces
