"""Reads the state.json in which rsclaw kept how its heartbeats stood; pure."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.schedules.beats import BeatState

MAIN = "main"
FOLDER = "workspace"
NO_STATES = "{name}: it is no list of states as rsclaw writes them."


def states(text: str, files: Sequence[Path], name: str) -> tuple[BeatState, ...]:
    """The states of those files that the old ones were about. Raises `ConfigError` for what is no state.json.

    rsclaw called the heartbeats of the folder `workspace` by `main:FILE`, those of `workspace-ID` by `ID:FILE`.
    """
    try:
        rows: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name}: it is no JSON: {error}.", source=name) from error
    if not isinstance(rows, list):
        raise ConfigError(NO_STATES.format(name=name), source=name)
    by_name = {old_name(file): file for file in files}
    return tuple(_states(cast("list[object]", rows), by_name, name))


def old_name(file: Path) -> str:
    """What rsclaw called the heartbeat of a file."""
    folder = file.parent.name
    agent = MAIN if folder == FOLDER else folder.removeprefix(f"{FOLDER}-")
    return f"{agent}:{file.name}"


def _states(rows: Sequence[object], files: dict[str, Path], name: str) -> Iterator[BeatState]:
    for row in rows:
        if not isinstance(row, dict):
            raise ConfigError(NO_STATES.format(name=name), source=name)
        known = cast("dict[str, object]", row)
        file = files.get(str(known.get("agent_id", "")))
        if file is not None:
            failures = known.get("consecutive_failures", 0)
            failed = known.get("last_status") == "error"
            yield BeatState(
                key=str(file),
                last_run=_moment(known.get("last_run_at")),
                status="error" if failed else "ok",
                error=str(known.get("last_error") or "") if failed else "",
                failures=failures if isinstance(failures, int) else 0,
            )


def _moment(told: object) -> datetime | None:
    """A time as seconds or milliseconds since 1970, or as text."""
    try:
        if isinstance(told, int | float):
            return datetime.fromtimestamp(told / 1000 if told > 1e11 else told, UTC)
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.astimezone(UTC) if moment is not None else None
