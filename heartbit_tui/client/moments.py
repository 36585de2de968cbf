"""Moments as a person's own clock has them."""

from datetime import datetime


def moment(at: datetime | str) -> str:
    """The day and the minute here; of a text that is no time, such as a damaged row may have, the text itself."""
    try:
        known = datetime.fromisoformat(at) if isinstance(at, str) else at
    except ValueError:
        return str(at)
    return f"{known.astimezone():%Y-%m-%d %H:%M}"
