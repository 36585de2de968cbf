"""Expressions of the earlier heartbit's cron, in the words of today's.

Its days of the week begin with Sunday, 1; it knows their long names, and `?` for any day.
"""

from collections.abc import Mapping
from types import MappingProxyType

_LONG = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS: Mapping[str, int] = MappingProxyType(
    {word: number for number, name in enumerate(_LONG, 1) for word in (name, name[:3])} | {"tues": 3, "thurs": 5}
)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ANY = ("*", "?")
_SIGNS = frozenset("0123456789*,-/")


def translated(expression: str) -> str:
    """The six fields that mean the same in the standard dialect, where both days have to fit.

    Raises `ValueError` with the reason for what has no such form.
    """
    fields = expression.lower().split()
    if len(fields) == 5:
        raise ValueError("the seed's dialect has six or seven fields, with the seconds first; put `0` before it")
    if len(fields) == 7 and fields.pop() not in _ANY:
        raise ValueError("its seventh field is a year, and a schedule comes again every year; leave the field out")
    if len(fields) != 6:
        raise ValueError(
            f"it has {len(fields)} field{'' if len(fields) == 1 else 's'}; the seed's dialect has six or seven"
        )
    second, minute, hour, day, month, weekday = fields
    if "?" in "".join((second, minute, hour, month)):
        raise ValueError("`?` may only stand for a day")
    day = "*" if day == "?" else day
    if not set(day) <= _SIGNS:
        raise ValueError(f"the day of the month {day!r} is not understood: it takes 1-31, `*` or `?`")
    return " ".join((second, minute, hour, day, _months(month), _weekdays(weekday)))


def _months(field: str) -> str:
    for name in _MONTHS:
        field = field.replace(name, name[:3])
    return field


def _weekdays(field: str) -> str:
    """All days that a field means, numbered from Sunday, 0."""
    if field in _ANY:
        return "*"
    days = {day for part in field.split(",") for day in _part(part, field)}
    return ",".join(str(day - 1) for day in sorted(days))


def _part(part: str, field: str) -> range:
    span, slash, step = part.partition("/")
    every = _number(step, field) if slash else 1
    first, dash, last = span.partition("-")
    if span == "*":
        start, end = 1, 7
    else:
        start = _day(first, field)
        end = _day(last, field) if dash else 7 if slash else start
    if every < 1 or end < start:
        raise ValueError(_wrong(field))
    return range(start, end + 1, every)


def _day(word: str, field: str) -> int:
    day = _DAYS.get(word) or _number(word, field)
    if not 1 <= day <= 7:
        raise ValueError(_wrong(field))
    return day


def _number(word: str, field: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 5):
        raise ValueError(_wrong(field))
    return int(word)


def _wrong(field: str) -> str:
    return f"the day of the week {field!r} is not understood: it takes 1-7 or SUN-SAT, where 1 is Sunday"
