"""A session told event by event, with a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    Event,
    LlmResponse,
    ModelCalled,
    RunStarted,
    ToolCallCompleted,
    ToolCallStarted,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, JsonObject, StopReason, ToolCall, Usage
from heartbit_tui.tui.timeline.timeline import Timeline

START = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)


class Story:
    """Tells a timeline what happens; each word moves the clock by so many milliseconds first."""

    def __init__(self, kept: int = 20_000) -> None:
        self.timeline = Timeline(kept)
        self.at = START
        self.seq = 0

    def tell(self, event: Event, after: int = 0, agent: str = "heartbit") -> None:
        self.seq += 1
        self.at += timedelta(milliseconds=after)
        self.timeline.apply(Envelope(seq=self.seq, at=self.at, session="s", run="r", agent=agent, event=event))

    def begin(self) -> "Story":
        self.tell(RunStarted(task="mend it"))
        return self

    def turn(self, took: int = 1800, cost: float | None = 0.01, agent: str = "heartbit") -> None:
        usage = Usage(input_tokens=1200, output_tokens=340)
        self.tell(TurnStarted(turn=1, max_turns=9), agent=agent)
        self.tell(ModelCalled(purpose="turn", model="claude-sonnet-4-6", usage=usage, cost_usd=cost), took, agent)
        self.tell(
            LlmResponse(
                turn=1,
                usage=usage,
                stop_reason=StopReason.TOOL_USE,
                tool_call_count=1,
                latency_ms=took,
                model="claude-sonnet-4-6",
            ),
            agent=agent,
        )

    def asks_for(self, *calls: tuple[str, str, JsonObject], after: int = 0, agent: str = "heartbit") -> None:
        parts = tuple(ToolCall(id=call, name=name, input=given) for call, name, given in calls)
        self.tell(AssistantMessage(message=Assistant(content=parts)), after, agent)

    def starts(self, call: str, tool: str, after: int = 0, agent: str = "heartbit") -> None:
        self.tell(ToolCallStarted(tool_name=tool, tool_call_id=call), after, agent)

    def ends(
        self, call: str, tool: str, took: int, details: JsonObject | None = None, *, error: bool = False, after: int = 0
    ) -> None:
        event = ToolCallCompleted(
            tool_name=tool, tool_call_id=call, is_error=error, duration_ms=took, details=details or {}
        )
        self.tell(event, after)

    def approval(self, call: str, tool: str, given: JsonObject, waited: int, *, approved: bool = True) -> None:
        asked = ToolCall(id=call, name=tool, input=given)
        self.tell(ApprovalRequested(turn=1, tool_names=(tool,), id=f"q-{call}", call=asked))
        self.tell(ApprovalDecision(turn=1, approved=approved, id=f"q-{call}", tool_call_id=call), waited)
