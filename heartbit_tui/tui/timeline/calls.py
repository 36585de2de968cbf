"""The rows of tool calls: asked for, decided on, waiting for their turn, working, ended."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from heartbit_tui.client import titles
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    NameRepaired,
    PermissionDenied,
    QuestionAnswered,
    QuestionAsked,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
)
from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.tui.timeline.log import Log
from heartbit_tui.tui.timeline.rows import Row, Totals
from heartbit_tui.tui.timeline.spans import Lanes, Span, between
from heartbit_tui.tui.transcript.blocks import State

TITLE = 200
"""Characters of a title that are kept."""


@dataclass(slots=True)
class _Open:
    """A call that has not ended: its row, whose it is, and when what happened to it."""

    number: int
    agent: str
    ready: datetime
    asked: datetime | None = None
    started: datetime | None = None
    works: bool = False
    """Whether its time counts as time in tools now."""
    inside: int = 0
    """Of the time that it waited for a person, what lies after its start."""


class Calls:
    """Folds what tells of tool calls into rows of a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._open: dict[str, _Open] = {}
        self._questions: dict[str, str] = {}
        self._lanes: dict[str, Lanes] = {}
        self.tools = Span()
        self.person = Span()
        self.sums = Totals()

    def apply(self, envelope: Envelope, agent: str) -> None:
        """Take in an event; `agent` is empty for the main one. What tells of no call changes nothing."""
        match envelope.event:
            case ToolInputDelta(tool_call_id=call, tool_name=tool):
                self._row(envelope, agent, call, tool, "writing")
            case AssistantMessage(message=message):
                self._written(envelope, agent, message.calls)
                for asked in message.calls:
                    row = self._row(envelope, agent, asked.id, asked.name)
                    self._log.put(row, name=_name(asked.name), title=_title(asked.name, asked.input), state="waiting")
                    self._open[asked.id].ready = envelope.at
            case NameRepaired(tool_call_id=call, tool_name=tool):
                self._change(call, name=_name(tool))
            case PermissionDenied(tool_call_id=call, tool_name=tool, input=given):
                row = self._row(envelope, agent, call, tool)
                self._log.put(row, state="refused", title=_title(tool, given) or row.title)
            case ToolCallStarted():
                self._began(envelope, agent, envelope.event)
            case ToolCallCompleted():
                self._completed(envelope, agent, envelope.event)
            case _:
                self._person(envelope, agent)

    def _written(self, envelope: Envelope, agent: str, calls: Sequence[ToolCall]) -> None:
        """The answer is whole: its calls have ids of their own now, and what was written and is none of them is over.

        A service may give the same ids in each turn, or none.
        """
        named = {call.id for call in calls}
        left = [call for call in self._open if call not in named and self._is_written(call, agent)]
        for call, before in zip((each for each in calls if each.id not in self._open), tuple(left), strict=False):
            left.remove(before)
            self._change(before, id=call.id)
            self._open[call.id] = self._open.pop(before)
        for call in left:
            self.close(call, envelope.at, "cut")

    def _is_written(self, call: str, agent: str) -> bool:
        found = self._open[call]
        row = self._log.row(found.number)
        return found.agent == agent and row is not None and row.state == "writing"

    def find(self, call: str) -> int | None:
        """The number of the row of a call that has not ended."""
        return self._open[call].number if call in self._open else None

    def since(self, row: Row) -> datetime | None:
        """Since when a call that has not ended is in its state."""
        found = self._open.get(row.id)
        return None if found is None else found.asked or found.started or found.ready

    def close_all(self, at: datetime, agent: str | None = None) -> None:
        """Whatever has not ended was cut off: everybody's, or what is `agent`'s."""
        for call, found in list(self._open.items()):
            if agent is None or found.agent == agent:
                self.close(call, at, "cut")

    def close(self, call: str, at: datetime, state: State) -> None:
        """A call is over."""
        found = self._open.pop(call, None)
        if found is None:
            return
        waited = between(found.asked, at) if found.asked else 0
        if found.asked is not None:
            self.person.end(at)
            self._questions = {key: other for key, other in self._questions.items() if other != call}
        self._works(found, at, False)
        if found.started is not None:
            self._lanes[found.agent].free(call)
        row = self._log.row(found.number)
        if row is None:
            return
        if state == "cut" and found.started is not None:
            inside = found.inside + waited
            row = replace(row, working=max(between(found.started, at) - inside, 0))
        self._log.put(row, state=state, person=row.person + waited)

    def _person(self, envelope: Envelope, agent: str) -> None:
        match envelope.event:
            case ApprovalRequested(call=call, id=key):
                row = self._row(envelope, agent, call.id, call.name)
                self._log.put(row, title=_title(call.name, call.input) or row.title)
                self._asks(key, call.id, envelope.at)
            case QuestionAsked(id=key, tool_call_id=call):
                self._asks(key, call, envelope.at)
            case ApprovalDecision(id=key, tool_call_id=call, approved=approved):
                self._decided(self._questions.pop(key, call), envelope.at, "waiting" if approved else "refused")
            case QuestionAnswered(id=key):
                self._decided(self._questions.pop(key, ""), envelope.at, "running")
            case _:
                pass

    def _asks(self, key: str, call: str, at: datetime) -> None:
        found = self._open.get(call)
        if found is None or found.asked is not None:
            return
        self._questions[key] = call
        found.asked = at
        self.person.begin(at)
        self._works(found, at, False)
        self._change(call, state="asking")

    def _decided(self, call: str, at: datetime, state: State) -> None:
        found = self._open.get(call)
        row = self._log.row(found.number) if found else None
        if found is None or found.asked is None:
            return
        waited = between(found.asked, at)
        found.asked, found.ready = None, at
        self.person.end(at)
        if found.started is not None:
            found.inside += waited
            self._works(found, at, True)
            state = "running"
        if row is not None:
            self._log.put(row, state=state, person=row.person + waited)

    def _began(self, envelope: Envelope, agent: str, event: ToolCallStarted) -> None:
        row = self._row(envelope, agent, event.tool_call_id, event.tool_name)
        found = self._open[row.id]
        if found.started is not None:
            return
        found.started = envelope.at
        self._works(found, envelope.at, True)
        self._log.put(
            row,
            name=_name(event.tool_name),
            state="running",
            lane=self._lanes.setdefault(agent, Lanes()).take(row.id),
            queued=between(found.ready, envelope.at),
            title=row.title or _title(event.tool_name, _read(event.input)),
        )

    def _completed(self, envelope: Envelope, agent: str, event: ToolCallCompleted) -> None:
        row = self._row(envelope, agent, event.tool_call_id, event.tool_name)
        found = self._open[row.id]
        took = event.duration_ms or (between(found.started, envelope.at) if found.started else 0)
        state: State = "refused" if row.state == "refused" else "failed" if event.is_error else "ok"
        added, removed = _int(event.details.get("added")), _int(event.details.get("removed"))
        self._log.put(
            row,
            name=_name(event.tool_name),
            working=max(took - found.inside, 0),
            outcome=one_line(titles.outcome(event.details), TITLE),
            exit_code=_int(event.details.get("exit_code")),
            added=added,
            removed=removed,
        )
        self.close(row.id, envelope.at, state)
        sums = self.sums
        self.sums = replace(
            sums,
            calls=sums.calls + 1,
            failed=sums.failed + (state == "failed"),
            added=sums.added + (added or 0),
            removed=sums.removed + (removed or 0),
        )

    def _works(self, found: _Open, at: datetime, works: bool) -> None:
        if works != found.works:
            found.works = works
            (self.tools.begin if works else self.tools.end)(at)

    def _row(self, envelope: Envelope, agent: str, call: str, tool: str, state: State = "waiting") -> Row:
        """The row of a call that has not ended; a new one where there is none."""
        found = self._open.get(call)
        row = self._log.row(found.number) if found else None
        if row is not None:
            return row
        row = Row(
            number=self._log.end,
            kind="call",
            id=call,
            at=envelope.at,
            seq=envelope.seq,
            name=_name(tool),
            state=state,
            agent=agent,
        )
        self._open[call] = _Open(number=row.number, agent=agent, ready=envelope.at)
        return self._log.add(row)

    def _change(self, call: str, **changes: Any) -> None:
        found = self._open.get(call)
        row = self._log.row(found.number) if found else None
        if row is not None:
            self._log.put(row, **changes)


def _name(tool: str) -> str:
    return one_line(tool[:TITLE], TITLE)


def _title(tool: str, given: JsonObject) -> str:
    return one_line(titles.title(tool, given)[: 4 * TITLE], TITLE)


def _read(text: str) -> JsonObject:
    """The input of a call as the log shows it; nothing where it was cut off."""
    try:
        found: object = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return cast(JsonObject, found) if isinstance(found, Mapping) else {}


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
