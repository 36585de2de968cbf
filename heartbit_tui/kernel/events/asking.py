"""What is asked of a person or of a rule, and decided."""

from dataclasses import field
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import JsonObject, ToolCall, empty_object
from heartbit_tui.kernel.ops import Scope

Hook: TypeAlias = Literal["pre_llm", "post_llm", "pre_tool", "post_tool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequested:
    """A call waits for a person. The op `Decide` with the same `id` answers.

    `rule` is what asked; `proposal` the rule that would let this call pass from now on, empty where none may be
    remembered; `precedent` what that rule would have done with the person's last asks, where it is wider than this
    call; `preview` shows the effect (a diff, a command line).
    """

    turn: int
    tool_names: tuple[str, ...]
    id: str
    call: ToolCall
    reason: str = ""
    rule: str = ""
    proposal: str = ""
    preview: str = ""
    precedent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecision:
    """A call was decided on; `by` is `person`, or `policy` where nobody could be asked."""

    turn: int
    approved: bool
    id: str
    tool_call_id: str = ""
    scope: Scope = "once"
    pattern: str = ""
    note: str = ""
    by: Literal["person", "policy"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDenied:
    """A rule, a mode or a person refused a call."""

    tool_name: str
    tool_call_id: str
    reason: str
    rule: str = ""
    input: JsonObject = field(default_factory=empty_object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a question."""

    label: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask a person; `allow_other` takes words of the person's own."""

    question: str
    header: str = ""
    options: tuple[Choice, ...] = ()
    multiple: bool = False
    allow_other: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked:
    """The agent asks a person. The op `Answer` with the same `id` answers."""

    id: str
    questions: tuple[Question, ...]
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """A person answered: for each question the labels chosen or own words; empty means declined."""

    id: str
    answers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailDenied:
    """A guardrail refused; `tool_name` is None where it was about the model's words.

    `guardrail` is its name, `quote` the sentence that it is about, where there is one that may be shown.
    `tool_call_id` is the call that was refused, or whose output was withheld.
    """

    hook: Hook
    reason: str
    tool_name: str | None = None
    guardrail: str = ""
    quote: str = ""
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailWarned:
    """A guardrail has doubts but lets pass, or has `changed` something; other fields as in `GuardrailDenied`."""

    hook: Hook
    reason: str
    tool_name: str | None = None
    guardrail: str = ""
    quote: str = ""
    tool_call_id: str = ""
    changed: bool = False
