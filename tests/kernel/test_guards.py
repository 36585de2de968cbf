from dataclasses import replace

import pytest

from heartbit_tui.kernel.conversation import NOT_STARTED
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    AssistantMessage,
    GuardrailDenied,
    GuardrailWarned,
    ModelCalled,
    RunCompleted,
    RunFailed,
    TextDelta,
    ToolCallStarted,
)
from heartbit_tui.kernel.messages import Assistant, Text, ToolCall, Usage, user
from heartbit_tui.kernel.protocols import (
    Ask,
    Checked,
    Effects,
    Judgement,
    Output,
    Pass,
    Refuse,
    Request,
    Rewrite,
    Spent,
    Warn,
)
from heartbit_tui.kernel.reply import AGAIN, WITHHELD
from heartbit_tui.providers.script import call
from heartbit_tui.testing.rules import FakeGate, FakeGuardrail
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, ran, says, spoken, turn


class Hides(FakeGuardrail):
    """Replaces the word secret in what a tool says, and any first prompt."""

    async def pre_llm(self, request: Request) -> Request:
        return replace(request, messages=(user("[hidden]"), *request.messages[1:]))

    async def post_tool(self, call: ToolCall, output: Output) -> Output:
        return replace(output, content=output.content.replace("secret", "[hidden]"))


class Judges(FakeGuardrail):
    """Gives these judgements on answers and on calls, one after the other, then passes."""

    def __init__(self, *answers: Judgement, on_calls: tuple[Judgement, ...] = ()) -> None:
        super().__init__("judge")
        self._answers = list(answers)
        self._calls = list(on_calls)

    async def post_llm(self, message: Assistant) -> Judgement:
        return self._answers.pop(0) if self._answers else Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        return self._calls.pop(0) if self._calls else Pass()


class Breaks(FakeGuardrail):
    """Fails in one hook."""

    def __init__(self, hook: str) -> None:
        super().__init__("broken")
        self._hook = hook

    def _break(self, hook: str) -> None:
        if hook == self._hook:
            raise ValueError("out of order")

    async def pre_llm(self, request: Request) -> Request:
        self._break("pre_llm")
        return request

    async def post_llm(self, message: Assistant) -> Judgement:
        self._break("post_llm")
        return Pass()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        self._break("pre_tool")
        return Pass()

    async def post_tool(self, call: ToolCall, output: Output) -> Output:
        self._break("post_tool")
        return output


async def test_what_goes_out_is_what_the_guardrail_lets_out() -> None:
    rig = await ran(Plan(replies=[says("hi")], guardrails=[Hides()]), "my secret")
    assert spoken(rig.last_request.messages) == ["user: [hidden]"]


async def test_the_model_sees_a_tools_output_without_the_secret() -> None:
    replies = [turn(call("echo", "c1", text="a secret")), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Hides()]))
    assert rig.results[0].content == "a [hidden]"
    assert "secret" not in repr(rig.of(GuardrailDenied)) + repr(rig.results)


async def test_an_output_of_a_failing_tool_is_guarded_too() -> None:
    async def fail(*_: object) -> Output:
        raise ValueError("secret")

    replies = [turn(call("echo", "c1")), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool(behave=fail)], guardrails=[Hides()]))
    assert rig.results[0].content == "The tool `echo` failed: ValueError: [hidden]"


async def test_a_refused_answer_is_withheld_and_written_anew_once() -> None:
    replies = [turn(Text(text="bad words"), call("echo", "c1")), says("good words")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Judges(Refuse(reason="rude"))]))
    assert spoken(rig.messages) == [
        "user: go | [mode: ask]",
        f"model: {WITHHELD}",
        f"user: {AGAIN.format(reason='judge: rude')}",
        "model: good words",
    ]
    assert rig.of(GuardrailDenied) == [GuardrailDenied(hook="post_llm", reason="rude", guardrail="judge")]
    assert len(rig.provider.requests) == 2
    assert rig.results == []


async def test_a_doubtful_answer_and_a_doubtful_call_pass_with_a_warning() -> None:
    guardrail = Judges(Warn(reason="hm"), on_calls=(Warn(reason="hmm"),))
    replies = [turn(call("echo", "c1", text="ok")), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[guardrail]))
    assert rig.of(GuardrailWarned) == [
        GuardrailWarned(hook="post_llm", reason="hm", guardrail="judge"),
        GuardrailWarned(hook="pre_tool", reason="hmm", tool_name="echo", guardrail="judge", tool_call_id="c1"),
    ]
    assert rig.results[0].content == "ok"


