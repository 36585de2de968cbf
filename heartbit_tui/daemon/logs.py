"""What a daemon tells of itself: sentences to a person at a terminal, one JSON object a line to whatever else reads."""

import logging
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TextIO

from heartbit_tui.wire.write import encode, timestamp

LOGGER: Final = "heartbit.daemon"
PLAIN: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TOKENS: Final = re.compile(r"hbt_[A-Za-z0-9_-]{43}|(?<=Bearer )[^\s\"']+|(?<=token\.)[A-Za-z0-9._~-]{8,}")
CONTROLS: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]")
INSTEAD: Final = "[the token, which a log does not get: see daemon-token in heartbit's state folder]"


class JsonLines(logging.Formatter):
    """A record as one line of JSON: `at`, `level`, `logger`, `message`, and `exception` where there is one.

    Keys are masked by `mask`, tokens of daemons in any case.
    """

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__()
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        told = {
            "at": timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._clean(record.getMessage()),
        }
        if record.exc_info:
            told["exception"] = self._clean(self.formatException(record.exc_info))
        return encode(told)

    def _clean(self, text: str) -> str:
        return TOKENS.sub(INSTEAD, self._mask(text))


class Lines(logging.Formatter):
    """A record as a person reads it: one line, in which nothing that it is about moves the cursor or begins another one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        """The line; what follows it is the trace of an exception."""
        return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))


def telling(stream: TextIO, mask: Callable[[str], str], *, verbose: bool) -> Callable[[str], None]:
    """Let all loggers write there, what is said as `INFO` where that is wanted; what tells a sentence there."""
    handler = logging.StreamHandler(stream)
    attended = stream.isatty()
    handler.setFormatter(Lines(PLAIN) if attended else JsonLines(mask))
    logging.basicConfig(handlers=[handler], level=logging.INFO if verbose else logging.WARNING, force=True)
    if attended:
        return tell_stderr
    own = logging.getLogger(LOGGER)

    def tell(text: str) -> None:
        handler.handle(own.makeRecord(LOGGER, logging.INFO, "", 0, text, (), None))

    return tell


def tell_stderr(text: str) -> None:
    """Tell a person at the terminal."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
