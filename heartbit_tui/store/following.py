"""Takes the words of a session into the index when nothing has to be written: after a run, and before it is closed."""

import asyncio
import sqlite3

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store import indexing
from heartbit_tui.store.passages import Mask
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.write import storable

REST_SECONDS = 0.5
"""How long nothing has to happen after a run until its words are taken in."""

LEAVING_SECONDS = 0.05
"""How long the end of a session waits for the index; what is not in it then is taken in by the next search."""


class Following:
    """Keeps the index of one session up to its log, a slice at a time, while the session rests after a run."""

    def __init__(self, worker: Worker, session_id: str, mask: Mask) -> None:
        self._worker = worker
        self._session = storable(session_id)
        self._mask = mask
        self._more = False
        self._wanted = False
        self._at_it = False
        self._timer: asyncio.TimerHandle | None = None

    def stir(self) -> None:
        """Something happens in the session, and has to be written first."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def rest(self, ended: bool) -> None:
        """There is nothing to write now; `ended` where a run has just come to its end."""
        self._wanted = self._wanted or ended
        if self._wanted and not self._at_it and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(REST_SECONDS, self._begin)

    def stop(self) -> None:
        """Plan no further slice."""
        self.stir()
        self._wanted = False

    async def finish(self, clock: Clock) -> None:
        """Take in what is left, as far as that is quick."""
        self.stop()
        until = clock.monotonic() + LEAVING_SECONDS
        try:
            while await self._worker.do(self._step) and clock.monotonic() < until:
                pass
        except StoreError:  # whoever searches next does it, and tells what is wrong
            return

    def _begin(self) -> None:
        self._timer, self._at_it = None, True
        self._worker.post(self._slice, self._done)

    def _slice(self, connection: sqlite3.Connection) -> None:
        self._more = self._step(connection)

    def _done(self, failure: StoreError | None) -> None:
        self._at_it = False
        self._wanted = failure is None and self._more and self._wanted
        if self._wanted and self._timer is None:
            self._begin()

    def _step(self, connection: sqlite3.Connection) -> bool:
        found = connection.execute("SELECT key FROM sessions WHERE id = ?", (self._session,)).fetchone()
        return bool(found) and indexing.take_in(connection, found[0], self._mask)
