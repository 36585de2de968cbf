"""Schedules and heartbeats as JSON, the same at the command line and over HTTP."""

from datetime import datetime

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.schedules import beats_told
from heartbit_tui.schedules.beats import Standing
from heartbit_tui.schedules.types import Firing, Schedule


def of_schedule(schedule: Schedule, firing: Firing | None, now: datetime) -> JsonObject:
    """A schedule, when it is due next, and how far it is."""
    due = schedule.cron.after(now)
    return {
        "name": schedule.name,
        "cron": schedule.cron.expression,
        "dialect": schedule.cron.dialect,
        "timezone": str(schedule.cron.zone),
        "task": schedule.task,
        "enabled": schedule.enabled,
        "paused": schedule.paused,
        "overlap": schedule.overlap,
        "jitter": schedule.jitter,
        "catch_up": schedule.catch_up,
        "folder": schedule.folder,
        "origin": schedule.origin,
        "next": None if due is None else due.astimezone(schedule.cron.zone).isoformat(),
        "stage": firing.stage if firing else "seen",
        "last_task": firing.task if firing else "",
        "passed_over": firing.passed if firing else 0,
    }


def of_heartbeat(standing: Standing) -> JsonObject:
    """A heartbeat, when it is next, and how the last one went."""
    beat, state = standing.heartbeat, standing.state
    told: JsonObject = {
        "file": standing.key,
        "used": beat is not None,
        "fault": standing.fault,
        "paused": state.paused,
        "next": _time(None if beat is None else state.next_due),
        "last": _time(state.last_run),
        "status": state.status,
        "error": state.error,
        "failures": state.failures,
    }
    if beat is None:
        return told
    most = {"max_cost": beat.max_cost, "max_tokens": beat.max_tokens, "max_calls": beat.max_calls}
    hours = beats_told.hours(beat)
    return {**told, "every": beat.every, "type": beat.kind, "hours": hours, "tools": list(beat.tools), **most}


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
