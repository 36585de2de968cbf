"""The servers of tools of a session, as far as a person sees them all the time: how many, and what can be named of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heartbit_tui.kernel.dataclass import dataclass

if TYPE_CHECKING:
    from heartbit_tui.mcp.types import Phase, Status

LEFT_OUT: "frozenset[Phase]" = frozenset({"off", "refused"})
"""Phases of servers that a person does not want."""

DOWN: "frozenset[Phase]" = frozenset({"failed", "faulty", "unapproved"})
"""Phases of servers that are of no use now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A text of a server as it is named in a prompt; `open` where the rest of it is for the person to write."""

    text: str
    does: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many servers there are, and how many of them are of no use now."""

    servers: int
    down: int


def counted(statuses: "Sequence[Status]") -> Counted | None:
    """How many there are; None where none is defined that is wanted."""
    wanted = [status for status in statuses if status.phase not in LEFT_OUT]
    down = sum(status.phase in DOWN for status in wanted)
    return Counted(servers=len(wanted), down=down) if wanted else None
