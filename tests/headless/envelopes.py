"""Envelopes for folds: numbered, of one run, unless told otherwise."""

from collections.abc import Iterable
from datetime import UTC, datetime

from heartbit_tui.kernel.events import Envelope, Event

AT = datetime(2026, 11, 21, tzinfo=UTC)


def enveloped(
    events: Iterable[Event], *, run: str = "run-1", agent: str = "heartbit", first: int = 1
) -> list[Envelope]:
    """The events one after the other in one run of one agent."""
    return [
        Envelope(seq=seq, at=AT, session="s", run=run, agent=agent, event=event)
        for seq, event in enumerate(events, first)
    ]
