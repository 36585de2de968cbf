"""When the pulse looks again, decided from what it saw and what came of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.schedules.todo.entries import OVER, Entry
from heartbit_tui.schedules.types import Result
from heartbit_tui.schedules.windows import Window

SILENT = "HEARTBIT_OK"
"""The answer which says that nothing needed doing."""

SLOWEST = 4
"""How many intervals lie between two looks at most; the seed's."""

SHORT = 200
"""Characters of an answer that may say something before it ends with `SILENT` and still means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often the pulse looks: each `interval` seconds, within the `window` if there is one.

    After `threshold` looks in a row at which nothing needed doing the interval doubles with each, up to four times; 0 keeps
    it. `most_per_day` is what the tasks of a day may cost in US dollars, as the clocks of `zone` show days; None is no cap.
    """

    zone: tzinfo
    interval: int = 1_800
    threshold: int = 6
    window: Window | None = None
    most_per_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """What the pulse remembers: looks in a row without anything to do, what it saw then, and what the day has cost.

    `failures` counts looks in a row whose tasks failed.
    """

    idle: int = 0
    failures: int = 0
    seen: str = ""
    day: str = ""
    spent: float = 0.0


def next_look(rhythm: Rhythm, memo: Memo, last: datetime, entries: Sequence[Entry], now: datetime) -> datetime | None:
    """When to look next after `last`: None for never.

    An entry that is new, changed, overdue or no longer snoozed ends the slowness of a pulse that had nothing to do; one whose snooze
    runs out is looked at then.
    """
    slowness = factor(rhythm, memo) if memo.seen == seen(entries, now) else 1
    moment = last + timedelta(seconds=rhythm.interval * slowness)
    waking = [each.snoozed_until for each in entries if each.status not in OVER and each.snoozed_until is not None]
    moment = min([moment, *(each for each in waking if each > last)])
    if rhythm.window is None:
        return moment
    moment = max(moment, now)
    return moment if rhythm.window.holds(moment) else rhythm.window.opens_after(moment)


def factor(rhythm: Rhythm, memo: Memo) -> int:
    """How many intervals lie between two looks; what fails again and again comes less often, too."""
    if memo.failures:
        return min(2**memo.failures, SLOWEST)
    if rhythm.threshold == 0 or memo.idle < rhythm.threshold:
        return 1
    return min(2 ** (memo.idle - rhythm.threshold + 1), SLOWEST)


def seen(entries: Sequence[Entry], now: datetime) -> str:
    """What there is to do, as a digest that differs when an entry is new, changed, overdue by now, or not snoozed any more."""
    doable = sorted(
        f"{each.id} {each.updated_at.isoformat()} {each.overdue(now)}" for each in entries if each.actionable(now)
    )
    return sha256("\n".join(doable).encode()).hexdigest()[:16]


def after_nothing(memo: Memo, entries: Sequence[Entry], now: datetime) -> Memo:
    """The memo after a look at which there was nothing to do."""
    return replace(memo, idle=memo.idle + 1, seen=seen(entries, now))


def after_task(memo: Memo, result: Result, entries: Sequence[Entry], now: datetime, zone: tzinfo) -> Memo:
    """The memo after a task: its answer tells whether anything needed doing; one that failed tells nothing."""
    day = today(now, zone)
    spent = (memo.spent if memo.day == day else 0.0) + (result.cost_usd or 0.0)
    idle, failures = memo.idle, memo.failures
    if result.state == "completed":
        idle, failures = (idle + 1 if says_nothing(result.text) else 0), 0
    elif result.state == "failed":
        failures += 1
    return Memo(idle=idle, failures=failures, seen=seen(entries, now), day=day, spent=spent)


def exhausted(rhythm: Rhythm, memo: Memo, now: datetime) -> bool:
    """Whether the day has cost what it may."""
    spent = memo.spent if memo.day == today(now, rhythm.zone) else 0.0
    return rhythm.most_per_day is not None and spent >= rhythm.most_per_day


def says_nothing(text: str) -> bool:
    """Whether an answer is `HEARTBIT_OK`, dressed up or at the end of a short one."""
    given = text.strip().strip("*_`.!\"' \n")
    lines = given.splitlines()
    return given == SILENT or (len(given) <= SHORT and bool(lines) and lines[-1].strip("*_` ") == SILENT)


def today(now: datetime, zone: tzinfo) -> str:
    """The date that the clocks of a zone show."""
    return now.astimezone(zone).date().isoformat()


def written(memo: Memo) -> str:
    """The memo as it is kept."""
    return json.dumps(asdict(memo))


def read(text: str) -> Memo:
    """The memo that was kept; a fresh one for what is none."""
    try:
        return Memo(**cast("dict[str, Any]", json.loads(text)))
    except (ValueError, TypeError):
        return Memo()
