"""A run in which an agent hands tasks to two others, who work at the same time; one of them fails."""

from collections.abc import Iterator
from datetime import timedelta

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    RunCompleted,
    RunFailed,
    RunStarted,
    SessionStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    TextDelta,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, AssistantBlock, StopReason, Text, ToolCall, ToolResult, Usage, user
from heartbit_tui.kernel.ops import Mode
from tests.tui.view.streams import START

USAGE = Usage(input_tokens=1_200, output_tokens=340)
MODEL = "claude-sonnet-4-6"
TASKS = {"tasks": [{"agent": "reader", "task": "read the docs"}, {"agent": "tester", "task": "run the tests"}]}
HAND = ToolCall(id="d", name="delegate_task", input=TASKS)
READ = ToolCall(id="r", name="read", input={"file_path": "docs/rhythm.md"})
TEST = ToolCall(id="t", name="bash", input={"command": "pytest -q"})

Told = tuple[str, Event]


def answers(agent: str, *blocks: AssistantBlock) -> Iterator[Told]:
    calls = sum(isinstance(block, ToolCall) for block in blocks)
    stop = StopReason.TOOL_USE if calls else StopReason.END_TURN
    yield agent, ModelCalled(purpose="turn", model=MODEL, usage=USAGE, cost_usd=0.01)
    yield agent, LlmResponse(turn=1, usage=USAGE, stop_reason=stop, tool_call_count=calls, latency_ms=900, model=MODEL)
    yield agent, AssistantMessage(message=Assistant(content=blocks, stop=stop, usage=USAGE, model=MODEL))


def ends(agent: str, call: ToolCall, output: str, *, error: bool = False) -> Iterator[Told]:
    yield agent, ToolAnswered(result=ToolResult(call_id=call.id, content=output, is_error=error))
    done = ToolCallCompleted(tool_name=call.name, tool_call_id=call.id, is_error=error, duration_ms=2100, output=output)
    yield agent, done


def begins() -> Iterator[Told]:
    """Up to where both are at work."""
    yield "heartbit", SessionStarted(cwd="/proj", provider="anthropic", model=MODEL, mode=Mode.ASK)
    yield "heartbit", RunStarted(task="Look at both.")
    yield "heartbit", UserMessage(message=user("Look at both."))
    yield "heartbit", TurnStarted(turn=1, max_turns=9)
    yield from answers("heartbit", Text(text="I hand it on."), HAND)
    yield "heartbit", ToolCallStarted(tool_name="delegate_task", tool_call_id="d")
    yield "heartbit", SubAgentsDispatched(agents=("reader", "tester"))
    for agent, task in (("reader", "read the docs"), ("tester", "run the tests")):
        yield agent, RunStarted(task=task)
        yield agent, TurnStarted(turn=1, max_turns=9)
    for one, other in (("I read ", "I test "), ("the docs.", "it.")):
        yield "reader", TextDelta(text=one)
        yield "tester", TextDelta(text=other)
    yield from answers("reader", Text(text="I read the docs."), READ)
    yield "reader", ToolCallStarted(tool_name="read", tool_call_id="r", input='{"file_path": "docs/rhythm.md"}')
    yield from answers("tester", Text(text="I test it."), TEST)
    yield "tester", ToolCallStarted(tool_name="bash", tool_call_id="t", input='{"command": "pytest -q"}')


def goes_on() -> Iterator[Told]:
    """To the end."""
    yield from ends("reader", READ, "# Rhythm <b>&amp;</b>")
    yield "reader", TurnStarted(turn=2, max_turns=9)
    yield from ends("tester", TEST, "1 failed", error=True)
    yield from answers("reader", Text(text="The docs are whole."))
    yield "reader", RunCompleted(total_usage=USAGE, tool_calls_made=1)
    yield "reader", SubAgentCompleted(success=True, usage=USAGE)
    yield "tester", RunFailed(error="It needs a key.", partial_usage=USAGE, kind="auth")
    yield "tester", SubAgentCompleted(success=False, usage=USAGE)
    yield from ends("heartbit", HAND, "=== Agent: reader ===\nThe docs are whole.")
    yield "heartbit", TurnStarted(turn=2, max_turns=9)
    yield from answers("heartbit", Text(text="The docs are whole; the tests need a key."))
    yield "heartbit", RunCompleted(total_usage=USAGE, tool_calls_made=1)


def team() -> list[Envelope]:
    """All of it, a second between two events."""
    return [
        Envelope(seq=seq, at=START + timedelta(seconds=seq), session="s-1", run="r", agent=agent, event=event)
        for seq, (agent, event) in enumerate([*begins(), *goes_on()], 1)
    ]
