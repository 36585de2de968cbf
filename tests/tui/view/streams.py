"""A run as heartbit's headless mode tells it, and as its store exports it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from heartbit_tui.client.tally import Tally
from heartbit_tui.client.types import About
from heartbit_tui.headless.endings import SUCCESS
from heartbit_tui.headless.reporters import InStream, Last
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    PermissionDenied,
    RunCompleted,
    RunStarted,
    SessionStarted,
    TextDelta,
    TodosChanged,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, Thinking, ToolCall, ToolResult, Usage, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.store.export_jsonl import export_jsonl

START = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
USAGE = Usage(input_tokens=1_200, output_tokens=340)
ABOUT = About(session_id="s-1", cwd="/proj", provider="anthropic", model="claude-sonnet-4-6", mode=Mode.PLAN, tools=())


def answer(*parts: Text | Thinking | ToolCall, turn: int) -> list[Event]:
    message = Assistant(
        content=parts, stop=StopReason.TOOL_USE, provider="anthropic", model="claude-sonnet-4-6", usage=USAGE
    )
    return [
        ModelCalled(purpose="turn", model="claude-sonnet-4-6", usage=USAGE, cost_usd=0.06),
        LlmResponse(turn=turn, usage=USAGE, stop_reason=StopReason.TOOL_USE, tool_call_count=1, latency_ms=900),
        AssistantMessage(message=message),
    ]


def call(id: str, tool: str, output: str, took: int, details: dict[str, object]) -> list[Event]:
    return [
        ToolCallStarted(tool_name=tool, tool_call_id=id),
        ToolAnswered(result=ToolResult(call_id=id, content=output, is_error=bool(details.get("exit_code")))),
        ToolCallCompleted(
            tool_name=tool,
            tool_call_id=id,
            is_error=bool(details.get("exit_code")),
            duration_ms=took,
            output=output,
            details=details,
        ),
    ]


def log() -> list[Envelope]:
    bash = ToolCall(id="a", name="bash", input={"command": "pytest -q"})
    edit = ToolCall(id="b", name="edit", input={"file_path": "src/a.py"})
    events: list[Event] = [
        SessionStarted(cwd="/proj", provider="anthropic", model="claude-sonnet-4-6", mode=Mode.PLAN),
        RunStarted(task="mend it"),
        UserMessage(message=user("mend it")),
        TurnStarted(turn=1, max_turns=9),
        TextDelta(text="I will "),
        TextDelta(text="look."),
        *answer(Thinking(text="Hm."), Text(text="I will look."), bash, edit, turn=1),
        PermissionDenied(tool_name="edit", tool_call_id="b", reason="plan mode", input={"file_path": "src/a.py"}),
        *call("b", "edit", "Permission denied: plan mode", 0, {}),
        *call("a", "bash", "1 failed", 2_100, {"exit_code": 1}),
        TodosChanged(todos=({"content": "mend it", "status": "in_progress", "priority": "high"},)),
        TurnStarted(turn=2, max_turns=9),
        TextDelta(text="Done."),
        *answer(Text(text="Done."), turn=2),
        RunCompleted(total_usage=USAGE + USAGE, tool_calls_made=2),
    ]
    return [
        Envelope(seq=seq, at=START + timedelta(seconds=seq), session="s-1", run="r", agent="heartbit", event=event)
        for seq, event in enumerate(events, 1)
    ]


def exported(envelopes: Iterable[Envelope] | None = None) -> list[str]:
    return list(export_jsonl(envelopes if envelopes is not None else log()))


def streamed(envelopes: Iterable[Envelope] | None = None, *, partial: bool = True) -> list[str]:
    reporter, tally = InStream(partial=partial), Tally()
    told = reporter.begin(ABOUT).out
    for envelope in envelopes if envelopes is not None else log():
        tally.take(envelope)
        told += reporter.take(envelope).out
    told += reporter.end(Last(tally=tally, ending=SUCCESS, session_id="s-1", duration_ms=5_000)).out
    return told.splitlines()
