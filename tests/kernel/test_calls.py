import asyncio

import pytest

from heartbit_tui.kernel.calls import NOTHING_SAID, cut
from heartbit_tui.kernel.conversation import NOT_STARTED, UNKNOWN_OUTCOME
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    Event,
    NameRepaired,
    PermissionDenied,
    Question,
    QuestionAsked,
    RunCompleted,
    RunFailed,
    ToolAnswered,
    ToolCallCompleted,
    ToolCallStarted,
    ToolProgress,
)
from heartbit_tui.kernel.messages import JsonObject, ToolCall
from heartbit_tui.kernel.ops import Answer, Decide, Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, CallContext, Deny, Effects, Limits, Output, Verdict
from heartbit_tui.providers.script import RawCall, call
from heartbit_tui.testing.journal import MemoryJournal
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, ran, says, spoken, turn


def ask_for(*names: str) -> FakeGate:
    def decide(action: Action, mode: Mode) -> Verdict:
        asked = action.call.name in names
        return Ask(reason="it writes", rule="edits ask", proposal=f"{action.call.name}(*)") if asked else Allow()

    return FakeGate(decide)


async def test_a_tool_is_told_where_its_paths_led_when_they_were_judged() -> None:
    told: list[dict[str, str]] = []

    async def look(input: JsonObject, context: CallContext) -> Output:
        told.append(dict(context.places))
        return Output(content="seen")

    def decide(action: Action, mode: Mode) -> Verdict:
        places = {"/w/a": f"/w/{action.call.id}"}
        return Allow(places=places) if action.call.id == "c1" else Ask(reason="it writes", places=places)

    tool, gate = FakeTool("look", look), FakeGate(decide)
    async with opened(
        Plan(replies=[turn(call("look", "c1")), turn(call("look", "c2")), says("done")], tools=[tool], gate=gate)
    ) as rig:
        rig.prompt("go")
        asked = await rig.until(ApprovalRequested)
        rig.session.submit(Decide(id=asked.id, allow=True))
        await rig.session.settled()
    assert told == [{"/w/a": "/w/c1"}, {"/w/a": "/w/c2"}]


def contents(rig: Rig) -> dict[str, str]:
    return {result.call_id: result.content for result in rig.results}


async def one(tool: FakeTool, *, limits: Limits | None = None) -> Rig:
    return await ran(
        Plan(replies=[turn(call(tool.spec.name, "c1")), says("done")], tools=[tool], limits=limits or Limits())
    )


async def test_an_unknown_tool_is_an_error_that_names_the_nearest_and_the_run_goes_on() -> None:
    rig = await ran(Plan(replies=[turn(call("exit", "c1")), says("done")], tools=[FakeTool("edit"), FakeTool("list")]))
    assert contents(rig) == {"c1": "There is no tool `exit`. The nearest names are: edit, list."}
    assert rig.of(RunCompleted)[0].tool_calls_made == 1


async def test_without_tools_an_unknown_one_is_told_so() -> None:
    rig = await ran(Plan(replies=[turn(call("bash", "c1")), says("done")]))
    assert contents(rig) == {"c1": "There is no tool `bash`. There are no tools at all."}


async def test_every_rule_sees_the_repaired_name() -> None:
    gate = FakeGate(lambda action, mode: Deny(reason="no shell") if action.call.name == "bash" else Allow())
    bash = FakeTool("bash", effects=Effects.EXECUTE)
    rig = await ran(Plan(replies=[turn(call("bahs", "c1")), says("done")], tools=[bash], gate=gate))
    assert bash.inputs == []
    assert rig.of(NameRepaired) == [NameRepaired(tool_call_id="c1", asked="bahs", tool_name="bash")]
    assert rig.of(PermissionDenied)[0].tool_name == rig.of(ToolCallCompleted)[0].tool_name == "bash"


async def test_a_bad_input_never_reaches_the_tool() -> None:
    tool = FakeTool(complain=lambda _: "`path` is missing.")
    rig = await one(tool)
    assert (tool.inputs, contents(rig)) == ([], {"c1": "`path` is missing."})
    assert rig.of(ToolCallStarted) == []


async def test_unreadable_arguments_are_never_run_and_the_model_is_told() -> None:
    tool = FakeTool()
    rig = await ran(
        Plan(replies=[turn(RawCall(name="echo", arguments='{"text": "hal', id="c1")), says("done")], tools=[tool])
    )
    assert tool.inputs == []
    assert rig.results[0].is_error
    assert "JSON" in rig.results[0].content


