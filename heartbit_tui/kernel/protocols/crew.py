"""What a session needs of the agents that work for its own one."""

from typing import Protocol

from heartbit_tui.kernel.ops import Interrupt, Steer


class Crew(Protocol):
    """The agents at work for the session's own one, by the names that stand on their events."""

    def take(self, op: Steer | Interrupt) -> str:
        """Say something to one of them, or stop it; why nothing comes of it, empty where it does."""
        ...
