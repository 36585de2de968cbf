"""Heartbeats, schedules and the pulse of a daemon, over HTTP; what is done with them is done on its machine."""

from datetime import datetime
from typing import Any

from heartbit_tui.client import beats
from heartbit_tui.client.beats import Coming, Due
from heartbit_tui.client.remote import NOT_FOUND, Remote, RemoteError
from heartbit_tui.kernel.messages import JsonObject

RESTS = "{name} rests until somebody lets it go on."
GOES_ON = "{name} goes on."
BEGUN = "The daemon does {name} as soon as it can; what comes of it waits in its inbox."


class There:
    """What the daemon has that a `Remote` leads to."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    async def coming(self) -> Coming:
        told = await self._remote.ask("GET", "/heartbeats")
        schedules = (await self._remote.ask("GET", "/schedules"))["schedules"]
        found = [*map(_heartbeat, told["heartbeats"]), *map(_schedule, schedules), *await self._pulse()]
        notes = () if told["enabled"] else (beats.HEARTBEATS_OFF,)
        return Coming(due=beats.ordered(found), notes=notes, lives=True)

    async def _pulse(self) -> tuple[Due, ...]:
        """The pulse, where there is one."""
        try:
            return (_pulse(await self._remote.ask("GET", "/pulse")),)
        except RemoteError as error:
            if error.status != NOT_FOUND:
                raise
            return ()

    async def rest(self, due: Due, *, rests: bool) -> str:
        await self._remote.ask("POST", f"/{due.kind}s/pause", {"name": due.name, "paused": rests})
        return (RESTS if rests else GOES_ON).format(name=due.name)

    async def run(self, due: Due) -> str:
        await self._remote.ask("POST", f"/{due.kind}s/run", {"name": due.name})
        return BEGUN.format(name=due.name)


def _heartbeat(told: JsonObject) -> Due:
    return Due(
        kind="heartbeat",
        name=str(told["file"]),
        next=_moment(told["next"]),
        stands=str(told["stands"]),
        last=str(told["error"]),
        fault=str(told["fault"]),
        rests=bool(told["paused"]),
        at_work=bool(told["beating"]),
        can_rest=True,
        can_run=bool(told["used"]),
        why=_why(told),
    )


def _schedule(told: JsonObject) -> Due:
    return Due(
        kind="schedule",
        name=str(told["name"]),
        next=_moment(told["next"]) if told["enabled"] else None,
        stands=str(told["stands"]),
        last=str(told["last"]),
        rests=bool(told["paused"]),
        at_work=told["stage"] == "running",
        can_rest=bool(told["enabled"]),
        can_run=True,
        why=_why(told),
    )


def _pulse(told: JsonObject) -> Due:
    return Due(
        kind="pulse",
        name="pulse",
        next=_moment(told["next"]),
        stands=str(told["stands"]),
        last=str(told["last"]),
        at_work=bool(told["at_work"]),
        why=_why(told),
    )


def _why(told: JsonObject) -> tuple[tuple[str, str], ...]:
    return tuple((str(each["what"]), str(each["is"])) for each in told["why"])


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
