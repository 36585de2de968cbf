"""What happens in a workflow: its steps, each of which begins and ends. The outermost one is the workflow itself."""

from dataclasses import field
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Usage

StepKind: TypeAlias = Literal["sequential", "parallel", "loop", "agent", "orchestrator", "command", "function"]
"""The first three hold other steps."""

StepEnd: TypeAlias = Literal["done", "failed", "stopped"]
"""It has done its work; it has not; somebody or something stopped it before it was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins.

    `id` tells it from the others of its run, and `within` is the id of the step that holds it, empty for the workflow
    itself. `round` counts the rounds of a loop from 1, 0 outside of one.
    """

    id: str
    name: str
    kind: StepKind
    within: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """A step is over, with all that it holds.

    `id` and `within` are those that it began with. `output` is what it hands on, cut at `PAYLOAD_BYTES`; `error` says why it was not done. `usage` and `cost_usd` count
    all that was spent in it, also where it failed or was stopped; the cost is None where a price is unknown.
    """

    id: str
    name: str
    kind: StepKind
    how: StepEnd
    within: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None
    duration_ms: int = 0
    output: str = ""
    error: str = ""
