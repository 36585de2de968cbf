"""Schedules as a person writes them, checked and understood."""

from collections.abc import Mapping
from typing import Literal, get_args

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules.cron import Dialect, read
from heartbit_tui.schedules.durations import duration
from heartbit_tui.schedules.types import Origin, Overlap, Schedule
from heartbit_tui.schedules.zones import zone

LONGEST_NAME = 80
"""Characters of a name; it stands in tables and in the source of tasks."""

LONGEST_JITTER = 86_400
"""Seconds; a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A schedule in words; the fields are named as the keys of `[[daemon.schedules]]` are."""

    name: str
    cron: str
    task: str
    enabled: bool = True
    dialect: str = "standard"
    timezone: str = "UTC"
    overlap: str = "skip"
    jitter: str = ""
    catch_up: bool = True
    folder: str = ""


class ScheduleError(ValueError):
    """A schedule is not understood: `field` is the key that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


def understood(wanted: Wanted, environment: Mapping[str, str], origin: Origin = "settings") -> Schedule:
    """The schedule that is meant. Raises `ScheduleError`, and `ConfigError` where cronsim is missing."""
    name = wanted.name
    if not name or name != name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ScheduleError(
            "name", f"{name!r} is no name for a schedule: one line of up to {LONGEST_NAME} characters is."
        )
    if not wanted.task.strip():
        raise ScheduleError("task", f"The schedule {name} has no task: say what is to be done.")
    dialect, overlap = _dialect(wanted.dialect), _overlap(wanted.overlap)
    field: Literal["timezone", "cron", "jitter"] = "timezone"
    try:
        where = zone(wanted.timezone, environment)
        field = "cron"
        cron = read(wanted.cron, where, dialect)
        field = "jitter"
        jitter = duration(wanted.jitter) if wanted.jitter else 0
        if jitter > LONGEST_JITTER:
            raise ValueError(
                f"{wanted.jitter!r} is more than a day of jitter, and occurrences would come in any order."
            )
    except ValueError as error:
        raise ScheduleError(field, f"schedule {name}: {error}") from error
    return Schedule(
        name=name,
        cron=cron,
        task=wanted.task.strip(),
        enabled=wanted.enabled,
        overlap=overlap,
        jitter=jitter,
        catch_up=wanted.catch_up,
        folder=wanted.folder,
        origin=origin,
    )


def _dialect(word: str) -> Dialect:
    for known in get_args(Dialect):
        if known == word:
            return known
    raise ScheduleError("dialect", f"{word!r} is no dialect of cron: there are {' and '.join(get_args(Dialect))}.")


def _overlap(word: str) -> Overlap:
    for known in get_args(Overlap):
        if known == word:
            return known
    raise ScheduleError("overlap", f"{word!r} is no way to overlap: there are {', '.join(get_args(Overlap))}.")
