from heartbit_tui.kernel.errors import ContextOverflowError, HeartbitError
from heartbit_tui.kernel.events import (
    AssistantMessage,
    AutoCompactionTriggered,
    Event,
    LlmResponse,
    ModelCalled,
    RunCompleted,
    RunFailed,
    RunStarted,
    TextDelta,
    ToolCallStarted,
    TurnStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import (
    Assistant,
    StopReason,
    Text,
    Thinking,
    Usage,
    user,
)
from heartbit_tui.kernel.protocols import Effects, Limits, Request, Scene, Shortening, ThisTool, View
from heartbit_tui.kernel.respond import ACCEPTED, DEMAND, NOT_RUN
from heartbit_tui.providers.faults import Drop, Status
from heartbit_tui.providers.script import call
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, opened, ran, says, spoken, turn

OVERFLOW = Status(status=400, body='{"error": {"type": "invalid_request_error", "message": "prompt is too long"}}')


class Shortens:
    """A `ContextPolicy` that keeps the last message when asked to shorten, or cannot."""

    def __init__(self, *, able: bool = True, fails: bool = False) -> None:
        self._able = able
        self._fails = fails
        self._short = False
        self.asked = 0

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        return False

    async def view(self, request: Request, *, turn: int) -> View:
        return View(messages=(user("short"),) if self._short else request.messages)

    async def shorten(
        self,
        request: Request,
        scene: Scene,
        *,
        turn: int,
        focus: str = "",
        overflow: ContextOverflowError | None = None,
    ) -> Shortening | None:
        self.asked += 1
        if self._fails:
            raise HeartbitError("no summary")
        usage = Usage(input_tokens=100, output_tokens=50)
        spent = ModelCalled(purpose="summary", model="m1", usage=usage, cost_usd=0.1)
        self._short = self._able
        return Shortening(events=(spent,), usage=usage) if self._able else None


def respond() -> FakeTool:
    return FakeTool(
        "__respond__",
        effects=Effects.NONE,
        complain=lambda given: "" if isinstance(given.get("n"), int) else "`n` has to be a number.",
    )


def kinds(rig: Rig, *kinds: type[Event]) -> list[str]:
    return [type(event).__name__ for event in rig.events if isinstance(event, kinds)]


async def test_a_run_of_words_alone_has_these_events() -> None:
    rig = await ran(Plan(replies=[says("hi", chunk=1)]))
    wanted = (RunStarted, TurnStarted, TextDelta, ModelCalled, LlmResponse, AssistantMessage, RunCompleted)
    assert kinds(rig, *wanted) == [
        "RunStarted",
        "TurnStarted",
        "TextDelta",
        "TextDelta",
        "ModelCalled",
        "LlmResponse",
        "AssistantMessage",
        "RunCompleted",
    ]


async def test_a_tool_is_run_and_the_model_goes_on_with_its_result() -> None:
    replies = [turn(call("echo", "c1", text="out")), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()]))
    assert spoken(rig.messages) == ["user: go | [mode: ask]", "model: <ToolCall c1>", "user: c1=out", "model: done"]
    used = Usage(input_tokens=20, output_tokens=10)
    assert rig.of(RunCompleted) == [RunCompleted(total_usage=used, tool_calls_made=1)]


async def test_thinking_goes_back_as_it_came() -> None:
    thinking = Thinking(text="hm \n", signature="sig")
    rig = await ran(Plan(replies=[turn(thinking, call("echo", "c1")), says("done")], tools=[FakeTool()]))
    [answer] = [message for message in rig.last_request.messages if isinstance(message, Assistant)]
    assert answer.content[0] == thinking


async def test_an_answer_cut_off_at_its_limit_fails_the_run() -> None:
    rig = await ran(Plan(replies=[says("half", stop=StopReason.MAX_TOKENS)]))
    assert rig.of(RunFailed)[0].kind == "answer"
    assert "8192 tokens" in rig.of(RunFailed)[0].error


async def test_calls_of_an_answer_cut_off_at_its_limit_that_came_whole_are_run() -> None:
    replies = [turn(call("echo", "c1", text="ok"), stop=StopReason.MAX_TOKENS), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()]))
    assert rig.results[0].content == "ok"


async def test_a_refusal_runs_no_call_and_fails_the_run() -> None:
    tool = FakeTool()
    rig = await ran(Plan(replies=[turn(Text(text="no"), call("echo", "c1"), stop=StopReason.REFUSAL)], tools=[tool]))
    assert (rig.of(RunFailed)[0].kind, tool.inputs, len(rig.results)) == ("answer", [], 1)


