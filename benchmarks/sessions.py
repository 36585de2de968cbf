"""Taking up a session of 10,000 messages: from the file to the next request."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row, bound
from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.conversation import Conversation
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
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.opening import RESUMED
from heartbit_tui.store.store import Store

MESSAGES = 10_000
PARAGRAPH = "The quick brown fox jumps over the lazy dog, and the test suite passes again. " * 5
USAGE = Usage(input_tokens=1000, output_tokens=80)


def rows(messages: int = MESSAGES) -> Iterator[Row]:
    """The rows of this benchmark."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "heartbit.db"
        count = asyncio.run(written(path, messages))
        times = [asyncio.run(_take_up(path, messages)) for _ in range(5)]
        what = f"a session of {messages:,} messages ({count:,} events): load and fold to the next request"
        yield bound(what, statistics.median(times), 300, unit="ms")


async def written(path: Path, messages: int, cwd: str = "/project") -> int:
    """Write a session called `bench` into the file at `path`; how many events it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    async with Store.open(path, clock) as store, store.recorder("bench") as recorder:
        bus = Bus((recorder.take,))
        seq = 0
        for seq, event in enumerate(_events(messages, cwd), 1):
            bus.publish(Envelope(seq=seq, at=clock.now(), session="bench", run="run-1", agent="heartbit", event=event))
        await recorder.flush()
        return seq


async def _take_up(path: Path, messages: int) -> float:
    async with Store.open(path, SystemClock()) as store:
        began = time.perf_counter()
        log = await store.load("bench", only=RESUMED)
        found = Conversation("heartbit", log.envelopes).messages()
        spent = (time.perf_counter() - began) * 1000
    if len(found) != messages:
        raise SystemExit(f"{len(found)} messages came back of {messages}")
    return spent


def _events(messages: int, cwd: str) -> Iterator[Event]:
    """A conversation as it is recorded: every answer but the last calls a tool."""
    yield SessionStarted(cwd=cwd, provider="anthropic", model="bench", mode=Mode.ASK)
    yield RunStarted(task="Go through everything.")
    yield UserMessage(message=user("Go through everything."))
    for turn in range(1, messages // 2):
        yield from _turn(turn)
    yield AssistantMessage(message=Assistant(content=(Text(text="Done."),), usage=USAGE))
    yield RunCompleted(total_usage=USAGE, tool_calls_made=messages // 2 - 1)


def _turn(turn: int) -> Iterator[Event]:
    call = ToolCall(id=f"call_{turn}", name="read", input={"file_path": f"src/part_{turn}.py"})
    message = Assistant(content=(Text(text=PARAGRAPH), call), stop=StopReason.TOOL_USE, model="bench", usage=USAGE)
    yield TurnStarted(turn=turn, max_turns=MESSAGES)
    yield ModelCalled(purpose="turn", model="bench", usage=USAGE, cost_usd=0.01)
    yield AssistantMessage(message=message)
    yield LlmResponse(turn=turn, usage=USAGE, stop_reason=StopReason.TOOL_USE, tool_call_count=1, text=PARAGRAPH)
    yield ToolCallStarted(tool_name="read", tool_call_id=call.id, input='{"file_path": "src/part.py"}')
    yield ToolAnswered(result=ToolResult(call_id=call.id, content=PARAGRAPH * 2))
    yield ToolCallCompleted(tool_name="read", tool_call_id=call.id, is_error=False, duration_ms=3, output=PARAGRAPH * 2)
