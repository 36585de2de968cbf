"""What a run uses of the session around it."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import Event, Question
from heartbit_tui.kernel.messages import Message, ToolCall
from heartbit_tui.kernel.ops import Decide, Effort, Mode
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Ask, Clock, Provider

OnAsk: TypeAlias = Literal["person", "deny", "fail"]
"""Who answers an approval: a person, nobody (it is denied), or nobody (the run ends)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an answer is wanted: how much the model should think, and whether the strongest one is to give it."""

    effort: Effort | None = None
    strongest: bool = False


class Host(Protocol):
    """The session as one agent sees it."""

    @property
    def clock(self) -> Clock:
        """Where time comes from."""
        ...

    @property
    def mode(self) -> Mode:
        """The mode that holds now."""
        ...

    @property
    def provider(self) -> Provider:
        """The model that answers now."""
        ...

    @property
    def manner(self) -> Manner:
        """How the next answer is wanted."""
        ...

    @property
    def attended(self) -> bool:
        """Whether there is a person who can be asked."""
        ...

    @property
    def caps(self) -> Caps:
        """What may be spent before a person is asked."""
        ...

    def emit(self, event: Event) -> int:
        """Publish an event under this agent's name; its seq."""
        ...

    async def committed(self, seq: int) -> None:
        """Return once the event with this seq is durable."""
        ...

    def messages(self) -> tuple[Message, ...]:
        """The conversation so far."""
        ...

    def past(self) -> Past:
        """All that was said and still counts, also what a summary stands for."""
        ...

    def knows(self, call_id: str) -> bool:
        """Whether a call with this id was made before in the conversation."""
        ...

    def steers(self) -> tuple[str, ...]:
        """The words that a person said meanwhile; each is given out once."""
        ...

    async def approve(self, call: ToolCall, ask: Ask, *, turn: int, preview: str) -> Decide:
        """A decision on a call; raises `RefusedError` when nobody can decide and the run should then end."""
        ...

    async def ask(self, questions: Sequence[Question], call_id: str = "") -> tuple[tuple[str, ...], ...] | None:
        """A person's answers, or None where nobody can or wants to answer."""
        ...
