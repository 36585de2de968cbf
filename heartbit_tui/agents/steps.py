"""The words for workflows, and how one step is done: told, timed, counted, whatever happens in it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import field, replace
from itertools import count
from typing import Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.events import Notice, StepEnd, StepEnded, StepKind, StepStarted, clip
from heartbit_tui.kernel.messages import JsonObject, Usage

Told: TypeAlias = StepStarted | StepEnded | Notice
Tell: TypeAlias = Callable[[Told], object]

STOPPED = "It was stopped before it was done."
BROKE = "{kind}: {error}"
NO_SESSION = "The step “{name}” needs a session: do the workflow in one, with `Session.workflow`."
REFUSED = "exit"
"""The kind of a failure that says no more than no: a command that ran to its end, with another exit code than 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a step came to: `text` is what it hands on, also where it failed as far as there is something.

    `error` says why it was not done, empty where it was; `fault` is the kind of that error, as `errors.py` has them.
    """

    text: str = ""
    how: StepEnd = "done"
    error: str = ""
    fault: str = ""
    structured: JsonObject | None = None


def failed(error: str, fault: str = "error", text: str = "") -> Deed:
    """The deed of a step that was not done."""
    return Deed(text=text, how="failed", error=error, fault=fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What came of a step and of all that it holds, which are its `parts` in the order of their definition.

    Of a loop the parts are those of all rounds. What was done beside a step that failed is kept: in the parts, and in
    `text` as far as it was handed on. `cost_usd` is None where a price is unknown, `seconds` as a clock on the wall has
    them. `fault` is the kind of the error, such as "max_turns", "auth", or "exit" for a command that said no.
    """

    name: str
    kind: StepKind
    how: StepEnd
    text: str
    error: str = ""
    fault: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    seconds: float = 0.0
    structured: JsonObject | None = None
    parts: "tuple[StepResult, ...]" = ()

    @property
    def ok(self) -> bool:
        """Whether it was done to its end."""
        return self.how == "done"


class Account:
    """What was spent in a step; what is spent there counts for the steps around it, too."""

    def __init__(self, within: "Account | None" = None) -> None:
        self._within = within
        self._cost = 0.0
        self._priced = True
        self.usage = Usage()

    @property
    def cost_usd(self) -> float | None:
        """US dollars, None where the price of anything is unknown."""
        return self._cost if self._priced else None

    def spend(self, usage: Usage, cost_usd: float | None) -> None:
        """Count something."""
        self.usage += usage
        self._cost += cost_usd or 0.0
        self._priced = self._priced and cost_usd is not None
        if self._within is not None:
            self._within.spend(usage, cost_usd)


class Hands(Protocol):
    """Those who do what a step asks for: the agents and the shell of a session.

    What is spent is counted in the account of the step, also where this is cancelled.
    """

    async def agent(self, name: str, task: str, at: "Around") -> Deed:
        """Let an agent of the settings do a task."""
        ...

    async def orchestrator(self, task: str, at: "Around") -> Deed:
        """Let an agent do it that is what the session's own one is, and can hand out tasks as that one can."""
        ...

    async def command(self, line: str, seconds: int, at: "Around") -> Deed:
        """Run a command line as the tool bash does: judged by the same rules, in the same sandbox."""
        ...


class NoHands:
    """`Hands` of a workflow that no session does: functions alone can be done."""

    async def agent(self, name: str, task: str, at: "Around") -> Deed:
        raise ConfigError(NO_SESSION.format(name=at.name))

    async def orchestrator(self, task: str, at: "Around") -> Deed:
        raise ConfigError(NO_SESSION.format(name=at.name))

    async def command(self, line: str, seconds: int, at: "Around") -> Deed:
        raise ConfigError(NO_SESSION.format(name=at.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a step finds around it: `task` is what the workflow was given, `id` and `name` are the step's.

    What a step does within itself goes through `perform` with its own surroundings.
    """

    task: str
    hands: Hands
    tell: Tell
    now: Callable[[], float]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    account: Account = field(default_factory=Account)
    id: str = ""
    name: str = ""
    parts: dict[int, StepResult] = field(default_factory=dict[int, StepResult])


class Step(Protocol):
    """One thing of a workflow: done with a text, it gives a text.

    Contract: what goes wrong is a `Deed` that failed, or an exception; cancelling it ends everything that it started.
    """

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def kind(self) -> StepKind:
        """What it is."""
        ...

    async def work(self, text: str, around: Around) -> Deed:
        """Do it."""
        ...


async def perform(step: Step, text: str, around: Around, *, name: str = "", round: int = 0) -> StepResult:
    """Do a step within what is around it, under another name where one is given.

    Raises nothing but `asyncio.CancelledError`, after it was told and counted.
    """
    number, name = next(around.numbers), name or step.name
    inner = replace(around, id=f"step-{number}", name=name, account=Account(around.account), parts={})
    around.tell(StepStarted(id=inner.id, name=name, kind=step.kind, within=around.id, round=round))
    began = around.now()
    deed = Deed(how="stopped", error=STOPPED)
    try:
        deed = await _done(step, text, inner)
    finally:
        result = around.parts[number] = StepResult(
            name=name,
            kind=step.kind,
            how=deed.how,
            text=deed.text,
            error=deed.error,
            fault=deed.fault,
            usage=inner.account.usage,
            cost_usd=inner.account.cost_usd,
            seconds=around.now() - began,
            structured=deed.structured,
            parts=tuple(inner.parts[each] for each in sorted(inner.parts)),
        )
        around.tell(_ended(inner.id, around.id, result))
    return result


async def run(step: Step, text: str, *, on_event: Tell | None = None, hands: Hands | None = None) -> StepResult:
    """Do a workflow with a text; `on_event` hears of each step as it begins and ends."""
    around = Around(task=text, hands=hands or NoHands(), tell=on_event or _unheard, now=time.monotonic)
    return await perform(step, text, around)


def _unheard(told: Told) -> None:
    """Nobody listens."""


async def _done(step: Step, text: str, around: Around) -> Deed:
    try:
        return await step.work(text, around)
    except asyncio.CancelledError:
        raise
    except HeartbitError as error:
        return failed(str(error), error.kind)
    except Exception as error:  # noqa: BLE001 - a step is anybody's code: what it raises is how it failed
        return failed(BROKE.format(kind=type(error).__name__, error=error))


def _ended(id: str, within: str, result: StepResult) -> StepEnded:
    return StepEnded(
        id=id,
        name=result.name,
        kind=result.kind,
        how=result.how,
        within=within,
        usage=result.usage,
        cost_usd=result.cost_usd,
        duration_ms=max(0, round(result.seconds * 1000)),
        output=clip(result.text),
        error=result.error,
    )
