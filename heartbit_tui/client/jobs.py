"""Commands in the background of a session, as its envelopes tell of them."""

from dataclasses import replace
from datetime import datetime

from heartbit_tui.client import titles
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import CommandEnded, CommandStarted, Envelope, JobEnded, JobStarted

MOST = 50
"""Commands that are kept; the oldest that have ended go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command; `end` is None while it runs."""

    id: str
    command: str
    since: datetime
    cwd: str = ""
    log: str = ""
    end: JobEnded | None = None


def after(jobs: tuple[Job, ...], envelope: Envelope) -> tuple[Job, ...]:
    """The commands once this envelope is known."""
    match envelope.event:
        case JobStarted(id=id) as began:
            new = Job(id=id, command=began.command, since=envelope.at, cwd=began.cwd, log=began.log)
            kept = tuple(job for job in jobs if job.id != id)
            over = [job for job in kept if job.end is not None][: max(len(kept) + 1 - MOST, 0)]
            return (*(job for job in kept if job not in over), new)
        case JobEnded(id=id) as end:
            return tuple(replace(job, end=end) if job.id == id else job for job in jobs)
        case _:
            return jobs


def running(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Those that run."""
    return tuple(job for job in jobs if job.end is None)


def outcome(end: JobEnded) -> str:
    """How a command ended, in a few words for a person."""
    match end.how:
        case "exited":
            return f"exit {end.exit_code} after {titles.span(end.duration_ms)}"
        case "stopped":
            return f"stopped by {'you' if end.by == 'person' else 'the agent'} after {titles.span(end.duration_ms)}"
        case "closed":
            return "stopped when the session was closed"
        case "lost":
            return "heartbit ended while it ran"


def typed(event: CommandStarted | CommandEnded) -> str:
    """What a person reads about a command line of a person's, as it begins, and with what it wrote as it has ended."""
    if isinstance(event, CommandStarted):
        return f"! {event.command}"
    how = {"exited": f"exit {event.exit_code}", "lost": "heartbit ended while it ran"}.get(event.how, "stopped")
    return f"{event.output}\n({how})".lstrip("\n")


def told(end: JobEnded) -> str:
    """The sentence that a person reads about an end."""
    return f"The background command {end.id} has ended: {outcome(end)}."
