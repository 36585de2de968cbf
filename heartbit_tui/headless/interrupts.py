"""Signals: the first asks the run to stop, the second, or too much time, ends the process."""

import signal
from collections.abc import Callable
from types import FrameType

GRACE = 1.5
"""Seconds that a run has to stop by itself; the result line is promised within 2."""

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Watches for signals from the first moment on; `force` must end the process and gets the signal's number.

    The handlers are plain ones, not the event loop's, so that they also work while the loop is not there or busy.
    """

    def __init__(self, force: Callable[[int], None]) -> None:
        self._force = force
        self._stop: Callable[[], object] | None = None
        self.received = 0

    def watch(self) -> None:
        """Take over the signals of this process; one that was ignored on purpose (nohup) stays so."""
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrived)
        signal.signal(signal.SIGALRM, self._expired)

    def on_first(self, stop: Callable[[], object]) -> None:
        """From now on the first signal calls `stop`, from within a signal handler, in place of `force`."""
        self._stop = stop

    @property
    def name(self) -> str:
        """The name of the signal that came, such as `SIGTERM`."""
        return signal.Signals(self.received).name

    @property
    def exit_code(self) -> int:
        """128 and the number of the signal that came."""
        return 128 + self.received

    def _arrived(self, number: int, _: FrameType | None) -> None:
        first = not self.received
        self.received = self.received or number
        if first and self._stop is not None:
            signal.setitimer(signal.ITIMER_REAL, GRACE)
            self._stop()
        else:
            self._force(self.received)

    def _expired(self, _number: int, _: FrameType | None) -> None:
        self._force(self.received)
