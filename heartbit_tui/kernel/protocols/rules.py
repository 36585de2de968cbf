"""What the loop needs of permissions and guardrails."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols.models import Request
from heartbit_tui.kernel.protocols.tools import Effects, Output, Touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A call with all that rules can look at; its name is repaired and its input was checked."""

    call: ToolCall
    effects: Effects
    touches: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The call may run."""

    reason: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The call may not run; `reason` goes to the model."""

    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A person decides. `proposal` is the narrowest rule that would allow it from now on, or empty."""

    reason: str
    rule: str = ""
    proposal: str = ""


Verdict: TypeAlias = Allow | Deny | Ask


class Gate(Protocol):
    """Decides Allow, Deny or Ask for one call; pure but for `learn`."""

    def decide(self, action: Action, mode: Mode) -> Verdict:
        """The verdict on one call."""
        ...

    async def learn(self, action: Action, decision: Decide) -> None:
        """Remember a person's decision whose scope is wider than once.

        Raises `HeartbitError` when it could not be remembered; the decision then holds for this call only.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Doubtful, but it may pass."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Not allowed."""

    reason: str


Judgement: TypeAlias = Pass | Warn | Refuse


class Guardrail(Protocol):
    """Looks at everything that goes to and comes from a model or a tool."""

    @property
    def name(self) -> str:
        """What it is called in events."""
        ...

    async def pre_llm(self, request: Request) -> Request:
        """The request to send, changed or not."""
        ...

    async def post_llm(self, message: Assistant) -> Judgement:
        """A judgement on an answer."""
        ...

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """A judgement on a call, before anyone is asked to approve it."""
        ...

    async def post_tool(self, call: ToolCall, output: Output) -> Output:
        """The output that the model may see, changed or not."""
        ...
