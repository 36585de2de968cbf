"""What was spent on models, by day and model: read from the audit, which outlives the sessions that it tells of."""

import sqlite3
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from heartbit_tui.kernel.ledger import Daily
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.store.worker import Worker
from heartbit_tui.wire.write import storable, timestamp

_CALLS = "FROM audit WHERE kind = 'model_called' AND at >= ? AND at < ?"
_SUM = f"SELECT coalesce(sum(json_extract(told, '$.cost_usd')), 0.0) {_CALLS} AND NOT (session = ? AND seq > ?)"
_TOKENS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_ROWS = (
    "SELECT at, json_extract(told, '$.model'), json_extract(told, '$.cost_usd'), "
    + ", ".join(f"coalesce(json_extract(told, '$.usage.{name}'), 0)" for name in _TOKENS)
    + f" {_CALLS} ORDER BY at"
)


class Spending:
    """What all sessions of the file spent; everything raises `StoreError` when it cannot be read."""

    def __init__(self, reader: Worker) -> None:
        self._reader = reader

    async def on(self, day: date, *, session_id: str = "", after: int = 0) -> float:
        """US dollars that were spent on a day, without what this session spent after this seq."""
        begin, end = _bounds(day, day)

        def operation(connection: sqlite3.Connection) -> float:
            values = (begin, end, storable(session_id), after)
            return float(connection.execute(_SUM, values).fetchone()[0])

        return await self._reader.do(operation)

    async def days(self, first: date, last: date) -> list[Daily]:
        """What each model cost on each day, the newest day first, and the dearest model first."""
        begin, end = _bounds(first, last)
        rows = await self._reader.do(lambda connection: connection.execute(_ROWS, (begin, end)).fetchall())
        sums: dict[tuple[date, str], Daily] = {}
        for at, model, cost, *tokens in rows:
            key = (_day(at), str(model))
            known = sums.get(key) or Daily(day=key[0], model=key[1])
            sums[key] = replace(
                known,
                calls=known.calls + 1,
                usage=known.usage + Usage(**dict(zip(_TOKENS, tokens, strict=True))),
                cost_usd=known.cost_usd + (cost or 0.0),
                unpriced=known.unpriced + (cost is None),
            )
        return sorted(sums.values(), key=lambda each: (-each.day.toordinal(), -each.cost_usd, each.model))


def _bounds(first: date, last: date) -> tuple[str, str]:
    """The moments between which days lie, as rows have them."""
    begin, end = (datetime.combine(day, time.min).astimezone() for day in (first, last + timedelta(days=1)))
    return timestamp(begin), timestamp(end)


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone().date()
