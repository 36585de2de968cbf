"""Reads the keys in a thread of its own and tells what they mean, by Textual's parser."""

import os
import select
from collections.abc import Callable, Iterable
from threading import Thread
from time import monotonic

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

from heartbit_tui.tui.terminal.translate import Pasted, Piece, Translator

ROOM = 65536


class Keys:
    """Turns bytes into messages, which `tell` gets, from the thread; `lost` is called when the terminal is gone."""

    def __init__(self, source: int, tell: Callable[[Message], None], lost: Callable[[], None]) -> None:
        self._source = source
        self._tell = tell
        self._lost = lost
        self._translator = Translator(constants.ESCAPE_DELAY)
        self._parser = XTermParser()
        self._wake = -1
        self._thread: Thread | None = None

    @property
    def running(self) -> bool:
        """Whether keys are read."""
        return self._thread is not None

    def start(self) -> None:
        """Begin to read."""
        awake, self._wake = os.pipe()
        self._thread = Thread(target=self._run, args=(awake,), name="keys", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is typed from now on stays unread."""
        if self._thread is None:
            return
        os.close(self._wake)
        self._thread.join()
        self._thread = None

    def feed(self, data: bytes, when: float) -> None:
        """Tell what these bytes mean; `when` is their time on `time.monotonic`."""
        self._tell_all(self._translator.feed(data, when), when)

    def late(self, now: float) -> None:
        """Tell what is whole because nothing followed it."""
        self._tell_all(self._translator.late(now), now)

    def _tell_all(self, pieces: Iterable[Piece], when: float) -> None:
        for message in self._messages(pieces):
            message.time = when
            self._tell(message)

    def _run(self, awake: int) -> None:
        ready = select.poll()
        ready.register(self._source, select.POLLIN)
        ready.register(awake, select.POLLIN)
        while True:
            found = [descriptor for descriptor, _ in ready.poll(self._patience())]
            if awake in found:
                break
            if found and not self._read():
                self._lost()
                break
            self.late(monotonic())
        os.close(awake)

    def _patience(self) -> float | None:
        """Milliseconds until something is late."""
        due = self._translator.due
        return None if due is None else max(due - monotonic(), 0) * 1000 + 1

    def _read(self) -> bool:
        try:
            data = os.read(self._source, ROOM)
        except OSError:
            data = b""
        if data:
            self.feed(data, monotonic())
        return bool(data)

    def _messages(self, pieces: Iterable[Piece]) -> Iterable[Message]:
        for piece in pieces:
            if isinstance(piece, Pasted):
                yield events.Paste(piece.text)
            else:
                yield from self._parsed(piece)

    def _parsed(self, piece: str) -> tuple[Message, ...]:
        """What the parser makes of a whole piece. One that it does not know would take the next keys for its end."""
        try:
            found = tuple(self._parser.feed(piece))
            whole = self._parser._awaiting.timeout is None  # pyright: ignore[reportPrivateUsage] - there is no public way to ask
        except Exception:  # noqa: BLE001 - a sequence that the parser fails at costs that key, never the keyboard
            found, whole = (), False
        if not whole:
            self._parser = XTermParser()
        return found
