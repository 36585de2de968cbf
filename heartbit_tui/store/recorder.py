"""Writes what happens in one session, while it happens."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import field, fields, replace
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import Delta, Envelope, RunCompleted, RunFailed, RunInterrupted, RunStarted
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store import rows
from heartbit_tui.store.deltas import Pieces
from heartbit_tui.store.driver import transaction
from heartbit_tui.store.facts import Fact
from heartbit_tui.store.following import Following
from heartbit_tui.store.summary import Summary, prompt_of, summarise
from heartbit_tui.store.trail import Trail
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.write import storable

CHECKPOINT_SECONDS = 1.0
"""How much of a message that is still being written a kill -9 may cost."""

PAUSE_SECONDS = 0.01
"""How long an event that nobody waits for may wait for others, to be written with them."""

Owner: TypeAlias = tuple[str, str]
"""Tenant and user of a session, as in their columns."""

NOBODY: Owner = ("", "")
"""The person at this machine."""

_COLUMNS = tuple(each.name for each in fields(Summary))
_INSERT = f"INSERT INTO sessions (id, {', '.join(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)})"
_UPDATE = f"UPDATE sessions SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE key = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one step of the log writes: an envelope, the seqs of the pieces that it replaces, what is audited of it."""

    envelope: Envelope
    replaces: tuple[int, ...] = ()
    fact: Fact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a session stands in the file: the key of its row, 0 before the first write, its summary, and whose it is."""

    session_id: str
    key: int = 0
    summary: Summary = field(default_factory=Summary)
    owner: Owner = NOBODY


class Recorder:
    """Takes every envelope of a session and makes it durable; a kernel `Journal`.

    `take` never waits: one batch at a time is with the writer thread, and whatever comes meanwhile forms the next.
    A batch that could not be written is kept and tried again with the next commit, so the log never has a gap.
    With a `trail` the same transaction writes the audit. `following` is told when there is nothing to write.
    """

    def __init__(
        self,
        worker: Worker,
        place: Place,
        clock: Clock,
        pieces: Pieces,
        *,
        trail: Trail | None = None,
        following: Following | None = None,
    ) -> None:
        self._worker = worker
        self._trail = trail
        self._following = following
        self._place = place
        self._clock = clock
        self._pieces = pieces
        self._queue: list[Entry] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._taken = self._durable = place.summary.last_seq
        self._stirred = asyncio.Event()

    @property
    def seq(self) -> int:
        """The seq of the newest envelope that was taken, 0 in a new session."""
        return self._taken

    def take(self, envelope: Envelope) -> None:
        """Record an envelope; synchronous, for the bus."""
        self._taken = envelope.seq
        if self._following:
            self._following.stir()
        if isinstance(envelope.event, Delta):
            self._pieces.add(envelope, envelope.event)
            self._stirred.set()
            return
        fact = self._trail.fact(envelope) if self._trail else None
        self._queue.append(Entry(envelope=envelope, replaces=self._pieces.superseded(envelope), fact=fact))
        self._plan(soon=isinstance(envelope.event, RunStarted))

    async def committed(self, seq: int) -> None:
        """Return once this envelope and all before it would survive a kill -9.

        Pieces of a message that is still being written are exempt: they follow within a second. Raises
        `StoreError` when the file cannot be written, and again for as long as that is so.
        """
        if seq <= self._durable:
            return
        if seq > self._taken:
            raise StoreError(f"Event {seq} was never given to the recorder, which has seen {self._taken}.")
        if not any(entry.envelope.seq >= seq for entry in self._queue):
            self.checkpoint()
        if not self._unwritten:
            self._durable = self._taken
            return
        waiter = self._wait_for(seq)
        self._submit()
        await waiter

    async def kept(self, seq: int) -> None:
        """Return as `committed` does, once the next batch is written. Raises `StoreError`."""
        if seq <= self._durable or not self._unwritten:
            return
        waiter = self._wait_for(seq)
        self._plan()
        await waiter

    def _wait_for(self, seq: int) -> asyncio.Future[None]:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((seq, waiter))
        return waiter

    def checkpoint(self) -> None:
        """Store the pieces that wait."""
        self._queue.extend(Entry(envelope=envelope) for envelope in self._pieces.checkpoint())
        self._submit()

    async def checkpoints(self) -> None:
        """Store waiting pieces once a second for as long as there are any; runs until it is cancelled."""
        while True:
            await self._stirred.wait()
            await self._clock.sleep(CHECKPOINT_SECONDS)
            self._stirred.clear()
            self.checkpoint()

    async def flush(self) -> None:
        """Write all that was taken, pieces too. Raises `StoreError`."""
        self.checkpoint()
        await self.committed(self._taken)

    def close(self) -> None:
        """Plan no further write; what was taken since the last one is not written then."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _unwritten(self) -> bool:
        return self._busy or bool(self._queue) or self._pieces.waiting

    def _plan(self, *, soon: bool = False) -> None:
        """Write in a moment, so that what happens together is one transaction.

        The beginning of a run is written `soon`, once the loop comes round: it is the first thing that readers wait for.
        """
        if soon:
            self.close()
        if self._timer is None and not self._busy:
            pause = 0.0 if soon else PAUSE_SECONDS
            self._timer = asyncio.get_running_loop().call_later(pause, self._submit)

    def _submit(self) -> None:
        self.close()
        if self._busy or not self._queue:
            return
        self._busy = True
        batch = tuple(self._queue)
        writing = _Writing(self._place, batch, self._trail)
        self._worker.post(writing, self._written(writing, len(batch)))

    def _written(self, writing: "_Writing", count: int) -> Callable[[StoreError | None], None]:
        def done(failure: StoreError | None) -> None:
            self._busy = False
            if failure is None:
                self._place = writing.place
                del self._queue[:count]
                self._durable = max(self._durable, writing.last if self._unwritten else self._taken)
                self._settle()
                self._submit()
                if self._following and not self._busy:
                    self._following.rest(writing.ends)
            else:
                self._fail(failure)

        return done

    def _settle(self) -> None:
        """Let go of everybody whose envelope is durable."""
        waiting: list[tuple[int, asyncio.Future[None]]] = []
        for seq, waiter in self._waiters:
            if seq > self._durable:
                waiting.append((seq, waiter))
            elif not waiter.done():
                waiter.set_result(None)
        self._waiters = waiting

    def _fail(self, failure: StoreError) -> None:
        waiters, self._waiters = self._waiters, []
        for _, waiter in waiters:
            if not waiter.done():
                waiter.set_exception(StoreError(str(failure)))


