"""The log file in the state directory, written when HEARTBIT_LOG names a level."""

import logging
from collections.abc import Mapping
from pathlib import Path

from heartbit_tui.client.types import About
from heartbit_tui.config import directories
from heartbit_tui.headless.reporters import Last, Reporter, Said
from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.wire.names import type_of

VARIABLE = "HEARTBIT_LOG"
LEVELS = ("debug", "info", "warning", "error")
MOST_BYTES = 10_000_000
"""A log that has grown beyond this is begun anew; the one before is kept as `heartbit.log.1`."""

_LOGGED = ("heartbit", "heartbit_tui", "httpx", "asyncio")


def log_file(environment: Mapping[str, str]) -> Path:
    """Where the log stands."""
    return directories(environment, Path(environment.get("HOME") or "/")).state / "heartbit.log"


def level_of(environment: Mapping[str, str]) -> int | None:
    """The level that the environment asks for; None for no log, and for a word that is none."""
    name = environment.get(VARIABLE, "").strip().lower()
    return logging.getLevelNamesMapping()[name.upper()] if name in LEVELS else None


def start(level: int, file: Path) -> logging.Logger:
    """Let what heartbit and its libraries have to say go into `file`. Raises `OSError`."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > MOST_BYTES:
        file.replace(file.with_name(f"{file.name}.1"))
    handler = logging.FileHandler(file, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    for name in _LOGGED:
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False
    return logging.getLogger("heartbit")


class Logged:
    """What another reporter tells, with the types of the events, their order and the end in a log; no contents."""

    def __init__(self, inner: Reporter, log: logging.Logger) -> None:
        self._inner = inner
        self._log = log

    def begin(self, about: About) -> Said:
        self._log.info("session %s, %s %s in %s", about.session_id, about.provider, about.model, about.cwd)
        return self._inner.begin(about)

    def take(self, envelope: Envelope) -> Said:
        if not isinstance(envelope.event, Delta):
            self._log.debug("%d %s %s %s", envelope.seq, envelope.run, envelope.agent, type_of(type(envelope.event)))
        return self._inner.take(envelope)

    def end(self, last: Last) -> Said:
        level = logging.WARNING if last.ending.is_error else logging.INFO
        self._log.log(level, "%s, exit code %d %s", last.ending.subtype, last.ending.exit_code, last.ending.error)
        return self._inner.end(last)


def logged(inner: Reporter, environment: Mapping[str, str]) -> Reporter:
    """The reporter with a log where the environment asks for one; a log that cannot be written is done without."""
    level = level_of(environment)
    if level is None:
        return inner
    try:
        return Logged(inner, start(level, log_file(environment)))
    except OSError:
        return inner
