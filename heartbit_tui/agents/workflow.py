"""Steps put together: one after the other, side by side, again and again; each of these is a step itself."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable
from typing import TypeAlias

from heartbit_tui.agents.acting import Function, as_step
from heartbit_tui.agents.steps import REFUSED, Around, Deed, Hands, Step, StepResult, Tell, failed, perform, run
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import Notice, StepKind

AT_ONCE = 8
"""How many steps work side by side; as many as agents do."""

Condition: TypeAlias = str | Callable[[str], bool | Awaitable[bool]] | Step
"""When a loop is over: the text holds these words; the predicate says so; the step is done without a failure."""

NO_STEPS = "The workflow “{name}” has no steps."
TOO_FEW = "{what} of “{name}” has to be a whole number from 1 on, and it is {value!r}."
NEVER_MET = "“{name}” went round {rounds}, and what it waits for never held."
FAILED = "“{name}” failed: {error}"
ENDED = "“{name}” was stopped: {error}"
MORE = "{error} So did {others}."


class Workflow:
    """What all workflows have: steps, a name, and a way to do them. Raises `ConfigError` where there are no steps."""

    def __init__(self, *steps: Step | Function, name: str = "") -> None:
        self.name = name or self.kind
        self.steps = tuple(as_step(each) for each in steps)
        if not self.steps:
            raise ConfigError(NO_STEPS.format(name=self.name), key="workflows")
        self.names = _numbered([each.name for each in self.steps])

    @property
    def kind(self) -> StepKind:
        """Which of them it is."""
        raise NotImplementedError

    async def work(self, text: str, around: Around) -> Deed:
        """Do its steps."""
        raise NotImplementedError

    async def run(self, text: str, *, on_event: Tell | None = None, hands: Hands | None = None) -> StepResult:
        """Do it with a text. How it went is in the result; raises nothing but `asyncio.CancelledError`.

        `on_event` hears a `StepStarted` and a `StepEnded` for each step. Without `hands`, which a session has, agents
        of the settings and commands cannot be steps.
        """
        return await run(self, text, on_event=on_event, hands=hands)

    def run_sync(self, text: str, *, on_event: Tell | None = None) -> StepResult:
        """Do it as `run` does, from a program that has no event loop."""
        return asyncio.run(self.run(text, on_event=on_event))

    async def _in_turn(self, text: str, around: Around, round: int = 0) -> Deed:
        """Hand on the text from step to step; the first that is not done ends it."""
        result = None
        for name, step in zip(self.names, self.steps, strict=True):
            before, result = result, await perform(step, text, around, name=name, round=round)
            if not result.ok:
                kept = result.text or (before.text if before else "")
                return failed(_why(result), result.fault or "error", kept)
            text = result.text
        return Deed(text=text, structured=result.structured if result else None)


class Sequential(Workflow):
    """Each step gets the text of the one before; the last one's is the workflow's. A failure ends it."""

    @property
    def kind(self) -> StepKind:
        return "sequential"

    async def work(self, text: str, around: Around) -> Deed:
        """One after the other."""
        return await self._in_turn(text, around)


class Parallel(Workflow):
    """All steps get the same text and work side by side, `at_once` of them at a time.

    What they give is put together in the order of their definition, each under `## NAME`. With `fail_fast` the first
    failure stops the others; without it they go on to their ends. What was done is kept either way. Raises `ConfigError`
    where `at_once` is below 1.
    """

    @property
    def kind(self) -> StepKind:
        return "parallel"

    def __init__(self, *steps: Step | Function, name: str = "", at_once: int = AT_ONCE, fail_fast: bool = True) -> None:
        super().__init__(*steps, name=name)
        _from_one("at_once", at_once, self.name)
        self.at_once = at_once
        self.fail_fast = fail_fast

    async def work(self, text: str, around: Around) -> Deed:
        """Side by side."""
        places = asyncio.Semaphore(self.at_once)
        tasks: list[asyncio.Task[StepResult]] = []

        async def one(step: Step, name: str) -> StepResult:
            async with places:
                result = await perform(step, text, around, name=name)
            if self.fail_fast and not result.ok:
                for task in tasks:
                    if task is not asyncio.current_task():
                        task.cancel()
            return result

        async with asyncio.TaskGroup() as group:
            pairs = zip(self.steps, self.names, strict=True)
            tasks += [group.create_task(one(step, name), name=f"step {name}") for step, name in pairs]
        results = [task.result() for task in tasks if not task.cancelled()]
        merged = "\n\n".join(f"## {each.name}\n{each.text}" for each in results if each.ok)
        wrong = [each for each in results if not each.ok]
        if not wrong:
            return Deed(text=merged)
        others = " and ".join(f"“{each.name}”" for each in wrong[1:])
        error = MORE.format(error=_why(wrong[0]), others=others) if others else _why(wrong[0])
        return failed(error, wrong[0].fault or "error", merged)


class Loop(Workflow):
    """Its steps are done in turn, again and again, each round with the text that the round before gave.

    It is over when `until` holds of a round's text, or after `max_iterations` rounds. Where the condition never held,
    that is told, and with `required` it is a failure. Without a condition all rounds are done. Raises `ConfigError`
    where `max_iterations` is below 1.
    """

    @property
    def kind(self) -> StepKind:
        return "loop"

    def __init__(
        self,
        *steps: Step | Function,
        max_iterations: int,
        until: Condition | None = None,
        required: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(*steps, name=name)
        _from_one("max_iterations", max_iterations, self.name)
        self.max_iterations = max_iterations
        self.until = until
        self.required = required

    async def work(self, text: str, around: Around) -> Deed:
        """Round by round."""
        deed = Deed(text=text)
        for number in range(1, self.max_iterations + 1):
            deed = await self._in_turn(deed.text, around, number)
            if deed.how != "done":
                return deed
            met = await self._met(deed.text, around, number)
            if isinstance(met, Deed):
                return met
            if met:
                return deed
        return self._over(deed, around)

    async def _met(self, text: str, around: Around, round: int) -> bool | Deed:
        """Whether the condition holds; a deed that failed where that cannot be found out."""
        until = self.until
        if until is None or isinstance(until, str):
            return until is not None and until in text
        if callable(until):
            found = until(text)
            return await found if isawaitable(found) else found
        result = await perform(until, text, around, round=round)
        return result.ok or (result.fault != REFUSED and failed(_why(result), result.fault or "error", text))

    def _over(self, deed: Deed, around: Around) -> Deed:
        """What it comes to where no round was the last one by itself."""
        if self.until is None:
            return deed
        rounds = "once" if self.max_iterations == 1 else f"{self.max_iterations} times"
        told = NEVER_MET.format(name=self.name, rounds=rounds)
        if self.required:
            return failed(told, text=deed.text)
        around.tell(Notice(level="warning", text=told))
        return deed


def _numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once: the second of a name is `NAME#2`, as it is with agents."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(found)


def _from_one(what: str, value: object, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(TOO_FEW.format(what=what, name=name, value=value), key="workflows")


def _why(result: StepResult) -> str:
    """Why a step was not done, with its name; the name of the innermost one is told, once."""
    if result.parts:
        return result.error
    return (ENDED if result.how == "stopped" else FAILED).format(name=result.name, error=result.error)
