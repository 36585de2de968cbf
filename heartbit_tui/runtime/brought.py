"""What a program that embeds heartbit brings of its own, as objects."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.protocols import Guardrail, Provider, Tool

if TYPE_CHECKING:
    from heartbit_tui.agents.routing import Strategy
    from heartbit_tui.agents.workflow import Workflow
    from heartbit_tui.memory.protocols import Memory


def no_workflows() -> "Mapping[str, Workflow]":
    """The program brings no workflows."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Objects that take the place of what the settings name, or come on top of it.

    `routing` chooses the agent for each prompt, where there are several. `provider` answers instead of the configured model. `tools` and `guardrails` come after the others; a tool whose
    name is taken is left out with a warning. `memory` keeps what is remembered; `close` is called when it is not needed
    any more. `workflows` can be started by their names.
    """

    provider: Provider | None = None
    tools: tuple[Tool, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    memory: "Memory | None" = None
    workflows: "Mapping[str, Workflow]" = field(default_factory=no_workflows)
    routing: "Strategy | None" = None
    close: Callable[[], Awaitable[None]] | None = None


NOTHING = Brought()
