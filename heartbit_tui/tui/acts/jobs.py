"""Commands in the background: sent there, looked at, stopped."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from heartbit_tui.client.jobs import Job
from heartbit_tui.kernel.ops import Background, StopJob
from heartbit_tui.tui.screens.jobs import Tail, jobs as list_of_jobs
from heartbit_tui.tui.talk.tabs import command_runs

if TYPE_CHECKING:
    from heartbit_tui.tui.app import HeartbitApp
    from heartbit_tui.tui.talk.talk import Talk


async def background(app: "HeartbitApp", _: str) -> None:
    """Ctrl+B: let the running command go on in the background; where none runs, see those that are there."""
    if command_runs(app.talk):
        app.talk.submit(Background())
    elif app.talk.story.transcript.known.jobs:
        await jobs(app, "")
    else:
        app.tell("No command of the agent's runs that could go on in the background.")


async def jobs(app: "HeartbitApp", argument: str) -> None:
    """/jobs [ID]."""
    talk = app.talk
    wanted: str | None = argument
    if not argument:
        listing = list_of_jobs(lambda: _known(talk), lambda job: _read(talk, job), _stop(talk), app.keymap, app.ink)
        wanted = await app.push_screen_wait(listing)
    elif not any(job.id == argument for job in _known(talk)):
        app.tell(f"There is no background command {argument}. /jobs lists them.", warning=True)
        return
    if wanted:
        first = next(job for job in _known(talk) if job.id == wanted)
        await app.push_screen_wait(Tail(lambda: _now(talk, first), lambda job: _read(talk, job), app.ink))


def _known(talk: "Talk") -> tuple[Job, ...]:
    return talk.story.transcript.known.jobs


def _now(talk: "Talk", first: Job) -> Job:
    return next((job for job in _known(talk) if job.id == first.id), first)


def _read(talk: "Talk", job: Job) -> str:
    found = talk.client.output(job.id) if talk.client is not None else ""
    return found or (job.end.output if job.end else "")


def _stop(talk: "Talk") -> "Callable[[Job], None]":
    return lambda job: talk.submit(StopJob(id=job.id))


ACTS: "Mapping[str, Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]]" = MappingProxyType(
    {"background": background, "jobs": jobs}
)
