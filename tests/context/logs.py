"""Envelopes for the tests of this folder."""

from heartbit_tui.kernel.events import Envelope, Event
from heartbit_tui.testing.clock import FakeClock


def log(*events: Event, agent: str = "main", first: int = 1) -> list[Envelope]:
    now = FakeClock().now()
    return [
        Envelope(seq=seq, at=now, session="s1", run="run-1", agent=agent, event=event)
        for seq, event in enumerate(events, first)
    ]
