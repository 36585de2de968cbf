"""Stops a command in the background, with everything that it started."""

from pydantic import Field

from heartbit_tui.kernel.protocols import CallContext, Effects, Output
from heartbit_tui.tools.arguments import Arguments, TypedTool, Unable
from heartbit_tui.tools.bash_output import told
from heartbit_tui.tools.jobs import Jobs


class Kill(Arguments):
    """Which command."""

    id: str = Field(min_length=1, description="The id of the background command, such as bash_1.")


class KillShell(TypedTool[Kill]):
    """Ends one, politely at first; one that has ended stays as it is."""

    name = "kill_shell"
    effects = Effects.NONE
    arguments = Kill

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def act(self, given: Kill, context: CallContext) -> Output:
        """Stop it, and tell what it wrote last."""
        job = self._jobs.find(given.id)
        if job is None:
            raise Unable(self._jobs.unknown(given.id))
        job.stop("stopped", "model")
        await job.ended.wait()
        return told(job)
