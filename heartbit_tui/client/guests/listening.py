"""Hearing what happens in a session of a daemon, over as many connections as that takes."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from heartbit_tui.client.guests.visit import Visit
from heartbit_tui.client.remote import Remote, RemoteError, UnreachableError
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.read import load_envelope

FIRST: Final = 0.2
LONGEST: Final = 3.0
"""Seconds before the first attempt to reach a daemon again, and at most before a later one; each time twice as long."""

LOST: Final = "The daemon does not answer: reconnecting. What you send meanwhile waits."
BACK: Final = "Connected again."
GONE: Final = "This session cannot be followed any more: {why}"


class Listening:
    """Takes each envelope once and in order; `tell` gets a sentence where the daemon is lost and where it is back.

    Pieces of an answer that a daemon told before it died may never have been written down, and their seqs may stand for
    something else now: what is asked for is what comes after the last fact.
    """

    def __init__(
        self,
        remote: Remote,
        visit: Visit,
        take: Callable[[Envelope], None],
        tell: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._remote = remote
        self._visit = visit
        self._take = take
        self._tell = tell
        self._clock = clock or SystemClock()
        self._fact = 0
        self._seen = 0

    async def run(self, after: int, over: Callable[[], None]) -> None:
        """Hear of all after a seq until this is cancelled; `over` is called where the session cannot be had any more."""
        self._fact = self._seen = after
        path = f"/sessions/{self._visit.session_id}/events?follow=true"
        try:
            while True:
                with suppress(UnreachableError):
                    async for each in self._remote.once(path, self._fact):
                        self._heard(each)
                await self._found_again()
        except RemoteError as error:
            self._tell(GONE.format(why=error.said))
            over()

    async def _found_again(self) -> None:
        """Return once the daemon answers; that it does not is told if it is not at once."""
        pause, told = FIRST, False
        while True:
            try:
                shown = await self._remote.ask("GET", f"/sessions/{self._visit.session_id}")
            except UnreachableError:
                self._visit.gone()
                if not told:
                    self._tell(LOST)
                told = True
                await self._clock.sleep(pause)
                pause = min(pause * 2, LONGEST)
            else:
                break
        self._visit.daemon = str(shown.get("daemon", ""))
        self._visit.back()
        if self._visit.edits or not shown.get("open"):
            with suppress(HeartbitError):  # whoever may only look goes on looking
                await self._visit.command("open")
        if told:
            self._tell(BACK)

    def _heard(self, each: Mapping[str, Any]) -> None:
        for envelope in read((each,)):
            if isinstance(envelope.event, Delta):
                if envelope.seq <= self._seen:
                    continue
                self._seen = envelope.seq
            elif envelope.seq <= self._fact:
                continue
            else:
                self._fact = self._seen = envelope.seq
            self._take(envelope)


def read(log: "Iterable[Mapping[str, Any]]") -> tuple[Envelope, ...]:
    """The envelopes; one of a newer version than this is left out."""
    found = list[Envelope]()
    for each in log:
        with suppress(WireError):
            found.append(load_envelope(each))
    return tuple(found)
