"""The daemons of this machine as they are seen without a token: by their locks, the data file, the log and systemd."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from heartbit_tui.client import registered
from heartbit_tui.client.address import reachable
from heartbit_tui.daemon.log_file import NAME as LOG
from heartbit_tui.daemon.log_reading import Said, Wanted, tail
from heartbit_tui.daemon.unit.placing import Placed, look as look_at, path_of
from heartbit_tui.daemon.unit.systemd import State, Systemd
from heartbit_tui.daemon.unit.text import Scope
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError, StoreError
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.store.database import Database
from heartbit_tui.store.locks import leases
from heartbit_tui.tasks import STEPS, SqliteQueue

SECONDS: Final = 2.0
"""How long a daemon may take to say that it is well."""

SCOPES: Final[tuple[Scope, ...]] = ("user", "system")
BUSY: Final = "is stopping"
WELL: Final = "answers"
SILENT: Final = "does not answer: {why}"
UNASKED: Final = "has not said yet where it listens"
NO_FILE: Final = "There is no data file yet: {path}."
DIED: Final = "A daemon (process {pid}) that began at {since} ended without a word."


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit that is there, and what systemd knows of it."""

    placed: Placed
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known. `health` is a word on each daemon that lives, by its name; `tasks` how many stand how, None unread.

    `unknown` are sentences on what could not be found out, and why.
    """

    store: Path
    log: Path
    daemons: tuple[registered.Found, ...]
    health: Mapping[str, str]
    tasks: Mapping[str, int] | None
    units: tuple[Unit, ...]
    last_error: Said | None
    unknown: tuple[str, ...]

    @property
    def living(self) -> tuple[registered.Found, ...]:
        """The daemons that are at work on the data file now."""
        return tuple(each for each in self.daemons if each.lives)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Where to look: the data file, the folder of the log, the person's settings by XDG, and the environment."""

    store: Path
    state: Path
    config: Path
    environment: Mapping[str, str]


async def look(around: Around, clock: Clock) -> Seen:
    """What can be seen of the daemons that work on a data file. Raises nothing of what cannot be found out."""
    is_there = await asyncio.to_thread(around.store.exists)
    unknown = [] if is_there else [NO_FILE.format(path=around.store)]
    daemons = registered.found(around.store)
    health = {each.name: await _health(each) for each in daemons if each.lives}
    log = around.state / LOG
    return Seen(
        store=around.store,
        log=log,
        daemons=daemons,
        health=MappingProxyType(health),
        tasks=await _tasks(around.store, clock, unknown) if is_there else None,
        units=_units(around, unknown),
        last_error=next(iter(tail(log, 1, Wanted(level="error"))), None),
        unknown=tuple(unknown),
    )


def json_of(seen: Seen, now: datetime) -> JsonObject:
    """It as JSON; what is not known is null."""
    error = seen.last_error
    return {
        "running": bool(seen.living),
        "daemons": [_daemon(each, seen, now) for each in seen.living],
        "died": [{"pid": each.pid, "since": _iso(each.since)} for each in seen.daemons if not each.lives],
        "tasks": None if seen.tasks is None else dict(seen.tasks),
        "units": [
            {
                "path": str(each.placed.path),
                "scope": each.placed.scope,
                "edited": each.placed.standing != "ours",
                "enabled": each.state.enabled or None,
                "active": each.state.active or None,
            }
            for each in seen.units
        ],
        "data_file": str(seen.store),
        "log": str(seen.log),
        "last_error": None if error is None else {"at": _iso(error.at), "message": error.message},
        "unknown": list(seen.unknown),
    }


def rows(seen: Seen, now: datetime) -> list[tuple[str, str]]:
    """It as rows for a person: what, and how it stands."""
    found = [row for each in seen.living for row in _living(each, seen, now)] or [("daemon", "none is running")]
    found += [("died", DIED.format(pid=each.pid, since=_local(each.since))) for each in seen.daemons if not each.lives]
    if seen.tasks is not None:
        counts = {"waiting": "pending", "at work": "running", "interrupted": "interrupted", "failed": "failed"}
        found.append(("tasks", ", ".join(f"{seen.tasks.get(state, 0)} {word}" for word, state in counts.items())))
    found += [("unit", _unit(each)) for each in seen.units] or [("unit", "none; `heartbit daemon install` makes one")]
    found.append(("log", str(seen.log)))
    if seen.last_error is not None:
        found.append(("last error", f"{_local(seen.last_error.at)} {seen.last_error.message}"))
    return found + [("unknown", each) for each in seen.unknown]


def _living(each: registered.Found, seen: Seen, now: datetime) -> Sequence[tuple[str, str]]:
    where = f" at {each.address}" if each.address else ""
    since = f"{_local(each.since)}, for {_span((now - each.since).total_seconds())}" if each.since else ""
    told = (("daemon", f"running{where}, process {each.pid}"), ("version", each.version), ("since", since))
    return [(name, text) for name, text in (*told, ("health", seen.health[each.name])) if text]


def _daemon(each: registered.Found, seen: Seen, now: datetime) -> JsonObject:
    return {
        "pid": each.pid or None,
        "address": each.address or None,
        "version": each.version or None,
        "since": _iso(each.since),
        "uptime_seconds": int((now - each.since).total_seconds()) if each.since else None,
        "health": seen.health[each.name],
    }


def _unit(each: Unit) -> str:
    state = each.state
    stands = f"{state.enabled or 'not enabled'}, {state.active}" if not state.why else f"not known: {state.why}"
    edited = "" if each.placed.standing == "ours" else ", not as heartbit wrote it"
    return f"{each.placed.path} ({each.placed.scope}{edited}): {stands}"


async def _health(each: registered.Found) -> str:
    if not each.address:
        return UNASKED
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as http:
            answer = await http.get(f"{reachable(each.address)}/healthz")
    except httpx.HTTPError as error:
        return SILENT.format(why=str(error) or type(error).__name__)
    return WELL if answer.is_success else BUSY


async def _tasks(store: Path, clock: Clock, unknown: list[str]) -> Mapping[str, int] | None:
    try:
        async with Database.open(store, "tasks", STEPS) as database:
            queue = SqliteQueue(database, clock, leases(store).held)
            states = (await queue.stats()).tasks_by_state
            await queue.close()
    except StoreError as error:
        unknown.append(str(error))
        return None
    return states


def _units(around: Around, unknown: list[str]) -> tuple[Unit, ...]:
    found = list[Unit]()
    for scope in SCOPES:
        try:
            placed = look_at(path_of(scope, around.config), scope)
        except ConfigError as error:
            unknown.append(str(error))
            continue
        if placed.standing != "missing":
            found.append(Unit(placed=placed, state=Systemd(scope, around.environment).state()))
    return tuple(found)


def _span(seconds: float) -> str:
    """A time as a person says it: the two largest units that are not 0."""
    rest, words = max(int(seconds), 0), list[str]()
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {name}")
    return " ".join(words[:2]) or "0 s"


def _local(at: datetime | None) -> str:
    return "an unknown time" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