async def test_calls_run_side_by_side_and_each_is_told_as_it_ends() -> None:
    gates = {"slow": asyncio.Event(), "fast": asyncio.Event()}

    async def wait(input: JsonObject, context: CallContext) -> Output:
        if input["text"] == "slow":
            await gates["fast"].wait()
        gates[str(input["text"])].set()
        return Output(content=str(input["text"]))

    tool = FakeTool(behave=wait)
    calls = [call("echo", "c1", text="slow"), call("echo", "c2", text="fast")]
    rig = await ran(Plan(replies=[turn(*calls), says("done")], tools=[tool]))
    assert [event.tool_call_id for event in rig.of(ToolCallCompleted)] == ["c2", "c1"]
    assert spoken(rig.last_request.messages)[-1] == "user: c1=slow | c2=fast"


async def test_no_more_calls_work_at_once_than_allowed() -> None:
    working, most = 0, 0

    async def count(input: JsonObject, context: CallContext) -> Output:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1
        return Output(content="ok")

    calls = [call("echo", text=str(n)) for n in range(20)]
    rig = await ran(
        Plan(
            replies=[turn(*calls), says("done")],
            tools=[FakeTool(behave=count)],
            limits=Limits(max_parallel_calls=3),
        )
    )
    assert most == 3
    assert len(rig.results) == 20


async def test_calls_that_wait_for_a_person_hold_no_place() -> None:
    plan = Plan(
        replies=[turn(*[call("edit", f"e{n}") for n in range(5)], call("echo", "c1", text="free")), says("done")],
        tools=[FakeTool("edit"), FakeTool()],
        gate=ask_for("edit"),
        limits=Limits(max_parallel_calls=1),
    )
    async with opened(plan) as rig:
        rig.prompt("go")
        await rig.until(ToolCallCompleted)
        assert contents(rig) == {"c1": "free"}
        assert len(rig.of(ApprovalRequested)) == 5
        for asked in reversed(rig.of(ApprovalRequested)):
            rig.session.submit(Decide(id=asked.id, allow=True))
        await rig.session.settled()
    assert len(rig.results) == 6


async def test_a_tool_that_asks_a_person_holds_no_place_and_its_time_stands_still() -> None:
    async def ask(input: JsonObject, context: CallContext) -> Output:
        answers = await context.ask([Question(question="Which?")])
        return Output(content=str(answers))

    plan = Plan(
        replies=[turn(call("ask", "c1"), call("echo", "c2", text="free")), says("done")],
        tools=[FakeTool("ask", ask), FakeTool()],
        limits=Limits(max_parallel_calls=1, tool_timeout=0.2),
    )
    async with opened(plan) as rig:
        rig.prompt("go")
        await rig.until(ToolCallCompleted)
        asked = await rig.until(QuestionAsked)
        await _longer_than(0.2)
        rig.session.submit(Answer(id=asked.id, answers=(("A",),)))
        await rig.session.settled()
    assert contents(rig) == {"c2": "free", "c1": "(('A',),)"}


@pytest.mark.parametrize("allow", [True, False])
async def test_a_call_that_runs_can_want_more_and_is_answered_as_calls_are(allow: bool) -> None:
    async def more(input: JsonObject, context: CallContext) -> Output:
        decision = await context.approve("It wants more.", rule="more", proposal="all of it")
        return Output(content=str(decision and decision.scope))

    plan = Plan(
        replies=[turn(call("more", "c1"), call("echo", "c2", text="free")), says("done")],
        tools=[FakeTool("more", more), FakeTool()],
        limits=Limits(max_parallel_calls=1, tool_timeout=0.2),
    )
    async with opened(plan) as rig:
        rig.prompt("go")
        await rig.until(ToolCallCompleted)
        asked = await rig.until(ApprovalRequested)
        await _longer_than(0.2)
        rig.session.submit(Decide(id=asked.id, allow=allow, scope="session"))
        await rig.session.settled()
    assert contents(rig) == {"c2": "free", "c1": "session" if allow else "None"}
    assert (asked.rule, asked.proposal, asked.call.id, asked.turn) == ("more", "all of it", "c1", 1)
    assert [decided.by for decided in rig.of(ApprovalDecision)] == ["person"]


