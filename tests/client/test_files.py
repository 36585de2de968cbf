import subprocess
from pathlib import Path

from heartbit_tui.client.files import FileIndex
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
