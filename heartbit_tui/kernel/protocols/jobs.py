"""What a session needs of the commands that go on in its background."""

from collections.abc import Sequence
from typing import Protocol

from heartbit_tui.kernel.ops import Background, StopJob


class Jobs(Protocol):
    """The background commands of one session; none of them outlives `close`."""

    def take(self, op: Background | StopJob) -> str:
        """Let a running call go on in the background, or stop a job; why nothing comes of it, empty where it does."""
        ...

    def news(self, agent: str) -> Sequence[str]:
        """What the model of this agent was not told yet of its jobs that ended; each is given out once."""
        ...

    def output(self, id: str) -> str:
        """The end of what a job has written so far; empty for one that is not known."""
        ...

    async def close(self) -> None:
        """Stop all that runs, tell that it ended, and return once nothing of it is left."""
        ...
