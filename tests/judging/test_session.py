"""A goal and a plan within a session of the runtime: what is kept, what it cost and under whose name, what is asked."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.client.local import Local, local
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    JUDGE,
    GoalJudged,
    GoalSet,
    PlanKept,
    PlanStarted,
    QuestionAsked,
    RunCompleted,
    RunInterrupted,
    RunStarted,
    TodosChanged,
)
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.kernel.ops import Answer, Interrupt, Mode, Prompt
from heartbit_tui.kernel.protocols import Request
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime.brought import Brought
from heartbit_tui.runtime.options import New, Options, Resume
from heartbit_tui.runtime.pursuing import NOTHING
from heartbit_tui.testing import FakeClock
from tests.headless.machine import calls, says, usage
from tests.judging.services import grades, writes

NO_FLAGS: Mapping[str, object] = MappingProxyType({})
COMMANDS: Mapping[str, object] = MappingProxyType({"judge.commands": ["true", "exit 2"]})
PLAN = "# Round\n\n1. Test\n2. Mend\n"


@asynccontextmanager
async def opened(
    folder: Path,
    replies: Sequence[Reply],
    mode: Mode = Mode.ACCEPT_EDITS,
    *,
    again: bool = False,
    flags: Mapping[str, object] = NO_FLAGS,
    clock: FakeClock | None = None,
) -> AsyncGenerator[tuple[Local, Scripted]]:
    """A session in a project below this folder, whose model, the judge's too, plays these replies."""
    project, home = folder / "project", folder / "home"
    await asyncio.to_thread(project.mkdir, exist_ok=True)
    model = Scripted(replies, clock=clock)
    options = Options(
        cwd=project,
        environment={"HOME": str(home), "PATH": os.environ["PATH"], "HEARTBIT_SANDBOX_ENABLED": "false"},
        surface="tui",
        which=Resume() if again else New(),
        mode=mode,
        flags={**flags, "lsp.enabled": False, "memory.type": "none"},
        brought=Brought(provider=model),
    )
    async with local(options) as client:
        yield client, model


def say(client: Local, words: str) -> None:
    client.submit(Prompt(content=(Text(text=words),)))


def is_judging(request: Request) -> bool:
    return request.system.startswith("You judge a change")


async def test_what_the_judge_costs_stands_under_its_own_name_to_the_token(tmp_path: Path) -> None:
    replies = [
        writes("a.py", "x\n", usage=usage(3, 1)),
        says("Done.", usage=usage(4, 1)),
        grades("met", usage=usage(100, 7)),
    ]
    async with opened(tmp_path, replies) as (client, model):
        assert client.goals is not None
        await client.goals.set("It is so", ())
        say(client, "go")
        await client.settled()
        by_agent = {line.agent: (line.purpose, line.usage) for line in client.costs()}
    assert by_agent == {"heartbit": ("turn", usage(7, 2)), "judge": ("judge", usage(100, 7))}
    assert [request.tools == () for request in model.requests] == [False, False, True]
    assert sum((line for _, line in by_agent.values()), Usage()) == usage(107, 9)


async def test_a_goal_and_its_grades_are_there_when_a_session_is_taken_up_again(tmp_path: Path) -> None:
    async with opened(tmp_path, [writes("a.py", "x\n"), says("Done."), grades("unmet", "met"), says("No.")]) as (
        client,
        _,
    ):
        assert client.goals is not None
        await client.goals.set("Two things", ("one", "two"))
        say(client, "go")
        await client.settled()
    async with opened(tmp_path, [says("Hello.")], again=True) as (client, model):
        assert client.goals is not None
        assert client.goals.goal == GoalSet(goal="Two things", criteria=("one", "two"))
        judged = client.goals.judged
        assert judged is not None
        assert [each.outcome for each in judged.grades] == ["unmet", "met"]
        say(client, "what is it?")
        await client.settled()
    assert [is_judging(request) for request in model.requests] == [False]
    assert "Two things" in model.requests[0].system


