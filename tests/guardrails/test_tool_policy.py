"""The first rule for a tool decides, and constraints see nested values and missing ones."""

from collections.abc import Mapping
from typing import Any

import pytest

from heartbit_tui.guardrails.patterns import fits
from heartbit_tui.guardrails.places import values_at
from heartbit_tui.guardrails.tool_policy import Constraint, PolicyRule, ToolPolicy
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.protocols import Judgement, Pass, Refuse, Warn
from tests.guardrails.asking import call, seconds


async def judged(policy: ToolPolicy, tool: str, **input: object) -> type[Judgement]:
    return type(await policy.pre_tool(ToolCall(id="c1", name=tool, input=input)))


def only(**constraint: Any) -> ToolPolicy:
    return ToolPolicy([PolicyRule(tool="bash", constraints=(Constraint(**constraint),))])


async def test_the_first_rule_that_fits_decides() -> None:
    policy = ToolPolicy(
        [PolicyRule(tool="web*", action="deny"), PolicyRule(tool="*", action="warn"), PolicyRule(tool="bash")]
    )
    assert await judged(policy, "webfetch") is Refuse
    assert await judged(policy, "bash") is Warn


async def test_without_a_rule_the_default_holds() -> None:
    assert await judged(ToolPolicy(), "bash") is Pass
    assert await judged(ToolPolicy(default_action="deny"), "bash") is Refuse
    assert await judged(ToolPolicy(default_action="warn"), "bash") is Warn


async def test_a_denied_pattern_refuses_and_other_inputs_pass() -> None:
    policy = only(path="command", deny_pattern=r"rm\s+-rf")
    assert await judged(policy, "bash", command="cd x; rm  -rf y") is Refuse
    assert await judged(policy, "bash", command="ls -la") is Pass


async def test_a_length_counts_bytes() -> None:
    policy = only(path="command", max_length=10)
    assert await judged(policy, "bash", command="x" * 10) is Pass
    assert await judged(policy, "bash", command="é" * 6) is Refuse


async def test_an_allowed_pattern_has_to_be_found() -> None:
    policy = only(path="command", allow_pattern="^git ")
    assert await judged(policy, "bash", command="git status") is Pass
    assert await judged(policy, "bash", command="curl x") is Refuse


async def test_what_is_missing_passes_unless_the_rule_says_otherwise() -> None:
    assert await judged(only(path="path", deny_pattern="x"), "bash", file_path="x") is Pass
    assert await judged(only(path="path", deny_if_missing=True), "bash", file_path="x") is Refuse


async def test_a_broken_constraint_of_a_warning_rule_warns() -> None:
    rule = PolicyRule(tool="*", action="warn", constraints=(Constraint(path="a", deny_pattern="x"),))
    judgement = await ToolPolicy([rule]).pre_tool(call("bash", a="x"))
    assert judgement == Warn(reason="the policy for * warns of bash: a matches 'x'")


NESTED: Mapping[str, Any] = {
    "a": {"b": "1", "c": {"b": "2"}},
    "edits": [{"new": "x"}, {"new": "y"}, {"old": "z"}],
    "deep": [[1, [2]]],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", ("1",)),
        ("a.*.b", ("2",)),
        ("edits[].new", ("x", "y")),
        ("edits[1].new", ("y",)),
        ("edits[9].new", ()),
        ("edits.*.old", ("z",)),
        ("deep[][]", (1, [2])),
        ("none", ()),
        ("a.b.c", ()),
    ],
)
def test_paths_reach_nested_values_and_arrays(path: str, found: tuple[object, ...]) -> None:
    assert values_at(NESTED, path) == found


async def test_a_pattern_sees_every_value_below_its_path() -> None:
    assert await judged(only(path="edits", deny_pattern="rm"), "bash", edits=[{"new": ["ok", "rm x"]}]) is Refuse


def test_slow_and_wrong_patterns_are_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="take for ever"):
        Constraint(path="a", deny_pattern="(a+)+$")
    with pytest.raises(ConfigError, match="no regular expression"):
        Constraint(path="a", deny_pattern="(")


@pytest.mark.parametrize(
    ("name", "glob", "fit"),
    [
        ("bash", "bash", True),
        ("bash", "b*", True),
        ("bash", "b?sh", True),
        ("bash", "*", True),
        ("", "*", True),
        ("bash", "B*", False),
        ("bash", "bas", False),
        ("web_x", "web_?y", False),
        ("a[b", "a[b", True),
    ],
)
def test_globs(name: str, glob: str, fit: bool) -> None:
    assert fits(name, glob) is fit


def test_a_glob_of_many_stars_takes_no_time() -> None:
    assert seconds(lambda: fits("a" * 200, "*a" * 40 + "b")) < 0.2
