"""Looks at what a command in the background has written since the last look, and waits for its end where that is wanted."""

import asyncio
from contextlib import suppress

from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.job import Job
from heartbit_tui.tools.jobs import Jobs

MAX_WAIT_MS = 600_000
NOTHING = "(nothing new)"


class Look(Arguments):
    """Which command, and for how long to wait."""

    id: str = Field(min_length=1, description="The id of the background command, such as bash_1.")
    wait: int = Field(
        default=0,
        ge=0,
        description="Milliseconds to wait at most for the command to end; 0 looks at once, more than 600000 counts as 600000.",
    )


class BashOutput(TypedTool[Look]):
    """Tells each byte once. Waiting ends with the command, with the time, or with the call."""

    name = "bash_output"
    effects = Effects.NONE
    keeps_own_time = True
    arguments = Look

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def act(self, given: Look, context: CallContext) -> Output:
        """Wait, then tell what is new and whether it still runs."""
        job = self._jobs.find(given.id)
        if job is None:
            raise Unable(self._jobs.unknown(given.id))
        with suppress(TimeoutError):
            async with asyncio.timeout(min(given.wait, MAX_WAIT_MS) / 1000):
                if given.wait:
                    await job.ended.wait()
        return told(job)


def told(job: Job) -> Output:
    """What is new, and how the command stands; its end is then known to the model."""
    end = job.end
    job.told = job.told or end is not None
    text = job.look().rstrip("\n") or NOTHING
    return Output(
        content=f"{text}\n\n({job.id}: {job.outcome})",
        details={"job": job.id, "running": end is None, "exit_code": end.exit_code if end else None, "log": job.log},
    )