async def test_a_refused_call_never_asks_a_person_and_the_others_run() -> None:
    gate = FakeGate(lambda action, mode: Ask(reason="it writes"))
    guardrail = Judges(on_calls=(Refuse(reason="no"), Refuse(reason="no")))
    tool = FakeTool(effects=Effects.WRITE)
    rig = await ran(
        Plan(
            replies=[turn(call("echo", "c1"), call("echo", "c2")), says("done")],
            tools=[tool],
            gate=gate,
            guardrails=[guardrail],
        )
    )
    assert rig.of(ApprovalRequested) == []
    assert [result.content for result in rig.results] == ["Denied by the guardrail judge: no"] * 2
    assert rig.of(RunCompleted)[0].tool_calls_made == 2


@pytest.mark.security("I5")
@pytest.mark.parametrize("hook", ["pre_llm", "post_llm", "pre_tool"])
async def test_a_guardrail_that_fails_ends_the_run_and_says_so(hook: str) -> None:
    replies = [turn(Text(text="words"), call("echo", "c1")), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Breaks(hook)]))
    [failed] = rig.of(RunFailed)
    assert failed.kind == "guardrail"
    assert failed.error.startswith(f"The guardrail broken failed in {hook}: ValueError: out of order.")
    assert rig.of(ToolCallStarted) == []
    assert [result.content for result in rig.results] == ([NOT_STARTED] if hook == "pre_tool" else [])


async def test_an_answer_that_no_guardrail_could_judge_is_withheld() -> None:
    rig = await ran(Plan(replies=[says("words")], guardrails=[Breaks("post_llm")]))
    assert rig.of(AssistantMessage)[0].message.text == WITHHELD
    assert rig.of(TextDelta) == []


@pytest.mark.security("I5")
async def test_an_output_that_no_guardrail_could_check_is_withheld() -> None:
    replies = [turn(call("echo", "c1", text="secret")), says("done")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Breaks("post_tool")]))
    assert rig.results[0].is_error
    assert rig.results[0].content.startswith("Guardrail error: broken could not check this output")
    assert "secret" not in rig.results[0].content
    assert [denied.hook for denied in rig.of(GuardrailDenied)] == ["post_tool"]
    assert isinstance(rig.events[-1], RunCompleted)


async def test_one_that_refuses_is_the_last_to_be_asked() -> None:
    first, second = Judges(Refuse(reason="1")), Judges(Refuse(reason="2"))
    rig = await ran(Plan(replies=[says("a"), says("b"), says("c")], guardrails=[first, second]))
    assert [denied.reason for denied in rig.of(GuardrailDenied)] == ["1", "2"]


class Rewrites(FakeGuardrail):
    """Has its own words in every answer, without the calls of the model's, and a judgement on every output."""

    def __init__(self, on_output: Judgement) -> None:
        super().__init__("rewriter")
        self._on_output = on_output

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        said = Warn(reason="changed", quote="[hidden] words")
        return Rewrite(message=replace(message, content=(Text(text="[hidden] words"),)), said=said)

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        return Checked(output=output, said=self._on_output)


async def test_a_rewritten_answer_stands_in_the_log_with_the_calls_that_were_made() -> None:
    replies = [turn(Text(text="secret words"), call("echo", "c1", text="ok")), says("secret")]
    rig = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Rewrites(Pass())]))
    first, last = (event.message for event in rig.of(AssistantMessage))
    assert (first.text, last.text) == ("[hidden] words", "[hidden] words")
    assert [each.id for each in first.calls] == ["c1"]
    assert [result.content for result in rig.results] == ["ok"]
    assert rig.of(GuardrailWarned)[0] == GuardrailWarned(
        hook="post_llm", reason="changed", guardrail="rewriter", quote="[hidden] words", changed=True
    )


async def test_an_output_that_is_doubtful_passes_and_one_that_is_refused_is_withheld() -> None:
    replies = [turn(call("echo", "c1", text="words")), says("done")]
    doubtful = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Rewrites(Warn(reason="hm", quote="q"))]))
    refused = await ran(Plan(replies=replies, tools=[FakeTool()], guardrails=[Rewrites(Refuse(reason="no"))]))
    assert doubtful.results[0].content == "words"
    assert [(each.hook, each.tool_name, each.quote) for each in doubtful.of(GuardrailWarned)][1:2] == [
        ("post_tool", "echo", "q")
    ]
    assert refused.results[0].content == "Withheld by the guardrail rewriter: no"
    assert refused.results[0].is_error


async def test_what_a_judgement_cost_counts() -> None:
    spent = Spent(purpose="judge", model="small", usage=Usage(input_tokens=7, output_tokens=1))
    rig = await ran(Plan(replies=[says("hi")], guardrails=[Judges(Pass(spent=(spent,)))]))
    assert [(each.purpose, each.usage.total) for each in rig.of(ModelCalled)] == [("turn", 15), ("judge", 8)]
    assert rig.of(RunCompleted)[0].total_usage.total == 23
