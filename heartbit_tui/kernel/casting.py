"""Who works on a prompt of the session's own conversation, and who goes on where that one fails."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.desk import Terms
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.workflows import Doing


def _nobody(error: HeartbitError) -> "Cast | None":
    """The run ends where it failed."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """An agent that works on a prompt, with its name the session's own.

    `terms` are those that it works on, None for the session's. `relief` is asked once it has failed, with every call
    answered: who goes on in the same run, with all that was said so far, or None. `doing` is what is done in place of
    asking the agent's model.
    """

    agent: Agent
    terms: Terms | None = None
    doing: Doing | None = None
    relief: "Callable[[HeartbitError], Cast | None]" = _nobody


class Casting(Protocol):
    """Says who works on each prompt."""

    def cast(self, agent: Agent, prompt: Prompt) -> AbstractAsyncContextManager[Cast]:
        """Who works on this one, for as long as the run lasts; `agent` is the session's own. Raises `HeartbitError`."""
        ...


class Alone:
    """`Casting` of a session whose own agent works on everything."""

    def cast(self, agent: Agent, prompt: Prompt) -> AbstractAsyncContextManager[Cast]:
        """Its own agent."""
        return nullcontext(Cast(agent=agent))
