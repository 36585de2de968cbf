"""The words for work that is done while nobody looks."""

from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.messages import Usage

State: TypeAlias = Literal["pending", "running", "completed", "failed", "cancelled", "interrupted"]
"""How a task stands. An interrupted one was at work when its daemon ended; a person, or the settings, say what then."""

ENDED: frozenset[State] = frozenset({"completed", "failed", "cancelled"})
"""The states that a task does not leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A task as it is handed over.

    `source` says who did: `api`, `ws`, `cron:NAME`, `heartbit` (the pulse), `heartbeat:NAME`, `sensor:NAME`. `key` makes it
    the same task however often it is handed over by the same user. Of two that wait, the one with the higher `priority`
    is done first. `deadline` is when it is of no use any more. `folder` is where it works, empty for the workspace of its
    user. `session` goes on with a session that there is. `tools` are the names of all that it may use, None for those that
    the settings give. `silent` is an answer which means that there is nothing to say.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a task: `text` is the answer, or what went wrong. `cost_usd` is None where no price is known."""

    id: str
    state: State
    text: str
    usage: Usage
    cost_usd: float | None = None
    seconds: float = 0.0


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
