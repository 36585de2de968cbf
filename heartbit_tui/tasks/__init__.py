"""Work that was handed over to be done while nobody looks: what it is, how it stands, and what came of it.

A task is accepted once it is on the disk. Whoever hands one over knows an Intake; whoever does them knows a CommandQueue.
"""

from heartbit_tui.tasks.types import (
    ENDED,
    Intake,
    Outcome,
    Request,
    State,
)

__all__ = ["ENDED", "Intake", "Outcome", "Request", "State"]
