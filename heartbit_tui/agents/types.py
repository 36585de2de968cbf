"""The words for agents that work for another."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.events import Terminal
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.workflows import Doing

if TYPE_CHECKING:
    from heartbit_tui.agents.board import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """An agent that was made for one assignment, with its place in the session and the budget of the whole run.

    `doing` is what it does in place of asking its model, None for an agent like any other.
    """

    agent: Agent
    desk: Desk
    within: Budget | None = None
    doing: Doing | None = None


Engage: TypeAlias = "Callable[[str, Board], AbstractAsyncContextManager[Engaged]]"
"""Makes an agent for one assignment: with the name that stands on its events, and the board that it may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An agent that can be given tasks; `tools` are the names of those that its own settings give it.

    One that is `hidden` is not told to models: skills are followed by it. One that `leads` hands out tasks itself, and
    takes no place of those that others wait for.
    """

    name: str
    description: str
    engage: Engage
    tools: tuple[str, ...] = ()
    hidden: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A task for one member."""

    agent: str
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of an assignment.

    `label` is the name on the agent's events: the member's own, with a number from its second assignment on. `text` is its
    answer, or says what went wrong. `said` are its last words alone, and `ending` how its run ended, None where there is no
    such agent. `stopped` says who stopped it, where somebody did.
    """

    agent: str
    label: str
    text: str
    success: bool
    usage: Usage
    said: str = ""
    ending: Terminal | None = None
    stopped: str = ""
