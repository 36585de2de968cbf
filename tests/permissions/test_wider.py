"""From the third ask of a kind on, a wider rule is proposed, tried first on what was asked before."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import ApprovalDecision, Envelope
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask
from heartbit_tui.permissions import RuleGate
from heartbit_tui.permissions.past import MOST
from heartbit_tui.permissions.shell.wrappers import INTERPRETERS, RUNNERS, WRAPPERS
from tests.permissions.calls import bash, gate, write

NUMBERS = itertools.count(1)


def asked(checked: RuleGate, action: Action, mode: Mode = Mode.ASK) -> tuple[Action, Ask]:
    """The call under an id of its own, and what is asked about it."""
    named = replace(action, call=replace(action.call, id=f"c{next(NUMBERS)}"))
    verdict = checked.decide(named, mode)
    assert isinstance(verdict, Ask), verdict
    return named, verdict


def answer(checked: RuleGate, action: Action, *, allowed: bool = True, by_person: bool = True) -> Ask:
    """Ask about a call, and let the gate hear the answer as a session tells it."""
    named, ask = asked(checked, action)
    decided = ApprovalDecision(
        turn=1, approved=allowed, id="a", tool_call_id=named.call.id, by="person" if by_person else "policy"
    )
    checked.past.take(
        Envelope(session="s", seq=1, run="r", agent="main", at=datetime(2030, 1, 1, tzinfo=UTC), event=decided)
    )
    return ask


def test_the_third_ask_of_a_kind_proposes_what_they_share_and_tells_what_it_would_have_allowed(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    first = answer(checked, bash("pytest -q tests/one"))
    second = answer(checked, bash("pytest -q tests/two"))
    answer(checked, bash("git push --force"), allowed=False)
    _, third = asked(checked, bash("pytest -q tests/three"))
    assert [ask.precedent for ask in (first, second)] == ["", ""]
    assert first.proposal == "bash(pytest -q tests/one)"
    assert third.proposal == "bash(pytest -q:*)"
    assert third.precedent == (
        "It would have allowed 2 of your last 3 asks, such as `pytest -q tests/two`, not `git push --force`."
    )


async def test_what_was_shown_is_what_is_learned(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    for name in ("one", "two"):
        answer(checked, bash(f"mypy --strict src/{name}"))
    action, ask = asked(checked, bash("mypy --strict src/three"))
    asked(checked, bash("mypy --strict src/four"))
    answer(checked, bash("touch x"))
    await checked.learn(action, Decide(id="a", allow=True, scope="session"))
    assert ask.proposal == "bash(mypy --strict:*)"
    assert isinstance(checked.decide(bash("mypy --strict src/five"), Mode.ASK), Allow)
    assert isinstance(checked.decide(bash("mypy --install-types"), Mode.ASK), Ask)


def test_a_rule_that_would_let_something_pass_that_was_refused_is_not_proposed(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    for name in ("one", "two"):
        answer(checked, bash(f"deploy now {name}"))
    answer(checked, bash("deploy now production"), allowed=False)
    _, ask = asked(checked, bash("deploy now three"))
    assert (ask.proposal, ask.precedent) == ("bash(deploy now three)", "")


def test_what_a_policy_refused_says_nothing_of_a_person(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    for name in ("one", "two", "three"):
        answer(checked, bash(f"deploy now {name}"), by_person=False)
    assert checked.past.asks == ()


def test_files_of_one_folder_propose_the_folder_and_never_the_whole_workspace(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root)
    for name in ("src/a/one.py", "src/b/two.py"):
        answer(checked, write(root / name))
    _, below = asked(checked, write(root / "src/a/three.py", tool="edit"))
    assert below.proposal == "edit(src/**)"
    for name in ("one", "two"):
        answer(checked, write(root / name))
    _, top = asked(checked, write(root / "three"))
    assert (top.proposal, top.precedent) == ("write(three)", "")


@pytest.mark.security("P11")
def test_p11_no_wider_rule_covers_what_runs_or_changes_others(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """However often it is allowed: interpreters, runners, wrappers, git push, what is behind a shell."""
    names = (
        *WRAPPERS,
        *INTERPRETERS,
        *RUNNERS,
        "git push",
        "git config",
        "npm run",
        "pip install",
        "chmod 755",
        "go run",
    )
    cases = 0
    for name in names:
        checked = gate(tmp_path / "w")
        for number in range(4):
            named = bash(f"{name} same words {number}")
            verdict = checked.decide(named, Mode.ASK)
            if isinstance(verdict, Ask):
                assert answer(checked, named).precedent == "", name
                cases += 1
    record_property("cases", cases)
    assert cases >= 3 * len(names)


def test_only_the_last_asks_count_and_those_of_earlier_sessions_begin_them(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    checked.past.begin([(f"mypy --strict src/{number}", True) for number in range(3 * MOST)])
    assert len(checked.past.asks) == MOST
    _, ask = asked(checked, bash("mypy --strict src/new"))
    assert ask.precedent == f"It would have allowed {MOST} of your last {MOST} asks, such as `mypy --strict src/59`."
