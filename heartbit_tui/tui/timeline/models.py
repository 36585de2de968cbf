"""The rows of model calls: one a turn, with what it took, read, wrote and cost."""

from dataclasses import dataclass, replace
from datetime import datetime

from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import (
    ContextSummarized,
    Envelope,
    LlmResponse,
    ModelCalled,
    ModelEscalated,
    RetryAttempt,
    SummaryFailed,
    SummaryStarted,
    TurnStarted,
)
from heartbit_tui.kernel.ledger import saved
from heartbit_tui.tui.timeline.log import Log
from heartbit_tui.tui.timeline.rows import Row, Totals
from heartbit_tui.tui.timeline.spans import Span, between
from heartbit_tui.tui.transcript.blocks import State

Told = TurnStarted | LlmResponse | ModelCalled | RetryAttempt | ModelEscalated
"""What tells of model calls."""

ASIDE = frozenset({"judge", "summary", "compression", "sampling"})
"""The purposes of calls that are no part of the answer during which they are asked."""

NAME = 200
"""Characters of a model's name that are kept."""


@dataclass(slots=True)
class _Open:
    """The row of a model call that goes on."""

    number: int
    began: datetime


class Models:
    """Folds what tells of model calls into rows of a log. An agent has one model call at a time."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._open: dict[str, _Open] = {}
        self._last: dict[str, int] = {}
        self._summaries: dict[str, _Open] = {}
        self.span = Span()
        self.sums = Totals()

    def apply(self, envelope: Envelope, event: Told, agent: str) -> None:
        """Take in an event; `agent` is empty for the main one."""
        found = self._open.get(envelope.agent)
        row = self._log.row(found.number) if found else None
        if isinstance(event, ModelCalled) and event.purpose in ASIDE:
            row = self._summary(envelope.agent) if event.purpose == "summary" else None
        match event:
            case TurnStarted():
                self.close(envelope.agent, envelope.at, "failed")
                self._begin(envelope, agent)
            case LlmResponse() if row is not None:
                self._answered(row, event)
                self.close(envelope.agent, envelope.at, "ok")
            case ModelCalled():
                self._paid(row or self._aside(envelope, event, agent), event)
            case RetryAttempt() if row is not None:
                self._log.put(row, retries=row.retries + 1)
            case ModelEscalated(from_tier=tier, to_tier=to) if row is not None:
                self._log.put(row, climbed=(*row.climbed, one_line(tier, NAME)), title=one_line(to, NAME))
            case _:
                pass

    def summary(
        self, envelope: Envelope, event: SummaryStarted | SummaryFailed | ContextSummarized, agent: str
    ) -> None:
        """A summary begins, or it is over; the calls that write it share one row."""
        if isinstance(event, SummaryStarted):
            row = self._row(envelope, "summary", agent, "running")
            self._summaries[envelope.agent] = _Open(number=row.number, began=envelope.at)
        else:
            self._over(envelope.agent, envelope.at, "failed" if isinstance(event, SummaryFailed) else "ok")

    def last(self, agent: str) -> int | None:
        """The number of the row of the last turn of an agent."""
        return self._last.get(agent)

    def close(self, agent: str, at: datetime, state: State) -> None:
        """The model call of an agent is over, if there is one."""
        self._over(agent, at, state)
        found = self._open.pop(agent, None)
        row = self._log.row(found.number) if found else None
        if found is None:
            return
        self.span.end(at)
        if row is not None:
            self._log.put(row, state=state, working=row.working or between(found.began, at))

    def close_all(self, at: datetime, state: State) -> None:
        """No agent waits for a model any more."""
        for agent in [*self._open, *self._summaries]:
            self.close(agent, at, state)

    def since(self, row: Row) -> datetime | None:
        """When a model call that goes on began."""
        going = (*self._open.values(), *self._summaries.values())
        return next((each.began for each in going if each.number == row.number), None)

    def _summary(self, agent: str) -> Row | None:
        found = self._summaries.get(agent)
        return self._log.row(found.number) if found else None

    def _over(self, agent: str, at: datetime, state: State) -> None:
        """The summary of an agent is over, if there is one."""
        row, found = self._summary(agent), self._summaries.pop(agent, None)
        if row is not None and found is not None:
            self._log.put(row, state=state, working=between(found.began, at))

    def _begin(self, envelope: Envelope, agent: str) -> None:
        row = self._row(envelope, "model", agent, "running")
        self._open[envelope.agent] = _Open(number=row.number, began=envelope.at)
        self._last[envelope.agent] = row.number
        self.span.begin(envelope.at)
        self.sums = replace(self.sums, turns=self.sums.turns + 1)

    def _answered(self, row: Row, event: LlmResponse) -> None:
        usage = event.usage
        self._log.put(
            row,
            title=one_line(event.model or row.title, NAME),
            working=event.latency_ms,
            first=event.time_to_first_token_ms,
            read=row.read or usage.prompt,
            written=row.written or usage.output_tokens,
        )

    def _paid(self, row: Row, event: ModelCalled) -> None:
        usage, sums = event.usage, self.sums
        cost = row.cost if event.cost_usd is None else (row.cost or 0.0) + event.cost_usd
        read, written = row.read + usage.prompt, row.written + usage.output_tokens
        spared = saved(event)
        self._log.put(
            row,
            title=one_line(event.model, NAME),
            read=read,
            written=written,
            cost=cost,
            saved=row.saved + spared,
        )
        self.sums = replace(
            sums,
            read=sums.read + usage.prompt,
            written=sums.written + usage.output_tokens,
            cost=sums.cost + (event.cost_usd or 0.0),
            unpriced=sums.unpriced + (event.cost_usd is None),
            saved=sums.saved + spared,
        )

    def _aside(self, envelope: Envelope, event: ModelCalled, agent: str) -> Row:
        """A model call outside of every turn, such as one that makes the conversation shorter."""
        return self._row(envelope, one_line(event.purpose, NAME), agent, "ok")

    def _row(self, envelope: Envelope, name: str, agent: str, state: State) -> Row:
        number = self._log.end
        return self._log.add(
            Row(
                number=number,
                kind="model",
                id=f"model {envelope.seq}",
                at=envelope.at,
                seq=envelope.seq,
                name=name,
                state=state,
                agent=agent,
            )
        )
