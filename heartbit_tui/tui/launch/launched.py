"""A painted screen that takes keys while the real one is still being imported."""

import os
import select
import signal
from collections.abc import Callable
from threading import Thread
from time import monotonic
from types import FrameType, TracebackType

from heartbit_tui.tui.launch.echo import Echo
from heartbit_tui.tui.launch.frame import Frame
from heartbit_tui.tui.launch.sequences import BEGIN, END, HIDE, SHOW
from heartbit_tui.tui.launch.tty import Tty

TYPE_CHECKING = False  # type checkers take this name as true; `typing` takes as long as all of this
if TYPE_CHECKING:
    from typing import Self

INTERRUPTED, HUNG_UP = 130, 129
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ROOM = 65536


class Launched:
    """The terminal with the first frame on it. `frame` gives a frame for columns and rows.

    From `begin` on, a thread reads the keys, shows what it can of them and keeps every byte; `take` hands them over and
    ends the thread. Until then Ctrl+C, a signal that ends a process, and the loss of the terminal end this one at once,
    with the terminal given back.
    """

    def __init__(self, tty: Tty, frame: Callable[[tuple[int, int]], Frame]) -> None:
        self.tty = tty
        self._make = frame
        self._frame = frame(tty.size)
        self._echo = Echo()
        self._kept: list[tuple[float, bytes]] = []
        awake, self._wake = os.pipe()
        self._thread = Thread(target=self._listen, args=(awake,), name="first keys", daemon=True)

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.tty.release()

    def begin(self) -> None:
        """Paint, and listen."""
        for number in ENDING:
            signal.signal(number, self._end)
        signal.signal(signal.SIGWINCH, self._resized)
        typed = self.tty.hold(self._shown(self._frame.whole("", 0)))
        self._keep(typed)
        self._thread.start()

    def take(self) -> tuple[tuple[float, bytes], ...]:
        """What was typed so far, in pieces, with the times on `time.monotonic`; from now on the keys are the caller's."""
        if self._wake >= 0:
            os.close(self._wake)
            self._wake = -1
            self._thread.join()
        kept = tuple(self._kept)
        self._kept.clear()
        return kept

    def leave(self, code: int) -> None:
        """End the process at once; nothing but the terminal is in its hands yet."""
        self.tty.release()
        os._exit(code)

    def _listen(self, awake: int) -> None:
        ready = select.poll()
        ready.register(self.tty.source, select.POLLIN)
        ready.register(awake, select.POLLIN)
        while all(descriptor != awake for descriptor, _ in ready.poll()):
            try:
                data = os.read(self.tty.source, ROOM)
            except OSError:
                data = b""
            if not data:
                self.leave(HUNG_UP)
            self._keep(data)
        os.close(awake)

    def _keep(self, data: bytes) -> None:
        if not data:
            return
        self._kept.append((monotonic(), data))
        self._echo.feed(data)
        if self._echo.quits:
            self.leave(INTERRUPTED)
        self.tty.write(self._shown(self._frame.draft(self._echo.text, self._echo.sent)))

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        self._frame = self._make(self.tty.size)
        self.tty.write(self._shown(self._frame.whole(self._echo.text, self._echo.sent)))

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.leave(128 + number)

    def _shown(self, text: str) -> str:
        return f"{BEGIN}{HIDE}{text}{SHOW}{END}"
