"""Time zones, and the moments at which the clocks of a zone show a time."""

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

LOCAL = "local"
_LINK = Path("/etc/localtime")
_SECOND = timedelta(seconds=1)
_STEP = timedelta(hours=12)


def zone(name: str, environment: Mapping[str, str]) -> tzinfo:
    """The zone of a name such as `Europe/Paris`; `local` and `auto` are this machine's.

    Raises `ValueError` with a sentence for one that is not known.
    """
    if name in (LOCAL, "auto"):
        return local(environment)
    found = _known(name)
    if found is None:
        raise ValueError(f"{name!r} is no known time zone{_near(name)}")
    return found


def local(environment: Mapping[str, str], link: Path = _LINK) -> tzinfo:
    """The zone of this machine: of TZ, else of the link that says so, else of the file in its place.

    Where there is none of them it is the distance to UTC that holds now.
    """
    for told in (environment.get("TZ", "").removeprefix(":"), str(link.resolve())):
        found = _known(told.rpartition("/zoneinfo/")[2])
        if found is not None:
            return found
    return _kept(link) or datetime.now().astimezone().tzinfo or UTC


def instant(shown: datetime, zone: tzinfo) -> datetime:
    """The first moment, in UTC, at which the clocks of a zone show this time or, where they skip it, a later one."""
    before, after = (_utc(shown, zone, fold) for fold in (0, 1))
    return before if before <= after else _set(after, before, zone)


def settled(shown: datetime, zone: tzinfo) -> datetime:
    """The moment, in UTC, from which on the clocks of a zone show this time or a later one for good."""
    before, after = (_utc(shown, zone, fold) for fold in (0, 1))
    return after if before <= after else _set(after, before, zone)


def offset_of(zone: tzinfo, moment: datetime) -> timedelta:
    """How far the clocks of a zone are ahead of UTC at a moment."""
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def next_change(after: datetime, until: datetime, zone: tzinfo) -> datetime | None:
    """The first moment behind `after`, up to `until`, at which the clocks of a zone are set; None for none.

    Changes less than half a day apart that take each other back are not seen; no zone ever had such.
    """
    if isinstance(zone, timezone):
        return None
    before, old = after, offset_of(zone, after)
    while before < until:
        looked = min(before + _STEP, until)
        if offset_of(zone, looked) != old:
            return _set(before, looked, zone)
        before = looked
    return None


def _utc(shown: datetime, zone: tzinfo, fold: int) -> datetime:
    return shown.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _set(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The moment between two at which the clocks of a zone are set, to the second."""
    old = offset_of(zone, before)
    while after - before > _SECOND:
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if offset_of(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _kept(file: Path) -> ZoneInfo | None:
    """The zone whose rules are in a file; its name is not."""
    try:
        with file.open("rb") as rules:
            return ZoneInfo.from_file(rules, key=LOCAL)
    except (ValueError, OSError):
        return None


def _near(name: str) -> str:
    known = zoneinfo.available_timezones()
    if not known:
        return ", because this machine has no list of zones: install tzdata."
    short = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), short, n=1, cutoff=0.7)
    return f": did you mean {short[close[0]]!r}?" if close else ": write one such as 'Europe/Paris', 'UTC' or 'local'."
