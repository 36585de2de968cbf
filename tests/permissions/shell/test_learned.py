"""What an approval of a command line may teach: its first words for a few programs, else the line alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Allow, Ask
from heartbit_tui.permissions import UnlearnableError, parse
from tests.permissions.calls import bash, gate
from tests.permissions.shell.dangers import DANGERS

CLOSED = (
    *("python", "python3", "python3.11", "node", "bash", "sh", "zsh", "perl", "ruby", "npx", "uvx", "docker exec"),
    *("docker", "kubectl", "ssh", "make", "xargs", "find", "env", "sudo", "doas", "timeout 5", "nice", "time", "exec"),
    *(
        "awk",
        "sed",
        "tar",
        "curl",
        "eval",
        "nohup",
        "watch",
        "git",
        "npm",
        "npm run",
        "npm exec",
        "go run",
        "go",
        "uv run",
    ),
    *("cargo", "/usr/bin/python", "git -c", "git config", "command", "busybox", "su", "rm", "flock f", "strace"),
)
ENDINGS = ("x", "x y", "-v x", "x.py", "--flag x", "a b c", "1", "x --y=z")
PROPOSED = {
    "git commit -m 'a b'": "bash(git commit:*)",
    "git add a.py b.py": "bash(git add:*)",
    "npm run test": "bash(npm run test:*)",
    "npm run build -- --x": "bash(npm run build:*)",
    "cargo test": "bash(cargo test:*)",
    "go build ./...": "bash(go build:*)",
    "ruff check --fix .": "bash(ruff check:*)",
    "git push origin main": "bash(git push origin main)",
    "git add x && rm y": "bash(git add x && rm y)",
    "git commit -m $(x)": "bash(git commit -m $(x))",
    "git diff --output=x": "bash(git diff --output=x)",
    "cargo run": "bash(cargo run)",
}


def proposal(tmp_path: Path, line: str) -> str:
    verdict = gate(tmp_path / "w").decide(bash(line), Mode.ASK)
    return verdict.proposal if isinstance(verdict, Ask) else "-"


def test_p11_the_first_words_are_proposed_where_that_is_safe(tmp_path: Path) -> None:
    assert {line: proposal(tmp_path, line) for line in PROPOSED} == PROPOSED


@pytest.mark.security("P11")
def test_p11_programs_that_run_others_are_proposed_as_whole_lines(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    names = tuple(name for name in CLOSED if name != "npm run")
    lines = tuple(f"{name} {ending}" for name in names for ending in ENDINGS)
    proposals = {line: proposal(tmp_path, line) for line in lines}
    assert len(lines) >= 200
    assert {line: found for line, found in proposals.items() if found not in (f"bash({line})", "-")} == {}
    record_property("cases", len(lines))


@pytest.mark.parametrize("name", CLOSED)
async def test_p11_no_answer_teaches_a_prefix_of_a_program_that_runs_others(tmp_path: Path, name: str) -> None:
    checked = gate(tmp_path / "w")
    with pytest.raises(UnlearnableError):
        await checked.learn(bash(f"{name} x"), Decide(id="a", allow=True, scope="session", pattern=f"bash({name}:*)"))
    assert checked.rules == ()


async def test_p11_an_answer_may_teach_a_prefix(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w")
    await checked.learn(bash("git commit -m x"), Decide(id="a", allow=True, scope="session"))
    assert [str(rule) for rule in checked.rules] == ["bash(git commit:*)"]
    assert isinstance(checked.decide(bash("git commit -m y && git status"), Mode.ASK), Allow)
    assert isinstance(checked.decide(bash("git commit -m y && git push"), Mode.ASK), Ask)


@pytest.mark.security("P11")
def test_p11_no_proposed_rule_lets_an_abuse_of_its_program_pass(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rules = tuple(parse(rule, "allow") for rule in PROPOSED.values() if rule.endswith(":*)"))
    checked = gate(tmp_path / "w", *rules, *(parse(f"bash(git {name}:*)", "allow") for name in ("log", "diff", "show")))
    abuses = (
        *(danger for danger in DANGERS if not danger.startswith("git commit")),
        *(
            "git log --output=/tmp/x",
            "git diff --no-index /etc/passwd x",
            "git diff /etc/passwd /dev/null",
            "git show --textconv",
        ),
        *(
            "git -p log",
            "git -c a=b diff",
            "git diff --ext-diff",
            "git add ../x",
            "git commit -F /etc/passwd",
            "git log -O/x",
        ),
        *("cargo test --config a=b", "go build -toolexec x", "go build -o /bin/x", "npm run test --script-shell=x"),
        *(
            "npm run test --prefix /x",
            "cargo test --manifest-path /x",
            "ruff check --config=x",
            "git commit --template=/x",
        ),
        *("git commit --file=/etc/passwd", "git diff --outp=x", "cargo test --manifest=/x", "PATH=. npm run test"),
        *("./git log", "git log `x`", "xargs git add", "find . -exec git add {} +", "sudo git log", "env git log"),
    )
    assert [line for line in abuses if isinstance(checked.decide(bash(line), Mode.ACCEPT_EDITS), Allow)] == []
    record_property("cases", len(abuses))