async def test_an_interrupt_ends_a_judgement_and_the_run_with_it(tmp_path: Path) -> None:
    replies = [writes("a.py", "x\n"), says("Done."), grades("met", wait=3600.0)]
    async with opened(tmp_path, replies, clock=FakeClock()) as (client, model):
        assert client.goals is not None
        await client.goals.set("It is so", ())
        envelopes = client.envelopes()
        say(client, "go")
        ends: list[tuple[str, str]] = []
        async for envelope in envelopes:
            if isinstance(envelope.event, RunStarted) and envelope.agent == JUDGE:
                client.submit(Interrupt())
            if isinstance(envelope.event, RunInterrupted):
                ends.append((envelope.agent, envelope.event.reason))
            if len(ends) == 2:
                break
        await client.settled()
        assert client.goals.judged is None
    assert ends == [(JUDGE, "the judging was stopped"), ("heartbit", "the user")]
    assert len(model.requests) <= 3


async def test_without_a_goal_and_a_prompt_there_is_nothing_to_judge(tmp_path: Path) -> None:
    async with opened(tmp_path, []) as (client, model):
        assert client.goals is not None
        with pytest.raises(HeartbitError, match=NOTHING):
            client.goals.judge()
    assert model.requests == []


async def test_a_limit_of_tokens_keeps_the_judge_from_being_asked(tmp_path: Path) -> None:
    replies = [writes("a.py", "x\n", usage=usage(50, 1)), says("Done.", usage=usage(900, 1)), grades("met")]
    async with opened(tmp_path, replies, flags={"limits.max_total_tokens": 500}) as (client, model):
        assert client.goals is not None
        await client.goals.set("It is so", ())
        say(client, "go")
        await client.settled()
        judged = client.goals.judged
    assert judged is not None
    assert [each.outcome for each in judged.grades] == ["unsure"]
    assert judged.grades[0].reason.startswith("the judge was not asked")
    assert len(model.requests) == 2


async def test_a_started_plan_is_what_its_file_says_then_and_fills_the_todo_list(tmp_path: Path) -> None:
    replies = [calls(call("present_plan", plan=PLAN)), says("All done.", when="3. By hand")]
    async with opened(tmp_path, replies, Mode.PLAN) as (client, _):
        envelopes = client.envelopes()
        say(client, "plan it")
        told: list[object] = []
        async for envelope in envelopes:
            event = envelope.event
            told.append(event)
            match event:
                case PlanKept(path=path):
                    await asyncio.to_thread(Path(path).write_text, PLAN + "3. By hand\n")
                case QuestionAsked(id=id):
                    client.submit(Answer(id=id, answers=(("Start, and ask",),)))
                case RunCompleted():
                    break
                case _:
                    pass
        assert client.mode is Mode.ASK
    (started,) = [each for each in told if isinstance(each, PlanStarted)]
    (todos,) = [each for each in told if isinstance(each, TodosChanged)]
    assert (started.mode, started.edited) == (Mode.ASK, True)
    assert [each["content"] for each in todos.todos] == ["Test", "Mend", "By hand"]


async def test_the_tool_for_plans_is_offered_in_the_mode_plan_alone(tmp_path: Path) -> None:
    for mode, offered in ((Mode.PLAN, True), (Mode.ASK, False)):
        async with opened(tmp_path, [says("Hi.")], mode) as (client, model):
            say(client, "hi")
            await client.settled()
        assert ("present_plan" in [tool.name for tool in model.requests[0].tools]) is offered


async def test_commands_of_the_settings_are_criteria_of_their_own(tmp_path: Path) -> None:
    async with opened(tmp_path, [says("Done."), grades("met")], Mode.YOLO, flags=COMMANDS) as (client, _):
        say(client, "go")
        await client.settled()
        assert client.goals is not None
        client.goals.judge()
        await client.settled()
        judged = client.goals.judged
    assert isinstance(judged, GoalJudged)
    assert [(each.criterion, each.outcome) for each in judged.grades[1:]] == [
        ("run: true", "met"),
        ("run: exit 2", "unmet"),
    ]
