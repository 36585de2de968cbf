"""What the log has of tasks: how each stands, and never what was asked for or answered."""

import logging
from typing import Final

from heartbit_tui.store.inbox import title_of
from heartbit_tui.tasks import ENDED, Task

LOG = logging.getLogger("heartbit.daemon")
LONGEST: Final = 300
"""Characters of what went wrong with a task."""


def note(task: Task) -> None:
    """Tell in the log how a task stands."""
    level = logging.WARNING if task.state in ("failed", "interrupted") else logging.INFO
    LOG.log(level, "%s", line(task), extra={"task": task.id})


def line(task: Task) -> str:
    """How a task stands, in a line: whose it is by its source, what it took, and what went wrong."""
    words = f"task {task.id[:8]} of {task.request.source}: {task.state}"
    if task.state not in ENDED:
        return f"{words}, attempt {task.attempts}" if task.attempts > 1 else words
    outcome = task.outcome
    tokens = outcome.usage.input_tokens + outcome.usage.output_tokens
    cost = "" if task.cost_usd is None else f", ${task.cost_usd:.4f}"
    wrong = f": {title_of(task.error)[:LONGEST]}" if task.error else ""
    return f"{words} after {outcome.seconds:.1f} s, {tokens} tokens{cost}{wrong}"
