"""Reads a moment in the past as people write it."""

import re
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from heartbit_tui.headless.endings import UsageError

UNITS = MappingProxyType({"m": "minutes", "h": "hours", "d": "days", "w": "weeks"})
_AGO = re.compile(r"(\d{1,5})([mhdw])", re.ASCII)


def moment(text: str, now: datetime) -> datetime:
    """`7d` before `now`, or a date with or without a time, on the person's own clock where it names no zone.

    Raises `UsageError`.
    """
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago:
            return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError("--since takes 30m, 12h, 7d, 2w, or a time such as 2026-01-31 or 2026-01-31T09:30.") from error