async def test_a_pause_is_followed_by_the_rest_in_one_message() -> None:
    rig = await ran(Plan(replies=[says("a", stop=StopReason.PAUSE), says("b")]))
    assert spoken(rig.messages) == ["user: go | [mode: ask]", "model: a | b"]
    assert spoken(rig.last_request.messages)[-1] == "model: a"


async def test_an_answer_without_words_leaves_nothing_that_a_service_would_refuse() -> None:
    async with opened(Plan(replies=[turn(Text(text=" "), Thinking(text="hm")), says("hi")])) as rig:
        await rig.ask("one")
        await rig.ask("two")
    assert spoken(rig.messages) == ["user: one | [mode: ask] | two", "model: hi"]


async def test_a_blank_prompt_still_asks_something() -> None:
    async with opened(Plan(replies=[says("a"), says("b")], facts=lambda _: "")) as rig:
        await rig.ask(" ")
        await rig.ask("")
    assert [spoken(request.messages) for request in rig.provider.requests] == [
        ["user: Go on."],
        ["user: [Earlier messages are missing.]", "model: a", "user: Go on."],
    ]


async def test_calls_with_no_id_or_a_used_one_get_one_of_their_own() -> None:
    same = [call("echo", "c1", text="a"), call("echo", "c1", text="b")]
    rig = await ran(Plan(replies=[turn(*same), turn(call("echo", "c1", text="c")), says("done")], tools=[FakeTool()]))
    assert [(result.call_id, result.content) for result in rig.results] == [("c1", "a"), ("c1_1", "b"), ("c1_2", "c")]


async def test_a_broken_stream_fails_the_run_and_keeps_what_was_shown() -> None:
    async with opened(Plan(replies=[says("half of it", chunk=4, fault=Drop(after=1)), says("ok")])) as rig:
        await rig.ask("one")
        await rig.ask("two")
    assert rig.of(RunFailed)[0].kind == "network"
    assert spoken(rig.messages) == ["user: one | [mode: ask]", "model: half", "user: two", "model: ok"]


async def test_a_conversation_that_does_not_fit_is_shortened_once() -> None:
    policy = Shortens()
    rig = await ran(Plan(replies=[turn(fault=OVERFLOW), says("done")], context=policy))
    assert rig.of(AutoCompactionTriggered) == [
        AutoCompactionTriggered(turn=1, success=True, usage=Usage(input_tokens=100, output_tokens=50))
    ]
    assert spoken(rig.last_request.messages) == ["user: short"]
    assert rig.of(RunCompleted)[0].total_usage == Usage(input_tokens=110, output_tokens=55)


async def test_a_second_overflow_right_away_is_not_shortened_again() -> None:
    policy = Shortens()
    rig = await ran(Plan(replies=[turn(fault=OVERFLOW, times=2)], context=policy))
    assert (policy.asked, len(rig.of(AutoCompactionTriggered)), rig.of(RunFailed)[0].kind) == (1, 1, "overflow")


async def test_a_conversation_that_cannot_be_shortened_fails_the_run_with_the_overflow() -> None:
    for policy in (Shortens(able=False), Shortens(fails=True)):
        rig = await ran(Plan(replies=[turn(fault=OVERFLOW)], context=policy))
        assert [event.success for event in rig.of(AutoCompactionTriggered)] == [False]
        assert rig.of(RunFailed)[0].kind == ContextOverflowError.kind


async def test_a_fault_of_ours_ends_the_run_and_not_the_session() -> None:
    class Broken(Shortens):
        async def view(self, request: Request, *, turn: int) -> View:
            raise ZeroDivisionError("ours")

    async with opened(Plan(replies=[says("-")], context=Broken())) as rig:
        await rig.ask("one")
        await rig.ask("two")
    assert [event.kind for event in rig.of(RunFailed)] == ["crash", "crash"]
    assert "ZeroDivisionError: ours" in rig.of(RunFailed)[0].error


