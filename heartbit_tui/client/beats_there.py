"""Heartbeats and schedules of a daemon, over HTTP; what is done with them is done on its machine."""

from datetime import datetime
from typing import Any

from heartbit_tui.client import beats
from heartbit_tui.client.beats import Coming, Due
from heartbit_tui.client.remote import Remote
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.messages import JsonObject

ON_ITS_MACHINE = "That is done where the daemon runs: `heartbit {kind} {verb} {name}`."


class There:
    """What the daemon has that a `Remote` leads to."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def coming(self) -> Coming:
        told = await self._remote.ask("GET", "/heartbeats")
        schedules = (await self._remote.ask("GET", "/schedules"))["schedules"]
        found = [*map(_heartbeat, told["heartbeats"]), *map(_schedule, schedules)]
        notes = () if told["enabled"] else (beats.HEARTBEATS_OFF,)
        return Coming(due=beats.ordered(found), notes=notes, lives=True)

    async def rest(self, due: Due, *, rests: bool) -> str:
        verb = "pause" if rests else "resume"
        raise HeartbitError(ON_ITS_MACHINE.format(kind=due.kind, verb=verb, name=due.name))

    async def run(self, due: Due) -> str:
        raise HeartbitError(ON_ITS_MACHINE.format(kind=due.kind, verb="run", name=due.name))


def _heartbeat(told: JsonObject) -> Due:
    stands = "not used" if not told["used"] else told["status"] or "not yet"
    pairs = (("every", _seconds(told)), ("hours", told.get("hours")), ("last", told["last"]), ("error", told["error"]))
    return Due(
        kind="heartbeat",
        name=str(told["file"]),
        next=_moment(told["next"]),
        stands="paused" if told["paused"] else str(stands),
        last=str(told["error"]),
        fault=str(told["fault"]),
        rests=bool(told["paused"]),
        at_work=bool(told.get("beating")),
        why=tuple((name, str(fact)) for name, fact in pairs if fact),
    )


def _schedule(told: JsonObject) -> Due:
    stage = str(told["stage"])
    return Due(
        kind="schedule",
        name=str(told["name"]),
        next=_moment(told["next"]) if told["enabled"] else None,
        stands=str(told["cron"]) if told["enabled"] else "switched off",
        last="not yet due" if stage == "seen" else f"last {stage}",
        at_work=stage == "running",
        why=(("task", str(told["task"])), ("when", f"{told['cron']}, by the clocks of {told['timezone']}")),
    )


def _seconds(told: JsonObject) -> str:
    return f"{told['every']} s" if told.get("every") else ""


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
