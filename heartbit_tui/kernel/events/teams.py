"""What agents, sensors and stories do around a run."""

from typing import Literal

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAgentsDispatched:
    """An agent hands tasks to others, by the call `tool_call_id`."""

    agents: tuple[str, ...]
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubAgentCompleted:
    """A sub-agent has ended; `stopped` says by whom, where somebody stopped it alone."""

    success: bool
    usage: Usage
    stopped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRouted:
    """It was decided who takes a task."""

    decision: Literal["single_agent", "orchestrate"]
    reason: str
    complexity_score: float
    escalated: bool
    selected_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorEventProcessed:
    """A sensor's event was judged."""

    sensor_name: str
    decision: Literal["promote", "drop", "dead_letter"]
    priority: str | None = None
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryUpdated:
    """Events that belong together were gathered."""

    story_id: str
    subject: str
    event_count: int
    priority: str | None = None
