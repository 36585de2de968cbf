"""A session seen from outside, wherever it runs."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.ledger import Line
from heartbit_tui.kernel.ops import Mode, Op
from heartbit_tui.runtime.safety import Safety


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a session is made of; `warnings` are sentences to show once (an ignored setting, a damaged record).

    `sandbox` names what the agent's commands run in, or is empty. `safety` is all that protects the session; None
    where nothing runs, as in a replay.
    """

    session_id: str
    cwd: str
    provider: str
    model: str
    mode: Mode
    tools: tuple[str, ...]
    mcp_servers: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sandbox: str = ""
    safety: Safety | None = None


class Client(Protocol):
    """What a surface needs of a session."""

    @property
    def about(self) -> About:
        """What the session is made of."""
        ...

    @property
    def running(self) -> bool:
        """Whether a run is active."""
        ...

    @property
    def mode(self) -> Mode:
        """The mode that holds now."""
        ...

    def costs(self) -> tuple[Line, ...]:
        """The cost ledger so far, by agent, model and purpose."""
        ...

    def output(self, job: str) -> str:
        """The end of what a background command has written so far; empty where that is not known."""
        ...

    @property
    def history(self) -> tuple[Envelope, ...]:
        """The log up to the moment of connecting, oldest first; empty for a new session."""
        ...

    async def whole(self) -> tuple[Envelope, ...]:
        """The same log with what the model need not see: durations, decisions, notices. Empty where nothing is kept."""
        ...

    def submit(self, op: Op) -> None:
        """Send an op in; never waits. What comes of it is seen among the envelopes."""
        ...

    def envelopes(self) -> AsyncIterator[Envelope]:
        """All that happens after `history`, in order, deltas merged for a slow reader; ends with the session."""
        ...

    def batches(self, pause: Callable[[], float] = ...) -> AsyncIterator[tuple[Envelope, ...]]:
        """The same, all that has come since the last time at once: for a reader that looks now and then.

        `pause` says for how many seconds deltas are left to gather before the next batch; anything else ends it.
        """
        ...

    async def settled(self) -> None:
        """Return once no run is active and none can start by itself, and all that was said is durable."""
        ...
