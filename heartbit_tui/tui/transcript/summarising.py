"""The summary that is being written for the model, as a session's envelopes tell it."""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ContextSummarized, ModelCalled, SummaryFailed, SummaryStarted

Told: TypeAlias = SummaryStarted | ModelCalled | SummaryFailed | ContextSummarized
"""What tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarising:
    """Since when it is being written, and how many answers of the model there are already."""

    since: datetime
    answers: int = 0


def after(found: Summarising | None, event: Told, at: datetime) -> Summarising | None:
    """What is being written once this event has come, None for nothing."""
    match event:
        case SummaryStarted():
            return Summarising(since=at)
        case ModelCalled(purpose="summary") if found is not None:
            return replace(found, answers=found.answers + 1)
        case ModelCalled():
            return found
        case _:
            return None
