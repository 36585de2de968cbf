"""What a reporter says, brought to stdout and stderr: once a beginning, once an end, whatever happens between."""

import errno
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from heartbit_tui.client.tally import Tally
from heartbit_tui.client.types import About
from heartbit_tui.headless.endings import Ending
from heartbit_tui.headless.pipe import Pipe
from heartbit_tui.headless.reporters import Last, Reporter, Said
from heartbit_tui.headless.result import NOTHING
from heartbit_tui.kernel.events import Envelope

LAST_SECONDS = 0.2
"""What a reader gets to take the last lines when there is no more time."""

UNWRITTEN = "heartbit: what it has to say could not be written: {why}.\n"


class Telling:
    """`began` is `time.monotonic()` at the start of the process. A reader of stderr that went away is not missed."""

    def __init__(self, reporter: Reporter, out: Pipe, err: Pipe, *, began: float) -> None:
        self._reporter = reporter
        self._out = out
        self._err = err
        self._began = began
        self._about = replace(NOTHING, cwd=_cwd())
        self._begun = False
        self.tally = Tally()
        self.ending: Ending | None = None
        """How it ended, once that has been told."""

    @property
    def reader_can_leave(self) -> bool:
        """Whether the reader of stdout can be seen leaving."""
        return self._out.is_fifo

    async def begin(self, about: About) -> None:
        """Tell what the session is made of. Raises `BrokenPipeError` when stdout has lost its reader."""
        self._about = about
        await self._say(self._beginning())

    async def take(self, envelope: Envelope) -> None:
        """Tell an envelope. Raises `BrokenPipeError`."""
        self.tally.take(envelope)
        await self._say(self._reporter.take(envelope))

    async def end(self, ending: Ending) -> None:
        """Tell how it ended. Raises `BrokenPipeError`."""
        await self._say(self._end(ending))

    def end_now(self, ending: Ending) -> None:
        """Tell it without an event loop, unless it was told already, and finish what was begun to be written."""
        if self.ending is None:
            said = self._end(ending)
            self._out.add(said.out)
            self._err.add(said.err)
        for pipe in (self._err, self._out):
            with suppress(BrokenPipeError):
                pipe.flush_now(LAST_SECONDS)

    def _beginning(self) -> Said:
        self._begun = True
        return self._reporter.begin(self._about)

    def _end(self, ending: Ending) -> Said:
        first = Said() if self._begun else self._beginning()
        self.ending = ending
        spent = round((time.monotonic() - self._began) * 1000)
        last = Last(tally=self.tally, ending=ending, session_id=self._about.session_id, duration_ms=spent)
        said = self._reporter.end(last)
        return Said(out=first.out + said.out, err=first.err + said.err)

    async def _say(self, said: Said) -> None:
        self._err.add(said.err)
        self._out.add(said.out)
        with suppress(BrokenPipeError):
            await self._err.flush()
        try:
            await self._out.flush()
        except BrokenPipeError as error:
            if error.errno != errno.EPIPE:  # somebody is there to be told
                self._err.add(UNWRITTEN.format(why=error.strerror))
                with suppress(BrokenPipeError):
                    await self._err.flush()
            raise


def _cwd() -> str:
    with suppress(OSError):
        return str(Path.cwd())
    return ""
