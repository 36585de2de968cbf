"""A command line that a person wants to have run in the folder of a session."""

from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import clip

HIDDEN: Final = "(a hidden command)"
"""What the log has of a command of which the model learns nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """A command line under an id of its own; of a `hidden` one the log has neither the words nor the output."""

    id: str
    command: str
    hidden: bool = False

    @property
    def told(self) -> str:
        """What the log has of it."""
        return HIDDEN if self.hidden else clip(self.command)
