"""What guests are answered that has no name elsewhere."""

from collections.abc import Mapping
from dataclasses import field

from heartbit_tui.client.counterparts import Counterpart
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import CacheExpired, GoalJudged, GoalSet, PlanKept
from heartbit_tui.kernel.ledger import Capped
from heartbit_tui.kernel.ops import Effort, Mode
from heartbit_tui.kernel.workflows import Offered
from heartbit_tui.mcp.types import Status
from heartbit_tui.runtime.safety import Safety
from heartbit_tui.undo.plan import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Pursued:
    """The newest plan and the goal of a session, and by what its changes are judged."""

    newest: PlanKept | None = None
    started: bool = False
    goal: GoalSet | None = None
    judged: GoalJudged | None = None
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a session stands, as far as its log does not tell it.

    `servers` is None where no servers of tools are defined. `outputs` has the ends of what commands in the background have
    written, by their ids. `memory` says whether there is one.
    """

    running: bool
    provider: str
    model: str
    mode: Mode
    effort: Effort | None = None
    tools: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sandbox: str = ""
    safety: Safety | None = None
    workflows: tuple[Offered, ...] = ()
    servers: tuple[Status, ...] | None = None
    languages: tuple[Counterpart, ...] = ()
    agents: tuple[Counterpart, ...] = ()
    pursued: Pursued = Pursued()
    cold: CacheExpired | None = None
    capped: tuple[Capped, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict[str, str])
    memory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It was done; `text` is what came of it, where that is words."""

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A session was made, with this id."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanText:
    """The newest plan as it is now, and its digest, by which a change of it is recognised."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Criteria that were proposed for a goal."""

    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """What became of going back or forward; `left` stayed as it is, because somebody else had changed it."""

    changed: int
    left: tuple[Conflict, ...] = ()
