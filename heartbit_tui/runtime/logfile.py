"""The log file in the state folder, written when a level is asked for: what happened when, never what was said."""

import logging
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from heartbit_tui.config import Config
from heartbit_tui.kernel.events import (
    Delta,
    Envelope,
    Notice,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunStarted,
    type_name,
)

NAME = "heartbit.log"
FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
LOGGERS = ("heartbit", "httpx", "asyncio")


def sink(config: Config, state: Path) -> Callable[[Envelope], None] | None:
    """What writes the log, for the bus; None where none is asked for, or it cannot be written."""
    level = logging.getLevelNamesMapping()[config.string("log.level").upper()]
    with suppress(OSError):
        return Log(_logger(level, config, state)).take
    return None


class Log:
    """Writes one line an event: its place and type at `debug`, ends and notices at their own level."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def take(self, envelope: Envelope) -> None:
        """Log an envelope; pieces of messages are left out."""
        event = envelope.event
        if isinstance(event, Delta):
            return
        place = f"{envelope.session} {envelope.run or '-'} {envelope.agent} {envelope.seq}"
        match event:
            case RunStarted() | RunCompleted() | RunInterrupted():
                self._logger.info("%s %s", place, type_name(type(event)))
            case RunFailed(kind=kind):
                self._logger.error("%s run_failed (%s)", place, kind)
            case Notice(level="warning" | "error" as level):
                self._logger.log(logging.getLevelNamesMapping()[level.upper()], "%s notice", place)
            case _:
                self._logger.debug("%s %s", place, type_name(type(event)))


def _logger(level: int, config: Config, state: Path) -> logging.Logger:
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    most, keep = config.integer("log.max_bytes") or 0, config.integer("log.keep") or 0
    handler = RotatingFileHandler(state / NAME, maxBytes=most, backupCount=keep, encoding="utf-8", errors="replace")
    handler.setFormatter(logging.Formatter(FORMAT))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for old in tuple(logger.handlers):
            logger.removeHandler(old)
            old.close()
        logger.setLevel(level)
        logger.addHandler(handler)
        logger.propagate = False
    return logging.getLogger(LOGGERS[0])
