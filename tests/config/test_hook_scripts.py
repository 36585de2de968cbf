"""Which files of a project a hook's command line names: what it runs belongs to what a person trusts."""

from pathlib import Path

import pytest

from heartbit_tui.config.hook_scripts import commands, scripts
from tests.skills.folders import put

FILES = (
    "tools/check.py",
    "tools/data.txt",
    "tools/bare",
    "tools/__main__.py",
    "tools/web/index.js",
    "my tools/check.sh",
    "package.json",
    "README.md",
    "src/app.py",
)

RUN = {
    "python tools/check.py": ("tools/check.py",),
    "python3.12 -u ./tools/check.py --all": ("tools/check.py",),
    "python -m tools.check": ("tools/check.py",),
    "python -m tools": ("tools/__main__.py",),
    "python tools": ("tools/__main__.py",),
    "node tools/web": ("tools/web/index.js",),
    "uv run tools/check.py": ("tools/check.py",),
    "./tools/program": ("tools/program",),
    "tools/program || exit 2": ("tools/program",),
    "perl tools/bare": ("tools/bare",),
    "bash tools/data.txt": ("tools/data.txt",),
    ". tools/data.txt": ("tools/data.txt",),
    "cat tools/data.txt | sh": ("tools/data.txt",),
    "sh < tools/data.txt": ("tools/data.txt",),
    "awk -f tools/data.txt": ("tools/data.txt",),
    "bash -c 'python tools/check.py'": ("tools/check.py",),
    'out=$(python tools/check.py) && echo "$out"': ("tools/check.py",),
    '"$CLAUDE_PROJECT_DIR"/tools/check.py': ("tools/check.py",),
    "${HEARTBIT_PROJECT_DIR}/tools/check.py": ("tools/check.py",),
    "$(git rev-parse --show-toplevel)/tools/check.py": ("tools/check.py",),
    "cd tools && ./check.py": ("tools/check.py",),
    "make -C tools -f check.py": ("tools/check.py",),
    "'my tools/check.sh'": ("my tools/check.sh",),
    "sh my\\ tools/check.sh": ("my tools/check.sh",),
    "for each in tools/*.py; do python $each; done": ("tools/__main__.py", "tools/check.py"),
    "x --plugin=tools/check.py,src/app.py": ("tools/check.py", "src/app.py"),
}

NOT_RUN = (
    "ruff format -q .",
    "make test >&2 || exit 2",
    "cat > tools/check.py; true",
    "date >>tools/program 2>&1",
    "test -e tools/bare",
    "[ -f package.json ] && prettier --check README.md",
    "sed -i s/a/b/ README.md",
    "~/tools/check.py",
    "/usr/bin/env true",
    "../tools/check.py",
    "python tools/none.py",
    "echo \0tools/check.py'",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in FILES:
        put(tmp_path / "project" / name, "x")
    put(tmp_path / "project/tools/program", "x").chmod(0o755)
    return tmp_path / "project"


@pytest.mark.parametrize("command", RUN)
def test_what_a_command_line_runs_is_named_by_it(project: Path, command: str) -> None:
    assert scripts((command,), project) == RUN[command]


@pytest.mark.parametrize("command", NOT_RUN)
def test_what_it_only_reads_or_writes_or_is_elsewhere_is_not(project: Path, command: str) -> None:
    assert scripts((command,), project) == ()


def test_data_that_can_be_run_counts_as_a_program(project: Path) -> None:
    (project / "tools/data.txt").chmod(0o755)
    (project / "README.md").write_text("#!/bin/sh\n")
    assert scripts(("tools/data.txt; ./README.md; ./package.json",), project) == ("tools/data.txt", "README.md")


def test_an_absolute_path_into_the_project_is_one_of_it_and_a_link_counts_where_it_stands(project: Path) -> None:
    put(project.parent / "elsewhere.py", "x")
    (project / "linked.py").symlink_to(project.parent / "elsewhere.py")
    line = f"python {project}/tools/check.py linked.py {project.parent}/elsewhere.py"
    assert scripts((line,), project) == ("tools/check.py", "linked.py")


def test_the_commands_of_settings_and_files_of_hooks_are_found_and_broken_ones_have_none() -> None:
    files = {
        "a.toml": b'[[hooks.Stop]]\ncommand = "one"\n[[hooks.PreToolUse]]\nhooks = [{ type = "command", command = "two" }]\n',
        "b.toml": b"[mcp_servers.x]\ncommand = 'no hook'\n# hooks\n",
        "c.json": b'{"hooks": {"Stop": [{"hooks": [{"command": "three", "timeout": 3}]}]}}',
        "d.json": b'{"Stop": [{"command": "four"}]}',
        "e.json": b"[" * 100_000,
        "f.toml": b"hooks = [",
        "g.toml": b"\xff hooks",
    }
    assert commands(files) == ("one", "two", "three", "four")
