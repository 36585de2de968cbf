"""Goals: what has to hold before work is done, and a second model that holds a change against it.

`text` reads goals as people write them, `pieces` cuts a long diff into parts, `judge` asks the model, `grades` reads what
it answers. Whatever fails or is not clear leaves a criterion unsure; nothing makes it met but a judge that says so of a diff
that was read whole, or a command that ended with 0.
"""

from heartbit_tui.goals.grades import graded
from heartbit_tui.goals.judge import Judge, Judged, Material, Means, Unjudged
from heartbit_tui.goals.pieces import Piece, Split, split
from heartbit_tui.goals.text import Written, command_of, criteria_of, told, written

__all__ = (
    "Judge",
    "Judged",
    "Material",
    "Means",
    "Piece",
    "Split",
    "Unjudged",
    "Written",
    "command_of",
    "criteria_of",
    "graded",
    "split",
    "told",
    "written",
)
