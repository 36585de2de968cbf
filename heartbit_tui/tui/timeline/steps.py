"""The rows of a workflow's steps: when each began, how it ended, what was spent in it."""

from datetime import datetime

from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import Envelope, StepEnded, StepStarted
from heartbit_tui.tui.timeline.log import Log
from heartbit_tui.tui.timeline.rows import Row
from heartbit_tui.tui.transcript.blocks import State

WIDTH = 200
"""Characters of a step's name that are kept."""


class Steps:
    """Folds the beginnings and ends of steps into rows of a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._open: dict[str, int] = {}

    def apply(self, envelope: Envelope) -> None:
        """Take in an event. What tells of no step changes nothing."""
        match envelope.event:
            case StepStarted() as event:
                self._begin(envelope, event)
            case StepEnded() as event:
                self._end(event)
            case _:
                pass

    def close_all(self, at: datetime) -> None:
        """Whatever has not ended was cut off with the run."""
        for number in self._open.values():
            row = self._log.row(number)
            if row is not None:
                self._log.put(row, state="cut", working=max(int((at - row.at).total_seconds() * 1000), 0))
        self._open.clear()

    def since(self, row: Row) -> datetime | None:
        """When a step that goes on began."""
        return row.at if row.number in self._open.values() else None

    def _begin(self, envelope: Envelope, event: StepStarted) -> None:
        again = f", round {event.round}" if event.round else ""
        row = self._log.add(
            Row(
                number=self._log.end,
                kind="step",
                id=f"{envelope.run} {event.id}",
                at=envelope.at,
                seq=envelope.seq,
                name="flow" if not event.within else "step",
                title=one_line(f"{event.name} ({event.kind}{again})", WIDTH),
                state="running",
            )
        )
        self._open[event.id] = row.number

    def _end(self, event: StepEnded) -> None:
        row = self._log.row(self._open.pop(event.id, None))
        if row is not None:
            state: State = "ok" if event.how == "done" else "failed" if event.how == "failed" else "cut"
            told = one_line(event.error, WIDTH)
            self._log.put(row, state=state, working=event.duration_ms, outcome=told, cost=event.cost_usd)
