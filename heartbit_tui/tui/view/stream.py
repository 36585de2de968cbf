"""The lines of stream-json turned back into the envelopes that they were told from, as far as they say it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    Notice,
    PermissionDenied,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    SessionStarted,
    TextDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    clip,
)
from heartbit_tui.kernel.messages import Assistant, JsonObject, StopReason, ToolCall, ToolResult, Usage, User
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.wire.errors import InvalidError
from heartbit_tui.wire.read import load, load_message
from heartbit_tui.wire.write import encode

TICK = timedelta(milliseconds=1)
"""How far the clock goes on with each event that tells no duration."""

MIXED = "all models"
"""Whose the price of a run is that more than one model worked on."""


class Stream:
    """Takes in decoded lines. Its clock begins at `start` and goes on by what each call took."""

    def __init__(self, start: datetime) -> None:
        self._at = start
        self._seq = 0
        self._session = ""
        self._agent = "heartbit"
        self._turns: dict[str, int] = {}
        self._open: set[str] = set()
        self._calls: dict[str, ToolCall] = {}
        self._denied: set[str] = set()
        self._model = ""
        self._running = False
        self._main = ""
        self._others: set[str] = set()
        self.finished = False

    def take(self, line: JsonObject) -> list[Envelope]:
        """What a line tells; nothing for a kind that is not known. Raises `InvalidError`."""
        events: Iterable[Event]
        agent = line.get("agent")
        who = agent if isinstance(agent, str) and agent else self._agent
        if line.get("subtype") != "init":
            self._main = self._main or who
        match line.get("type"):
            case "system" if line.get("subtype") == "init":
                events = self._begin(line)
            case "system":
                events = self._system(line, who)
            case "assistant":
                events = self._answered(_object(line, "message"), who)
            case "user":
                events = self._results(line)
            case "stream_event":
                events = self._piece(line, who)
            case "result":
                events = self._end(line)
            case _:
                events = []
        return [self._placed(event, who) for event in events]

    def _begin(self, line: JsonObject) -> list[Event]:
        self._session = _text(line, "session_id")
        self.finished = False
        started = SessionStarted(
            cwd=_text(line, "cwd"),
            provider=_text(line, "provider"),
            model=_text(line, "model"),
            mode=_mode(_text(line, "permission_mode")),
        )
        return [started]

    def _system(self, line: JsonObject, agent: str) -> list[Event]:
        match line.get("subtype"):
            case "permission_denied":
                self._denied.add(_text(line, "tool_use_id"))
                denied = PermissionDenied(
                    tool_name=_text(line, "tool_name"),
                    tool_call_id=_text(line, "tool_use_id"),
                    reason=_text(line, "reason"),
                    rule=_text(line, "rule"),
                    input=_mapping(line.get("tool_input")),
                )
                return [denied]
            case "run_ended":
                self._running = False
                error = line.get("error")
                return [_ending(_text(line, "run_subtype"), str(error or ""), Usage(), 0)]
            case "notice" if "event" not in line:
                return [Notice(level="warning", text=_text(line, "text"))]
            case _ if isinstance(line.get("event"), str):
                if line["event"] == "sub_agent_completed":
                    self._others.discard(agent)
                return [*self._run(), load({**line, "type": line["event"]})]
            case _:
                return []

    def _answered(self, told: JsonObject, agent: str) -> list[Event]:
        message = load_message({**told, "content": [_block(block) for block in _list(told, "content")]})
        if not isinstance(message, Assistant):
            raise InvalidError("An assistant's line holds no assistant's message.", type="assistant")
        for call in message.calls:
            self._calls[call.id] = call
        if _is_own(message) and agent not in self._open:
            return [*self._run(), *self._work(agent), AssistantMessage(message=message)]
        turn = [*self._run(), *self._turn(agent)]
        self._open.discard(agent)
        self._model = message.model if self._model in ("", message.model) else MIXED
        response = LlmResponse(
            turn=self._turns.get(agent, 1),
            usage=message.usage,
            stop_reason=message.stop,
            tool_call_count=len(message.calls),
            text=clip(message.text),
            model=message.model or None,
        )
        # What it cost is told once, at the end; 0.0 keeps it from counting as a price that nobody knows.
        called = ModelCalled(purpose="turn", model=message.model, usage=message.usage, cost_usd=0.0)
        return [*turn, called, response, AssistantMessage(message=message)]

    def _results(self, line: JsonObject) -> Iterator[Event]:
        """Made while they are placed, because the clock goes on with what each call took."""
        message = load_message(_object(line, "message"))
        results = (
            [part for part in message.content if isinstance(part, ToolResult)] if isinstance(message, User) else []
        )
        told = line.get("tool_use_result")
        more = _mapping(told)
        return (event for result in results for event in self._result(result, more))

    def _result(self, result: ToolResult, told: JsonObject) -> Iterator[Event]:
        call = self._calls.pop(result.call_id, None) or ToolCall(id=result.call_id, name=_text(told, "tool_name"))
        name = _text(told, "tool_name") or call.name
        took = _count(told, "duration_ms")
        if call.id not in self._denied:
            yield ToolCallStarted(tool_name=name, tool_call_id=call.id, input=clip(encode(call.input)))
        self._at += timedelta(milliseconds=took)
        yield ToolAnswered(result=result)
        yield ToolCallCompleted(
            tool_name=name,
            tool_call_id=call.id,
            is_error=result.is_error,
            duration_ms=took,
            output=clip(result.content),
            details=_mapping(told.get("details")),
            changed=tuple(str(each) for each in _list(told, "changed")),
        )

    def _piece(self, line: JsonObject, agent: str) -> list[Event]:
        text = _mapping(_object(line, "event").get("delta")).get("text")
        if not isinstance(text, str):
            return []
        return [*self._run(), *self._turn(agent), TextDelta(text=text)]

    def _end(self, line: JsonObject) -> list[Event]:
        self.finished = True
        cost, spent = line.get("total_cost_usd"), _usage(line.get("usage"))
        paid = float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None
        bill = (
            [ModelCalled(purpose="all turns", model=self._model, usage=Usage(), cost_usd=paid)] if self._turns else []
        )
        if not self._running and self._turns:
            return list(bill)
        self._running = False
        said = _mapping(line.get("error")).get("message", "")
        return [*bill, _ending(_text(line, "subtype"), str(said or ""), spent, len(self._calls))]

    def _run(self) -> list[Event]:
        if self._running:
            return []
        self._running = True
        return [RunStarted(task="")]

    def _turn(self, agent: str) -> list[Event]:
        if agent in self._open:
            return []
        self._open.add(agent)
        self._turns[agent] = self._turns.get(agent, 0) + 1
        return [*self._work(agent), TurnStarted(turn=self._turns[agent], max_turns=0)]

    def _work(self, agent: str) -> list[Event]:
        """Another agent begins to work for the one that was heard first; what its task is no stream tells."""
        if agent == self._main or agent in self._others:
            return []
        self._others.add(agent)
        return [RunStarted(task="")]

    def _placed(self, event: Event, agent: str) -> Envelope:
        self._seq += 1
        self._at += TICK
        return Envelope(seq=self._seq, at=self._at, session=self._session, run="run", agent=agent, event=event)


def _is_own(message: Assistant) -> bool:
    """Whether no model wrote it: a command of a workflow, or its answer."""
    return not message.model and message.usage == Usage() and message.stop is not StopReason.INTERRUPTED


def _ending(subtype: str, error: str, spent: Usage, calls: int) -> Event:
    if subtype == "success":
        return RunCompleted(total_usage=spent, tool_calls_made=calls)
    if subtype == "interrupted":
        return RunInterrupted(
            reason=error.removeprefix("Interrupted by ").rstrip(".") or "someone", partial_usage=spent
        )
    return RunFailed(error=error or subtype, partial_usage=spent, kind=subtype)


def _block(block: Any) -> Any:
    """A block in the kernel's own form: a stream has reasoning under the key `thinking`."""
    told = _mapping(block)
    if told.get("type") == "thinking":
        return {"type": "thinking", "text": told.get("thinking", ""), "signature": told.get("signature", "")}
    return block


def _usage(told: object) -> Usage:
    given = _mapping(told)
    return Usage(input_tokens=_count(given, "input_tokens"), output_tokens=_count(given, "output_tokens"))


def _object(line: JsonObject, key: str) -> JsonObject:
    found = line.get(key)
    if not isinstance(found, Mapping):
        raise InvalidError(f"`{key}` is missing.", type=str(line.get("type", "")))
    return cast("JsonObject", found)


def _mapping(found: object) -> JsonObject:
    """A JSON object, an empty one where there is none."""
    return cast("JsonObject", found) if isinstance(found, Mapping) else {}


def _list(line: JsonObject, key: str) -> list[Any]:
    found = line.get(key)
    return cast("list[Any]", found) if isinstance(found, list) else []


def _text(line: JsonObject, key: str) -> str:
    found = line.get(key)
    return found if isinstance(found, str) else ""


def _count(line: JsonObject, key: str) -> int:
    found = line.get(key)
    return min(max(found, 0), 10**9) if isinstance(found, int) and not isinstance(found, bool) else 0


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        return Mode.ASK
