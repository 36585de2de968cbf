"""What came of a task."""

from typing import TypeVar

from heartbit_tui.client.tally import Tally
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import AnswerError
from heartbit_tui.kernel.events import RunCompleted, RunFailed, RunInterrupted, Terminal
from heartbit_tui.kernel.messages import JsonObject, Usage
from heartbit_tui.library.shapes import read_as

T = TypeVar("T")
NO_ANSWER = "There is no answer in a wanted shape: {why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one run ended.

    `text` is the answer, or what there was of one; `structured` the answer in the wanted shape, None where none was
    wanted or given. `reason` is "completed", "interrupted", or the kind of what ended it: "max_turns", "max_tokens",
    "max_cost", "timeout", "doom_loop", "auth", "network" and the like. `error` is a sentence, empty after a success.
    `cost_usd` is None where the price of any call is unknown. `usage` and `cost_usd` count all agents of the run.
    """

    text: str
    structured: JsonObject | None
    usage: Usage
    cost_usd: float | None
    session_id: str
    reason: str
    error: str
    turns: int
    seconds: float
    changed_files: tuple[str, ...]
    denials: tuple[JsonObject, ...]

    @property
    def ok(self) -> bool:
        """Whether the task was done to its end."""
        return self.reason == "completed"

    def into(self, kind: type[T]) -> T:
        """The structured answer as a dataclass or pydantic model.

        Raises `AnswerError` where there is none, `ValidationError` where it does not fit.
        """
        if self.structured is None:
            raise AnswerError(NO_ANSWER.format(why=self.error or "none was asked for; give `schema`."))
        return read_as(kind, self.structured)


def result_of(tally: Tally, end: Terminal, *, session_id: str, seconds: float) -> Result:
    """What a run came to that this tally counted."""
    reason, error = _ending(end)
    return Result(
        text=tally.text,
        structured=tally.structured,
        usage=tally.usage,
        cost_usd=tally.cost_usd,
        session_id=session_id,
        reason=reason,
        error=error,
        turns=tally.turns,
        seconds=seconds,
        changed_files=tally.changed_files,
        denials=tally.denials,
    )


def _ending(end: Terminal) -> tuple[str, str]:
    match end:
        case RunCompleted():
            return "completed", ""
        case RunInterrupted(reason=reason):
            return "interrupted", f"Interrupted by {reason}."
        case RunFailed(kind=kind, error=error):
            return kind, error
