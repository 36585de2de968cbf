"""Schedules and the pulse in words: how the last time went, when the pulse looks next, and all that is known of why; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from heartbit_tui.schedules import pulse_state
from heartbit_tui.schedules.durations import shown
from heartbit_tui.schedules.pulse_state import Memo, Rhythm
from heartbit_tui.schedules.todo.entries import Entry
from heartbit_tui.schedules.types import Firing, Schedule

LOOKS = "looks from time to time"
PULSE_RESTS = "It ends with the day: it has cost what it may"


def last(firing: Firing | None) -> str:
    """How it went the last time."""
    stage = firing.stage if firing else "seen"
    return {"seen": "not yet due", "claimed": "being handed over", "running": "at work"}.get(stage, f"last {stage}")


def at_work(firing: Firing | None) -> bool:
    """Whether the task that was handed over goes on."""
    return firing is not None and firing.stage == "running"


def condition(schedule: Schedule) -> str:
    """How a schedule stands, in a word or two."""
    return "paused" if schedule.paused else schedule.cron.expression if schedule.enabled else "switched off"


def why(schedule: Schedule, firing: Firing | None) -> Iterator[tuple[str, str]]:
    """All that is known of a schedule, as pairs of a word and a sentence."""
    yield "task", schedule.task
    yield "when", f"{schedule.cron.expression}, by the clocks of {schedule.cron.zone}"
    if not schedule.enabled:
        yield "because", "it is switched off: enabled = false"
    if schedule.folder:
        yield "works in", schedule.folder
    yield "last", last(firing)
    if firing and firing.passed:
        yield "passed", f"{firing.passed} times since then: the task before went on"
    yield "stands in", "the settings" if schedule.origin == "settings" else "the data file: `heartbit schedule remove`"


def next_look(rhythm: Rhythm, firing: Firing | None, entries: Sequence[Entry] | None, now: datetime) -> datetime | None:
    """When the pulse looks next; None for never.

    Without `entries`, which are on its list, it is told as if nothing on the list had changed since it looked.
    """
    memo = _memo(firing)
    if entries is None:
        memo, entries = replace(memo, seen=pulse_state.seen((), now)), ()
    return pulse_state.next_look(rhythm, memo, firing.due if firing else now, entries, now)


def why_looks(rhythm: Rhythm, firing: Firing | None, now: datetime) -> Iterator[tuple[str, str]]:
    """All that is known of the pulse, as pairs of a word and a sentence."""
    memo = _memo(firing)
    yield "does", "looks through what is to be done, and hands over a task where there is something"
    yield "every", _every(rhythm, memo)
    if pulse_state.exhausted(rhythm, memo, now):
        yield "because", PULSE_RESTS
    yield "last", last(firing)


def _every(rhythm: Rhythm, memo: Memo) -> str:
    factor = pulse_state.factor(rhythm, memo)
    if factor == 1:
        return shown(rhythm.interval)
    reason = f"{memo.failures} looks that failed" if memo.failures else f"{memo.idle} looks in a row with nothing to do"
    return f"{shown(rhythm.interval * factor)}, after {reason}"


def _memo(firing: Firing | None) -> Memo:
    return pulse_state.read(firing.memo if firing else "")