class _Writing:
    """One batch as one transaction; runs on the writer's thread."""

    def __init__(self, place: Place, batch: tuple[Entry, ...], trail: Trail | None) -> None:
        self.place = place
        self._trail = trail
        self._batch = batch
        self.last = max(entry.envelope.seq for entry in batch)
        self.ends = any(isinstance(entry.envelope.event, RunCompleted | RunFailed | RunInterrupted) for entry in batch)

    def __call__(self, connection: sqlite3.Connection) -> None:
        envelopes = [entry.envelope for entry in self._batch]
        stored = [rows.row_of(envelope) for envelope in envelopes]
        whole = [envelope for envelope in envelopes if not isinstance(envelope.event, Delta)]
        summary = summarise(whole, self.place.summary)
        size = summary.size + sum(len(row[-1]) for row in stored)
        place = replace(self.place, summary=replace(summary, size=size, last_seq=max(summary.last_seq, self.last)))
        with transaction(connection):
            place = save_summary(connection, place)
            rows.insert(connection, place.key, stored)
            rows.remove(connection, place.key, (seq for entry in self._batch for seq in entry.replaces))
            save_prompts(connection, place, whole)
            if self._trail:
                self._trail.write(connection, (entry.fact for entry in self._batch if entry.fact))
        self.place = place


def save_summary(connection: sqlite3.Connection, place: Place) -> Place:
    """Write a session's line in the index; the key is there afterwards."""
    values = tuple(_storable(getattr(place.summary, name)) for name in _COLUMNS)
    if place.key:
        connection.execute(_UPDATE, (*values, place.key))
        return place
    key = connection.execute(_INSERT, (place.session_id, *values)).lastrowid
    if place.owner != NOBODY:
        connection.execute("INSERT INTO owners (session, tenant, user) VALUES (?, ?, ?)", (key, *place.owner))
    return replace(place, key=key or 0)


def insert_summary(connection: sqlite3.Connection, place: Place) -> None:
    """Write the line of a session whose key is known but which has no line."""
    values = tuple(_storable(getattr(place.summary, name)) for name in _COLUMNS)
    marks = ", ".join("?" * (len(_COLUMNS) + 2))
    statement = f"INSERT INTO sessions (key, id, {', '.join(_COLUMNS)}) VALUES ({marks})"
    connection.execute(statement, (place.key, storable(place.session_id), *values))


def save_prompts(connection: sqlite3.Connection, place: Place, envelopes: Sequence[Envelope]) -> None:
    """Add what a person typed to the history and to the search."""
    texts = [storable(prompt_of(envelope)) for envelope in envelopes]
    prompts = [(place.key, storable(place.summary.cwd), text) for text in texts if text.strip()]
    if prompts:
        connection.executemany("INSERT INTO prompts (session, cwd, text) VALUES (?, ?, ?)", prompts)


def _storable(value: str | float) -> str | float:
    return storable(value) if isinstance(value, str) else value
