"""patch changes all files that a diff names, as git does, or none."""

import subprocess
from pathlib import Path

import pytest

from heartbit_tui.kernel.protocols import Output, Touch
from heartbit_tui.tools.patch import Patch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from tests.tools.alone import call


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


def fill(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


async def patched(root: Path, text: str) -> Output:
    """Read every file there is, then apply the patch."""
    tracker = Tracker()
    for name in contents(root):
        await call(Read(root, tracker), file_path=name)
    return await call(Patch(root, tracker), patch_text=text)


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=root, capture_output=True, check=True).stdout.decode()


LINES = b"".join(b"line %d\n" % number for number in range(1, 31))


async def test_a_git_diff_with_everything_in_it_gives_the_same_tree(tmp_path: Path) -> None:
    before = {
        "a.txt": LINES, "gone.txt": b"x\ny\n", "empty.txt": b"", "old name.txt": LINES, "run.sh": b"#!/bin/sh\n",
        "q.sql": b"-- comment\nselect 1;\n-- end\n", "dos.txt": b"a\r\nb\r\nc\r\n", "end.txt": b"no newline",
        "d/é\t.txt": b"1\n2\n", "kept.txt": LINES,
    }  # fmt: skip
    after = {
        "a.txt": LINES.replace(b"line 3\n", b"line three\n").replace(b"line 28\n", b""), "new/n.txt": b"n\n",
        "new name.txt": LINES.replace(b"line 9\n", b"line nine\n"), "run.sh": b"#!/bin/sh\n", "copy.txt": b"fresh",
        "q.sql": b"select 1;\n++ two\n", "dos.txt": b"a\r\nB\r\nc\r\nd\r\n", "end.txt": b"no newline\nat the end\n",
        "d/é\t.txt": b"1\n2", "kept.txt": LINES, "made.txt": b"",
    }  # fmt: skip
    work, mine = tmp_path / "git", tmp_path / "mine"
    for root in (work, mine):
        root.mkdir()
        fill(root, before)
    git(work, "init", "-q")
    git(work, "add", ".")
    git(work, "commit", "-qm", "before")
    for name in before:
        (work / name).unlink()
    fill(work, after)
    (work / "run.sh").chmod(0o755)
    git(work, "add", "-A")
    diff = git(work, "diff", "--cached", "-M")
    output = await patched(mine, diff)
    assert not output.is_error, output.content
    assert contents(mine) == after
    assert (mine / "run.sh").stat().st_mode & 0o111 == 0o111
    assert set(output.changed) >= {str(mine / name) for name in ("a.txt", "gone.txt", "old name.txt", "new name.txt")}
    assert "renamed old name.txt to new name.txt" in output.content


