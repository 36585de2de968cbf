"""Guardrails made of guardrails: order, warnings that add up, conditions."""

from collections.abc import Iterable

from heartbit_tui.guardrails import Chain, Conditional, Injection, Pii, Secrecy, WarnToDeny, When
from heartbit_tui.guardrails.passing import Passing
from heartbit_tui.kernel.messages import Assistant, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Checked, Judgement, Output, Pass, Refuse, Rewrite, Warn
from tests.guardrails.asking import brought, call, content, says


class Says(Passing):
    """Judges answers, calls and outputs alike, one judgement after the other, then passes."""

    def __init__(self, *judgements: Judgement, name: str = "inner") -> None:
        super().__init__(name)
        self._judgements = list(judgements)
        self.asked = 0

    def _next(self) -> Judgement:
        self.asked += 1
        return self._judgements.pop(0) if self._judgements else Pass()

    async def post_llm(self, message: Assistant) -> Judgement | Rewrite:
        return self._next()

    async def pre_tool(self, call: ToolCall) -> Judgement:
        return self._next()

    async def post_tool(self, call: ToolCall, output: Output) -> Output | Checked:
        said = self._next()
        return output if isinstance(said, Pass) else Checked(output=output, said=said)


WARN, DENY = Warn(reason="hm"), Refuse(reason="no")


async def calls(guardrail: Passing, count: int) -> list[type[Judgement]]:
    return [type(await guardrail.pre_tool(call())) for _ in range(count)]


def kinds(text: str) -> Iterable[type[Judgement]]:
    return [{"p": Pass, "w": Warn, "d": Refuse}[each] for each in text]


async def test_a_refusal_beats_warnings_and_ends_the_chain() -> None:
    first, second, third = Says(WARN, name="a"), Says(DENY, name="b"), Says(name="c")
    assert await Chain([first, second, third]).pre_tool(call()) == Refuse(reason="b: no")
    assert (first.asked, second.asked, third.asked) == (1, 1, 0)


async def test_warnings_are_gathered() -> None:
    chain = Chain([Says(WARN, name="a"), Says(Warn(reason="oh", quote="q"), name="b")])
    assert await chain.post_llm(says("x")) == Warn(reason="a: hm; b: oh", quote="q")


async def test_an_empty_chain_passes() -> None:
    output = brought("x")
    assert await Chain([]).pre_tool(call()) == Pass()
    assert await Chain([]).post_tool(call(), output) is output


async def test_members_rewrite_one_after_the_other() -> None:
    chain = Chain([Pii(), Secrecy(lambda text: text.replace("hunter2", "[redacted]"))])
    text = "ann@example.com hunter2"
    assert content(await chain.post_tool(call(), brought(text))) == "[REDACTED:email] [redacted]"
    answer = await chain.post_llm(says(text))
    assert isinstance(answer, Rewrite)
    assert answer.message.text == "[REDACTED:email] [redacted]"


async def test_warnings_in_a_row_become_a_refusal_exactly_at_the_threshold() -> None:
    assert await calls(WarnToDeny(Says(*[WARN] * 5), 3), 5) == kinds("wwdww")


async def test_a_pass_or_a_refusal_resets_the_count() -> None:
    assert await calls(WarnToDeny(Says(WARN, Pass(), WARN, WARN), 2), 4) == kinds("wpwd")
    assert await calls(WarnToDeny(Says(WARN, DENY, WARN, WARN), 2), 4) == kinds("wdwd")


async def test_with_a_window_passes_in_between_do_not_help() -> None:
    judgements = (WARN, Pass(), WARN, Pass(), WARN)
    assert await calls(WarnToDeny(Says(*judgements), 3, window=5), 5) == kinds("wpwpd")
    assert await calls(WarnToDeny(Says(*judgements), 3, window=4), 5) == kinds("wpwpw")


async def test_answers_and_calls_count_together_and_outputs_on_their_own() -> None:
    guardrail = WarnToDeny(Says(WARN, WARN), 2)
    assert isinstance(await guardrail.post_llm(says("x")), Warn)
    assert isinstance(await guardrail.pre_tool(call()), Refuse)
    outputs = WarnToDeny(Says(Pass(), WARN, Pass(), WARN), 2)
    said: list[type[Judgement]] = []
    for _ in range(2):
        await outputs.pre_tool(call())
        checked = await outputs.post_tool(call(), brought("x"))
        assert isinstance(checked, Checked)
        said.append(type(checked.said))
    assert said == kinds("wd")


async def test_a_condition_on_tools_leaves_other_calls_and_outputs_alone_but_no_answer() -> None:
    inner = Says(*[DENY] * 4)
    guardrail = Conditional(inner, When(tools=("web*",)), mode=lambda: Mode.ASK)
    output = brought("x")
    assert await guardrail.pre_tool(call("bash")) == Pass()
    assert await guardrail.post_tool(call("bash"), output) is output
    assert inner.asked == 0
    assert await guardrail.pre_tool(call("webfetch")) == DENY
    assert await guardrail.post_llm(says("x")) == DENY


async def test_a_condition_on_sources_agents_and_modes() -> None:
    modes = [Mode.ASK]
    when = When(sources=("web",), agents=("re*",), modes=("auto",))
    guardrail = Conditional(Says(*[DENY] * 9), when, agent="reader", mode=lambda: modes[-1])
    other = Conditional(Says(DENY), when, agent="writer", mode=lambda: Mode.AUTO)
    assert await guardrail.pre_tool(call()) == Pass()
    modes.append(Mode.AUTO)
    assert isinstance(await guardrail.pre_tool(call()), Refuse)
    assert await guardrail.pre_tool(call("bash")) == Pass()
    assert isinstance(await guardrail.post_llm(says("x")), Refuse)
    assert await other.pre_tool(call()) == Pass()


def test_those_around_another_have_its_name_and_a_chain_those_of_its_members() -> None:
    inner = Says()
    made = (WarnToDeny(inner, 1), Conditional(inner, When(), mode=lambda: Mode.ASK), Chain([inner, Pii()]), Chain([]))
    assert [each.name for each in made] == ["inner", "inner", "inner+pii", "chain"]


def test_what_they_may_do_to_answers_is_what_those_inside_may() -> None:
    outside, warns, rules = Injection(), Pii(action="warn"), Pii()
    assert [each.on_answers for each in (outside, warns, rules)] == ["nothing", "warns", "rules"]
    assert Chain([outside, warns]).on_answers == "warns"
    assert Chain([warns, rules]).on_answers == "rules"
    assert [WarnToDeny(each, 2).on_answers for each in (outside, warns)] == ["nothing", "rules"]
    mine, theirs = When(agents=("a",), modes=("auto",)), When(agents=("b",))
    conditional = [Conditional(rules, when, agent="a", mode=lambda: Mode.ASK) for when in (mine, theirs)]
    assert [each.on_answers for each in conditional] == ["rules", "nothing"]
