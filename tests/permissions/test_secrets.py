"""A search through a folder passes unasked only where no secret lies in its way."""

from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Ask
from heartbit_tui.permissions import parse, secrets
from tests.permissions.calls import bash, gate, place

SEARCHES = (
    ("grep -r x .", True, True),
    ("grep -rn x", True, True),
    ("egrep -r x .", True, True),
    ("rg x", False, True),
    ("rg --hidden x", True, True),
    ("rg --no-ignore --hidden x .", True, True),
    ("rg -g .env x", True, True),
    ("diff -r . src", True, True),
    ("git grep --untracked x", True, True),
    ("cd src && grep -r x ..", True, True),
    ("grep -r x src", False, False),
    ("rg --hidden x src", False, False),
    ("grep x README.md", False, False),
    ("find . -name '*.py'", False, False),
    ("tree -a", False, False),
    ("du -a", False, False),
    ("ls -aR", False, False),
)
"""A line; whether a hidden secret at the top stops it, and whether one that is not hidden does."""


@pytest.mark.security("P7", n=len(SEARCHES) * 2)
@pytest.mark.parametrize("mode", [Mode.ASK, Mode.ACCEPT_EDITS])
def test_p7_no_search_meets_a_secret_unasked(tmp_path: Path, mode: Mode) -> None:
    for name in (".env", "server.key"):
        root = tmp_path / name.strip(".") / "w"
        checked = gate(root)
        (root / "src/deep").mkdir(parents=True)
        (root / "src/deep/a.py").write_text("x")
        before = {line: isinstance(checked.decide(bash(line), mode), Allow) for line, *_ in SEARCHES}
        (root / name).write_text("x")
        after = {line: isinstance(checked.decide(bash(line), mode), Allow) for line, *_ in SEARCHES}
        stopped = {line for line, allowed in before.items() if allowed and not after[line]}
        assert stopped == {line for line, *stops in SEARCHES if before[line] and stops[name == "server.key"]}
        assert all(before[line] for line, hidden, shown in SEARCHES if not (hidden or shown))
        assert sum(before[line] for line, hidden, _ in SEARCHES if hidden) >= 6


def test_a_rule_for_the_program_lifts_nothing_of_it(tmp_path: Path) -> None:
    root = tmp_path / "w"
    checked = gate(root, parse("bash(grep:*)", "allow"))
    assert isinstance(checked.decide(bash("grep -r x ."), Mode.ASK), Allow)
    (root / "deploy").mkdir()
    (root / "deploy/prod.env").write_text("x")
    assert isinstance(checked.decide(bash("grep -r x ."), Mode.ASK), Ask)


def test_what_was_installed_holds_no_secret_of_a_person_and_too_many_files_may(tmp_path: Path) -> None:
    root = tmp_path / "w"
    looked = place(root)
    (root / "node_modules/dep/test").mkdir(parents=True)
    (root / "node_modules/dep/test/server.key").write_text("x")
    assert not secrets.meets_secret(str(root), looked, hidden=True)
    for number in range(secrets.MOST + 1):
        (root / f"{number}").touch()
    assert secrets.meets_secret(str(root), looked, hidden=True)


def test_a_file_that_may_hold_a_secret_is_concealed_from_searches_unless_a_rule_names_it(tmp_path: Path) -> None:
    root = tmp_path / "w"
    secret, plain = str(root / "prod.env"), str(root / "a.py")
    assert [gate(root).conceals(path) for path in (secret, plain)] == [True, False]
    assert gate(root, parse("read", "allow")).conceals(secret)
    assert not gate(root, parse("read(prod.env)", "allow")).conceals(secret)
