"""What a daemon tells of itself: sentences to a person at a terminal, one JSON object a line to whatever else reads."""

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any, Final, TextIO, cast

from heartbit_tui.kernel.events import Delta, Envelope
from heartbit_tui.wire.write import dumps, encode, timestamp

LOGGER: Final = "heartbit.daemon"
PLAIN: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OWN: Final = re.compile(r"hbt_[A-Za-z0-9_-]{43}")
TOKENS: Final = re.compile(r"(?i)(\bbearer |\bbasic |\btoken\.)[^\s\"',]{6,}")
QUERY: Final = re.compile(
    r"(?i)([?&;#][a-z0-9_.-]*(?:token|secret|passw(?:or)?d|pwd|key|sig|signature|credentials?|auth|code)=)[^\s&#;\"']+"
)
CONTROLS: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]")
ESCAPED: Final = re.compile(r"(\\[nrt])")
"""A line's end in a text that Python or JSON has quoted: what comes after it begins a word, although a letter is before it."""

INSTEAD: Final = "[the token, which a log does not get: see daemon-token in heartbit's state folder]"
HIDDEN: Final = r"\1[redacted]"
LONGEST: Final = 32_768
"""Characters of a message or a traceback; what is longer is cut in its middle."""

CRASHED: Final = "heartbit itself failed: %s. Please report this."
UNWRITTEN: Final = "heartbit: the log cannot be written: {error}. The next lines are told here alone.\n"

