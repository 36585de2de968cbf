"""The seed's patterns, as its own tests pin them."""

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Ask, Deny, Effects
from heartbit_tui.permissions import allow_all, glob, parse
from heartbit_tui.permissions.rules import from_table, read as read_rule, to_table
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.permissions.calls import action, bash, fetch, gate, read, write
from tests.samples import samples


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*.env*", ".env", True),
        ("*.env*", ".env.local", True),
        ("*.env*", "config.env.bak", True),
        ("*.env*", "environment", False),
        ("rm *", "rm -rf /", True),
        ("rm *", "ls -la", False),
        ("src/*/*.rs", "src/agent/mod.rs", True),
        ("a**b", "a/x/b", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("", "", True),
        ("", "x", False),
        ("*", "", True),
        ("*", "a\nb/c", True),
        ("Src", "src", False),
        ("[a].+", "[a].+", True),
        ("a*a", "a", False),
        ("?*", "", False),
    ],
)
def test_a_pattern_fits_as_in_the_seed(pattern: str, text: str, fits: bool) -> None:
    assert glob.matches(pattern, text) is fits


@given(st.text("ab*?/.", max_size=12), st.text("ab/.", max_size=16))
@settings(max_examples=samples(500, 125))
def test_patterns_agree_with_regular_expressions(pattern: str, text: str) -> None:
    parts = {"*": ".*", "?": "."}
    expression = "".join(parts.get(char, re.escape(char)) for char in pattern)
    assert glob.matches(pattern, text) is (re.fullmatch(expression, text, re.DOTALL) is not None)


def test_pathological_patterns_are_fast() -> None:
    started = time.thread_time()
    fits = [glob.matches("*a" * stars + "*b", "a" * 5_000) for stars in (1, 20, 200)]
    fits += [glob.matches("*a?" * 50 + "b", "a" * 5_000)]
    assert fits == [False] * 4
    assert time.thread_time() - started < 2


def test_any_string_of_a_call_that_declares_nothing_can_be_denied(tmp_path: Path) -> None:
    """Nested values and arrays too; numbers never fit."""
    denied = gate(tmp_path / "w", parse("remote(*.env*)", "deny"))
    inputs: list[dict[str, object]] = [
        {"file": ".env"},
        {"deep": {"files": ["a", {"b": "x/.env.local"}]}},
        {"number": 3},
        {},
    ]
    verdicts = [denied.decide(action("remote", Effects.NETWORK, **given), Mode.ASK) for given in inputs]
    assert [isinstance(verdict, Deny) for verdict in verdicts] == [True, True, False, False]


def test_a_call_without_strings_fits_only_the_rule_for_the_whole_tool(tmp_path: Path) -> None:
    call = action("remote", Effects.NETWORK, number=3)
    assert isinstance(gate(tmp_path / "w", parse("remote(3)", "allow")).decide(call, Mode.ASK), Ask)
    assert isinstance(gate(tmp_path / "w", parse("remote", "allow")).decide(call, Mode.ASK), Allow)


def test_one_fitting_string_does_not_carry_the_others(tmp_path: Path) -> None:
    """A model could put the allowed text anywhere."""
    allowed = gate(tmp_path / "w", parse("remote(src/*)", "allow"))
    call = action("remote", Effects.WRITE, note="src/a", path="/etc/passwd")
    assert isinstance(allowed.decide(call, Mode.ASK), Ask)


def test_env_files_are_denied_for_all_tools_whatever_is_allowed_later(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, parse("*(*.env*)", "deny"), allow_all())
    calls = [
        read(root / ".env"),
        read(f"{root}/./.env"),
        read(f"{root}/sub/../config.env.bak"),
        write(root / "x/.env.local"),
        bash("cat .env"),
        fetch("file:///srv/.env"),
    ]
    assert [type(checked.decide(call, mode)) for mode in Mode for call in calls] == [Deny] * 6 * len(Mode)
    assert isinstance(checked.decide(read(root / "main.py"), Mode.ASK), Allow)


def test_a_catch_all_asks_for_what_no_learned_rule_allows(tmp_path: Path) -> None:
    asking = gate(tmp_path / "w", parse("*", "ask"), parse("read(src/**)", "allow"))
    assert isinstance(asking.decide(read(tmp_path / "w/src/a"), Mode.ASK), Ask)


def test_the_default_pattern_is_everything() -> None:
    assert from_table({"tool": "bash", "action": "deny"}).pattern == "*"


def test_rules_survive_their_table() -> None:
    rule = parse("edit(src/**)", "allow")
    assert from_table(to_table(rule)) == rule
    until = from_table({"tool": "x", "action": "ask", "expires": "2030-01-01T00:00:00Z", "why": "trial"})
    assert from_table(to_table(until)) == until


@pytest.mark.parametrize(
    ("written", "tool", "pattern"),
    [
        ("bash(git status)", "bash", "git status"),
        ("Bash(npm run test:*)", "bash", "npm run test:*"),
        ("Read(~/.ssh/**)", "read", "~/.ssh/**"),
        ("Edit(//etc/hosts)", "edit", "/etc/hosts"),
        ("MultiEdit", "edit", "*"),
        ("LS", "list", "*"),
        ("WebFetch(domain:example.com)", "webfetch", "domain:example.com"),
        ("mcp__github__Search", "mcp__github__Search", "*"),
        ("bash(a (b) c)", "bash", "a (b) c"),
    ],
)
def test_rules_of_claude_code_are_understood(written: str, tool: str, pattern: str) -> None:
    rule = parse(written, "allow")
    assert (rule.tool, rule.pattern) == (tool, pattern)


@pytest.mark.parametrize(
    "wrong",
    [
        "bash(git",
        "",
        "()",
        "a b",
        {"tool": "x"},
        {"tool": "", "action": "deny"},
        {"tool": "x", "action": "maybe"},
        {"tool": "x", "action": "deny", "patern": "y"},
        {"tool": "x", "action": "deny", "expires": "soon"},
        {"tool": "x", "action": "deny", "pattern": 3},
    ],
)
def test_a_wrong_rule_says_where_it_stands(wrong: str | dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"c\.toml:7") as caught:
        read_rule(wrong, action="deny", source="c.toml:7")
    assert caught.value.source == "c.toml:7"


async def test_a_rule_ends_when_it_expires(tmp_path: Path) -> None:
    clock = FakeClock()
    rule = from_table({"tool": "read", "action": "deny", "expires": EPOCH + timedelta(hours=1)})
    checked = gate(tmp_path / "w", rule, clock=clock)
    before = checked.decide(read(tmp_path / "w/a"), Mode.ASK)
    await clock.advance(3_600)
    assert isinstance(before, Deny)
    assert isinstance(checked.decide(read(tmp_path / "w/a"), Mode.ASK), Allow)