async def test_what_a_rule_denies_by_now_is_not_asked_about() -> None:
    verdicts = iter([Allow(), Deny(reason="no more")])

    async def more(input: JsonObject, context: CallContext) -> Output:
        return Output(content=str(await context.approve("It wants more.", rule="more")))

    plan = Plan(
        replies=[turn(call("more", "c1")), says("done")],
        tools=[FakeTool("more", more)],
        gate=FakeGate(lambda action, mode: next(verdicts)),
    )
    rig = await ran(plan)
    assert (contents(rig), rig.of(ApprovalRequested)) == ({"c1": "None"}, [])


async def _longer_than(seconds: float) -> None:
    """Return when this much real time is over."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


async def test_a_tool_that_takes_too_long_is_stopped_and_the_model_is_told() -> None:
    async def hang(input: JsonObject, context: CallContext) -> Output:
        await asyncio.Event().wait()
        raise AssertionError

    rig = await one(FakeTool(behave=hang), limits=Limits(tool_timeout=0.01))
    assert contents(rig) == {"c1": "The tool `echo` timed out after 0.01 s."}


async def test_a_tool_that_keeps_its_own_time_has_none_of_ours() -> None:
    async def slow(input: JsonObject, context: CallContext) -> Output:
        await _longer_than(0.01)
        return Output(content="in time")

    rig = await one(FakeTool(behave=slow, keeps_own_time=True), limits=Limits(tool_timeout=0.001))
    assert contents(rig) == {"c1": "in time"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("bad"), "The tool `echo` failed: ValueError: bad"),
        (TimeoutError("theirs"), "The tool `echo` failed: TimeoutError: theirs"),
        (SystemExit(2), "The tool `echo` failed: SystemExit: 2"),
        (ExceptionGroup("two", [ValueError()]), "The tool `echo` failed: ExceptionGroup: two (1 sub-exception)"),
        (asyncio.CancelledError(), "The tool `echo` was stopped by something else before it was done."),
    ],
)
async def test_whatever_a_tool_raises_is_told_to_the_model(error: BaseException, told: str) -> None:
    async def fail(input: JsonObject, context: CallContext) -> Output:
        raise error

    rig = await one(FakeTool(behave=fail))
    assert contents(rig) == {"c1": told}
    assert isinstance(rig.events[-1], RunCompleted)


async def test_a_tool_that_cannot_even_look_at_its_input_is_told_to_the_model() -> None:
    def complain(input: JsonObject) -> str:
        raise KeyError("path")

    rig = await one(FakeTool(complain=complain))
    assert contents(rig) == {"c1": "The tool `echo` could not look at this input: KeyError: 'path'"}


async def test_one_that_fails_leaves_the_others_alone() -> None:
    async def maybe(input: JsonObject, context: CallContext) -> Output:
        if input["text"] == "bad":
            raise ValueError("bad")
        await asyncio.sleep(0)
        return Output(content="good")

    calls = [call("echo", "c1", text="bad"), call("echo", "c2", text="good")]
    rig = await ran(Plan(replies=[turn(*calls), says("done")], tools=[FakeTool(behave=maybe)]))
    assert contents(rig) == {"c1": "The tool `echo` failed: ValueError: bad", "c2": "good"}


async def test_large_output_loses_its_middle_and_small_output_nothing() -> None:
    async def much(input: JsonObject, context: CallContext) -> Output:
        return Output(content="a" * 50 + "b" * 50)

    rig = await one(FakeTool(behave=much), limits=Limits(max_tool_output_bytes=10))
    assert contents(rig) == {"c1": "aaaaa\n\n[truncated: 90 bytes omitted]\n\nbbbbb"}
    assert cut("short", 10) == "short"
    assert cut("ééé", 5) == "é\n\n[truncated: 2 bytes omitted]\n\né"
    assert cut("abc", 0) == "\n\n[truncated: 3 bytes omitted]\n\n"


async def test_no_output_is_said_to_be_none() -> None:
    async def nothing(input: JsonObject, context: CallContext) -> Output:
        return Output(content="")

    assert contents(await one(FakeTool(behave=nothing))) == {"c1": NOTHING_SAID}


async def test_progress_is_told_while_the_tool_runs() -> None:
    async def speak(input: JsonObject, context: CallContext) -> Output:
        context.emit(ToolProgress(tool_call_id=context.call_id, text=context.agent))
        return Output(content="ok")

    rig = await one(FakeTool(behave=speak))
    assert rig.of(ToolProgress) == [ToolProgress(tool_call_id="c1", text="main")]


async def test_a_call_with_effects_starts_only_when_its_start_is_durable() -> None:
    tool = FakeTool(effects=Effects.WRITE)
    journal = MemoryJournal(fails_from=1)
    rig = await ran(
        Plan(replies=[turn(call("echo", "c1"), call("echo", "c2")), says("-")], tools=[tool], journal=journal)
    )
    assert tool.inputs == []
    assert rig.of(RunFailed)[0].kind == "store"
    assert {result.content[:20] for result in rig.results} <= {
        "Not run: the session",
        NOT_STARTED[:20],
        UNKNOWN_OUTCOME[:20],
    }


async def test_a_result_is_durable_before_it_is_shown() -> None:
    journal = MemoryJournal()
    rig = await ran(Plan(replies=[turn(call("echo", "c1")), says("done")], tools=[FakeTool()], journal=journal))
    [answered] = [envelope.seq for envelope in rig.log if isinstance(envelope.event, ToolAnswered)]
    assert journal.asked == [answered]


async def test_a_result_that_cannot_be_kept_ends_the_run() -> None:
    rig = await ran(
        Plan(replies=[turn(call("echo", "c1")), says("-")], tools=[FakeTool()], journal=MemoryJournal(fails_from=1))
    )
    assert rig.of(RunFailed)[0].kind == "store"


async def test_a_person_sees_the_call_and_its_effect_and_decides() -> None:
    tool = FakeTool("edit", effects=Effects.WRITE)
    plan = Plan(replies=[turn(call("edit", "c1", a=1)), says("done")], tools=[tool], gate=ask_for("edit"))
    async with opened(plan) as rig:
        rig.prompt("go")
        asked = await rig.until(ApprovalRequested)
        assert asked == ApprovalRequested(
            turn=1,
            tool_names=("edit",),
            id="approval-1",
            call=ToolCall(id="c1", name="edit", input={"a": 1}),
            reason="it writes",
            rule="edits ask",
            proposal="edit(*)",
            preview="edit {'a': 1}",
        )
        rig.session.submit(Decide(id="approval-1", allow=True, scope="session", pattern="edit(x)"))
        rig.session.submit(Decide(id="approval-1", allow=False))
        await rig.session.settled()
    assert tool.inputs == [{"a": 1}]
    assert isinstance(plan.gate, FakeGate)
    assert [decision.pattern for _, decision in plan.gate.learned] == ["edit(x)"]
    assert [decision.approved for decision in rig.of(ApprovalDecision)] == [True]


async def test_a_refusal_with_a_note_reaches_the_model_and_so_does_an_allow_with_one() -> None:
    plan = Plan(
        replies=[turn(call("edit", "c1"), call("edit", "c2")), says("done")],
        tools=[FakeTool("edit")],
        gate=ask_for("edit"),
    )
    async with opened(plan) as rig:
        rig.prompt("go")
        await rig.until(ApprovalRequested, 2)
        rig.session.submit(Decide(id="approval-1", allow=False, note="use tabs"))
        rig.session.submit(Decide(id="approval-2", allow=True, note="and hurry"))
        await rig.session.settled()
    assert contents(rig)["c1"] == "The user refused this call and says: use tabs"
    assert getattr(rig.last_request.messages[-1].content[-1], "text", "") == "and hurry"


async def test_with_nobody_there_an_ask_is_denied_and_reported() -> None:
    plan = Plan(
        replies=[turn(call("edit", "c1")), says("done")], tools=[FakeTool("edit")], gate=ask_for("edit"), on_ask="deny"
    )
    rig = await ran(plan)
    assert contents(rig) == {"c1": "Permission denied: it writes; nobody is there to approve it."}
    assert rig.of(ApprovalDecision)[0].by == "policy"
    assert rig.of(PermissionDenied)[0].rule == "edits ask"


async def test_with_nobody_there_an_ask_can_end_the_run() -> None:
    plan = Plan(
        replies=[turn(call("edit", "c1"), call("echo", "c2")), says("done")],
        tools=[FakeTool("edit"), FakeTool()],
        gate=ask_for("edit"),
        on_ask="fail",
    )
    rig = await ran(plan)
    assert rig.of(RunFailed)[0].kind == "permission"
    assert len(rig.of(PermissionDenied)) == 1


async def test_the_order_of_events_of_a_call() -> None:
    rig = await one(FakeTool(effects=Effects.WRITE))
    kinds: list[type[Event]] = [ToolCallStarted, ToolAnswered, ToolCallCompleted]
    assert [type(event) for event in rig.events if isinstance(event, tuple(kinds))] == kinds
