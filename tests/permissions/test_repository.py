"""Git of a stranger's repository is asked about, where asking it would run what the stranger named."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Ask
from heartbit_tui.permissions import parse
from heartbit_tui.permissions.repository import runs_programs
from tests.client.test_git import HOOKS, SETTINGS
from tests.permissions.calls import bash, gate

READING = (
    "git status",
    "git diff",
    "git log -p -1",
    "git show",
    "git blame a.txt",
    "git grep x",
    "git status --short && ls",
)
ORDINARY = """[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	hooksPath = .husky
	fsmonitor = true
[remote "origin"]
	url = git@github.example:a/b.git
	fetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
	remote = origin
	merge = refs/heads/main
[user] name = Ada
[filter "lfs"]
	clean = git-lfs clean -- %f
	process = git-lfs filter-process
	required = true
# a comment
[diff]
	colorMoved = default
"""


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.invalid", "-c", "protocol.file.allow=always")
    subprocess.run(("git", *identity, *words), cwd=folder, check=True, capture_output=True)


def repo(folder: Path) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("x\n")
    (folder / ".gitattributes").write_text("* filter=evil diff=evil\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")
    return folder


def passing(root: Path) -> int:
    checked = gate(root)
    return sum(isinstance(checked.decide(bash(line), Mode.ASK), Allow) for line in READING)


def with_setting(key: str, value: str) -> Callable[[Path], None]:
    return lambda root: git(root, "config", key, value)


def with_hook(root: Path) -> None:
    (root / ".git/hooks").mkdir(exist_ok=True)
    (root / ".git/hooks/post-index-change").write_text("#!/bin/sh\n")


def with_hooks_elsewhere(root: Path) -> None:
    (root / "evil").mkdir()
    (root / "evil/post-index-change").write_text("#!/bin/sh\n")
    git(root, "config", "core.hooksPath", "evil")


def with_submodule(root: Path) -> None:
    inner = repo(root.parent / "inner")
    git(root, "submodule", "add", "-q", str(inner), "sub")


def with_embedded(root: Path) -> None:
    """A repository that is no submodule by name but by the index alone."""
    repo(root / "sub")
    git(root, "add", "sub")


def with_odd_text(root: Path) -> None:
    with (root / ".git/config").open("a") as file:
        file.write("[core\n")


RUNNING = {
    "post-index-change": with_hook,
    "hooks elsewhere": with_hooks_elsewhere,
    "submodule": with_submodule,
    "embedded": with_embedded,
    "odd text": with_odd_text,
    "include": with_setting("include.path", "/tmp/evil"),
    "include if": with_setting("includeIf.gitdir:/.path", "/tmp/evil"),
    "promisor": with_setting("remote.origin.promisor", "true"),
    "work tree": with_setting("core.worktree", "/"),
    **{key: with_setting(key, "touch x") for key, _ in SETTINGS if not key.startswith(("alias", "merge", "credential"))},
}  # fmt: skip


@pytest.mark.security("C6", n=len(READING))
@pytest.mark.parametrize("name", RUNNING)
def test_c6_git_of_a_repository_that_names_programs_is_asked_about(tmp_path: Path, name: str) -> None:
    root = repo(tmp_path / "w")
    assert passing(root) == len(READING)
    RUNNING[name](root)
    assert passing(root) == 0
    assert isinstance(gate(root, parse("bash(git status)", "allow")).decide(bash("git status"), Mode.ASK), Allow)
    assert isinstance(gate(root, parse("bash(git log:*)", "allow")).decide(bash("git status"), Mode.ASK), Ask)


def test_git_of_an_ordinary_repository_passes(tmp_path: Path) -> None:
    root = repo(tmp_path / "w")
    (root / ".git/config").write_text(ORDINARY)
    for hook in HOOKS:
        if hook != "post-index-change":
            (root / ".git/hooks" / hook).write_text("#!/bin/sh\n")
    assert passing(root) == len(READING)
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert passing(tmp_path / "tree") == len(READING)


def test_a_bare_repository_and_one_in_which_a_folder_lies_count_too(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    git(bare, "init", "-q", "--bare")
    assert runs_programs(str(bare))
    root = repo(tmp_path / "w")
    (root / "src").mkdir()
    assert not runs_programs(str(root / "src"))
    git(root, "config", "core.fsmonitor", "touch x")
    assert runs_programs(str(root / "src"))
    assert not runs_programs(str(tmp_path))
