"""What happens in the sessions of the pictures, as events."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Event,
    LlmResponse,
    ModelCalled,
    PermissionDenied,
    RunStarted,
    ToolCallCompleted,
    ToolCallStarted,
    ToolInputDelta,
    ToolProgress,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, AssistantBlock, JsonObject, StopReason, ToolCall, Usage, user
from heartbit_tui.tui.transcript.blocks import Block, Call
from tests.tui.renderers import samples
from tests.tui.snapshots.stage import AGENT, MODEL, PROJECT, PROVIDER

USAGE = Usage(input_tokens=1_840, output_tokens=412, cache_read_input_tokens=21_500)
SAMPLES = "/home/ada/shop"
"""The folder that the samples of blocks are about."""


def asked(words: str) -> tuple[Event, ...]:
    """A person gives a task, and the run begins."""
    return (RunStarted(task=words), UserMessage(message=user(words)), TurnStarted(turn=1, max_turns=50))


def answered(*parts: AssistantBlock, turn: int = 1) -> tuple[Event, ...]:
    """The model has written all of a message."""
    calls = sum(isinstance(part, ToolCall) for part in parts)
    stop = StopReason.TOOL_USE if calls else StopReason.END_TURN
    message = Assistant(content=parts, stop=stop, provider=PROVIDER, model=MODEL, usage=USAGE)
    return (
        *((TurnStarted(turn=turn, max_turns=50),) if turn > 1 else ()),
        ModelCalled(purpose="turn", model=MODEL, usage=USAGE, cost_usd=0.0176),
        LlmResponse(turn=turn, usage=USAGE, stop_reason=stop, tool_call_count=calls, latency_ms=1_900, model=MODEL),
        AssistantMessage(message=message),
    )


def ended(call: ToolCall, output: str, took: int = 12, *, failed: bool = False, **details: Any) -> tuple[Event, ...]:
    """A call starts and ends."""
    return (
        ToolCallStarted(tool_name=call.name, tool_call_id=call.id),
        ToolCallCompleted(
            tool_name=call.name,
            tool_call_id=call.id,
            is_error=failed,
            duration_ms=took,
            output=output,
            details=details,
        ),
    )


def sample_calls() -> Iterator[tuple[str, tuple[Event, ...]]]:
    """The sample calls that no person is asked about, as events, each with the agent that makes it."""
    for block in samples.blocks():
        if isinstance(block, Call) and block.state not in ("asking", "cut"):
            call = moved(block)
            yield call.agent or AGENT, tuple(_happens(call))


def sample(id: str) -> Block:
    """The sample with this id, in the project of the pictures."""
    return moved(next(block for block in samples.blocks() if isinstance(block, Call) and block.id == id))


def moved(call: Call) -> Call:
    """A sample call, in the project of the pictures."""
    texts = {name: getattr(call, name).replace(SAMPLES, PROJECT) for name in ("arguments", "output", "preview", "note")}
    return replace(call, **texts, input=_moved(call.input), details=_moved(call.details))


def _moved(given: JsonObject) -> JsonObject:
    return json.loads(json.dumps(dict(given)).replace(SAMPLES, PROJECT))


def _happens(call: Call) -> Iterator[Event]:
    if call.state == "writing":
        yield ToolInputDelta(tool_call_id=call.id, tool_name=call.tool, text=call.arguments)
        return
    yield from answered(ToolCall(id=call.id, name=call.tool, input=call.input), turn=2)
    if call.state == "refused":
        yield PermissionDenied(tool_name=call.tool, tool_call_id=call.id, reason=call.note, input=call.input)
    elif call.state != "waiting":
        yield ToolCallStarted(tool_name=call.tool, tool_call_id=call.id)
    if call.state == "running" and call.output:
        yield ToolProgress(tool_call_id=call.id, text=call.output)
    if call.state in ("ok", "failed", "refused"):
        yield ToolCallCompleted(
            tool_name=call.tool,
            tool_call_id=call.id,
            is_error=call.state != "ok",
            duration_ms=call.milliseconds,
            output=call.output,
            details=call.details,
        )
