"""Asking git about a stranger's repository runs nothing that the repository names."""

import ast
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.client import git, listing
from heartbit_tui.tui.status import git as status
from tests.architecture.source import ROOT

HOOKS = (
    "applypatch-msg", "pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "pre-auto-gc",
    "post-rewrite", "reference-transaction",
)  # fmt: skip
SETTINGS = (
    ("core.fsmonitor", "fsmonitor"),
    ("core.pager", "pager"),
    ("pager.status", "pager-status"),
    ("core.editor", "editor"),
    ("core.askPass", "askpass"),
    ("core.sshCommand", "ssh"),
    ("core.gitProxy", "proxy"),
    ("credential.helper", "credential"),
    ("diff.external", "diff-external"),
    ("diff.evil.command", "diff-command"),
    ("diff.evil.textconv", "textconv"),
    ("filter.evil.clean", "filter-clean"),
    ("filter.evil.smudge", "filter-smudge"),
    ("filter.served.process", "filter-process"),
    ("filter.od=d.n=a.me.clean", "filter-odd-name"),
    ("remote.origin.uploadpack", "upload-pack"),
    ("gpg.program", "gpg"),
    ("merge.evil.driver", "merge"),
    ("alias.status", "alias"),
    ("uploadpack.packObjectsHook", "pack-hook"),
)
ATTRIBUTES = "a filter=evil diff=evil merge=evil\nb filter=served\nc filter=od=d.n=a.me\n"


def plain(folder: Path, *words: str) -> None:
    """Git as anybody calls it."""
    subprocess.run(("git", *words), cwd=folder, capture_output=True, check=False, timeout=20)


def trap(traps: Path, name: str) -> str:
    """A program that leaves a file of its name in the folder `sprung`."""
    file = traps / name
    file.write_text(f"#!/bin/sh\ntouch '{traps.parent}/sprung/{name}'\ncat 2>/dev/null\n")
    file.chmod(0o755)
    return str(file)


def hostile(root: Path) -> tuple[Path, int]:
    """A repository with a trap everywhere, ready to spring, and how many there are."""
    repo, traps = root / "repo", root / "traps"
    for folder in (repo, traps, root / "sprung"):
        folder.mkdir()
    plain(repo, "init", "-q")
    for name in "abcd":
        (repo / name).write_text(f"{name}\n" * 4)
    (repo / ".gitattributes").write_text(ATTRIBUTES)
    plain(repo, "add", ".")
    plain(repo, "commit", "-qm", "first")
    for hook in HOOKS:
        shutil.copy(trap(traps, hook), repo / ".git/hooks" / hook)
    (repo / ".git/info/attributes").write_text("d filter=included\n")
    included = root / "included"
    for name, value in (("core.fsmonitor", "included-fsmonitor"), ("filter.included.clean", "included-filter")):
        plain(repo, "config", "--file", str(included), name, trap(traps, value))
    for name, value in SETTINGS:
        program = trap(traps, value)
        plain(repo, "config", name, f"!{program}" if name.startswith("alias.") else program)
    plain(repo, "config", "include.path", str(included))
    plain(repo, "config", "remote.origin.url", f"ext::{trap(traps, 'transport')}")
    plain(repo, "config", "protocol.ext.allow", "always")
    plain(repo, "config", "remote.origin.promisor", "true")
    for number, name in enumerate("abcd", 1):
        os.utime(repo / name, (number, number))  # so that git has to look inside, and a filter would be asked
    return repo, len(list(traps.iterdir()))


def sprung(root: Path) -> set[str]:
    return {path.name for path in (root / "sprung").iterdir()}


def test_the_traps_spring_for_anybody_else(tmp_path: Path) -> None:
    repo, _ = hostile(tmp_path)
    plain(repo, "status")
    found = sprung(tmp_path)
    assert {"included-fsmonitor", "filter-clean", "filter-process", "filter-odd-name", "included-filter"} <= found
    plain(repo, "diff")
    plain(repo, "-c", "core.fsmonitor=false", "checkout", "-b", "other")
    assert len(sprung(tmp_path)) > len(found)


@pytest.mark.security("C6")
def test_nothing_of_a_hostile_repository_runs(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    repo, planted = hostile(tmp_path)
    assert status.read(repo) is not None
    assert {"a", "b", "c", "d", ".gitattributes"} <= set(listing.paths(repo))
    (repo / "a").write_text("changed\n")
    (repo / "new").touch()
    assert git.ask(repo, "status", "--porcelain", "-z", "--ignore-submodules", seconds=20)
    assert sprung(tmp_path) == set()
    record_property("cases", planted)
    assert planted >= 8


@pytest.mark.security("C6")
def test_what_is_missing_of_a_partial_clone_is_not_fetched(tmp_path: Path) -> None:
    repo, _ = hostile(tmp_path)
    plain(repo, "config", "extensions.partialClone", "origin")
    for objects in (repo / ".git/objects").glob("[0-9a-f][0-9a-f]"):
        shutil.rmtree(objects)
    git.ask(repo, "status", "--porcelain", seconds=20)
    git.ask(repo, "ls-files", "-z", seconds=20)
    assert sprung(tmp_path) == set()


def test_a_change_is_still_seen_and_an_unchanged_file_is_not(tmp_path: Path) -> None:
    repo, _ = hostile(tmp_path)
    assert status.read(repo) == status.Branch(name=branch(repo), dirty=False)
    (repo / "a").write_text("b\n" * 4)
    assert status.read(repo) == status.Branch(name=branch(repo), dirty=True)


def branch(repo: Path) -> str:
    return (repo / ".git/HEAD").read_text().strip().rpartition("/")[2]


@pytest.mark.parametrize("count", [501, 5000])
def test_a_repository_with_too_many_filters_is_not_asked(tmp_path: Path, count: int) -> None:
    repo, _ = hostile(tmp_path)
    with (repo / ".git/config").open("a") as config:
        config.writelines(f'[filter "f{number}"]\n\tclean = x\n' for number in range(count))
    assert git.ask(repo, "status", seconds=20) is None


def test_no_repository_no_folder_and_no_such_word_are_no_answer(tmp_path: Path) -> None:
    assert git.ask(tmp_path, "status", seconds=20) is None
    assert git.ask(tmp_path / "none", "status", seconds=20) is None
    plain(tmp_path, "init", "-q")
    assert git.ask(tmp_path, "frobnicate", seconds=20) is None
    assert git.ask(tmp_path, "status", seconds=0.0) is None


def test_git_is_started_at_one_door_alone() -> None:
    """A list or tuple that begins with the word `git`, or a search for the program, stands in no other file."""
    texts = {path: path.read_text("utf-8") for path in (ROOT / "heartbit_tui").rglob("*.py")}
    found = [path for path, text in texts.items() if "subprocess" in text and names_git(ast.parse(text))]
    assert [path.relative_to(ROOT).as_posix() for path in found] == ["heartbit_tui/client/git.py"]


def names_git(tree: ast.AST) -> bool:
    nodes = list(ast.walk(tree))
    starts = any(isinstance(node, ast.Name | ast.Attribute) and "subprocess" in ast.dump(node) for node in nodes)
    return starts and any(isinstance(node, ast.Constant) and node.value == "git" for node in nodes)
