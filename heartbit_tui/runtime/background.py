"""The commands in the background of a session whose workspace is watched: when they end, what they did is told."""

from collections.abc import Sequence

from heartbit_tui.kernel.ops import Background, StopJob
from heartbit_tui.kernel.protocols import Jobs
from heartbit_tui.runtime.undoing import Undoing


class Seen:
    """A kernel `Jobs`: the same, closed only when all is in the log that can be undone of it."""

    def __init__(self, jobs: Jobs, undoing: Undoing) -> None:
        self._jobs = jobs
        self._undoing = undoing

    def take(self, op: Background | StopJob) -> str:
        """Let a call go, or stop a job."""
        return self._jobs.take(op)

    def news(self, agent: str) -> Sequence[str]:
        """What the model of this agent was not told yet."""
        return self._jobs.news(agent)

    def output(self, id: str) -> str:
        """The end of what a job has written so far."""
        return self._jobs.output(id)

    async def close(self) -> None:
        """Stop all that runs, and see what it did."""
        await self._jobs.close()
        await self._undoing.seen()
