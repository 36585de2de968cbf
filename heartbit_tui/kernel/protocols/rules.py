"""What the loop needs of permissions and guardrails."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols.models import Request, Spent
from heartbit_tui.kernel.protocols.tools import Effects, Output, Touch


def no_places() -> dict[str, str]:
    """Nothing was resolved."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A call with all that rules can look at; its name is repaired and its input was checked."""

    call: ToolCall
    effects: Effects
    touches: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """The call may run. `places` tells for each path that it touches where that led when it was judged."""

    reason: str = ""
    rule: str = ""
    places: Mapping[str, str] = field(default_factory=no_places, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """The call may not run; `reason` goes to the model."""

    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A person decides. `proposal` is a rule that would allow it and its like from now on, or empty.

    `precedent` says what that rule would have done with what the person was asked before, where it is wider than
    this call. `places` is as in `Allow`.
    """

    reason: str
    rule: str = ""
    proposal: str = ""
    precedent: str = ""
    places: Mapping[str, str] = field(default_factory=no_places, compare=False)


Verdict: TypeAlias = Allow | Deny | Ask


class Gate(Protocol):
    """Decides Allow, Deny or Ask for one call; pure but for `learn`."""

    def decide(self, action: Action, mode: Mode) -> Verdict:
        """The verdict on one call."""
        ...

    def forbidden(self, action: Action, mode: Mode) -> Deny | None:
        """What denies a call by now that was already judged; None where nothing does. It counts as no new verdict."""
        ...

    async def learn(self, action: Action, decision: Decide) -> None:
        """Remember a person's decision whose scope is wider than once.

        Raises `HeartbitError` when it could not be remembered; the decision then holds for this call only.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Nothing to say. `spent` is what models were asked for it, here as in all judgements."""

    spent: tuple[Spent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Doubtful, but it may pass; `quote` is the sentence that it is about, made harmless to show."""

    reason: str
    quote: str = ""
    spent: tuple[Spent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Not allowed; `quote` as in `Warn`."""

    reason: str
    quote: str = ""
    spent: tuple[Spent, ...] = ()


Judgement: TypeAlias = Pass | Warn | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """An answer that may stand as `message`; its calls are those of the answer. `said` is what there is to tell."""

    message: Assistant
    said: Judgement = field(default_factory=Pass)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An output with a judgement on it; one that is refused is withheld from the model."""

    output: Output
    said: Judgement


OnAnswers: TypeAlias = Literal["nothing", "warns", "rules"]
"""What a guardrail may do to a model's answers: not look at them, only warn of them, or change and refuse them."""


class Guardrail(Protocol):
    """Looks at everything that goes to and comes from a model or a tool."""

    @property
    def name(self) -> str:
        """What it is called in events."""
        ...

    @property
    def on_answers(self) -> OnAnswers:
        """What `post_llm` may come to; an answer that may be changed or refused is not shown while it is written."""
        ...

    async def pre_llm(self, request: Request) -> Request:
        """The request to send, changed or not."""
        ...

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        """A judgement on an answer, or the answer as it may stand."""
        ...

    async def pre_tool(self, call: ToolCall) -> Judgement:
        """A judgement on a call, before anyone is asked to approve it."""
        ...

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        """The output that the model may see, changed or not, with a judgement where there is one."""
        ...
