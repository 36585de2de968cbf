"""Looking around passes unasked, and judging is fast."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Ask, Deny
from heartbit_tui.permissions import RuleGate, parse, shell
from heartbit_tui.permissions.shell.walk import look
from tests.permissions.calls import bash, gate
from tests.permissions.shell.corpus import READ_ONLY
from tests.stopwatch import cost

MODES = (Mode.ASK, Mode.ACCEPT_EDITS, Mode.AUTO, Mode.PLAN)


def passes(checked: RuleGate, line: str, mode: Mode = Mode.ASK) -> bool:
    return isinstance(checked.decide(bash(line), mode), Allow)


@pytest.mark.security("P12")
def test_p12_most_ordinary_reading_passes_in_every_mode(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    checked = gate(tmp_path / "w")
    refused = [line for line in READ_ONLY if not passes(checked, line)]
    share = 1 - len(refused) / len(READ_ONLY)
    print(f"P12: {share:.1%} of {len(READ_ONLY)} pass; asked about: {refused}")
    assert len(set(READ_ONLY)) >= 200
    assert share >= 0.7
    for mode in MODES:
        assert [line for line in READ_ONLY if not passes(checked, line, mode)] == refused
    record_property("cases", len(READ_ONLY))


def test_p12_a_prefix_rule_takes_harmless_commands_with_it(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", parse("bash(npm run test:*)", "allow"), parse("bash(git add:*)", "allow"))
    found = {
        line: passes(checked, line)
        for line in (
            "npm run test",
            "npm run test -- --watch=false",
            "cd src && npm run test 2>&1 | tail -20",
            "git add a.py && npm run test && git status",
            "npm run test:all",
            "npm run build",
            "npm run test && npm run build",
            "FOO=1 npm run test",
            "npm run test $(x)",
            "sudo npm run test",
            "cd src && git add a.py",
            "git add ../x",
        )
    }
    assert list(found.values()) == [True] * 4 + [False] * 8


def test_p12_rules_about_reading_and_about_the_line_still_count(tmp_path: Path) -> None:
    deny, ask = parse("read(src/**)", "deny"), parse("bash(ls:*)", "ask")
    assert not passes(gate(tmp_path / "w", deny), "cat src/a.py")
    assert not passes(gate(tmp_path / "w", deny), "grep -r x .")
    assert passes(gate(tmp_path / "w", deny), "cat docs/a.md")
    assert isinstance(gate(tmp_path / "w", ask).decide(bash("pwd; ls"), Mode.ASK), Ask)


@pytest.mark.security("P14")
@pytest.mark.parametrize("ruling", ["deny", "ask"])
def test_p14_what_only_reads_lifts_no_rule(
    tmp_path: Path, ruling: str, record_property: Callable[[str, object], None]
) -> None:
    checked = gate(tmp_path / "w", parse("bash(*)", "deny" if ruling == "deny" else "ask"))
    kinds = {type(checked.decide(bash(line), mode)) for line in READ_ONLY for mode in MODES}
    assert kinds == ({Deny} if ruling == "deny" else {Ask, Deny})
    record_property("cases", len(READ_ONLY) * len(MODES))


@pytest.mark.security("P9")
def test_p9_judging_is_fast(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    checked, taken = gate(tmp_path / "w", parse("bash(rm:*)", "deny"), parse("bash(git log:*)", "allow")), list[float]()
    lines = (*READ_ONLY, *(" && ".join(READ_ONLY[at : at + 4]) for at in range(0, len(READ_ONLY), 2)))
    for turn in range(3):
        for line in lines:
            started = time.thread_time()
            checked.decide(bash(f"{line} #{turn}"), Mode.ASK)
            taken.append(time.thread_time() - started)
    worst = sorted(taken)[int(len(taken) * 0.999)]
    assert worst < 0.05
    record_property("cases", len(taken))


LONG = (
    "echo a && ",
    "(",
    "$(",
    "ls;",
    "'",
    '"',
    "a=$((",
    "if ls; then ",
    "`",
    "{ ",
    "cat <<E\n",
    "x",
    "\\\n",
    "[[ ",
    "<(",
)


@pytest.mark.parametrize("length", [9_999, 100_000])
def test_p2_a_long_line_is_looked_at_quickly(length: int) -> None:
    for part in LONG:
        line = (part * (length // len(part) + 1))[:length]
        tries = itertools.count()
        seen, took = cost(lambda line=line, tries=tries: shell.look(f"{line}{' ' * next(tries)}"), enough=0.25)
        assert took < 0.25, (part, took)
        assert seen.unclear or part in ("ls;", "x", "echo a && ")


def test_too_long_a_line_is_unclear() -> None:
    assert look("ls; " * 2_501).unclear
    assert not look("ls; " * 2_000).unclear
