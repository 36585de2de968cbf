"""A hook says no by its exit code or in JSON; of several the most careful one counts, and no allow beats a deny."""

import json
from itertools import permutations, product

import pytest

from heartbit_tui.hooks.answers import MOST, answer, matches, together
from heartbit_tui.hooks.gate import weighed
from heartbit_tui.hooks.types import Answer, Hook, Ran
from heartbit_tui.kernel.protocols import Allow, Ask, Deny, Verdict

HOOK = Hook(event="PreToolUse", command="check", source="F")


def said(table: object, event: str = "PreToolUse") -> Answer:
    return answer(Hook(event=event, command="check", source="F"), Ran(out=json.dumps(table)))


def own(**table: object) -> dict[str, object]:
    return {"hookSpecificOutput": table}


def test_the_exit_code_two_says_no_with_what_was_written() -> None:
    assert answer(HOOK, Ran(code=2, err="not here\n")) == Answer(decision="deny", reason="not here")
    assert answer(HOOK, Ran(code=2)).decision == "deny"
    assert answer(HOOK, Ran(code=1, err="broken")).decision == ""
    assert "ended with 1: broken" in answer(HOOK, Ran(code=1, err="broken")).said[0]


def test_a_hook_that_gives_no_answer_leaves_a_call_to_a_person() -> None:
    assert answer(HOOK, Ran(fault="it was late")).decision == "ask"
    assert answer(Hook(event="Stop", command="x", source="F"), Ran(fault="it was late")).decision == ""


SPOKEN: tuple[tuple[object, Answer], ...] = (
    (own(permissionDecision="deny", permissionDecisionReason="R"), Answer(decision="deny", reason="R")),
    (own(permissionDecision="ask"), Answer(decision="ask")),
    (own(permissionDecision="allow"), Answer(decision="allow")),
    (own(permissionDecision="whatever"), Answer()),
    (own(permissionDecision=["deny"]), Answer()),
    (own(decision={"behavior": "deny", "message": "R"}), Answer(decision="deny", reason="R")),
    (own(additionalContext="C"), Answer(context="C")),
    (own(updatedInput={"command": "ls"}), Answer(changed='{"command": "ls"}')),
    ({"decision": "block", "reason": "R"}, Answer(decision="deny", reason="R")),
    ({"decision": "approve"}, Answer(decision="allow")),
    ({"continue": False, "stopReason": "R"}, Answer(decision="deny", reason="R", stops=True)),
    ({"systemMessage": "S"}, Answer(said=("S",))),
    ({}, Answer()),
    ([], Answer()),
)


def test_json_is_understood_as_claude_code_writes_it() -> None:
    assert [said(table) for table, _ in SPOKEN] == [expected for _, expected in SPOKEN]


def test_plain_words_are_told_to_the_model_where_a_prompt_or_a_session_begins() -> None:
    for event, context in (("SessionStart", "hello"), ("UserPromptSubmit", "hello"), ("PreToolUse", ""), ("Stop", "")):
        assert answer(Hook(event=event, command="x", source="F"), Ran(out="hello\n")) == Answer(context=context)
    long = answer(Hook(event="SessionStart", command="x", source="F"), Ran(out="x" * 200_000)).context
    assert len(long) < MOST + 100
    assert answer(HOOK, Ran(out="{" * 100_000)) == Answer()


def test_names_of_both_programs_match() -> None:
    for matcher, name, fits in (
        ("", "bash", True),
        ("*", "bash", True),
        ("Bash", "bash", True),
        ("bash|write", "write", True),
        ("Edit|MultiEdit", "patch", True),
        ("mcp__.*", "mcp__x__y", True),
        ("bas", "bash", False),
        ("Bash", "read", False),
    ):
        assert matches(Hook(event="PreToolUse", command="x", source="F", matcher=matcher), name) == fits


@pytest.mark.security("P14", n=24)
def test_deny_wins_in_every_order() -> None:
    wishes = [Answer(decision=wish) for wish in ("deny", "ask", "allow", "")]
    orders = list(permutations(wishes))
    assert {together(order).decision for order in orders} == {"deny"}
    assert len(orders) == 24


def test_of_rules_and_hooks_the_more_careful_counts() -> None:
    verdicts: tuple[Verdict, ...] = (
        Deny(reason="r"),
        Ask(reason="r", rule="bash"),
        Ask(reason="r", rule="ask mode"),
        Allow(),
    )
    found = {
        (number, wish): type(weighed(verdict, Answer(decision=wish))).__name__
        for (number, verdict), wish in product(enumerate(verdicts), ("", "allow", "ask", "deny"))
    }
    assert [found[0, wish] for wish in ("", "allow", "ask", "deny")] == ["Deny"] * 4
    assert [found[1, wish] for wish in ("", "allow", "ask", "deny")] == ["Ask", "Ask", "Ask", "Deny"]
    assert [found[2, wish] for wish in ("", "allow", "ask", "deny")] == ["Ask", "Allow", "Ask", "Deny"]
    assert [found[3, wish] for wish in ("", "allow", "ask", "deny")] == ["Allow", "Allow", "Ask", "Deny"]
