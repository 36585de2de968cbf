"""How long something takes, as a person writes it: `90s`, `30m`, `1h30m`, `1d`."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_SECONDS: Mapping[str, int] = MappingProxyType({"d": 86_400, "h": 3_600, "m": 60, "s": 1})
_WHOLE = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
LONGEST = 80
"""Letters of a duration; more mean none, and Python reads no number of more than some thousand digits."""

_FORM = "write days, hours, minutes and seconds in this order, such as 1d, 1h30m, 30m or 90s; a bare number is minutes"


def duration(text: str) -> int:
    """The seconds that a text means; a bare number is minutes.

    Raises `ValueError` with a sentence for anything else, and for one that takes no time.
    """
    given = text.strip()
    if len(given) > LONGEST:
        raise ValueError(f"{given[:LONGEST]!r} and so on is no duration: {_FORM}.")
    if given.isascii() and given.isdecimal():
        seconds = int(given) * 60
    else:
        match = _WHOLE.fullmatch(given)
        if match is None or not given:
            raise ValueError(f"{text!r} is no duration: {_FORM}.")
        seconds = sum(int(count) * unit for count, unit in zip(match.groups("0"), _SECONDS.values(), strict=True))
    if seconds == 0:
        raise ValueError(f"{text!r} is no duration: it takes no time.")
    return seconds


def shown(seconds: float) -> str:
    """A duration as `duration` reads it, to the second; `0s` for less than that."""
    left = int(seconds)
    parts: list[str] = []
    for unit, size in _SECONDS.items():
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
