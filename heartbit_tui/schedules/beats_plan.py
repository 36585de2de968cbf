"""When a heartbeat is due: from the time, its file and how it stands; pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from heartbit_tui.schedules.beats import BeatState, Done, Heartbeat, interval, is_silent

WARMING = 30.0
"""Seconds from the start, or from a new file, to the first beat; rsclaw's."""

SPREAD = 0.1
"""The part of that by which beats are put apart at the most, so that several files do not all begin at once."""

LONGEST = 500
"""Letters of an error that are kept."""

STOPPED = "It was stopped with the daemon."


def first(beat: Heartbeat, state: BeatState, now: datetime, share: float) -> datetime | None:
    """When a heartbeat is due that was not planned yet: after the rest of its interval, or soon. `share` is 0 to 1.

    A last beat that lies ahead, because the clock was set back, counts as one of just now.
    """
    soon = now + _soon(share)
    if state.last_run is None:
        return beat.from_then(soon)
    due = min(state.last_run, now) + interval(beat.every, state.failures, state.quiet)
    return beat.from_then(due if due > now else soon)


def again(beat: Heartbeat, state: BeatState, now: datetime, share: float) -> datetime | None:
    """When a heartbeat is due at whose plan is looked again: as planned, unless its file or the clock says otherwise.

    What was due before is due now, or when its hours begin.
    """
    planned = state.next_due
    if planned is None or state.every != beat.every:
        return first(beat, state, now, share)
    if planned <= now:
        return beat.from_then(now)
    furthest = beat.from_then(now + interval(beat.every, state.failures, state.quiet))
    if furthest is None or planned > furthest:  # the clock was set back, or the hours are wider than they were
        return first(beat, state, now, share)
    return beat.from_then(planned)


def at_start(beat: Heartbeat, state: BeatState, now: datetime, share: float) -> datetime | None:
    """The same when a daemon starts: what was due while there was none is due soon, not at once."""
    due = again(beat, state, now, share)
    return due if due is None or due > now else beat.from_then(now + _soon(share))


def begun(beat: Heartbeat, state: BeatState, now: datetime) -> BeatState:
    """How a heartbeat stands while it beats, and after that if its daemon dies: the next one comes after an interval."""
    due = beat.from_then(now + interval(beat.every, state.failures, state.quiet))
    return replace(state, last_run=now, next_due=due, every=beat.every, status="begun", error="")


def ended(beat: Heartbeat, state: BeatState, done: Done, began: datetime, now: datetime) -> BeatState:
    """How a heartbeat stands after a beat that began and ended then."""
    quiet = state.quiet + 1 if done.ok and is_silent(done.text) else 0
    failures = 0 if done.ok else state.failures + 1
    return replace(
        state,
        last_run=began,
        next_due=beat.from_then(now + interval(beat.every, failures, quiet)),
        every=beat.every,
        status="ok" if done.ok else "error",
        error="" if done.ok else done.text[:LONGEST],
        failures=failures,
        quiet=quiet,
        seconds=(now - began).total_seconds(),
    )


def interrupted(state: BeatState, began: datetime, now: datetime) -> BeatState:
    """How a heartbeat stands after a beat that was stopped with its daemon: it did not fail, and it is still due."""
    return replace(state, status="interrupted", error=STOPPED, seconds=(now - began).total_seconds())


def _soon(share: float) -> timedelta:
    return timedelta(seconds=WARMING * (1 + SPREAD * share))
