"""Who works on a prompt: whatever happens to whoever works, it is one run with one end."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from heartbit_tui.kernel.casting import Cast
from heartbit_tui.kernel.errors import ConfigError, HeartbitError
from heartbit_tui.kernel.events import RunCompleted, RunFailed, RunStarted, Terminal, TurnStarted
from heartbit_tui.kernel.limits import Budget
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent, Limits
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, says


class Others:
    """Gives each prompt to agents with these numbers of turns, one after the other; without any it fails."""

    def __init__(self, *turns: int) -> None:
        self._turns = turns
        self.failures: list[str] = []
        self.closed = 0

    @asynccontextmanager
    async def cast(self, agent: Agent, prompt: Prompt) -> AsyncGenerator[Cast]:
        if not self._turns:
            raise ConfigError("nobody can be set up")
        left = [replace(agent, limits=Limits(max_turns=turns)) for turns in self._turns]

        def relief(error: HeartbitError) -> Cast | None:
            self.failures.append(str(error))
            return Cast(agent=left.pop(0), relief=relief) if left else None

        yield Cast(agent=left.pop(0), relief=relief)
        self.closed += 1


def works(times: int) -> list[Reply]:
    return [Reply(blocks=(call("echo", text=str(number)),)) for number in range(times)]


async def asked(casting: Others, *replies: Reply) -> Rig:
    rig = Rig(Plan(replies=replies, tools=[FakeTool()], casting=casting))
    async with rig.session:
        await rig.ask("go")
    return rig


async def test_who_relieves_another_goes_on_in_the_same_run_and_everything_counts_once() -> None:
    others = Others(2, 1, 3)
    rig = await asked(others, *works(4), says("Done."))
    (end,) = (event for event in rig.events if isinstance(event, Terminal))
    assert end == RunCompleted(total_usage=Usage(input_tokens=50, output_tokens=25), tool_calls_made=4)
    assert len(rig.of(RunStarted)) == 1
    assert [(event.turn, event.max_turns) for event in rig.of(TurnStarted)] == [(1, 2), (2, 2), (1, 1), (1, 3), (2, 3)]
    assert (len(others.failures), others.closed) == (2, 1)
    assert len(rig.results) == 4


async def test_where_nobody_relieves_it_the_run_fails_once() -> None:
    rig = await asked(Others(1, 1), *works(2))
    (end,) = (event for event in rig.events if isinstance(event, Terminal))
    assert isinstance(end, RunFailed)
    assert (end.kind, end.partial_usage.input_tokens) == ("max_turns", 20)


async def test_where_nobody_can_be_cast_the_run_fails_and_the_next_one_is_tried() -> None:
    rig = Rig(Plan(casting=Others()))
    async with rig.session:
        await rig.ask("go")
        await rig.ask("again")
    assert [(event.kind, event.error) for event in rig.of(RunFailed)] == [("config", "nobody can be set up")] * 2


def test_a_budget_that_is_handed_on_keeps_what_was_used_and_takes_new_limits() -> None:
    whole = Budget(Limits(max_cost_usd=2.0))
    first = Budget(Limits(max_total_tokens=10), whole)
    first.spend(Usage(input_tokens=7), 0.5)
    first.spend(Usage(input_tokens=1), None)
    second = first.handed_on(Limits(max_total_tokens=20))
    assert (second.usage, second.cost_usd, second.unpriced, second.cap) == (Usage(input_tokens=8), 0.5, True, 2.0)
    second.spend(Usage(output_tokens=12), 0.0)
    second.check_tokens()
