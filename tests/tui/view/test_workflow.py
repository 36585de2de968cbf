"""A workflow in a stream: what no model said is no turn of one."""

from datetime import timedelta

from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    RunCompleted,
    RunStarted,
    SessionStarted,
    StepEnded,
    StepStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    ToolCallStarted,
)
from heartbit_tui.kernel.messages import Assistant, StopReason, Text, ToolCall, Usage
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.tui.timeline.timeline import Timeline
from heartbit_tui.tui.transcript.blocks import Answer, Call, Work
from heartbit_tui.tui.transcript.transcript import Transcript
from heartbit_tui.tui.view.read import Reader
from tests.tui.view.streams import START, streamed
from tests.tui.view.team import Told, ends

ECHO = ToolCall(id="c", name="bash", input={"command": "echo two"})
DONE = RunCompleted(total_usage=Usage(), tool_calls_made=1)


def workflow() -> list[Envelope]:
    """One whose only step is a command, in whose answer is what that told."""
    told: list[Told] = [
        ("heartbit", SessionStarted(cwd="/proj", provider="none", model="", mode=Mode.YOLO)),
        ("heartbit", RunStarted(task="x", workflow="checks")),
        ("heartbit", StepStarted(id="step-1", name="checks", kind="sequential")),
        ("heartbit", StepStarted(id="step-2", name="echo", kind="command", within="step-1")),
        ("heartbit", SubAgentsDispatched(agents=("echo",), tool_call_id="step-2")),
        ("echo", RunStarted(task="echo two")),
        ("echo", AssistantMessage(message=Assistant(content=(ECHO,), stop=StopReason.TOOL_USE))),
        ("echo", ToolCallStarted(tool_name="bash", tool_call_id="c")),
        *ends("echo", ECHO, "two"),
        ("echo", DONE),
        ("echo", SubAgentCompleted(success=True, usage=Usage())),
        ("heartbit", StepEnded(id="step-2", name="echo", kind="command", how="done", within="step-1", output="two")),
        ("heartbit", StepEnded(id="step-1", name="checks", kind="sequential", how="done", output="two")),
        ("heartbit", AssistantMessage(message=Assistant(content=(Text(text="two"),), stop=StopReason.END_TURN))),
        ("heartbit", DONE),
    ]
    return [placed(seq, agent, event) for seq, (agent, event) in enumerate(told, 1)]


def placed(seq: int, agent: str, event: Event) -> Envelope:
    return Envelope(seq=seq, at=START + timedelta(seconds=seq), session="s-1", run="r", agent=agent, event=event)


def test_a_command_of_a_workflow_and_its_answer_are_no_turns_of_a_model() -> None:
    timeline, transcript = Timeline(), Transcript()
    for envelope in Reader(START).feed(streamed(workflow())):
        timeline.apply(envelope)
        transcript.apply(envelope)
    totals = timeline.totals()
    assert (totals.turns, totals.calls, totals.read, totals.written, totals.unpriced) == (0, 1, 0, 0, 0)
    (work,) = [block for block in transcript.blocks if isinstance(block, Work)]
    assert (work.agent, work.state) == ("echo", "ok")
    assert [block.text for block in transcript.blocks if isinstance(block, Answer)] == ["two"]
    assert not [block for block in transcript.blocks if isinstance(block, Call)]
