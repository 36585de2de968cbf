"""Undo in sessions that are not open: what a command does, and what is swept once a day."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from heartbit_tui.kernel.events import Envelope, Event, FilesChanged, Undone
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.recorder import Recorder
from heartbit_tui.store.store import Store
from heartbit_tui.undo.collect import Collected, InUse, Kept, collect
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.past import HEARD, Past
from heartbit_tui.undo.service import Service

AGENT = "heartbit"
EVERY = 1_000_000


class StoredLog:
    """The log of a session that nobody has open, while this process may write it."""

    def __init__(self, session: str, recorder: Recorder, past: Past, clock: Clock) -> None:
        self._session = session
        self._recorder = recorder
        self._past = past
        self._clock = clock

    def append(self, event: Event) -> int:
        seq = self._recorder.seq + 1
        envelope = Envelope(
            seq=seq, at=self._clock.now(), session=self._session, run="", agent=self._past.agent or AGENT, event=event
        )
        self._recorder.take(envelope)
        self._past.take(envelope)
        return seq

    async def committed(self, seq: int) -> None:
        await self._recorder.committed(seq)


@asynccontextmanager
async def stored(store: Store, session: str, folder: Path, clock: Clock) -> AsyncGenerator[Service]:
    """Undo in a session of the store. Raises `StoreError` where some process has it open."""
    async with store.recorder(session) as recorder:
        past = Past((await store.load(session, only=HEARD)).envelopes)
        engine = await asyncio.to_thread(Engine, folder)
        try:
            log = StoredLog(session, recorder, past, clock)
            yield Service(session, lambda: engine, past, log, lambda: secrets.token_hex(4))
        finally:
            engine.close()


async def sweep(store: Store, folder: Path, clock: Clock, *, most: int | None, dry_run: bool = False) -> Collected:
    """Remove what no session needs any more. Raises `InUse`, `StoreError` and `OSError`."""
    sessions = await store.index.search(limit=EVERY)
    kept = [Kept(session=each.id, records=await _records(store, each.id)) for each in sessions]
    now = clock.now().timestamp()
    return await asyncio.to_thread(lambda: collect(folder, kept, most=most, now=now, dry_run=dry_run))


async def sweep_quietly(store: Store, folder: Path, clock: Clock, *, most: int | None) -> None:
    """The same, but not while a session is open, and no fault of the disk matters: it is done again another day."""
    with suppress(InUse, OSError):
        if not await asyncio.to_thread(folder.is_dir):
            return
        await sweep(store, folder, clock, most=most)


async def _records(store: Store, session: str) -> tuple[str, ...]:
    found = (await store.load(session, only=(FilesChanged, Undone))).envelopes
    events = (each.event for each in found)
    return tuple(each.record for each in events if isinstance(each, FilesChanged | Undone) and each.record)
