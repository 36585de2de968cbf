"""One command that goes on in the background of a session."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import PAYLOAD_BYTES, Event, JobEnded, JobStarted, clip
from heartbit_tui.kernel.events.jobs import How, Who
from heartbit_tui.tools.outcomes import outcome

if TYPE_CHECKING:
    from heartbit_tui.tools.capture import Capture
    from heartbit_tui.tools.confinement import Confinement
    from heartbit_tui.tools.shell import Shell


CONFINED = "it ran in a sandbox ({name}): {refused}. In the foreground a person can be asked to let it run outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A running command that its call lets go of: who called it, where it runs, what takes its output.

    `inside` is the sandbox that it runs in, if any, and `held` what decided what runs before it. `seconds` it ran so far; `released` is called when nothing of it is left. `emit` publishes under the caller's name.
    """

    command: str
    call_id: str
    agent: str
    cwd: str
    by: Who
    seconds: float
    shell: "Shell"
    capture: "Capture"
    inside: "Confinement | None"
    held: Any
    emit: Callable[[Event], None]
    released: Callable[[], None]


class Job:
    """A command in the background; `ended` is set once nothing of it is left. `clock` counts seconds."""

    def __init__(self, id: str, handed: Handed, clock: Callable[[], float]) -> None:
        self.id = id
        self.command = handed.command
        self.agent = handed.agent
        self.inside = handed.inside
        self.end: JobEnded | None = None
        """How it ended, None while it runs."""
        self.told = False
        """Whether the model knows of its end."""
        self.ended = asyncio.Event()
        self._handed = handed
        self._clock = clock
        self._since = clock() - handed.seconds
        self._read = 0
        self._stopping = asyncio.Event()
        self._how: How = "exited"
        self._by: Who = "heartbit"

    @property
    def log(self) -> str:
        """The file with all of its output."""
        return str(self._handed.capture.log or "")

    @property
    def unread(self) -> int:
        """Bytes that the model has not seen."""
        return self._handed.capture.size - self._read

    @property
    def milliseconds(self) -> int:
        """For how long it has run."""
        return self.end.duration_ms if self.end else round((self._clock() - self._since) * 1000)

    @property
    def outcome(self) -> str:
        """What the model is told of how it stands."""
        if self.end is None:
            return f"still runs, for {self.milliseconds / 1000:.1f} s so far"
        told, inside = outcome(self.end), self._handed.inside
        refused = inside.refused(self.output(), self._handed.cwd) if inside is not None and self.end.exit_code else ""
        return f"{told}; {CONFINED.format(name=inside.name, refused=refused)}" if inside and refused else told

    def look(self) -> str:
        """What it wrote since this was asked last."""
        place, self._read = self._read, self._handed.capture.size
        return self._handed.capture.since(place)

    def seen(self) -> None:
        """All that it wrote until now was shown to the model."""
        self._read = self._handed.capture.size

    def output(self) -> str:
        """The end of what it wrote."""
        return self._handed.capture.end(PAYLOAD_BYTES)

    def stop(self, how: How, by: Who) -> None:
        """Ask it to end; the first who asks counts."""
        if not self._stopping.is_set():
            self._how, self._by = how, by
            self._stopping.set()

    def started(self) -> JobStarted:
        """What tells that it runs."""
        handed = self._handed
        return JobStarted(
            id=self.id,
            command=clip(handed.command),
            tool_call_id=handed.call_id,
            cwd=handed.cwd,
            log=self.log,
            by=handed.by,
        )

    def emit(self, event: Event) -> None:
        """Publish something under the name of the agent that started it."""
        self._handed.emit(event)

    async def follow(self) -> None:
        """Wait for its end, or end it; then nothing of it is left."""
        handed = self._handed
        handed.shell.redirect(handed.capture.add)
        try:
            await first_of(handed.shell.ended(), self._stopping.wait())
        finally:
            if handed.shell.alive and not self._stopping.is_set():
                self.stop("closed", "heartbit")
            try:
                await handed.shell.finish()
            finally:
                handed.released()
                handed.capture.shrink()
                self._finish()

    def _finish(self) -> None:
        stopped, capture = self._stopping.is_set(), self._handed.capture
        self.end = JobEnded(
            id=self.id,
            how=self._how,
            exit_code=None if stopped else self._handed.shell.status,
            duration_ms=self.milliseconds,
            output=clip(self.output()),
            size=capture.size,
            by=self._by,
        )
        self.ended.set()


async def first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Return when one of these has come to an end; the others are cancelled."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
