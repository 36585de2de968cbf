"""Server-sent events out of bytes, wherever the chunks are cut; pure.

Source: the "server-sent events" chapter of the HTML standard. One departure: `end` gives the event that a stream
broke off without its last blank line, because some services leave that out.
"""

import codecs
import re

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import MalformedError

MAX_EVENT = 32 * 1024 * 1024
"""Characters of one event; a larger one is no model's answer."""

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event. `id` is the last one seen, `retry` (milliseconds) None where this event had none."""

    data: str
    event: str = "message"
    id: str = ""
    retry: int | None = None


class Parser:
    """Takes chunks of bytes and gives the events that are complete; a new one for each stream."""

    def __init__(self, max_event: int = MAX_EVENT) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._max_event = max_event
        self._started = False
        self._after_cr = False
        self._line: list[str] = []
        self._held = 0
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._retry: int | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that this chunk completes. Raises `MalformedError` when one grows beyond all measure."""
        return self._text(self._decoder.decode(chunk))

    def end(self) -> list[ServerEvent]:
        """The event that the stream's end left without its blank line, if any."""
        events = self._text(self._decoder.decode(b"", final=True))
        for line in ("".join(self._line), ""):
            events += self._take(line)
        self._line = []
        return events

    def _text(self, text: str) -> list[ServerEvent]:
        if text and not self._started:
            self._started = True
            text = text.removeprefix("\ufeff")
        if self._after_cr and text:
            self._after_cr = False
            text = text.removeprefix("\n")
        if not text:
            return []
        self._after_cr = text.endswith("\r")
        return self._lines(_LINE_END.split(text))

    def _lines(self, lines: list[str]) -> list[ServerEvent]:
        *whole, rest = lines
        events: list[ServerEvent] = []
        for line in whole:
            self._line.append(line)
            events += self._take("".join(self._line))
            self._line = []
        if rest:
            self._line.append(rest)
            self._hold(len(rest))
        return events

    def _take(self, line: str) -> list[ServerEvent]:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
                self._hold(len(value))
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit() and len(value) <= 18:
                self._retry = int(value)
            case _:
                pass
        return []

    def _dispatch(self) -> list[ServerEvent]:
        data, event, retry = self._data, self._event, self._retry
        self._data, self._event, self._retry, self._held = [], "", None, 0
        if not data:
            return []
        return [ServerEvent("\n".join(data), event or "message", self._id, retry)]

    def _hold(self, count: int) -> None:
        self._held += count
        if self._held > self._max_event:
            raise MalformedError(f"The service sent an event of more than {self._max_event} characters.")
