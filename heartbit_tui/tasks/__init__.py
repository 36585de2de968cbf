"""Work that was handed over to be done while nobody looks: what it is, how it stands, and what came of it.

A task is accepted once it is on the disk. Whoever hands one over knows an Intake; whoever does them knows a CommandQueue.
"""

from heartbit_tui.tasks.pruning import prune
from heartbit_tui.tasks.queue import CommandQueue, Page, SqliteQueue
from heartbit_tui.tasks.tables import STEPS
from heartbit_tui.tasks.types import ALL, ENDED, STATES, Intake, Outcome, Request, Sight, State, Stats, Task, Waits

__all__ = [
    "ALL",
    "ENDED",
    "STATES",
    "STEPS",
    "CommandQueue",
    "Intake",
    "Outcome",
    "Page",
    "Request",
    "Sight",
    "SqliteQueue",
    "State",
    "Stats",
    "Task",
    "Waits",
    "prune",
]
