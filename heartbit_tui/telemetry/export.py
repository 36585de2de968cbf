"""Spans handed over to whoever wants them, behind the back of the session: nothing waits, nothing fails by it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from heartbit_tui.telemetry.spans import Span

ROOM: Final = 4_096
"""Spans that may wait; what comes when so many do is dropped and counted."""

BATCH: Final = 512
"""Spans that are sent at once, as many as OpenTelemetry's own batches have."""

GATHER: Final = 1.0
"""Seconds for which further spans are waited for before some are sent."""

LOST = "Telemetry could not be sent: {why} {count} spans were lost so far; the session goes on."


class Sender(Protocol):
    """Brings spans to where they are wanted; called in a thread of its own."""

    def send(self, spans: Sequence[Span]) -> str:
        """Send them, in a bounded time. What went wrong, in a sentence; empty where nothing did."""
        ...

    def close(self) -> None:
        """Give up what is being sent; called from another thread."""
        ...


class Exporter:
    """A bounded queue with a thread behind it, which makes the sender when there is something to send.

    `failed` hears once, in that thread, of what goes wrong.
    """

    def __init__(
        self,
        connect: Callable[[], Sender],
        show: Callable[[Span], Span],
        failed: Callable[[str], None],
        *,
        room: int = ROOM,
        gather: float = GATHER,
    ) -> None:
        self._connect = connect
        self._show = show
        self._failed = failed
        self._room = room
        self._gather = gather
        self._waiting: deque[Span] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._sender: Sender | None = None
        self._busy = self._hurry = self._over = self._told = False
        self.lost = 0
        """Spans that were dropped, or could not be sent."""

    def put(self, spans: Iterable[Span]) -> None:
        """Queue spans; returns at once."""
        with self._changed:
            for span in spans:
                if self._over or len(self._waiting) >= self._room:
                    self.lost += 1
                else:
                    self._waiting.append(span)
            if self._waiting:
                self._begin()
            self._changed.notify_all()

    def ready(self) -> None:
        """Something will be sent soon: let the sender be made, which takes its time. Returns at once."""
        with self._changed:
            self._begin()

    def flush(self, seconds: float) -> bool:
        """Return once all that waits was sent or lost, at the latest after so many seconds; whether it was. Blocks."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            done = self._changed.wait_for(lambda: not self._waiting and not self._busy, seconds)
            self._hurry = False
        return done

    def hush(self) -> None:
        """Tell of no failure any more."""
        with self._changed:
            self._told = True

    def close(self, seconds: float) -> bool:
        """Flush, and take nothing more; what is not sent by then is lost. Whether all was sent. Blocks."""
        until = time.monotonic() + seconds
        done = self.flush(seconds)
        with self._changed:
            self._over = True
            self.lost += len(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        if self._sender is not None:
            self._sender.close()
        if self._thread is not None:
            self._thread.join(max(until - time.monotonic(), 0.0))
        return done and not self.lost

    def _begin(self) -> None:
        if self._thread is None and not self._over:
            self._thread = threading.Thread(target=self._work, name="telemetry", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        # What is wrong now will be wrong with the first batch too, and is told then.
        with suppress(Exception):
            self._sender = self._connect()
        while batch := self._next():
            try:
                self._sender = self._sender or self._connect()
                why = self._sender.send([self._show(span) for span in batch])
            # Whatever a library does, or lacks, must not be the session's trouble.
            except Exception as error:  # noqa: BLE001
                why = str(error) or type(error).__name__
            self._sent(batch, why)

    def _next(self) -> list[Span]:
        """The next batch, waited for; empty when no more come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over)
            self._changed.wait_for(lambda: len(self._waiting) >= BATCH or self._hurry or self._over, self._gather)
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
            self._busy = bool(batch)
            return batch

    def _sent(self, batch: Sequence[Span], why: str) -> None:
        with self._changed:
            if why:
                self.lost += len(batch)
                if not self._told:  # before who waits for a flush goes on
                    self._failed(LOST.format(why=why, count=self.lost))
                self._told = True
            self._busy = False
            self._changed.notify_all()
