"""Times as people say them."""

from datetime import datetime

MINUTE, HOUR, DAY = 60, 3600, 86400


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in a word or two; the date itself from two weeks on. Both times know their zone."""
    seconds = (now - then).total_seconds()
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h ago"
    if seconds < 14 * DAY:
        days = int(seconds // DAY)
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{then.astimezone(now.tzinfo):%d %b %Y}".lstrip("0")


def day(then: datetime, now: datetime) -> str:
    """The heading that a time stands under."""
    days = (now.date() - then.astimezone(now.tzinfo).date()).days
    if days < 1:
        return "today"
    return "yesterday" if days == 1 else "this week" if days < 7 else "this month" if days < 31 else "earlier"
