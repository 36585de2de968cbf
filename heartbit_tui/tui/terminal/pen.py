"""Writes to the terminal in a thread of its own, so that a slow one holds nobody up."""

from collections.abc import Callable
from threading import Condition, Thread

from heartbit_tui.tui.launch.sequences import BEGIN, END, HIDE
from heartbit_tui.tui.launch.tty import Tty

MOST = 4_000_000
"""Characters that may wait; who writes more waits for the terminal."""

PATIENCE = 2.0
"""Seconds that the last words are given to reach the terminal."""


class Pen:
    """What is written goes out in order, all that waits at once. `lost` is called, in the thread, when it cannot.

    At first everything is held back; `open` shows it as one frame and lets the rest through.
    """

    def __init__(self, tty: Tty, lost: Callable[[], None]) -> None:
        self._tty = tty
        self._lost = lost
        self._changed = Condition()
        self._waiting: list[str] = []
        self._size = 0
        self._is_open = False
        self._ends = False
        self._thread: Thread | None = None

    def start(self, *, held: bool) -> None:
        """Begin to write; with `held` not before `open` is called."""
        self._is_open, self._ends = not held, False
        self._thread = Thread(target=self._run, name="screen", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Have this written; waits only where far too much waits already."""
        with self._changed:
            while self._size > MOST and self._is_open and not self._ends:
                self._changed.wait()
            if self._thread is not None and not self._ends:
                self._waiting.append(text)
                self._size += len(text)
                self._changed.notify_all()

    def open(self) -> None:
        """Show what was held back, at once."""
        with self._changed:
            if not self._is_open:
                held = "".join(self._waiting).replace(BEGIN, "").replace(END, "")
                self._waiting = [BEGIN, HIDE, held, END]
                self._is_open = True
                self._changed.notify_all()

    def stop(self) -> None:
        """Write what waits, unless it was held back, and end the thread."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(PATIENCE)
        self._thread = None

    def _run(self) -> None:
        while text := self._next():
            if not self._tty.write(text):
                self._give_up()
                return

    def _next(self) -> str:
        """What waits, or empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._ends or (self._is_open and self._waiting))
            text = "".join(self._waiting) if self._is_open else ""
            self._waiting, self._size = [], 0
            self._changed.notify_all()
        return text

    def _give_up(self) -> None:
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        self._lost()
