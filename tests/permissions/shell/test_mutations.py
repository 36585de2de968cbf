"""Wrapping a line that is asked about or denied never makes it pass."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Deny
from heartbit_tui.permissions import parse
from tests.permissions.calls import bash, gate
from tests.permissions.shell.corpus import READ_ONLY
from tests.permissions.shell.dangers import DANGERS, PLACES, READERS, SECRETS, SUBSTITUTED, WRAPPERS, quoted
from tests.samples import samples

CASES = samples(20_000, 3_000)


def mutated(dice: random.Random, line: str) -> str:
    """The line in one more place, behind a wrapper, or beside harmless lines."""
    kind = dice.randrange(5)
    if kind == 0 and "\n" not in line:
        return f"{dice.choice(WRAPPERS)} {line}"
    if kind == 1:
        return dice.choice(SUBSTITUTED).format(line)
    if kind == 2:
        return f"{dice.choice(READ_ONLY)}{dice.choice((' && ', '; ', ' | ', ' || ', ' & '))}{line}"
    if kind == 3:
        return f"{line}{dice.choice((' && ', '; ', ' | ', ' || ', ' & '))}{dice.choice(READ_ONLY)}"
    return dice.choice(PLACES).format(line)


@pytest.mark.security("P1")
@pytest.mark.slow
def test_p1_no_wrapping_turns_a_question_into_an_allowance(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    dice = random.Random(7)
    checked = gate(
        tmp_path / "w",
        parse("bash(git log:*)", "allow"),
        parse("bash(npm run test:*)", "allow"),
        parse("bash(rm:*)", "deny"),
    )
    secret = tuple(reader.format(one) for reader in READERS for one in SECRETS if ".." not in one)
    seeds = (*(form for danger in DANGERS for form in quoted(danger)), *secret)
    passed: list[str] = []
    for _ in range(CASES):
        line = dice.choice(seeds)
        for _ in range(dice.randrange(1, 4)):
            line = mutated(dice, line)
        verdict = checked.decide(bash(line), dice.choice((Mode.ASK, Mode.ACCEPT_EDITS, Mode.AUTO, Mode.PLAN)))
        passed.extend((line,) if isinstance(verdict, Allow) else ())
    assert passed == []
    record_property("cases", CASES)


@pytest.mark.security("P14")
def test_p14_no_wrapping_lifts_a_deny(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """In yolo mode, in which only a deny stands between a line and its running."""
    dice, checked, lifted = random.Random(8), gate(tmp_path / "w", parse("bash(rm:*)", "deny")), list[str]()
    cases = 2_000
    for _ in range(cases):
        line = "rm -rf x"
        for _ in range(dice.randrange(1, 4)):
            line = mutated(dice, line)
        lifted.extend(() if isinstance(checked.decide(bash(line), Mode.YOLO), Deny) else (line,))
    assert lifted == []
    record_property("cases", cases)
