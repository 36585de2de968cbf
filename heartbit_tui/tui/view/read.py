"""Lines of a file as envelopes, one after the other, so that a file that still grows can be followed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.tui.view.faults import Fault, NotReadable, foreign
from heartbit_tui.tui.view.stream import Stream
from heartbit_tui.wire.errors import WireError
from heartbit_tui.wire.names import SCHEMA
from heartbit_tui.wire.read import decode, load_envelope

TOLD = 100
"""Faults that are kept; all of them are counted."""

HOPELESS = 20
"""Lines without one of heartbit's after which a file is given up."""


class Reader:
    """Takes in lines of a log (an export, or what `--verbose` tells) or of a stream-json, whichever the file holds.

    A stream tells no times of day: it is laid on a clock that begins at `start`.
    """

    def __init__(self, start: datetime) -> None:
        self._stream = Stream(start)
        self._form: Literal["", "log", "stream"] = ""
        self._number = 0
        self._last = 0
        self.faults: list[Fault] = []
        self.left_out = 0

    @property
    def finished(self) -> bool:
        """Whether the file has told its end; a log never does."""
        return self._form == "stream" and self._stream.finished

    @property
    def is_stream(self) -> bool:
        """Whether the file holds a stream-json."""
        return self._form == "stream"

    def feed(self, lines: Iterable[str]) -> list[Envelope]:
        """The envelopes of the next lines; a damaged line is noted and left out. Raises `NotReadable`."""
        return [envelope for line in lines for envelope in self._one(line)]

    def end(self) -> None:
        """No more lines come. Raises `NotReadable` where none of them was heartbit's."""
        if not self._form:
            raise NotReadable("There is nothing in this file that heartbit could show.")

    def _one(self, line: str) -> list[Envelope]:
        self._number += 1
        if not line.strip():
            return []
        try:
            return self._read(decode(line))
        except WireError as error:
            self._note(str(error))
            return []

    def _read(self, line: JsonObject) -> list[Envelope]:
        if not self._form:
            self._form = _form(line)
        if self._form == "stream":
            return self._stream.take(line)
        if "seq" not in line:
            return []
        envelope = load_envelope(line)
        if envelope.seq <= self._last:
            self._note(f"`seq` {envelope.seq} does not follow the one before it.")
            return []
        self._last = envelope.seq
        return [envelope]

    def _note(self, reason: str) -> None:
        self.left_out += 1
        if len(self.faults) < TOLD:
            self.faults.append(Fault(number=self._number, reason=reason))
        if not self._form and self.left_out >= HOPELESS:
            raise NotReadable("These are no lines of heartbit, nor JSON at all: " + self.faults[0].reason)


def _form(line: JsonObject) -> Literal["log", "stream"]:
    if isinstance(line.get("seq"), int) and "session" in line:
        return "log"
    if line.get("schema") == SCHEMA:
        return "stream"
    schema = line.get("schema")
    if isinstance(schema, str) and schema.startswith("heartbit."):
        raise NotReadable(
            f"This stream is in the form {schema!r}, which a newer heartbit wrote; this one knows {SCHEMA}."
        )
    raise foreign(line)
