"""Heartbeats in words: how each stands, when it beats next, and why it does not; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from heartbit_tui.schedules import beats_plan, durations, windows
from heartbit_tui.schedules.beats import PATIENT, BeatState, Found, Heartbeat, Standing, interval
from heartbit_tui.schedules.windows import EVERY_DAY, Window

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def standings(found: Sequence[Found], states: Mapping[str, BeatState], now: datetime) -> tuple[Standing, ...]:
    """How each file stands as far as the disk tells: without an engine, when it would beat if one ran now."""
    made = [_standing(each, states.get(each.key) or BeatState(key=each.key), now) for each in found]
    return tuple(sorted(made, key=lambda each: (each.state.next_due is None, each.state.next_due or now, each.key)))


def condition(standing: Standing) -> str:
    """How a heartbeat stands, in one or two words."""
    if standing.heartbeat is None:
        return "not used"
    if standing.beating:
        return "beating now"
    if standing.state.paused:
        return "paused"
    if standing.fault:
        return "wrong, as it was before"
    if standing.state.status == "begun":
        return "begun, not ended"
    return {"": "not yet", "ok": "fine", "error": "failed", "interrupted": "interrupted"}[standing.state.status]


def ahead(moment: datetime | None, now: datetime) -> str:
    """How far ahead a moment is: `in 12m`."""
    if moment is None:
        return "never"
    seconds = (moment - now).total_seconds()
    return "now" if seconds < 1 else f"in {durations.shown(seconds if seconds < 600 else seconds // 60 * 60)}"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago a moment was: `2h ago`."""
    if moment is None:
        return "never"
    seconds = max(0.0, (now - moment).total_seconds())
    return f"{durations.shown(seconds if seconds < 600 else seconds // 60 * 60)} ago"


def hours(beat: Heartbeat) -> str:
    """When it may beat: `09:00-17:00, Mon Tue (Europe/Paris)`."""
    if not beat.windows:
        return "at any hour"
    spans = ", ".join(f"{windows.shown(each.start)}-{windows.shown(each.end)}" for each in beat.windows)
    return f"{spans}{_days(beat.windows[0])} ({beat.windows[0].zone})"


def at_most(beat: Heartbeat) -> str:
    """What one beat may take: `0.25 US dollars, 20,000 tokens, 20 calls`."""
    parts = (
        f"{beat.max_cost:g} US dollars" if beat.max_cost else "",
        f"{beat.max_tokens:,} tokens" if beat.max_tokens else "",
        f"{beat.max_calls:,} calls" if beat.max_calls else "",
    )
    return ", ".join(filter(None, parts)) or "what the settings allow"


def why(standing: Standing, now: datetime) -> Iterator[tuple[str, str]]:
    """All that is known of one, as pairs of a word and a sentence."""
    state, beat = standing.state, standing.heartbeat
    yield "file", str(standing.file)
    yield "stands", condition(standing)
    if standing.fault:
        yield "because", standing.fault
    if beat is None:
        return
    yield "does", "puts the memory in order" if beat.kind == "meditate" else "asks an agent what stands in the file"
    yield "every", _rhythm(beat, state)
    yield "hours", hours(beat)
    if beat.kind == "message":
        yield "tools", ", ".join(beat.tools)
        yield "at most", at_most(beat)
    yield "next", "not while it is paused" if state.paused else _next(beat, state, now)
    yield "last", f"{ago(state.last_run, now)}{_taken(state)}"
    if state.error:
        yield "last error", state.error
    yield from (("warning", warning) for warning in beat.warnings)


def _taken(state: BeatState) -> str:
    """How long the last beat took, or that this is not known."""
    if state.status == "begun":
        return ", at work since then, or its daemon is gone"
    return f", took {state.seconds:.0f} s" if state.last_run else ""


def _standing(found: Found, state: BeatState, now: datetime) -> Standing:
    if not isinstance(found, Heartbeat):
        return Standing(key=found.key, file=found.file, state=state, fault=found.reason)
    due = beats_plan.again(found, state, now, 0)
    planned = replace(state, next_due=due, every=found.every)
    return Standing(key=found.key, file=found.file, state=planned, heartbeat=found)


def _rhythm(beat: Heartbeat, state: BeatState) -> str:
    now = interval(beat.every, state.failures, state.quiet).total_seconds()
    if now == beat.every:
        return durations.shown(beat.every)
    reason = (
        f"it failed {state.failures} times in a row"
        if state.failures
        else f"it had nothing to say {state.quiet} times in a row, and from {PATIENT} on it comes less often"
    )
    return f"{durations.shown(beat.every)}, now {durations.shown(now)}: {reason}"


def _next(beat: Heartbeat, state: BeatState, now: datetime) -> str:
    if state.next_due is None:
        return "never: its hours never come"
    told = f"{ahead(state.next_due, now)}, at {state.next_due.astimezone():%Y-%m-%d %H:%M}"
    return told if beat.awake(now) else f"{told}; its hours are not now"


def _days(window: Window) -> str:
    return "" if window.days == EVERY_DAY else f", {' '.join(DAYS[day] for day in sorted(window.days))}"
