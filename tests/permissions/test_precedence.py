"""Deny before ask before allow, in every order of rules and layers."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Verdict
from heartbit_tui.permissions import Rule, RuleGate, matching, parse, workspace
from heartbit_tui.permissions.rules import Origin, Ruling
from heartbit_tui.testing.clock import FakeClock
from tests.permissions.calls import bash, fetch, gate, read, write
from tests.samples import samples

ROOT = Path("/srv/project")
WORKSPACE = workspace([str(ROOT)], home="/home/someone")
CALLS: tuple[Action, ...] = (
    bash("git status"),
    bash("cd x && rm -rf y"),
    read(ROOT / "src/a.py"),
    write(ROOT / "src/a.py"),
    write(ROOT / "docs/b.md", tool="edit"),
    fetch("https://example.com/a"),
)
PATTERNS = ("*", "git status", "rm *", "src/**", "*.py", "docs/b.md", "domain:example.com", "https://*", "nothing")
RULES = st.builds(
    Rule,
    tool=st.sampled_from(("*", "bash", "read", "write", "edit", "webfetch", "other")),
    pattern=st.sampled_from(PATTERNS),
    action=st.sampled_from(("allow", "deny", "ask")),
    exact=st.booleans(),
    origin=st.sampled_from(("config", "learned", "session")),
)


def decide(rules: tuple[Rule, ...], call: Action, mode: Mode) -> Verdict:
    return RuleGate(rules=rules, workspace=WORKSPACE, clock=FakeClock()).decide(call, mode)


@given(st.lists(RULES, max_size=7).flatmap(lambda rules: st.tuples(st.just(rules), st.permutations(rules))), st.data())
@settings(max_examples=samples(400, 100))
@pytest.mark.slow
def test_the_order_of_rules_never_changes_what_may_run(
    orders: tuple[list[Rule], list[Rule]], data: st.DataObject
) -> None:
    call, mode = data.draw(st.sampled_from(CALLS)), data.draw(st.sampled_from(Mode))
    first, second = (decide(tuple(rules), call, mode) for rules in orders)
    assert type(first) is type(second)


@given(st.lists(RULES, max_size=7), st.integers(0, 7), st.sampled_from(CALLS), st.sampled_from(Mode))
@settings(max_examples=samples(400, 100))
def test_a_deny_wins_wherever_it_stands(rules: list[Rule], at: int, call: Action, mode: Mode) -> None:
    for deny in (Rule(tool=call.call.name, action="deny"), *DENIES[call.call.name]):
        if matching.hits(deny, call, WORKSPACE):
            assert isinstance(decide((*rules[:at], deny, *rules[at:]), call, mode), Deny)


DENIES: dict[str, tuple[Rule, ...]] = {
    "bash": (parse("bash(git *)", "deny"), parse("bash(rm *)", "deny")),
    "read": (parse("read(src/**)", "deny"), parse("read(*.py)", "deny")),
    "write": (parse("edit(src/**)", "deny"), parse("*(src)", "deny")),
    "edit": (parse("edit(/srv/project/docs)", "deny"), parse("edit(docs/)", "deny")),
    "webfetch": (parse("webfetch(domain:example.com)", "deny"), parse("webfetch(https://example.com/*)", "deny")),
}


@pytest.mark.security("P14")
@pytest.mark.security("K17")
def test_deny_wins_in_every_order_of_layers(record_property: Callable[[str, object], None]) -> None:
    """Three rulings over three origins, in all orders and all modes."""
    call, seen = bash("git status"), 0
    rulings: tuple[Ruling, ...] = ("deny", "ask", "allow")
    origins: tuple[Origin, ...] = ("config", "learned", "session")
    for origin_order in itertools.permutations(origins):
        for order in itertools.permutations(zip(rulings, origin_order, strict=True)):
            rules = tuple(Rule(tool="bash", pattern="git status", action=a, origin=o) for a, o in order)
            for mode in Mode:
                assert isinstance(decide(rules, call, mode), Deny)
                seen += 1
    assert seen == 6 * 6 * len(Mode)
    record_property("cases", seen)


def test_an_allow_of_the_user_does_not_lift_an_ask_of_the_configuration() -> None:
    ask, allow = parse("bash(git *)", "ask"), parse("bash(git status)", "allow")
    assert [type(decide(order, bash("git status"), Mode.ASK)) for order in ((ask, allow), (allow, ask))] == [Ask, Ask]


def test_what_was_learned_lifts_an_ask_but_no_deny() -> None:
    learned = replace(parse("bash(git status)", "allow"), origin="learned")
    assert isinstance(decide((parse("bash", "ask"), learned), bash("git status"), Mode.ASK), Allow)
    assert isinstance(decide((parse("bash", "deny"), learned), bash("git status"), Mode.ASK), Deny)


def test_an_explanation_lists_every_rule_with_whether_it_applies(tmp_path: Path) -> None:
    rules = (parse("bash(rm *)", "deny"), parse("bash(git status)", "allow"), parse("read(src/**)", "ask"))
    told = gate(tmp_path / "w", *rules).explain(bash("git status"), Mode.ASK)
    assert isinstance(told.verdict, Allow)
    assert [(looked.rule, looked.applies) for looked in told.looked] == [
        (rules[0], False),
        (rules[1], True),
        (rules[2], False),
    ]


def test_reasons_are_sentences_for_model_and_person() -> None:
    rule = replace(parse("bash(rm *)", "deny", source="config.toml:3"), why="we keep files")
    verdict = decide((rule,), bash("rm x"), Mode.ASK)
    assert verdict == Deny(
        reason="The rule “deny bash(rm *) (config.toml:3)” forbids this call (we keep files). "
        "Do not look for a way around it.",
        rule="deny bash(rm *) (config.toml:3)",
    )