async def test_a_misfit_in_the_last_file_leaves_all_as_they_were(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1\n", "b": b"1\n"})
    text = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+2\n"
    output = await patched(tmp_path, text)
    assert (output.is_error, contents(tmp_path)) == (True, {"a": b"1\n", "b": b"1\n"})
    assert "the file has `1`" in output.content


async def test_every_file_must_have_been_read(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1\n", "b": b"1\n"})
    tracker = Tracker()
    await call(Read(tmp_path, tracker), file_path="a")
    text = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-1\n+2\n"
    output = await call(Patch(tmp_path, tracker), patch_text=text)
    assert "b exists but has not been read" in output.content
    assert contents(tmp_path) == {"a": b"1\n", "b": b"1\n"}


HEAD = "--- a/f\n+++ b/f\n"
APPLIED: tuple[tuple[bytes, str, bytes], ...] = (
    (b"a\nB\nc\nd\ne\nf\n", HEAD + "@@ -5,2 +5,2 @@\n-e\n+E\n f\n@@ -1,3 +1,3 @@\n a\n-B\n+b\n c\n", b"a\nb\nc\nd\nE\nf\n"),
    (b"a\r\nb\r\n", HEAD + "@@ -1,2 +1,3 @@\n a\n+x\n b\n", b"a\r\nx\r\nb\r\n"),
    (b"a  \nb\n", HEAD + "@@ -1,2 +1,2 @@\n a\n-b\n+c\n", b"a  \nc\n"),
    ("“a”\nb\n".encode(), HEAD + '@@ -1,2 +1,2 @@\n "a"\n-b\n+c\n', "“a”\nc\n".encode()),
    (b"a\n\nb\n", HEAD + "@@ -1,3 +1,3 @@\n a\n\n-b\n+c", b"a\n\nc\n"),
    (b"a\nb", HEAD + "@@ -1,2 +1,3 @@\n a\n b\n+c\n", b"a\nb\nc"),
    (b"a\nb", HEAD + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n", b"a\nb\n"),
    (b"-- x\ny\n", HEAD + "@@ -1,2 +1 @@\n--- x\n y\n", b"y\n"),
    (b"x\n" * 9 + b"a\nb\nc\n", HEAD + "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", b"x\n" * 9 + b"a\nB\nc\n"),
    (b"a\n", "--- f\t2020-01-01\n+++ f\t2020-01-02\n@@ -1 +1 @@\n-a\n+b\n", b"b\n"),
    (b"a\n", "From x\n\n--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", b"b\n"),
    (b"a\n", HEAD + "@@ -1 +1 @@\n-a\n+b\n-- \n2.39.5\n\n", b"b\n"),
    (b"caf\xe9\nb\n", HEAD + "@@ -2 +2 @@\n-b\n+c\n", b"caf\xe9\nc\n"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "text", "after"), APPLIED)
async def test_hunks_apply(tmp_path: Path, before: bytes, text: str, after: bytes) -> None:
    fill(tmp_path, {"f": before})
    output = await patched(tmp_path, text)
    assert (output.is_error, contents(tmp_path)) == (False, {"f": after}), output.content


REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"a\n", "", "no file headers"),
    (b"a\n", "@@ -1 +1 @@\n-a\n+b\n", "no hunk header that can be used"),
    (b"a\n", HEAD + "@@ -1,3 +1,3 @@\n-a\n+b\n", "Write the header as `@@ -LINE,1 +LINE,1 @@`"),
    (b"a\n", HEAD + "@@ -1 +1 @@\n-a\n+b\n+c\n", "one line more than its counts say"),
    (b"a\nb\na\nb\n", HEAD + "@@ -9,2 +9,2 @@\n a\n-b\n+c\n", "come into question (lines 1, 3)"),
    (b"    a\nb\n", HEAD + "@@ -1,2 +1,2 @@\n   a\n-b\n+c\n", "it wants `  a`, the file has `    a`"),
    (b"a\nb\n", HEAD + "@@ -1,0 +2,1 @@\n+c\n", "neither context nor removed lines"),
    (b"a\nb\nc\n", HEAD + "@@ -1,2 +1,2 @@\n-a\n+x\n b\n@@ -2,2 +2,2 @@\n-b\n+y\n c\n", "overlap"),
    (b"a\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+b\n", "exists already"),
    (b"a\nb\n", "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "does not remove all of its lines"),
    (b"a\n", "--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n", "`..`"),
    (b"a\n", "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", "g does not exist"),
    (b"a\n", "--- a/f\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", "rename from"),
    (b"a\n", "diff --git a/f b/f\nold mode 100644\nnew mode 120000\n", "symbolic link"),
    (b"a\n", "diff --git a/f b/f\nindex 1..2\nGIT binary patch\nliteral 0\n", "binary"),
    (b"a\n", HEAD + "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n", "without a newline"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "text", "said"), REFUSED)
async def test_what_does_not_fit_is_refused_with_what_to_do(
    tmp_path: Path, before: bytes, text: str, said: str
) -> None:
    fill(tmp_path, {"f": before})
    output = await patched(tmp_path, text)
    assert said in output.content
    assert (output.is_error, contents(tmp_path)) == (True, {"f": before})


def test_touches_are_all_files_of_the_patch(tmp_path: Path) -> None:
    text = (
        "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n"
        "diff --git a/c b/d\nsimilarity index 100%\ncopy from c\ncopy to d\n"
        "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+1\n--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n"
    )
    touches = Patch(tmp_path, Tracker()).touches({"patch_text": text})
    assert touches == (
        Touch(kind="write", what=str(tmp_path / "x")),
        Touch(kind="write", what=str(tmp_path / "y")),
        Touch(kind="read", what=str(tmp_path / "c")),
        Touch(kind="write", what=str(tmp_path / "d")),
        Touch(kind="write", what=str(tmp_path / "new")),
        Touch(kind="write", what="/etc/passwd"),
    )


async def test_a_preview_is_the_diff_that_results(tmp_path: Path) -> None:
    fill(tmp_path, {"f": b"x\n" * 5 + b"a\nb\n"})
    text = HEAD + "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    shown = await Patch(tmp_path, Tracker()).preview({"patch_text": text})
    assert shown == "--- a/f\n+++ b/f\n@@ -4,4 +4,4 @@\n x\n x\n a\n-b\n+c\n"
    assert contents(tmp_path) == {"f": b"x\n" * 5 + b"a\nb\n"}
