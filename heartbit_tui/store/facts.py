"""Which events of a session are audited, and who decided what they tell."""

from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AutoCompactionTriggered,
    BudgetExceeded,
    CapChanged,
    CommandStarted,
    ContextRestored,
    ContextSummarized,
    DoomLoopDetected,
    Envelope,
    GoalJudged,
    GoalSet,
    GuardrailDenied,
    GuardrailWarned,
    LlmResponse,
    ModeChanged,
    ModelCalled,
    ModelChanged,
    ModelEscalated,
    NameRepaired,
    PermissionDenied,
    PlanStarted,
    QuestionAnswered,
    QuestionAsked,
    RetryAttempt,
    Rewound,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    StepEnded,
    StepStarted,
    SubAgentCompleted,
    SubAgentsDispatched,
    TaskRouted,
    ToolCallCompleted,
    ToolCallStarted,
    Undone,
)
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Verdict

Decision: TypeAlias = Literal["", "allow", "ask", "deny"]

PLAIN = (
    RunStarted,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    LlmResponse,
    ModelCalled,
    ModeChanged,
    ModelChanged,
    ModelEscalated,
    QuestionAsked,
    QuestionAnswered,
    DoomLoopDetected,
    BudgetExceeded,
    CapChanged,
    RetryAttempt,
    ContextSummarized,
    ContextRestored,
    AutoCompactionTriggered,
    Rewound,
    Undone,
    SubAgentsDispatched,
    SubAgentCompleted,
    PlanStarted,
    GoalSet,
    GoalJudged,
    StepStarted,
    StepEnded,
    TaskRouted,
)
"""What is audited as it is, without a decision on one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event that is audited. `by` is `person`, `policy`, `rule`, `mode` or `guardrail`; `rule` is its name."""

    envelope: Envelope
    tool: str = ""
    call: str = ""
    decision: Decision = ""
    by: str = ""
    rule: str = ""
    mode: str = ""


class Facts:
    """Picks out of a session what is audited, and joins each call with what was decided on it."""

    def __init__(self) -> None:
        self._verdicts: dict[str, tuple[str, str]] = {}
        self._deciders: dict[str, str] = {}
        self._tools: dict[str, str] = {}

    def decided(self, action: Action, verdict: Verdict, mode: Mode) -> None:
        """Hear what the gate decided on a call, right before the event that follows from it."""
        self._verdicts[action.call.id] = (verdict.rule, mode)

    def of(self, envelope: Envelope) -> Fact | None:
        """The fact that an envelope is, None where it is not audited."""
        match envelope.event:
            case ToolCallStarted(tool_name=tool, tool_call_id=call):
                return self._judged(envelope, tool, call, "allow")
            case CommandStarted(id=call):
                return self._typed(envelope, call)
            case PermissionDenied(tool_name=tool, tool_call_id=call):
                return self._judged(envelope, tool, call, "deny")
            case ToolCallCompleted(tool_name=tool, tool_call_id=call):
                for known in (self._verdicts, self._deciders, self._tools):
                    known.pop(call, None)
                return Fact(envelope=envelope, tool=tool, call=call)
            case NameRepaired(tool_name=tool, tool_call_id=call):
                return Fact(envelope=envelope, tool=tool, call=call)
            case GuardrailDenied() | GuardrailWarned():
                return _guarded(envelope, envelope.event)
            case _:
                return self._asked(envelope)

    def _asked(self, envelope: Envelope) -> Fact | None:
        match envelope.event:
            case ApprovalRequested(call=call, rule=rule):
                self._tools[call.id] = call.name
                mode = self._verdicts.get(call.id, ("", ""))[1]
                return Fact(
                    envelope=envelope,
                    tool=call.name,
                    call=call.id,
                    decision="ask",
                    by=_kind(rule),
                    rule=rule,
                    mode=mode,
                )
            case ApprovalDecision(tool_call_id=call, approved=approved, by=by):
                self._deciders[call] = by
                decision: Decision = "allow" if approved else "deny"
                return Fact(envelope=envelope, tool=self._tools.get(call, ""), call=call, decision=decision, by=by)
            case event:
                return Fact(envelope=envelope) if isinstance(event, PLAIN) else None

    def _typed(self, envelope: Envelope, call: str) -> Fact:
        """A command that a person ran: what the rules would have asked about, they have answered by typing it."""
        rule, mode = self._verdicts.pop(call, ("", ""))
        return Fact(envelope=envelope, tool="bash", call=call, decision="allow", by="person", rule=rule, mode=mode)

    def _judged(self, envelope: Envelope, tool: str, call: str, decision: Decision) -> Fact:
        rule, mode = self._verdicts.get(call, ("", ""))
        by = self._deciders.get(call) or _kind(rule)
        return Fact(envelope=envelope, tool=tool, call=call, decision=decision, by=by, rule=rule, mode=mode)


def _guarded(envelope: Envelope, event: GuardrailDenied | GuardrailWarned) -> Fact:
    """What a guardrail said, with the call that it is about; a warning decides nothing."""
    decision: Decision = "deny" if isinstance(event, GuardrailDenied) else ""
    by = "guardrail" if decision else ""
    tool, call, rule = event.tool_name or "", event.tool_call_id, event.guardrail if decision else ""
    return Fact(envelope=envelope, tool=tool, call=call, decision=decision, by=by, rule=rule)


def _kind(rule: str) -> str:
    """What kind of thing decided, by its name: modes are called `ask mode`, `yolo mode` and the like."""
    if not rule:
        return ""
    return "mode" if rule.endswith(" mode") else "rule"
