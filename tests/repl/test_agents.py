"""/agents, /steer and /stop line by line: what they tell, and what they send."""

from heartbit_tui.client import crew
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Event,
    RunCompleted,
    RunStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, ToolCall, Usage
from heartbit_tui.kernel.ops import Interrupt, Steer
from heartbit_tui.repl.agents import SAY, USAGE, agents, steer, stop
from heartbit_tui.repl.conversation import Conversation
from tests.repl.test_jobs import Client, Screen
from tests.tui.transcript.story import Log

TASKS = {"tasks": [{"agent": "reader", "task": "read \x1b[2Jit"}, {"agent": "writer", "task": "write it"}]}
HAND = ToolCall(id="c1", name="delegate_task", input=TASKS)
NOBODY = crew.UNKNOWN.format(name="nobody")


def conversation() -> tuple[Conversation, Client, Screen]:
    """One in which a reader works and a writer waits."""
    client, screen, log = Client(), Screen(), Log()
    talk = Conversation(client, screen)
    asks = AssistantMessage(message=Assistant(content=(HAND,), stop=StopReason.TOOL_USE))
    begun: tuple[Event, ...] = (RunStarted(task="go"), asks)
    log.tell(*begun, SubAgentsDispatched(agents=("reader", "writer"), tool_call_id="c1"))
    log.tell(RunStarted(task="read \x1b[2Jit"), agent="reader")
    for envelope in log.envelopes:
        talk.fold.take(envelope)
    return talk, client, screen


async def test_who_works_and_who_waits_is_listed_with_the_task() -> None:
    talk, _, screen = conversation()
    await agents(talk, "")
    first, reader, writer, usage = screen.take()
    assert first == "1 at work · 1 waiting"
    assert reader.startswith("reader        read ␛[2Jit  (works")
    assert writer == "writer        write it  (waits for its turn)"
    assert usage == USAGE
    await agents(talk, "writer")
    assert screen.take() == ["writer        write it  (waits for its turn)", "write it"]
    await agents(talk, "nobody")
    assert screen.take() == [NOBODY]


async def test_one_is_told_something_and_one_is_stopped() -> None:
    talk, client, screen = conversation()
    for line in ("reader be short", "reader", "writer hello", "nobody hello", ""):
        await steer(talk, line)
    for line in ("writer", "nobody", ""):
        await stop(talk, line)
    assert client.ops == [Steer(text="be short", agent="reader"), Interrupt(agent="writer")]
    assert screen.take() == [
        f"reader {crew.READS}",
        SAY.format(name="reader"),
        crew.WAITS.format(name="writer"),
        NOBODY,
        crew.NOBODY,
        "writer is being stopped; the others go on.",
        NOBODY,
        crew.NOBODY,
    ]


async def test_who_has_ended_hears_nothing_and_stays_in_the_list() -> None:
    talk, client, screen = conversation()
    log = Log()
    log.tell(RunCompleted(total_usage=Usage(), tool_calls_made=0), agent="reader")
    log.tell(SubAgentCompleted(success=True, usage=Usage()), agent="reader")
    for envelope in log.envelopes:
        talk.fold.take(envelope)
    await steer(talk, "reader be short")
    await stop(talk, "reader")
    await agents(talk, "")
    told = screen.take()
    assert client.ops == []
    assert told[:2] == [crew.IS_OVER.format(name="reader")] * 2
    assert told[2] == "1 waiting · 1 done"
