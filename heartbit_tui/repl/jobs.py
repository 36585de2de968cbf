"""What /jobs does: the list of commands in the background, what one writes, its end, and how to stop it."""

from collections.abc import Sequence

from heartbit_tui.client import jobs as background
from heartbit_tui.client.jobs import Job
from heartbit_tui.client.titles import TAIL_LINES, tail
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.ops import StopJob
from heartbit_tui.repl.conversation import Conversation

USAGE = "/jobs lists them; /jobs ID shows what one writes, /jobs wait ID waits for its end, /jobs stop ID stops it."
WIDEST = 60
"""Letters of a command in the list."""


async def jobs(conversation: Conversation, argument: str) -> None:
    """Carry out the command."""
    known = conversation.fold.jobs
    verb, _, name = argument.rpartition(" ")
    found = next((job for job in known if job.id == name), None)
    if not argument:
        conversation.tell("\n".join(_listed(known)) or "No command ran in the background of this session.")
    elif found is None or verb not in ("", "wait", "stop"):
        conversation.tell(f"There is no background command {argument}. {USAGE}", warning=True)
    elif verb == "stop" and found.end is None:
        conversation.client.submit(StopJob(id=name))
    elif verb == "wait" and found.end is None:
        await conversation.until(lambda: _is_over(conversation, name))
    else:
        _show(conversation, found)


def _listed(known: Sequence[Job]) -> list[str]:
    rows = [f"{job.id:<8}  {one_line(job.command, WIDEST)}  ({_state(job)})" for job in known]
    return [*rows, USAGE] if rows else []


def _state(job: Job) -> str:
    return background.outcome(job.end) if job.end else "runs"


def _is_over(conversation: Conversation, id: str) -> bool:
    return all(job.end is not None for job in conversation.fold.jobs if job.id == id)


def _show(conversation: Conversation, job: Job) -> None:
    written = conversation.client.output(job.id) or (job.end.output if job.end else "")
    lines = tail(written).split("\n") if written.strip() else ["(nothing yet)"]
    conversation.tell("\n".join((f"{job.id}  {one_line(job.command, WIDEST)}  ({_state(job)})", *lines[-TAIL_LINES:])))
    conversation.tell(f"all of it: {job.log}")
