"""Textual's door to the terminal: it takes over from the painted first frame, and gives all back on every way out."""

import os
import signal
from collections.abc import Mapping
from functools import partial
from threading import Timer
from types import MappingProxyType
from typing import Any

from textual.app import App
from textual.driver import Driver
from textual.events import Callback, Resize
from textual.geometry import Size
from textual.messages import TerminalSupportsSynchronizedOutput

from heartbit_tui.tui.launch.launched import Launched
from heartbit_tui.tui.terminal.keys import Keys
from heartbit_tui.tui.terminal.pen import Pen

MODES = "\x1b[?25l\x1b[?1004h\x1b[>5u"
"""No cursor, reports of the focus, and keys of the kitty protocol: told apart (1), with their Latin place (4)."""

TMUX = "\x1b[>4;1m"
"""What tmux wants to hear before it tells keys apart."""

MOUSE_ON, MOUSE_OFF = "\x1b[?1000h\x1b[?1002h\x1b[?1006h", "\x1b[?1006l\x1b[?1002l\x1b[?1000l"
"""Presses, drags and the wheel; moves without a button would only cost."""

CODES: Mapping[signal.Signals, int] = MappingProxyType({signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129})
"""The exit codes of signals that end the application."""

OPEN_AFTER = 1.0
"""Seconds after which the first frame is shown, whatever it still waits for."""

PATIENCE = 4.5
"""Seconds in which the application may leave in good order; then the process ends."""


class TerminalDriver(Driver):
    """Draws on a terminal that `launched` has painted, and reads its keys, first those that were typed meanwhile.

    The first frame replaces the painted one when the keys so far are in it. SIGTERM, SIGHUP, SIGINT and the loss of
    the terminal end the application by `App.exit` with the shell's exit code.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
        launched: Launched,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size or launched.tty.size)
        self._launched = launched
        self._tty = launched.tty
        self._pen = Pen(self._tty, self._lose)
        self._keys = Keys(self._tty.source, self.process_message, self._lose)
        self._begun = False
        self._active = False
        self._is_lost = False
        self._watchdog: Timer | None = None

    @property
    def can_suspend(self) -> bool:
        """Ctrl+Z works."""
        return True

    def write(self, data: str) -> None:
        """Have something written; before and after the application's time nothing is."""
        self._pen.write(data)

    def start_application_mode(self) -> None:
        """Take over, at first from the painted frame, later from whatever had the terminal meanwhile."""
        if self._active:
            return
        self._active = True
        self._pen.start(held=not self._begun)
        self._watch()
        self.send_message(TerminalSupportsSynchronizedOutput())
        if self._begun:
            self._tty.hold()
            self._tell_modes()
            self._keys.start()
            self._resized()
        else:
            self._begun = True
            self._loop.call_later(OPEN_AFTER, self._admit)
            self._app.call_after_refresh(self._admit)

    def disable_input(self) -> None:
        """Read no more keys."""
        self._keys.stop()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if not self._active:
            return
        self._active = False
        self._launched.take()
        self._keys.stop()
        self._pen.stop()
        self._loop.remove_signal_handler(signal.SIGWINCH)
        self._tty.release()
        if self._watchdog is not None and not self._is_lost:
            self._watchdog.cancel()

    def suspend(self) -> None:
        """Stop the process group, as Ctrl+Z does elsewhere, with the terminal given back; go on where it is continued."""
        self.stop_application_mode()
        self._loop.remove_signal_handler(signal.SIGCONT)
        self._loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(0, signal.SIGTSTP)
        self.start_application_mode()
        self.send_message(self.SignalResume())
        self._app.refresh(layout=True)

    def mouse(self, on: bool) -> None:
        """Have the mouse reported, or leave it to the terminal's own selection."""
        self._mouse = on
        self.write(MOUSE_ON if on else MOUSE_OFF)

    def _admit(self) -> None:
        """The application listens: let in what was typed so far, and show its frame once that is drawn."""
        if not self._active or self._keys.running:
            return
        for when, data in self._launched.take():
            self._keys.feed(data, when)
        self._tell_modes()
        self._keys.start()
        self.send_message(Callback(callback=self._settle))

    def _settle(self) -> None:
        listener = self._app.focused or self._app.screen
        self._loop.call_later(OPEN_AFTER, self._pen.open)
        listener.call_after_refresh(self._pen.open)

    def _tell_modes(self) -> None:
        keys = TMUX if "TMUX" in os.environ else ""
        self._tty.write(MODES + keys + (MOUSE_ON if self._mouse else ""))

    def _watch(self) -> None:
        loop = self._loop
        for number, code in CODES.items():
            loop.add_signal_handler(number, partial(self._end, code))
        loop.add_signal_handler(signal.SIGWINCH, self._resized)
        loop.add_signal_handler(signal.SIGTSTP, self._stopped)
        loop.add_signal_handler(signal.SIGCONT, self._continued)

    def _end(self, code: int) -> None:
        if self._active and self._watchdog is None:
            self._watchdog = Timer(PATIENCE, self._launched.leave, (code,))
            self._watchdog.daemon = True
            self._watchdog.start()
        self._app.exit(return_code=code)

    def _lose(self) -> None:
        """The terminal is gone. Called in a thread."""
        self._is_lost = True
        self._loop.call_soon_threadsafe(self._end, CODES[signal.SIGHUP])

    def _stopped(self) -> None:
        if self._auto_restart and self._active:
            self.suspend()
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _continued(self) -> None:
        """Something else stopped the process, and whoever had the terminal meanwhile has left their mark on it."""
        if self._active and self._keys.running:
            self._tty.hold()
            self._tell_modes()
            self._app.refresh(layout=True)

    def _resized(self) -> None:
        size = Size(*self._tty.size)
        self.send_message(Resize(size, size))


def driver_for(launched: Launched) -> type[TerminalDriver]:
    """The class of driver, for `App(driver_class=…)`, that takes over from this first frame."""

    class Here(TerminalDriver):
        def __init__(self, app: App[Any], *, debug: bool, mouse: bool, size: tuple[int, int] | None) -> None:
            super().__init__(app, debug=debug, mouse=mouse, size=size, launched=launched)

    return Here


def set_mouse(app: App[Any], on: bool) -> None:
    """Have the mouse reported to the application, or leave it to the terminal's own selection of text."""
    driver = app._driver  # pyright: ignore[reportPrivateUsage] - an application has no public name for it
    if isinstance(driver, TerminalDriver):
        driver.mouse(on)