async def test_a_structured_answer_is_taken_and_nothing_else_of_its_turn_is_run() -> None:
    tool = FakeTool()
    replies = [turn(call("echo", "c1")), turn(call("echo", "c2"), call("__respond__", "c3", n=1))]
    rig = await ran(Plan(replies=replies, tools=[tool], response=respond()))
    assert rig.of(RunCompleted)[0].structured == {"n": 1}
    assert rig.of(RunCompleted)[0].tool_calls_made == 3
    assert {result.call_id: result.content for result in rig.results} == {
        "c1": "nothing was said",
        "c2": NOT_RUN,
        "c3": ACCEPTED,
    }
    assert [event.tool_call_id for event in rig.of(ToolCallStarted)] == ["c1"]
    assert rig.last_request.tool_choice is None


async def test_an_answer_in_the_wrong_shape_may_be_mended_and_every_call_is_answered() -> None:
    wrong = turn(call("__respond__", "c1", n="one"), call("echo", "c2"))
    rig = await ran(Plan(replies=[wrong, turn(call("__respond__", "c3", n=1))], tools=[FakeTool()], response=respond()))
    assert rig.of(RunCompleted)[0].structured == {"n": 1}
    assert {result.call_id for result in rig.results} == {"c1", "c2", "c3"}
    assert rig.last_request.tool_choice == ThisTool(name="__respond__")


async def test_words_in_place_of_a_structured_answer_are_answered_with_a_demand() -> None:
    rig = await ran(Plan(replies=[says("it is one"), turn(call("__respond__", "c1", n=1))], response=respond()))
    assert rig.of(RunCompleted)[0].structured == {"n": 1}
    assert spoken(rig.last_request.messages)[-1] == f"user: {DEMAND.format(name='__respond__')}"


async def test_after_three_failures_there_is_no_structured_answer() -> None:
    rig = await ran(Plan(replies=[says("words", times=0)], response=respond()))
    assert (rig.of(RunFailed)[0].kind, len(rig.provider.requests)) == ("answer", 3)
    assert "`__respond__`" in rig.of(RunFailed)[0].error


async def test_an_answer_that_needs_two_repairs_is_taken_and_all_tries_are_counted() -> None:
    wrong = [turn(call("__respond__", "c1", n="one")), turn(call("__respond__", "c2"))]
    rig = await ran(Plan(replies=[*wrong, turn(call("__respond__", "c3", n=1))], response=respond()))
    (done,) = rig.of(RunCompleted)
    assert (done.structured, done.tool_calls_made) == ({"n": 1}, 3)


async def test_real_tools_may_come_first_and_count_with_the_answer() -> None:
    replies = [turn(call("echo")), turn(call("__respond__", n=1))]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], response=respond()))
    (done,) = rig.of(RunCompleted)
    assert (done.structured, done.tool_calls_made) == ({"n": 1}, 2)
    assert [request.tool_choice for request in rig.provider.requests] == [None, None]


async def test_the_tool_for_the_answer_is_offered_and_never_run() -> None:
    rig = await ran(Plan(replies=[turn(call("__respond__", n=1))], tools=[FakeTool()], response=respond()))
    assert [tool.name for tool in rig.last_request.tools] == ["echo", "__respond__"]
    assert rig.of(ToolCallStarted) == []


async def test_where_there_is_no_other_tool_the_answer_is_forced_from_the_beginning() -> None:
    rig = await ran(Plan(replies=[turn(call("__respond__", n=1))], response=respond()))
    assert rig.last_request.tool_choice == ThisTool(name="__respond__")


async def test_a_model_that_never_answers_ends_at_its_limit_of_turns() -> None:
    calls = [turn(call("echo", f"c{n}", text=str(n))) for n in range(9)]
    limits = Limits(max_turns=4, max_identical_tool_calls=9)
    rig = await ran(Plan(replies=calls, tools=[FakeTool()], response=respond(), limits=limits))
    assert [event.kind for event in rig.of(RunFailed)] == ["max_turns"]


async def test_without_a_wanted_shape_there_is_no_tool_for_it() -> None:
    rig = await ran(Plan(replies=[says("hi")], tools=[FakeTool()]))
    assert [tool.name for tool in rig.last_request.tools] == ["echo"]
    assert rig.of(RunCompleted)[0].structured is None


async def test_of_two_tools_with_one_name_the_first_is_run() -> None:
    first, second = FakeTool(), FakeTool()
    await ran(Plan(replies=[turn(call("echo")), says("done")], tools=[first, second]))
    assert (len(first.inputs), len(second.inputs)) == (1, 0)


async def test_the_log_tells_who_said_what() -> None:
    rig = await ran(Plan(replies=[says("hi")]))
    assert [event.origin for event in rig.of(UserMessage)] == ["prompt", "heartbit"]