PRIORITIES: Final[Mapping[str, int]] = MappingProxyType(
    {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
)
"""Levels as the journal of systemd counts them: sd-daemon(3)."""


class Masked(logging.Formatter):
    """A record as words for a person, without keys and tokens."""

    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__(PLAIN)
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback below it where there is one."""
        return self.clean(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging calls
        """One line, in which nothing that it is about moves the cursor or begins another one."""
        return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", self.clean(super().formatMessage(record)))

    def clean(self, text: str) -> str:
        """A text as a log may have it."""
        whole = self._hidden(text)
        shown = "".join(self._hidden(each) for each in ESCAPED.split(whole)) if "\\" in whole else whole
        if len(shown) <= LONGEST:
            return shown
        return f"{shown[: LONGEST // 2]}\n[{len(shown) - LONGEST} characters left out]\n{shown[-LONGEST // 2 :]}"

    def _hidden(self, text: str) -> str:
        return self._mask(TOKENS.sub(HIDDEN, QUERY.sub(HIDDEN, OWN.sub(INSTEAD, text))))


class JsonLines(Masked):
    """A record as one line of JSON: `at`, `level`, `logger`, `message`, `pid`; `task` and `exception` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        told: dict[str, object] = {
            "at": timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.clean(_message(record)),
            "pid": record.process,
        }
        if task := getattr(record, "task", None):
            told["task"] = str(task)
        if record.exc_info:
            told["exception"] = self.clean(self.formatException(record.exc_info))
        return encode(told)


class Journal(JsonLines):
    """The same with the level in front, as the journal of systemd takes it from the beginning of a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        return f"<{PRIORITIES.get(record.levelname.lower(), 5)}>{super().format(record)}"


class Lines(logging.Handler):
    """Hands each record to `write` as a line; where that fails, the daemon goes on, and `failed` is told why, once."""

    def __init__(self, write: Callable[[str], None], failed: Callable[[str], None]) -> None:
        super().__init__()
        self._write = write
        self._failed = failed
        self._is_told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            self._write(self.format(record))
        except Exception as error:  # noqa: BLE001 - whatever a log cannot say or keep, the work goes on
            if not self._is_told:
                self._is_told = True
                self._failed(str(error))


def telling(
    stream: TextIO, mask: Callable[[str], str], *, verbose: bool, keep: Callable[[str], None] | None = None
) -> Callable[[str], None]:
    """Let all loggers write there, what is said as `INFO` where that is wanted; what tells a sentence there.

    `keep` gets all lines as JSON, those at `INFO` in any case. What ends the process unexpectedly is told in the same way.
    """
    shown = Lines(_writer(stream), lambda error: None)
    shown.setFormatter(_formatter(stream, mask))
    shown.setLevel(logging.INFO if verbose else logging.WARNING)
    handlers: list[logging.Handler] = [shown]
    if keep is not None:
        kept = Lines(keep, lambda error: tell_stderr(UNWRITTEN.format(error=error).rstrip()))
        kept.setFormatter(JsonLines(mask))
        handlers.append(kept)
    logging.basicConfig(handlers=handlers, level=logging.INFO if verbose else logging.WARNING, force=True)
    own = logging.getLogger(LOGGER)
    own.setLevel(logging.INFO)
    own.propagate = False  # a session that writes the log of its own settings takes over what is above this one
    for old in tuple(own.handlers):
        own.removeHandler(old)
    for each in handlers:
        own.addHandler(each)
    _catch(own)
    if stream.isatty():
        return _both(own, tell_stderr, handlers[1:])
    return _both(own, lambda text: None, handlers)


def telling_events(stream: TextIO, mask: Callable[[str], str]) -> Callable[[Envelope], None]:
    """What tells each event of all sessions there as a line of JSON, without keys and tokens.

    The pieces of an answer are left out, because the whole of it follows. They go into no file: a log has no words of tasks.
    """
    clean, write = Masked(mask).clean, _writer(stream)
    front = f"<{PRIORITIES['debug']}>" if _is_journal(stream, os.environ.get("JOURNAL_STREAM", "")) else ""

    def tell(envelope: Envelope) -> None:
        if not isinstance(envelope.event, Delta):
            with suppress(OSError, ValueError):  # whoever reads has gone; the work goes on
                write(f"{front}{encode(_each(json.loads(dumps(envelope)), clean))}")

    return tell


def _each(value: Any, clean: Callable[[str], str]) -> Any:
    """A value of JSON with all its texts made clean."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_each(each, clean) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {clean(name): _each(each, clean) for name, each in cast("dict[str, Any]", value).items()}
    return value


def tell_stderr(text: str) -> None:
    """Tell a person at the terminal; where that was closed, nobody is there to be told, and the work goes on."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _both(own: logging.Logger, say: Callable[[str], None], handlers: list[logging.Handler]) -> Callable[[str], None]:
    """What says a sentence, and hands it to handlers whatever their level."""

    def tell(text: str) -> None:
        say(text)
        record = own.makeRecord(LOGGER, logging.INFO, "", 0, text, (), None)
        for each in handlers:
            each.handle(record)

    return tell


def _formatter(stream: TextIO, mask: Callable[[str], str]) -> logging.Formatter:
    if stream.isatty():
        return Masked(mask)
    return Journal(mask) if _is_journal(stream, os.environ.get("JOURNAL_STREAM", "")) else JsonLines(mask)


def _is_journal(stream: TextIO, named: str) -> bool:
    """Whether the journal of systemd reads there: systemd.exec(5), `$JOURNAL_STREAM`."""
    with suppress(OSError, ValueError):
        found = os.fstat(stream.fileno())
        return named == f"{found.st_dev}:{found.st_ino}"
    return False


def _writer(stream: TextIO) -> Callable[[str], None]:
    def write(line: str) -> None:
        stream.write(f"{line}\n")
        stream.flush()

    return write


def _catch(own: logging.Logger) -> None:
    """Let nothing be told past the log, where no key is masked: what no code caught, in whichever thread."""

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        own.critical(CRASHED, kind.__name__, exc_info=(kind, error, trace))

    def thread(caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            crashed(caught.exc_type, caught.exc_value, caught.exc_traceback)

    sys.excepthook = crashed
    threading.excepthook = thread
    logging.captureWarnings(True)


def _message(record: logging.LogRecord) -> str:
    """What a record says; one whose words do not fit its text is told as it is."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"
