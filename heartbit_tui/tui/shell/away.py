"""A command of the person's own that runs where the session is, because that is another process's."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from heartbit_tui.client.types import Elsewhere
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.runtime.command_line import CommandLine
from heartbit_tui.tui.shell.kept import settled
from heartbit_tui.tui.shell.running import Ran
from heartbit_tui.tui.transcript import own
from heartbit_tui.tui.transcript.transcript import Transcript


class Line:
    """One command line; what it writes comes with the envelopes of its session."""

    def __init__(self, place: Elsewhere, command: str, *, hidden: bool) -> None:
        self.id = f"own-{uuid4().hex[:16]}"
        self._place = place
        self._wanted = CommandLine(id=self.id, command=command, hidden=hidden)
        self._stopping: asyncio.Task[None] | None = None

    async def ran(self) -> Ran:
        """Run it to its end. Raises `HeartbitError` where it may not run there."""
        try:
            ended = await self._place.run(self._wanted)
        finally:
            if self._stopping is not None:
                await asyncio.wait([self._stopping])
        return Ran(
            command=self._wanted.command,
            output=settled(ended.output),
            code=own.code(ended),
            hidden=self._wanted.hidden,
            stopped=ended.how != "exited",
        )

    def stop(self) -> None:
        """Ask for its end; what it wrote until then is told."""
        self._stopping = self._stopping or asyncio.create_task(self._stop(), name=f"stopping {self.id}")

    def shown(self, transcript: Transcript, ran: Ran) -> None:
        """Put what it wrote into its block, which the log has nothing of."""
        if (block := own.find(transcript.blocks, self.id)) is not None:
            transcript.exchange(block, own.over(block, ran.output, ran.code))

    async def _stop(self) -> None:
        with suppress(HeartbitError):
            await self._place.stop()
