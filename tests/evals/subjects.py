"""Subjects and cases for tests of evaluations."""

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

from heartbit_tui.evals import EvalCase, Ran
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    Envelope,
    Event,
    ModelCalled,
    NameRepaired,
    RunCompleted,
    RunFailed,
    RunStarted,
    TurnStarted,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, Usage
from heartbit_tui.testing.histories import envelopes

USAGE = Usage(input_tokens=10, output_tokens=5, cache_read_input_tokens=100)


def says(text: str, *tools: str, cost: float | None = 0.01) -> tuple[Event, ...]:
    """A turn that calls these tools and says this."""
    calls = tuple(ToolCall(id=f"{text}-{index}", name=name) for index, name in enumerate(tools))
    return (
        TurnStarted(turn=1, max_turns=50),
        ModelCalled(purpose="turn", model="fake", usage=USAGE, cost_usd=cost),
        AssistantMessage(message=Assistant(content=(Text(text=text), *calls))),
    )


def repaired(text: str, index: int, name: str) -> Event:
    return NameRepaired(tool_call_id=f"{text}-{index}", asked="?", tool_name=name)


STARTED = RunStarted(task="a task")
DONE = RunCompleted(total_usage=USAGE, tool_calls_made=0)
FAILED = RunFailed(error="The service is gone.", partial_usage=Usage(), kind="network")


class Played:
    """A `Subject` that plays events, and does what `act` does to the folder first."""

    def __init__(self, *events: Event, act: Callable[[Path], object] = lambda _: None) -> None:
        self._events = events
        self._act = act
        self.folders: list[Path] = []

    async def attempt(self, case: EvalCase, folder: Path) -> AsyncGenerator[Envelope]:
        self.folders.append(folder)
        self._act(folder)
        for envelope in envelopes(self._events):
            yield envelope


class Unopened:
    """A `Subject` that has no session."""

    async def attempt(self, case: EvalCase, folder: Path) -> AsyncGenerator[Envelope]:
        raise HeartbitError("There is no model.")
        yield


class Told:
    """`Commands` that end as they are told, and keep what was run."""

    def __init__(self, *ran: Ran) -> None:
        self._ran = list(ran)
        self.asked: list[tuple[str, float, Sequence[str]]] = []

    async def run(self, command: str, folder: Path, seconds: float) -> Ran:
        self.asked.append((command, seconds, names(folder)))
        return self._ran.pop(0)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())
