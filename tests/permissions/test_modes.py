"""The whole table of modes: every mode with every effect, inside and outside, protected and secret."""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Effects
from heartbit_tui.permissions import allow_all, parse
from heartbit_tui.permissions.rules import Ruling
from tests.permissions.calls import Kind, action, bash, fetch, gate, read, write

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "inside": "w/src/a.py",
        "outside": "elsewhere/a.py",
        "protected": "w/.git/config",
        "secret": "w/.env",
        "outside protected": "elsewhere/.bashrc",
        "outside secret": "elsewhere/id_rsa",
        "nothing": "",
    }
)
KINDS: Mapping[Effects, Kind] = MappingProxyType(
    {
        Effects.NONE: "read",
        Effects.READ: "read",
        Effects.NETWORK: "read",
        Effects.WRITE: "write",
        Effects.EXECUTE: "write",
    }
)
DARING = (Effects.NETWORK, Effects.WRITE, Effects.EXECUTE)


def expected(mode: Mode, effects: Effects, where: str) -> str:
    """The modes in words: what passes, what plan mode denies, and everything else asks."""
    if effects is Effects.NONE:
        return "Allow"
    if mode is Mode.PLAN and effects in DARING:
        return "Deny"
    if KINDS[effects] == "write" and "protected" in where:
        return "Ask"
    passes = (
        mode is Mode.YOLO
        or (effects is Effects.READ and where in ("inside", "protected", "nothing"))
        or (mode is Mode.ACCEPT_EDITS and effects is Effects.WRITE and where == "inside")
    )
    return "Allow" if passes else "Ask"


def call(effects: Effects, where: str, tmp_path: Path) -> Action:
    if not PLACES[where]:
        return action("thing", effects)
    return action("thing", effects, (KINDS[effects], str(tmp_path / PLACES[where])))


def test_the_table_of_modes_is_complete(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    rows = tuple(itertools.product(Mode, Effects, PLACES))
    found = {row: type(checked.decide(call(row[1], row[2], tmp_path), row[0])).__name__ for row in rows}
    assert found == {row: expected(*row) for row in rows}
    assert len(rows) == 5 * 5 * 7


def test_plan_mode_says_why_it_denies_and_no_rule_lifts_it(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, allow_all(), parse("bash(make)", "allow"), parse("edit(**)", "allow"))
    verdicts = [checked.decide(one, Mode.PLAN) for one in (bash("make"), write(root / "a"), fetch("https://a.example"))]
    assert all(isinstance(one, Deny) and one.reason.startswith("Plan mode is on") for one in verdicts)


def test_auto_mode_says_that_it_waits_for_a_sandbox(tmp_path: Path) -> None:
    verdict = gate(tmp_path / "w").decide(bash("make"), Mode.AUTO)
    assert isinstance(verdict, Ask)
    assert verdict.reason.startswith("Auto mode needs a sandbox and none is active")


def test_a_sandbox_changes_nothing_in_any_other_mode(tmp_path: Path) -> None:
    plain, confined = gate(tmp_path / "w"), gate(tmp_path / "w", sandboxed=True)
    rows = tuple(itertools.product((mode for mode in Mode if mode is not Mode.AUTO), Effects, PLACES))
    calls = {row: call(row[1], row[2], tmp_path) for row in rows}
    assert {row: confined.decide(one, row[0]) for row, one in calls.items()} == {
        row: plain.decide(one, row[0]) for row, one in calls.items()
    }


def test_in_a_sandbox_the_auto_mode_lets_commands_and_edits_inside_pass(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, sandboxed=True)
    calls = {
        "command": bash("make test; rm -r build"),
        "edit": write(root / "src/a.py"),
        "protected": write(root / ".git/hooks/pre-commit"),
        "outside": write(tmp_path / "elsewhere/a.py"),
        "secret": read(root / ".env"),
        "network": fetch("https://a.example"),
        "another program": action("server_run", Effects.EXECUTE, ("command", "ls")),
    }
    passed = [name for name, one in calls.items() if isinstance(checked.decide(one, Mode.AUTO), Allow)]
    assert passed == ["command", "edit"]


@pytest.mark.parametrize(("ruling", "kind"), [("deny", Deny), ("ask", Ask)])
def test_rules_win_over_the_auto_mode(tmp_path: Path, ruling: Ruling, kind: type) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm *)", ruling), sandboxed=True)
    assert isinstance(checked.decide(bash("ls; rm -r x"), Mode.AUTO), kind)
    assert isinstance(checked.decide(bash("ls"), Mode.AUTO), Allow)


def test_yolo_still_denies_what_a_rule_denies(tmp_path: Path) -> None:
    assert isinstance(gate(tmp_path / "w", parse("bash(rm *)", "deny")).decide(bash("rm -r x"), Mode.YOLO), Deny)


@pytest.mark.parametrize("mode", Mode)
def test_only_a_deny_of_its_very_name_stops_a_tool_without_effects(tmp_path: Path, mode: Mode) -> None:
    call = action("todowrite", Effects.NONE)
    kinds = [
        type(gate(tmp_path / "w", rule).decide(call, mode))
        for rule in (parse("*", "deny"), parse("*", "ask"), parse("todowrite", "ask"), parse("todowrite", "deny"))
    ]
    assert kinds == [Allow, Allow, Allow, Deny]


def test_a_nul_is_denied_in_every_mode(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", allow_all())
    assert {type(checked.decide(read(f"{tmp_path}/w/a\0b"), mode)) for mode in Mode} == {Deny}


@pytest.mark.security("P7")
def test_a_secret_is_asked_about_unless_a_rule_names_it(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    root = tmp_path / "w"
    rules = {
        "read": Ask,
        "read(**)": Ask,
        "read(*)": Ask,
        "read(.env)": Allow,
        "read(.env*)": Allow,
    }
    found = {text: type(gate(root, parse(text, "allow")).decide(read(root / ".env"), Mode.ASK)) for text in rules}
    assert found == rules
    record_property("cases", len(found))


def test_examples_and_public_keys_are_no_secrets(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root)
    names = (".env.example", ".env.sample", "id_rsa.pub", "environment.py", "keys.py", "monkey.md")
    assert {name: type(checked.decide(read(root / name), Mode.ASK)) for name in names} == dict.fromkeys(names, Allow)
