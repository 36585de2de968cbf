"""The words of this capability: agents, what they say of themselves, how they stand, what they answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Any, Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

ANSWER_SECONDS = 300.0
"""How long an agent may work on a message until the call ends without it; the seed's five minutes."""

Json: TypeAlias = Any
"""What `json.loads` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An agent as it is configured.

    `origins` are the addresses, as `https://HOST:PORT`, that it may be spoken to at: that of `url`, and those that the
    definition allows beside it. `private` where they may be of this machine or its network. `header` is sent to them
    as `Authorization`. `digest` changes with anything that decides who is spoken to.
    """

    url: str
    where: str
    origins: tuple[str, ...]
    digest: str
    name: str = ""
    header: str = field(default="", repr=False)
    private: bool = False
    project: bool = False
    seconds: float = ANSWER_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A definition that cannot be used; `text` says what is wrong and where."""

    text: str


Definition: TypeAlias = Peer | Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an agent says of itself, bounded, and where it is spoken to: one of its definition's origins."""

    name: str
    description: str
    skills: tuple[tuple[str, str], ...]
    endpoint: str
    binding: str
    version: str
    tenant: str = ""
    streams: bool = False


Phase: TypeAlias = Literal["looking", "ready", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things stand with one agent; `told` is a sentence where there is something to say."""

    url: str
    phase: Phase
    told: str = ""
    card: Card | None = None
    tool: str = ""
    """What the tool is called with which a model speaks to it; empty where there is none."""


State: TypeAlias = Literal[
    "submitted",
    "working",
    "completed",
    "failed",
    "canceled",
    "rejected",
    "input-required",
    "auth-required",
    "unknown",
]
ENDED: frozenset[State] = frozenset({"completed", "failed", "canceled", "rejected"})
RESTING: frozenset[State] = frozenset({*ENDED, "input-required", "auth-required"})
"""States in which an agent does nothing until it is spoken to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an agent answered so far; `task_id` is empty where it answered with a message and no task."""

    state: State
    text: str
    task_id: str = ""
    context_id: str = ""


class AgentError(Exception):
    """An agent did not do what it was asked; the message says why in a sentence. `denied` where it let nobody in."""

    def __init__(self, message: str, *, denied: bool = False) -> None:
        super().__init__(message)
        self.denied = denied


Heard: TypeAlias = Callable[[Reply, str], None]
"""Takes what is known so far, and a word about how far the agent is."""


class Link(Protocol):
    """A way to one agent. Everything raises `AgentError`."""

    async def send(self, text: str, task_id: str, context_id: str, heard: Heard) -> Reply:
        """Say something, and wait until the agent does no more."""
        ...

    async def task(self, task_id: str) -> Reply:
        """How a task stands."""
        ...

    async def cancel(self, task_id: str) -> Reply:
        """End a task."""
        ...


class Authority(Protocol):
    """Signs the requests to an agent."""

    async def header(self) -> str | None:
        """The value of `Authorization`. Raises where there ought to be one and is none."""
        ...

    def rejected(self, header: str) -> bool:
        """It was not accepted; whether there may be another one now."""
        ...


class Shelf(Protocol):
    """Keeps the card of each agent as it came last, as text."""

    def read(self, digest: str) -> str:
        """The text; empty where nothing was kept."""
        ...

    def write(self, digest: str, text: str) -> None:
        """Keep it."""
        ...


Fetch: TypeAlias = Callable[[Peer], Awaitable[str]]
"""Gets the card of an agent as text. Raises `AgentError`."""

Connect: TypeAlias = Callable[[Peer, Mapping[str, Json], Card], Awaitable[Link]]
"""Makes a way to an agent with this card. Raises `AgentError`."""
