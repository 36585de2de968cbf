"""How well an agent does: cases with what is expected of them, scorers, many attempts at once, and what came of them.

An `EvalCase` is a task with files to begin with and what should come of it. `EvalRunner` has a `Subject` do each in a
folder of its own, hears all that happens in between, and lets scorers judge. What opens sessions and runs commands is handed
in: `library/` and `runtime/` have it.
"""

from heartbit_tui.evals.runner import EvalRunner
from heartbit_tui.evals.types import (
    Commands,
    EvalCase,
    EvalResult,
    EvalSummary,
    ExpectedTool,
    Outcome,
    Ran,
    Rated,
    Score,
    Scorer,
    Subject,
)

__all__ = (
    "Commands",
    "EvalCase",
    "EvalResult",
    "EvalRunner",
    "EvalSummary",
    "ExpectedTool",
    "Outcome",
    "Ran",
    "Rated",
    "Score",
    "Scorer",
    "Subject",
)
