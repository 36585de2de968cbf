"""Tasks and sessions of an embedded heartbit go through the same rules and the same store as those of the command."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast, get_type_hints

import pytest

from heartbit_tui import (
    Agent,
    AgentOptions,
    ApprovalRequested,
    CallContext,
    Decide,
    Envelope,
    Pass,
    Passing,
    QuestionAsked,
    Refuse,
    Resume,
    Session,
    TextDelta,
    ToolCall,
    User,
    run,
    run_sync,
    stream,
    tool,
)
from heartbit_tui.kernel.errors import AnswerError, HeartbitError
from heartbit_tui.kernel.events import GuardrailDenied, Terminal, ToolCallStarted
from heartbit_tui.library.agent import Approve, Reply
from heartbit_tui.testing import ScriptedProvider
from tests.library.rig import calls, machine, says


@tool(effects="none")
def double(number: int) -> int:
    """Double a number."""
    return number * 2


@tool
def touchy() -> str:
    """Do anything."""
    return "did it"


def last_result(model: ScriptedProvider) -> str:
    """What the model was told of its last call."""
    message = next(each for each in reversed(model.requests[-1].messages) if isinstance(each, User))
    return str(getattr(message.content[0], "content", ""))


def test_the_keyword_arguments_are_the_fields_of_an_agent() -> None:
    assert list(get_type_hints(AgentOptions)) == [field.name for field in fields(Agent)]
    hints = get_type_hints(Agent)
    assert {name: hints[name] for name in hints} == get_type_hints(AgentOptions)


async def test_a_task_is_done_with_an_own_tool(tmp_path: Path) -> None:
    model = says(calls("double", number=21), "It is 42.")
    result = await run("double 21", **machine(tmp_path, provider=model, tools=[double]))
    assert (result.text, result.reason, result.error, result.turns, result.ok) == (
        "It is 42.",
        "completed",
        "",
        2,
        True,
    )
    assert last_result(model) == "42"
    assert result.usage.total == 30
    assert result.seconds > 0


def test_a_program_without_a_loop_can_do_a_task(tmp_path: Path) -> None:
    assert run_sync("hi", **machine(tmp_path, provider=says("hello"), ephemeral=True)).text == "hello"


async def test_nothing_is_kept_of_an_ephemeral_session_and_all_of_another(tmp_path: Path) -> None:
    await run("hi", **machine(tmp_path, provider=says("hello"), ephemeral=True))
    home = tmp_path / "home"
    assert list(home.rglob("*.db*")) == []
    first = await run("hi", **machine(tmp_path, provider=says("hello")))
    model = says("again")
    second = await run("and now?", **machine(tmp_path, provider=model, which=Resume(id=first.session_id)))
    assert second.session_id == first.session_id
    assert "hi" in str(model.requests[0].messages[0])
    assert "and now?" in str(model.requests[0].messages)


async def test_a_call_that_nobody_approves_is_denied(tmp_path: Path) -> None:
    model = says(calls("touchy"), "no luck")
    result = await run("go", **machine(tmp_path, provider=model, tools=[touchy], ephemeral=True))
    assert [denial["tool_name"] for denial in result.denials] == ["touchy"]
    assert "nobody is there" in last_result(model)


async def test_callbacks_of_each_kind_decide(tmp_path: Path) -> None:
    async def slowly(asked: ApprovalRequested) -> bool:
        await asyncio.to_thread(lambda: None)
        return asked.call.name == "touchy"

    def truthy(asked: ApprovalRequested) -> bool:
        return cast("bool", "yes")

    said: list[Approve] = [
        slowly,
        lambda asked: True,
        lambda asked: Decide(id="", allow=True, note="go on"),
        lambda asked: False,
        truthy,
    ]
    told: list[str] = []
    for approve in said:
        model = says(calls("touchy"), "end")
        await run("go", **machine(tmp_path, provider=model, tools=[touchy], approve=approve, ephemeral=True))
        told.append(last_result(model))
    assert ["did it" in each for each in told] == [True, True, True, False, False]


async def test_a_decision_for_the_session_is_not_asked_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def approve(request: ApprovalRequested) -> Decide:
        asked.append(request.id)
        return Decide(id=request.id, allow=True, scope="session")

    model = says(calls("touchy", "1"), calls("touchy", "2"), "end")
    await run("go", **machine(tmp_path, provider=model, tools=[touchy], approve=approve, ephemeral=True))
    assert (len(asked), last_result(model)) == (1, "did it")


async def test_an_error_of_the_callback_denies_ends_the_run_and_is_raised(tmp_path: Path) -> None:
    def approve(request: ApprovalRequested) -> bool:
        raise ZeroDivisionError("mine")

    model = says(calls("touchy"), "never said")
    options = machine(tmp_path, provider=model, tools=[touchy], approve=approve, ephemeral=True)
    async with Session(**options) as session:
        with pytest.raises(ZeroDivisionError, match="mine"):
            await session.ask("go")
        assert (await session.ask("and now?")).text == "never said"


async def test_a_deny_of_the_person_holds_whatever_the_program_approves(tmp_path: Path) -> None:
    def approve(request: ApprovalRequested) -> bool:
        return True

    model = says(calls("touchy"), "end")
    options = machine(tmp_path, provider=model, tools=[touchy], deny=["touchy"], approve=approve, mode="yolo")
    await run("go", **options, ephemeral=True)
    assert "touchy" in last_result(model)
    assert "did it" not in last_result(model)


async def test_questions_are_answered_or_declined(tmp_path: Path) -> None:
    question = calls("question", questions=[{"question": "Which?", "options": [{"label": "a"}, {"label": "b"}]}])
    told: list[str] = []
    approve: Approve = lambda _: True  # noqa: E731 - named for its type alone
    answer: Reply = lambda _: [["b"]]  # noqa: E731 - as above
    for more in ({"answer": answer}, {"approve": approve}, dict[str, Reply]()):
        model = says(question, "end")
        await run("go", **machine(tmp_path, provider=model, ephemeral=True, **more))
        told.append(last_result(model))
    assert "b" in told[0]
    assert [each == told[0] for each in told] == [True, False, False]


async def test_a_program_that_reads_events_decides_by_itself(tmp_path: Path) -> None:
    model = says(calls("touchy"), "end")
    async with Session(**machine(tmp_path, provider=model, tools=[touchy], on_ask="person")) as session:
        reading = session.stream("go")
        async for envelope in reading:
            if isinstance(envelope.event, ApprovalRequested):
                session.decide(envelope.event.id, allow=True)
        assert (reading.result.text, last_result(model)) == ("end", "did it")


async def test_a_question_waits_for_a_program_that_reads_events(tmp_path: Path) -> None:
    question = calls("question", questions=[{"question": "Which?", "options": [{"label": "a"}, {"label": "b"}]}])
    model = says(question, "end")
    async with Session(**machine(tmp_path, provider=model, on_ask="person", ephemeral=True)) as session:
        async for envelope in session.stream("go"):
            if isinstance(envelope.event, QuestionAsked):
                session.answer(envelope.event.id, [["a"]])
    assert "a" in last_result(model)


async def test_events_come_in_order_and_end_with_the_run(tmp_path: Path) -> None:
    seen: list[Envelope] = []
    async with stream("hi", **machine(tmp_path, provider=says("hello there"), ephemeral=True)) as events:
        with pytest.raises(HeartbitError, match="not over"):
            _ = events.result
        seen.extend([envelope async for envelope in events])
    assert [each.seq for each in seen] == sorted(each.seq for each in seen)
    assert [isinstance(each.event, Terminal) for each in seen].index(True) == len(seen) - 1
    assert "".join(each.event.text for each in seen if isinstance(each.event, TextDelta)) == events.result.text


async def test_words_come_alone(tmp_path: Path) -> None:
    async with stream("hi", **machine(tmp_path, provider=says("hello there"), ephemeral=True)) as events:
        assert "".join([piece async for piece in events.words()]) == "hello there"


def waiting(begun: asyncio.Event, go: asyncio.Event) -> object:
    @tool(effects="none")
    async def wait() -> str:
        """Wait."""
        begun.set()
        await go.wait()
        return "waited"

    return wait


async def test_a_run_can_be_steered_and_interrupted(tmp_path: Path) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    model = says(calls("wait", "1"), calls("wait", "2"), "after it all")
    options = machine(tmp_path, provider=model, tools=[waiting(begun, go)], ephemeral=True)
    async with Session(**options) as session:
        asking = asyncio.create_task(session.ask("go"))
        await begun.wait()
        assert session.running
        with pytest.raises(HeartbitError, match="Another prompt"):
            await session.ask("too early")
        session.steer("hurry")
        begun.clear()
        go.set()
        await begun.wait()
        assert "hurry" in str(model.requests[1].messages)
        result = await asking
        assert result.text == "after it all"


async def test_an_interrupted_run_tells_so_and_the_session_goes_on(tmp_path: Path) -> None:
    begun, never = asyncio.Event(), asyncio.Event()
    model = says(calls("wait"), "next")
    options = machine(tmp_path, provider=model, tools=[waiting(begun, never)], ephemeral=True)
    async with Session(**options) as session:
        asking = asyncio.create_task(session.ask("go"))
        await begun.wait()
        session.interrupt()
        result = await asking
        assert (result.reason, result.ok, "the program" in result.error) == ("interrupted", False, True)
        assert (await session.ask("again")).text == "next"


async def test_leaving_the_loop_early_interrupts_the_run(tmp_path: Path) -> None:
    begun, never = asyncio.Event(), asyncio.Event()
    model = says(calls("wait"), "next")
    options = machine(tmp_path, provider=model, tools=[waiting(begun, never)], ephemeral=True)
    async with Session(**options) as session:
        events = aiter(session.stream("go"))
        async for envelope in events:
            if isinstance(envelope.event, ToolCallStarted):
                break
        await cast("AsyncGenerator[Envelope]", events).aclose()
        assert (await session.ask("again")).text == "next"


async def test_a_cancelled_task_leaves_nothing_behind(tmp_path: Path) -> None:
    begun, never = asyncio.Event(), asyncio.Event()
    options = machine(tmp_path, provider=says(calls("wait")), tools=[waiting(begun, never)], ephemeral=True)
    before = asyncio.all_tasks()
    running = asyncio.create_task(run("go", **options))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asyncio.all_tasks() == before


@dataclass
class Finding:
    """A finding."""

    file: str
    line: int = 0


async def test_a_shape_is_asked_for_checked_and_read(tmp_path: Path) -> None:
    model = says(calls("__respond__", "1", line="x"), calls("__respond__", "2", file="a.py", line=3))
    result = await run("review", **machine(tmp_path, provider=model, schema=Finding, ephemeral=True))
    assert (result.structured, result.into(Finding)) == ({"file": "a.py", "line": 3}, Finding("a.py", 3))
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    model = says(calls("__respond__", n=1))
    result = await run("count", **machine(tmp_path, provider=model, schema=schema, ephemeral=True))
    assert result.structured == {"n": 1}
    plain = await run("hi", **machine(tmp_path, provider=says("hello"), ephemeral=True))
    with pytest.raises(AnswerError, match="none was asked for"):
        plain.into(Finding)


async def test_limits_end_a_run_and_say_which(tmp_path: Path) -> None:
    model = says(*(calls("double", str(n), number=n) for n in range(5)))
    result = await run("go", **machine(tmp_path, provider=model, tools=[double], max_turns=2, ephemeral=True))
    assert (result.reason, "Max turns (2)" in result.error) == ("max_turns", True)


class NoTouching(Passing):
    """Refuses a tool."""

    async def pre_tool(self, call: ToolCall) -> Pass | Refuse:
        return Refuse(reason="hands off") if call.name == "touchy" else Pass()


async def test_an_own_guardrail_is_heard(tmp_path: Path) -> None:
    model = says(calls("touchy"), "end")
    options = machine(tmp_path, provider=model, tools=[touchy], guardrails=[NoTouching("hands")], mode="yolo")
    async with stream("go", **options, ephemeral=True) as events:
        denied = [each.event async for each in events if isinstance(each.event, GuardrailDenied)]
    assert [(each.guardrail, each.reason) for each in denied] == [("hands", "hands off")]


async def test_a_tool_cannot_take_the_place_of_a_built_in_one(tmp_path: Path) -> None:
    @tool(effects="none")
    def read(file_path: str, context: CallContext) -> str:
        """Pretend to read."""
        return "fake"

    async with Session(
        **machine(tmp_path, provider=says("x"), tools=[read, double, double], ephemeral=True)
    ) as session:
        assert [text for text in session.about.warnings if "left out" in text] == [
            f"The tool “{name}” was left out: there is one of this name already." for name in ("read", "double")
        ]
        assert session.about.tools.count("read") == 1


async def test_a_session_that_is_not_open_says_so() -> None:
    with pytest.raises(HeartbitError, match="not open"):
        await Session(provider=says("x")).ask("hi")


async def test_a_missing_model_is_told_when_the_session_opens(tmp_path: Path) -> None:
    with pytest.raises(HeartbitError, match="There is no provider “nobody”"):
        await run("hi", **machine(tmp_path, provider="nobody", ephemeral=True))
