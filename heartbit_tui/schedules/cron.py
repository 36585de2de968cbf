"""When a schedule is due: an expression of cron, in a zone, true where clocks are set forward and back."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from types import MappingProxyType, ModuleType
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.schedules.seed_dialect import translated
from heartbit_tui.schedules.zones import instant, next_change, offset_of

Dialect: TypeAlias = Literal["standard", "seed"]
"""How an expression is read. `standard` is Debian's cron, with seconds where there are six fields: 0 and 7 are Sunday, and
where both day fields are restricted one of them is enough. `seed` is the earlier heartbit's: 1 is Sunday, and both have to
fit."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "@yearly": "0 0 0 1 1 *",
        "@annually": "0 0 0 1 1 *",
        "@monthly": "0 0 0 1 * *",
        "@weekly": "0 0 0 * * 0",
        "@daily": "0 0 0 * * *",
        "@midnight": "0 0 0 * * *",
        "@hourly": "0 0 * * * *",
    }
)
LONGEST = 500
"""Characters of an expression; a list of all 60 seconds and minutes has 340."""

_SECOND = timedelta(seconds=1)
_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
_RANGES: Mapping[str, str] = MappingProxyType(
    {
        "second": "0-59",
        "minute": "0-59",
        "hour": "0-23",
        "day-of-month": "1-31, L for the last or LW for the last that is a weekday",
        "month": "1-12 or JAN-DEC",
        "day-of-week": "0-7 or SUN-SAT, where 0 and 7 are Sunday, MON#2 for the second and 5L for the last Friday",
    }
)
NEVER_DUE = "no day fits it, so it would never be due"
_NO_CRONSIM = "Schedules need the library cronsim, which is not installed: pip install 'heartbit-tui[daemon]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """An expression that was understood; `read` makes it.

    `fields` are the six that cronsim takes. With `both_days` a day has to fit both of its fields. A zone's clocks count:
    where minute and hour are fixed, an occurrence that the clocks skip is due when they are set forward, and one that they
    show twice is due the first time alone. All else is due whenever the clocks show it, as in Debian's cron.
    """

    expression: str
    dialect: Dialect
    zone: tzinfo
    fields: str
    both_days: bool = False

    @property
    def fixed(self) -> bool:
        """Whether neither the minute nor the hour begins with a star."""
        _, minute, hour, *_ = self.fields.split()
        return not (minute.startswith("*") or hour.startswith("*"))

    def after(self, moment: datetime) -> datetime | None:
        """The first occurrence behind a moment, to the second, in UTC; None where there is none in fifty years."""
        start = moment.astimezone(UTC).replace(microsecond=0)
        return self._fixed_after(start) if self.fixed else self._shown_after(start)

    def following(self, moment: datetime) -> Iterator[datetime]:
        """All occurrences behind a moment, in their order."""
        due = self.after(moment)
        while due is not None:
            yield due
            due = self.after(due)

    def coming(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        """The next `count` occurrences behind a moment."""
        return tuple(islice(self.following(moment), count))

    def last(self, until: datetime, behind: datetime) -> datetime | None:
        """The last occurrence up to a moment; None where there is none behind another."""
        span = timedelta(minutes=1)
        while True:
            start = max(until - span, behind)
            found = None
            for due in self.following(start):
                if due > until:
                    break
                found = due
            if found is not None or start == behind:
                return found
            span *= 2

    def _fixed_after(self, start: datetime) -> datetime | None:
        for shown in self._fitting(start.astimezone(self.zone).replace(tzinfo=None)):
            due = instant(shown, self.zone)
            if due > start:
                return due
        return None

    def _shown_after(self, start: datetime) -> datetime | None:
        since, offset = start, offset_of(self.zone, start)
        while True:
            shown = next(self._fitting((start + offset).replace(tzinfo=None)), None)
            if shown is None:
                return None
            due = shown.replace(tzinfo=UTC) - offset
            change = next_change(since, due, self.zone)
            if change is None:
                return due
            # From the change on the clocks show other times, and its own second is the first to look at.
            start, since, offset = change - _SECOND, change, offset_of(self.zone, change)

    def _fitting(self, shown: datetime) -> Iterator[datetime]:
        """The times on the dial behind one of them that fit the fields."""
        found = _cronsim().CronSim(self.fields, shown)
        if self.both_days:
            found.day_and = True
        return found


def read(expression: str, zone: tzinfo = UTC, dialect: Dialect = "standard") -> Cron:
    """Understand an expression: six fields with the seconds first, five without them, or a name such as `@daily`.

    Raises `ValueError` with the reason for one that is not understood or never due, `ConfigError` where cronsim is missing.
    """
    given = " ".join(expression.split())
    try:
        if len(given) > LONGEST:
            raise ValueError(f"it has more than {LONGEST} characters")
        fields = _checked(_fields(given, dialect))
        cron = Cron(expression=given, dialect=dialect, zone=zone, fields=fields, both_days=dialect == "seed")
        if cron.after(_ONCE) is None:
            raise ValueError(NEVER_DUE)
    except ValueError as error:
        raise ValueError(f"invalid cron expression {given[:LONGEST]!r}: {error}.") from error
    return cron


def _fields(given: str, dialect: Dialect) -> str:
    if given.startswith("@"):
        return _named(given.lower())
    return translated(given) if dialect == "seed" else given


def _named(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    if name == "@reboot":
        raise ValueError("a schedule has times, and the start of a machine is none")
    raise ValueError(f"there are {', '.join(NAMES)}")


def _checked(fields: str) -> str:
    """Six fields, if cronsim takes them. Raises `ValueError`."""
    count = len(fields.split())
    if count not in (5, 6):
        raise ValueError(
            f"it has {count} field{'' if count == 1 else 's'}; give six with the seconds first, or five without"
        )
    whole = f"0 {fields}" if count == 5 else fields
    library = _cronsim()
    try:
        library.CronSim(whole, _ONCE)
    except library.CronSimError as error:
        raise ValueError(_told(str(error), whole)) from error
    return whole


def _told(fault: str, fields: str) -> str:
    name = fault.removeprefix("Bad ")
    if name not in _RANGES:
        return fault
    word = fields.split()[list(_RANGES).index(name)]
    if name == "day-of-month" and all(each.isdecimal() and 1 <= int(each) <= 31 for each in word.split(",")):
        return NEVER_DUE
    hint = "; the `?` of the seed's dialect is written `*`" if "?" in word else ""
    return f"the {name} {word!r} is not understood: it takes {_RANGES[name]}, and lists, ranges and steps of them{hint}"


def _cronsim() -> ModuleType:
    try:
        import cronsim
    except ModuleNotFoundError as missing:
        raise ConfigError(_NO_CRONSIM, key="daemon.schedules") from missing
    return cronsim
