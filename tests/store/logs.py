"""Logs of sessions for the tests of the store."""

from collections.abc import Iterable
from datetime import timedelta

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    RunCompleted,
    RunStarted,
    SessionStarted,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.store.recorder import Recorder
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import EPOCH

STARTED = SessionStarted(cwd="/work/project", provider="scripted", model="m1", mode=Mode.ASK)


def placed(
    events: Iterable[Event], *, session: str = "s", first: int = 1, agent: str = "heartbit"
) -> tuple[Envelope, ...]:
    """Events with their places, one second apart, all in the same run."""
    return tuple(
        Envelope(seq=seq, at=EPOCH + timedelta(seconds=seq), session=session, run="run-1", agent=agent, event=event)
        for seq, event in enumerate(events, first)
    )


def turn(number: int) -> tuple[Event, ...]:
    """What one turn with one call leaves in the log."""
    call = ToolCall(id=f"c{number}", name="bash", input={"command": f"echo {number}"})
    result = ToolResult(call_id=call.id, content="a line of output\n" * 20)
    message = Assistant(content=(Text(text="I look. " * 10), call), stop=StopReason.TOOL_USE)
    usage = Usage(input_tokens=10, output_tokens=5)
    return (
        TurnStarted(turn=number, max_turns=50),
        AssistantMessage(message=message),
        ModelCalled(purpose="turn", model="m1", usage=usage, cost_usd=0.5),
        LlmResponse(turn=number, usage=usage, stop_reason=StopReason.TOOL_USE, tool_call_count=1),
        ToolCallStarted(tool_name="bash", tool_call_id=call.id, input='{"command":"echo"}'),
        ToolAnswered(result=result),
        ToolCallCompleted(tool_name="bash", tool_call_id=call.id, is_error=False, duration_ms=3, output="a line"),
    )


def run(prompt: str, turns: int = 1) -> tuple[Event, ...]:
    """A run from its prompt to its end."""
    steps = [event for number in range(1, turns + 1) for event in turn(number)]
    end = RunCompleted(total_usage=Usage(), tool_calls_made=turns)
    return (RunStarted(task=prompt), UserMessage(message=user(prompt)), *steps, end)


async def record(store: Store, session: str, events: Iterable[Event]) -> tuple[Envelope, ...]:
    """Record events as a session, or as what follows in one; what was recorded."""
    async with store.recorder(session) as recorder:
        log = placed(events, session=session, first=recorder.seq + 1)
        give(recorder, log)
    return log


def give(recorder: Recorder, log: Iterable[Envelope]) -> None:
    for envelope in log:
        recorder.take(envelope)
