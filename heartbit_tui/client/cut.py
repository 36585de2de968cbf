"""Model calls that were cut off: what a service charged for them is not known, so it is never told as nothing."""

from heartbit_tui.kernel.events import (
    Envelope,
    ModelCalled,
    RetryAttempt,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    TextDelta,
    ThinkingDelta,
    ToolInputDelta,
    TurnStarted,
)


class CutCalls:
    """Counts the calls of all agents that had begun to answer, or were stopped while they were waited for.

    A call that failed before anything came of it (no key, no network) costs nothing and is not counted.
    """

    def __init__(self) -> None:
        self._ended = 0
        self._open: dict[str, bool] = {}

    @property
    def count(self) -> int:
        """How many there are; calls that are under way count too, since nothing is known of them yet."""
        return self._ended + len(self._open)

    @property
    def ended(self) -> int:
        """How many there are without those that are under way."""
        return self._ended

    def take(self, envelope: Envelope) -> None:
        """Take note of an envelope."""
        agent = envelope.agent
        match envelope.event:
            case TurnStarted():
                self._open[agent] = False
            case TextDelta() | ThinkingDelta() | ToolInputDelta() if agent in self._open:
                self._open[agent] = True
            case RetryAttempt():
                self._ended += self._open.get(agent, False)
                self._open[agent] = False
            case ModelCalled(purpose="turn"):
                self._open.pop(agent, None)
            case RunInterrupted() | RunFailed(kind="timeout"):
                self._ended += self._open.pop(agent, None) is not None
            case RunFailed():
                self._ended += self._open.pop(agent, False)
            case RunCompleted():
                self._open.pop(agent, None)
            case _:
                pass
