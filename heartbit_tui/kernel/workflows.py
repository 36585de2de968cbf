"""What takes up a prompt in place of the model: the workflows that a session knows, by name."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Desk
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import Terminal
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.protocols import Agent

Doing: TypeAlias = Callable[[Agent, Desk, Budget], Awaitable[Terminal]]
"""Does the work of a run in place of the loop; gives how it ended, and may raise what the loop may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A workflow as a person is told of it."""

    name: str
    description: str = ""


NONE = "There is no workflow “{name}”: this session has none."


class Workflows(Protocol):
    """The workflows of a session."""

    @property
    def offered(self) -> tuple[Offered, ...]:
        """All of them, as a person is told of them."""
        ...

    def doing(self, name: str, text: str) -> Doing:
        """What does a workflow with these words; one that is not known is told as a `ConfigError` when it is done."""
        ...


class NoWorkflows:
    """`Workflows` of a session that has none."""

    offered: tuple[Offered, ...] = ()

    def doing(self, name: str, text: str) -> Doing:
        """A refusal."""

        async def refused(agent: Agent, desk: Desk, budget: Budget) -> Terminal:
            raise ConfigError(NONE.format(name=name), key="workflows")

        return refused
