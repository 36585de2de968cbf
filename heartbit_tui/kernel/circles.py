"""What happens when a model goes in circles: it is warned, then a person is asked, then the run ends."""

from collections.abc import Sequence

from heartbit_tui.kernel.calls import Calls
from heartbit_tui.kernel.errors import DoomLoopError
from heartbit_tui.kernel.events import Choice, DoomLoopDetected, Question
from heartbit_tui.kernel.host import Host
from heartbit_tui.kernel.limits import DoomLoop
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Limits

WARNING = (
    "Not run: the same calls came {count} times without getting anywhere. Do something else, or say what keeps "
    "you from going on."
)
QUESTION = "The model keeps repeating the same calls ({names}). Let it go on?"
GO_ON = Choice(label="Go on", description="Run the calls and start counting afresh")
STOP = Choice(label="Stop", description="End this run")
ENDED = "Stopped: the model kept repeating the same calls after it was warned."


class Circles:
    """Watches the turns of one run."""

    def __init__(self, limits: Limits, host: Host, calls: Calls) -> None:
        self._doom = DoomLoop(limits.max_identical_tool_calls)
        self._repeatable = limits.repeatable
        self._host = host
        self._calls = calls

    async def closed(self, calls: Sequence[ToolCall], turn: int) -> bool:
        """Whether these calls close a circle and were answered with a warning instead of being run.

        Raises `DoomLoopError` when the model was warned before and no person wants to go on.
        """
        if all(call.name in self._repeatable for call in calls):
            return False
        count = self._doom.repeats(calls)
        if not count:
            return False
        names = tuple(dict.fromkeys(call.name for call in calls))
        if self._doom.alarms == 1:
            self._host.emit(DoomLoopDetected(turn=turn, consecutive_count=count, tool_names=names))
            self._calls.refuse(calls, WARNING.format(count=count))
            return True
        if self._host.attended:
            self._host.emit(DoomLoopDetected(turn=turn, consecutive_count=count, tool_names=names, action="asked"))
            if await self._go_on(names):
                self._doom.forget()
                return False
        self._calls.refuse(calls, ENDED)
        self._host.emit(DoomLoopDetected(turn=turn, consecutive_count=count, tool_names=names, action="ended"))
        raise DoomLoopError(ENDED)

    async def _go_on(self, names: Sequence[str]) -> bool:
        question = Question(
            question=QUESTION.format(names=", ".join(names)),
            header="Repeating",
            options=(GO_ON, STOP),
            allow_other=False,
        )
        return await self._host.ask([question]) == ((GO_ON.label,),)
