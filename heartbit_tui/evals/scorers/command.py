"""Whether a command passes in the folder as the agent left it."""

import asyncio

from heartbit_tui.evals import workspace
from heartbit_tui.evals.types import NOTHING_EXPECTED, Commands, EvalCase, Outcome, Ran, Rated

MOST = 2_000
"""Characters of a command's output that are kept, from its end."""


class CommandScorer:
    """1 where the command of the case ends with 0 in time. Its checks are put in place first, so that none was bent."""

    name = "command"
    threshold = 1.0

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """Run it. Raises `OSError` where a check cannot be written."""
        if not case.command:
            return NOTHING_EXPECTED
        await asyncio.to_thread(workspace.write, outcome.folder, case.checks)
        ran = await self._commands.run(case.command, outcome.folder, case.command_seconds)
        return Rated(value=float(ran.status == 0), details=_told(case, ran))


def _told(case: EvalCase, ran: Ran) -> str:
    if ran.status == 0:
        return "ok exit code 0"
    how = "no exit code" if ran.status is None else f"exit code {ran.status}"
    return f"FAIL {how} of `{case.command}`: {ran.output.strip()[-MOST:]}"
