"""How a run can end: the subtype in the result line and the exit code, for every kind of error."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import GoalJudged, RunCompleted, RunFailed, RunInterrupted, Terminal

STDOUT_GONE = 141
"""What a shell reports for a program that SIGPIPE ended; there is nobody left to tell more to."""

INTERRUPTED = 130
NOT_REACHED = "The goal is not reached: {missing}."
NOT_JUDGED = "What was done was not judged, so it is not known whether the goal is reached."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """`kind` is the error's kind, or the name of what stopped the run; `error` a sentence, empty after success."""

    subtype: str
    exit_code: int
    kind: str = ""
    error: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it is anything but a success."""
        return self.exit_code != 0


class UsageError(HeartbitError):
    """heartbit was called in a way that it does not understand."""

    kind: ClassVar[str] = "usage"


class Unreached(HeartbitError):
    """A run went well, and not every criterion of its goal is met."""

    kind: ClassVar[str] = "goal"


SUCCESS = Ending(subtype="success", exit_code=0)

_ENDINGS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "max_turns": ("error_max_turns", 3),
        "max_tokens": ("error_max_tokens", 3),
        "max_cost": ("error_max_cost", 3),
        "goal": ("error_goal", 4),
        "timeout": ("error_timeout", 124),
        "auth": ("error_auth", 41),
        "network": ("error_network", 69),
        "provider": ("error_provider", 69),
        "retryable": ("error_provider", 75),
        "overflow": ("error_provider", 1),
        "permission": ("error_permission", 77),
        "config": ("error_config", 52),
        "untrusted": ("error_config", 55),
        "usage": ("error_config", 2),
        "doom_loop": ("error_tool", 1),
        "answer": ("error_tool", 1),
        "guardrail": ("error_tool", 1),
        "store": ("error_tool", 1),
        "crash": ("error_tool", 1),
    }
)
_OTHER = ("error_tool", 1)


def failed(kind: str, error: str) -> Ending:
    """The ending for an error of this kind; a kind that is not known counts as a fault of the agent."""
    subtype, exit_code = _ENDINGS.get(kind, _OTHER)
    return Ending(subtype=subtype, exit_code=exit_code, kind=kind, error=error)


def interrupted(reason: str, exit_code: int = INTERRUPTED) -> Ending:
    """The ending for a run that was stopped from outside; signal n gives exit code 128 + n."""
    return Ending(subtype="interrupted", exit_code=exit_code, kind="interrupted", error=f"Interrupted by {reason}.")


def of(end: Terminal) -> Ending:
    """The ending that a terminal event stands for."""
    match end:
        case RunCompleted():
            return SUCCESS
        case RunFailed(kind=kind, error=error):
            return failed(kind, error)
        case RunInterrupted(reason=reason):
            return interrupted(reason)


def held(judged: GoalJudged | None) -> Ending:
    """The ending of a run that went well, by what came of judging it: only criteria that are all met are a success."""
    if judged is not None and judged.is_reached:
        return SUCCESS
    grades = judged.grades if judged else ()
    missing = [f"{each.criterion} ({each.outcome}: {each.reason})" for each in grades if each.outcome != "met"]
    return of_error(Unreached(NOT_REACHED.format(missing="; ".join(missing)) if missing else NOT_JUDGED))


def of_error(error: Exception) -> Ending:
    """The ending that an exception stands for; of several that were raised together, the first."""
    if isinstance(error, ExceptionGroup):
        return of_error(cast("ExceptionGroup[Exception]", error).exceptions[0])
    if isinstance(error, HeartbitError):
        return failed(error.kind, str(error))
    return failed("crash", f"heartbit itself failed: {type(error).__name__}: {error}. Please report this.")
