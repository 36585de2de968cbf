"""What is to be done about a schedule at a moment, decided from how far it is."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules.firings import LEASE
from heartbit_tui.schedules.types import Firing, Schedule

LAG = timedelta(seconds=5)
"""How late an occurrence may be and still be in time: all such are handed over, each by itself."""


@dataclass(frozen=True, slots=True)
class Fire:
    """Hand this occurrence over now."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Pass:
    """Let this occurrence, and those before it, go by."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done before `until`, None where time alone changes nothing. `held` is an occurrence that waits for
    the task before it.
    """

    until: datetime | None
    held: bool = False


Decision: TypeAlias = Fire | Pass | Wait


def decide(schedule: Schedule, firing: Firing, now: datetime, *, held: bool = False) -> Decision:
    """What to do about a schedule that got as far as `firing`; `held` when its occurrence has been waiting.

    Of all that were missed, the latest alone is handed over.
    """
    if firing.stage == "claimed" and firing.claimed is not None and now >= firing.claimed + LEASE:
        return Fire(firing.due)
    due = schedule.cron.after(firing.due)
    if due is None:
        return Wait(None)
    begins = due + late_by(schedule, due)
    if begins > now:
        return Wait(begins)
    late = now - begins > LAG
    if late:
        due = schedule.cron.last(now - timedelta(seconds=schedule.jitter), due) or due
    if schedule.overlap != "allow" and firing.stage in ("running", "claimed"):
        over = None if firing.claimed is None or firing.stage == "running" else firing.claimed + LEASE
        return Wait(over, held=True) if schedule.overlap == "queue" else Pass(due)
    if late and not schedule.catch_up and not held:
        return Pass(due)
    return Fire(due)


def late_by(schedule: Schedule, due: datetime) -> timedelta:
    """The share of the jitter by which an occurrence is late, in whole microseconds: the same for every daemon."""
    digest = sha256(f"{schedule.name} {due.isoformat()}".encode()).digest()
    share = int.from_bytes(digest[:6]) / 2**48
    return timedelta(microseconds=int(schedule.jitter * share * 1_000_000))
