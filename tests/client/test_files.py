import asyncio
import itertools
import subprocess
from pathlib import Path

from heartbit_tui.client.files import SLICE, STALE, FileIndex
from heartbit_tui.client.listing import walk


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def test_the_same_files_are_offered_as_git_would_list(tmp_path: Path) -> None:
    write(
        tmp_path, "a.py", "b.log", "keep.log", "src/c.py", "src/d.tmp", "src/deep/e.tmp", "build/x.o", "docs/build/y.md"
    )
    (tmp_path / ".gitignore").write_text("*.log\n!keep.log\n/build/\n")
    (tmp_path / "src" / ".gitignore").write_text("*.tmp\n!e.tmp\n")
    subprocess.run(("git", "init", "-q"), cwd=tmp_path, check=True)
    listed = subprocess.run(
        ("git", "ls-files", "-co", "--exclude-standard"), cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert sorted(walk(tmp_path)) == sorted(listed.stdout.split())


def test_a_hostile_ignore_file_holds_nobody_up(tmp_path: Path) -> None:
    write(tmp_path, "a" * 200, "b.py")
    (tmp_path / ".gitignore").write_text("*a" * 60 + "b\n" + "**/" * 60 + "x\n[\n\\\n!\n")
    index = FileIndex(tmp_path)
    index.begin()
    index.wait()
    assert index.matching("b") == ["b.py"]


def test_what_rules_further_up_in_the_repository_leave_out_is_left_out_below(tmp_path: Path) -> None:
    subprocess.run(("git", "init", "-q"), cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("*.log\n")
    write(tmp_path, "inner/a.py", "inner/b.log")
    assert list(walk(tmp_path / "inner")) == ["a.py"]


def test_links_are_not_followed_and_folders_of_tools_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "node_modules/x.js", ".venv/y.py", "__pycache__/z.pyc")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert list(walk(tmp_path)) == ["a.py"]


def test_a_name_that_begins_as_wanted_comes_before_one_that_holds_it(tmp_path: Path) -> None:
    write(tmp_path, "src/main.py", "main.py", "domain.py", "other.txt")
    index = FileIndex(tmp_path)
    assert index.matching("ma") == []
    index.begin()
    index.wait()
    assert index.matching("MA") == ["main.py", "src/main.py", "domain.py"]


HOSTILE = (
    "[bold]x.py",
    "a\x1b[31mred.py",
    "new\nline.py",
    "bidi\u202egnp.py",
    'quo"te.py',
    "sp ace.py",
    "-rf",
    "ünï.py",
)


def read(root: Path) -> FileIndex:
    index = FileIndex(root)
    index.begin()
    index.wait()
    return index


def repository(root: Path, *names: str) -> FileIndex:
    subprocess.run(("git", "init", "-q"), cwd=root, check=True)
    write(root, *names)
    subprocess.run(("git", "add", "-A"), cwd=root, check=True)
    return FileIndex(root)


def all_of(index: FileIndex) -> list[str]:
    index.begin()
    index.wait()
    return sorted(index.matching("", 1000))


def test_in_a_repository_files_are_offered_that_git_knows_or_sees_and_none_that_are_gone(tmp_path: Path) -> None:
    index = repository(tmp_path, "a.py", "gone.py", "src/b.py", "node_modules/kept.js")
    (tmp_path / "gone.py").unlink()
    (tmp_path / ".gitignore").write_text("*.log\n")
    write(tmp_path, "new.py", "x.log", "inner/c.py")
    subprocess.run(("git", "init", "-q"), cwd=tmp_path / "inner", check=True)
    assert all_of(index) == [
        *(".gitignore", "a.py", "inner/", "inner/c.py", "new.py"),
        *("node_modules/", "node_modules/kept.js", "src/", "src/b.py"),
    ]


def test_hostile_names_are_listed_as_they_are(tmp_path: Path) -> None:
    assert all_of(repository(tmp_path, *HOSTILE)) == sorted(HOSTILE)
    other = tmp_path / "none"
    write(other, *HOSTILE)
    (tmp_path / ".git").rename(tmp_path / "no")
    assert all_of(FileIndex(other)) == sorted(HOSTILE)


def test_a_program_that_a_repository_names_is_not_run(tmp_path: Path) -> None:
    index = repository(tmp_path, "a.py")
    ran = tmp_path / "ran"
    program = tmp_path / ".git" / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    subprocess.run(("git", "config", "core.fsmonitor", str(program)), cwd=tmp_path, check=True)
    assert all_of(index) == ["a.py"]
    assert not ran.exists()


def test_a_list_is_read_anew_once_it_is_stale(tmp_path: Path) -> None:
    now = 0.0
    write(tmp_path, "a.py")
    index = FileIndex(tmp_path, clock=lambda: now)
    index.freshen()
    index.wait()
    write(tmp_path, "b.py")
    now = STALE
    index.freshen()
    index.wait()
    assert index.matching("b.py") == []
    now = STALE + 1
    index.freshen()
    index.wait()
    assert index.matching("b.py") == ["b.py"]


async def test_a_search_lets_others_run_and_finds_what_matching_finds(tmp_path: Path) -> None:
    write(tmp_path, *(f"folder{number}/file{number}.py" for number in range(300)))
    ticks = itertools.count()
    index = FileIndex(tmp_path, clock=lambda: next(ticks) * SLICE)
    index.begin()
    index.wait()
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for query in ("f", "fo", "fold7", "fo7/fi", "zzz", "file299"):
        assert [each.text for each in await index.find(query)] == read(tmp_path).matching(query)
    task.cancel()
    assert turns > 20


def test_typing_on_finds_the_same_as_asking_at_once(tmp_path: Path) -> None:
    write(tmp_path, *(f"src/part{number}/userHandler{number}.py" for number in range(200)))
    index = read(tmp_path)
    for query in ("userhandler199", "uhandl12", "src/part19/us", "prt7", "zq"):
        for size in range(1, len(query) + 1):
            assert index.matching(query[:size]) == read(tmp_path).matching(query[:size])
