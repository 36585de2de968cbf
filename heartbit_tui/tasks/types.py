"""The words for work that is done while nobody looks."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, get_args

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Usage

State: TypeAlias = Literal["pending", "running", "completed", "failed", "cancelled", "interrupted"]
"""How a task stands. An interrupted one was at work when its daemon ended; a person, or the settings, say what then."""

STATES: tuple[State, ...] = get_args(State)

ENDED: frozenset[State] = frozenset({"completed", "failed", "cancelled"})
"""The states that a task does not leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A task as it is handed over.

    `source` says who did: `api`, `ws`, `a2a`, `cron:NAME`, `heartbit` (the pulse), `heartbeat:NAME`, `sensor:NAME`. `key` makes it
    the same task however often it is handed over by the same user. Of two that wait, the one with the higher `priority`
    is done first. `deadline` is when it is of no use any more. `folder` is where it works, empty for the workspace of its
    user. `session` goes on with a session that there is. `tools` are the names of all that it may use, None for those that
    the settings give. `silent` is an answer which means that there is nothing to say. `max_cost_usd`, `max_tokens` and
    `max_calls` (of tools) are what it may take at most, None for what the settings allow.
    """

    task: str
    source: str = "api"
    user_id: str = ""
    tenant_id: str = ""
    key: str = ""
    priority: int = 0
    deadline: datetime | None = None
    folder: str = ""
    session: str = ""
    tools: tuple[str, ...] | None = None
    silent: str = ""
    story_id: str = ""
    trust_level: str = ""
    max_cost_usd: float | None = None
    max_tokens: int | None = None
    max_calls: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a task: `text` is the answer, or what went wrong. `cost_usd` is None where no price is known.

    `last_seq` is the seq of the event that ended it in its session, None where nothing was begun.
    """

    id: str
    state: State
    text: str
    usage: Usage
    cost_usd: float | None = None
    seconds: float = 0.0
    tool_calls: int = 0
    last_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as it is kept: what was asked for, how it stands, and what came of it.

    `session` is where it is done, empty until it was begun, and `first_seq` the seq after which it begins there,
    `last_seq` that of its end; `attempts` counts how often it was begun. `owner` is the daemon that is at it.
    `cancelling` is whether it was asked to stop.
    """

    id: str
    request: Request
    state: State
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    result: str = ""
    error: str = ""
    usage: Usage = field(default_factory=Usage)
    tool_calls: int = 0
    cost_usd: float | None = None
    session: str = ""
    first_seq: int | None = None
    last_seq: int | None = None
    attempts: int = 0
    owner: str = ""
    cancelling: bool = False

    @property
    def outcome(self) -> Outcome:
        """What came of it so far."""
        began, ended = self.started, self.ended
        return Outcome(
            id=self.id,
            state=self.state,
            text=self.result or self.error,
            usage=self.usage,
            cost_usd=self.cost_usd,
            seconds=(ended - began).total_seconds() if began and ended else 0.0,
            tool_calls=self.tool_calls,
            last_seq=self.last_seq,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Whose tasks are seen: of one user of one tenant, of a whole tenant (no user), of all (neither).

    An empty id is the person at this machine, who is none of them.
    """

    tenant_id: str | None = None
    user_id: str | None = None


ALL = Sight()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How many tasks there are, and what they have used."""

    total_tasks: int
    tasks_by_state: Mapping[str, int]
    tasks_by_source: Mapping[str, int]
    usage: Usage
    cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """That tasks wait, and the first of their deadlines, where any has one."""

    deadline: datetime | None = None


class Intake(Protocol):
    """Where tasks are handed over."""

    async def submit(self, request: Request) -> str:
        """Accept a task: its id, once it is on the disk. Raises `StoreError`; then it was not accepted."""
        ...

    async def outcome(self, task_id: str) -> Outcome:
        """What came of a task, once it has ended or was interrupted. Raises `KeyError` where there is none."""
        ...

    async def cancel(self, task_id: str) -> bool:
        """Stop a task that waits or is at work; whether there was anything to stop."""
        ...
