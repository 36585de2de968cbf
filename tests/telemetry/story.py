"""Sessions of one agent and of several, told event by event with a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

from heartbit_tui.kernel.events import (
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    RunCompleted,
    RunStarted,
    SessionStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
)
from heartbit_tui.kernel.messages import StopReason, Usage
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.telemetry import Span, Spans

START = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)
MODEL = "claude-sonnet-4-6"
USAGE = Usage(input_tokens=1000, output_tokens=50, cache_read_input_tokens=200)
TOTAL = Usage(input_tokens=2000, output_tokens=90)


class Story:
    """Keeps the envelopes and the spans that they fold to; `after` moves the clock by milliseconds first."""

    def __init__(self) -> None:
        self.at = START
        self.envelopes: list[Envelope] = []
        self.spans: list[Span] = []
        self.fold = Spans()

    def tell(self, event: Event, after: int = 0, agent: str = "heartbit") -> None:
        self.at += timedelta(milliseconds=after)
        seq = len(self.envelopes) + 1
        envelope = Envelope(seq=seq, at=self.at, session="s", run="r", agent=agent, event=event)
        self.envelopes.append(envelope)
        self.spans += self.fold.take(envelope)

    def begin(self, task: str = "mend it", agent: str = "heartbit") -> None:
        if not self.envelopes:
            self.tell(SessionStarted(cwd="/p", provider="anthropic", model=MODEL, mode=Mode.ASK))
        self.tell(RunStarted(task=task), 10, agent)

    def turn(self, calls: int = 0, took: int = 1800, agent: str = "heartbit", text: str = "I look.") -> None:
        self.tell(TurnStarted(turn=1, max_turns=9), 5, agent)
        self.tell(ModelCalled(purpose="turn", model=MODEL, usage=USAGE, cost_usd=0.25), took, agent)
        self.tell(
            LlmResponse(
                turn=1,
                usage=USAGE,
                stop_reason=StopReason.TOOL_USE if calls else StopReason.END_TURN,
                tool_call_count=calls,
                text=text,
                latency_ms=took,
                model=MODEL,
                time_to_first_token_ms=400,
            ),
            agent=agent,
        )

    def call(self, id: str, tool: str, agent: str = "heartbit", input: str = "{}") -> None:
        self.tell(ToolCallStarted(tool_name=tool, tool_call_id=id, input=input), 1, agent)

    def answer(self, id: str, tool: str, took: int = 20, agent: str = "heartbit", *, error: bool = False) -> None:
        done = ToolCallCompleted(tool_name=tool, tool_call_id=id, is_error=error, duration_ms=took, output="there")
        self.tell(done, took, agent)

    def dispatch(self, *agents: str) -> None:
        self.tell(SubAgentsDispatched(agents=agents), 1)

    def done(self, agent: str, *, success: bool = True) -> None:
        self.tell(SubAgentCompleted(success=success, usage=USAGE), 1, agent)

    def end(self, agent: str = "heartbit") -> None:
        self.tell(RunCompleted(total_usage=TOTAL, tool_calls_made=1), 5, agent)

    def tree(self) -> list[str]:
        """The spans as an outline, those of one parent by their start."""
        return list(_outline(self.spans, "", ""))


def _outline(spans: list[Span], parent: str, indent: str) -> list[str]:
    found: list[str] = []
    for span in sorted((each for each in spans if each.parent == parent), key=lambda each: (each.start, each.id)):
        mark = " !" if span.failed else ""
        found.append(f"{indent}{span.name.removeprefix('heartbit.')} {span.attributes['agent']}{mark}")
        found += _outline(spans, span.id, indent + "  ")
    return found


def squad() -> Story:
    """An agent hands two tasks on, which are worked on at the same time, and answers."""
    story = Story()
    story.begin()
    story.turn(calls=1)
    story.call("c1", "delegate_task")
    story.dispatch("reader", "writer")
    story.begin("read", "reader")
    story.begin("write", "writer")
    story.turn(calls=1, agent="reader")
    story.call("r1", "read", "reader")
    story.turn(agent="writer")
    story.answer("r1", "read", agent="reader")
    story.end("writer")
    story.done("writer")
    story.turn(agent="reader")
    story.end("reader")
    story.done("reader")
    story.answer("c1", "delegate_task", 9000)
    story.turn()
    story.end()
    return story
