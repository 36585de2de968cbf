"""The rows of a timeline: calls of tools and of models, and the steps of workflows."""

from datetime import datetime
from typing import Literal, TypeAlias

from heartbit_tui.client.guarded import Did
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.transcript.blocks import State

Kind: TypeAlias = Literal["call", "model", "step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call of a tool, one of a model, or a step of a workflow; all times are in milliseconds.

    `at` is when it was asked for. `working` is what it took itself, `person` how long it waited for a person,
    `queued` how long for a place among the calls that work side by side. `lane` counts from 0 among the calls that
    worked at the same time. `agent` is empty for the session's main agent, and `shade` counts the others from 0 in the
    order in which they were first heard. `void` tells that the conversation
    was taken back to before it. `guarded` is what `guardrail` did to it, the worst where several stepped in.
    """

    number: int
    kind: Kind
    id: str
    at: datetime
    seq: int
    name: str
    title: str = ""
    state: State = "waiting"
    agent: str = ""
    shade: int = 0
    lane: int = 0
    working: int = 0
    person: int = 0
    queued: int = 0
    exit_code: int | None = None
    added: int | None = None
    removed: int | None = None
    outcome: str = ""
    retries: int = 0
    read: int = 0
    written: int = 0
    cost: float | None = None
    first: int = 0
    """Until the first token of an answer came."""
    void: bool = False
    guarded: Did | None = None
    guardrail: str = ""
    climbed: tuple[str, ...] = ()
    """The models whose answers did not stand, before the one that answered."""
    saved: float = 0.0
    """US dollars that a cascade saved here, by estimate; below 0 for what it cost in vain."""

    @property
    def going(self) -> bool:
        """Whether it has not ended."""
        return self.state in ("writing", "waiting", "asking", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over a whole session. Times are in milliseconds as a clock on the wall shows them, so that calls that work
    side by side count once. `unpriced` counts model calls without a known price.
    """

    calls: int = 0
    failed: int = 0
    turns: int = 0
    model: int = 0
    tools: int = 0
    person: int = 0
    read: int = 0
    written: int = 0
    cost: float = 0.0
    unpriced: int = 0
    saved: float = 0.0
    added: int = 0
    removed: int = 0
