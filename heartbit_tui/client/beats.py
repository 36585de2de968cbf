"""What is done by itself, as a person sees it: heartbeats, schedules and the pulse, and when each of them is next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules import beats_told

Kind: TypeAlias = Literal["heartbeat", "schedule", "pulse"]

NO_DAEMON: Final = "No daemon is running, so nothing of this is done by itself: `heartbit daemon` starts one."
HEARTBEATS_OFF: Final = "heartbeat.enabled is false, so no heartbeat beats by itself."
NEVER_RESTS: Final = (
    "The pulse cannot rest, nor a schedule that is switched off: "
    "daemon.heartbit_pulse.enabled, or the schedule's own `enabled` in the settings, decides."
)
NOTHING: Final = (
    "Nothing is done by itself. A HEARTBEAT.md in a trusted folder, `heartbit schedule add`, "
    "or daemon.heartbit_pulse.enabled begins with it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that is done by itself.

    `next` is when it would be done next if a daemon ran; None for never. `stands` is how it stands, in a few words, `last`
    how it went the last time, and `fault` what is wrong. `why` is all that is known of it, as pairs of a word and a
    sentence. What `rests` can be done by hand alone until a person lets it go on; `can_rest` tells whether that is possible.
    """

    kind: Kind
    name: str
    next: datetime | None = None
    stands: str = ""
    last: str = ""
    fault: str = ""
    rests: bool = False
    at_work: bool = False
    can_rest: bool = False
    can_run: bool = False
    why: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """All of it, what is next first; `notes` are sentences that a person should know, such as that no daemon runs."""

    due: tuple[Due, ...] = ()
    notes: tuple[str, ...] = ()
    lives: bool = False
    """Whether a daemon is at work, without which nothing is done by itself."""


class Beats(Protocol):
    """Where it is known. Everything raises `HeartbitError` or `OSError`."""

    async def coming(self) -> Coming:
        """All that is done by itself, as it stands now."""
        ...

    async def rest(self, due: Due, *, rests: bool) -> str:
        """Let a heartbeat or a schedule rest, or go on: what came of it, in a sentence."""
        ...

    async def run(self, due: Due) -> str:
        """Do it now, to its end: what came of it."""
        ...


def ordered(due: Sequence[Due]) -> tuple[Due, ...]:
    """What is wrong first, then what is next first, then what never is."""
    last = max((each.next for each in due if each.next is not None), default=None)

    def place(each: Due) -> tuple[bool, bool, datetime | None, str]:
        waits = each.next is not None and not each.rests
        return (not each.fault, not waits, each.next if waits else last, each.name)

    return tuple(sorted(due, key=place))


def when(due: Due, now: datetime) -> str:
    """When it is next, in a word or two."""
    if due.at_work:
        return "now"
    return "rests" if due.rests else beats_told.ahead(due.next, now) if due.next else "never"
