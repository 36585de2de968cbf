"""write changes a whole file at once, or nothing: whatever dies, fills up or stands in the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.textfile import stamp_of
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.transaction import Change, carry_out
from heartbit_tui.tools.write import Write
from tests.samples import samples
from tests.tools.alone import call

KEPT: tuple[tuple[bytes, str, bytes], ...] = (
    (b"a\r\nb\r\n", "x\ny\n", b"x\r\ny\r\n"),
    (b"a\nb\n", "x\r\ny\r\n", b"x\r\ny\r\n"),
    (b"a\nb\n", "x", b"x\n"),
    (b"a\nb", "x", b"x"),
    (b"\xef\xbb\xbfa\n", "\ufeffb\n", b"\xef\xbb\xbfb\n"),
    ("\ufeffa\r\n".encode("utf-16-le"), "ä\n", "\ufeffä\r\n".encode("utf-16-le")),
    (b"a\r\nb\nc\r\n", "a\nb\nx\nc\n", b"a\r\nb\nx\nc\r\n"),
    (b"a\n", "", b""),
)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(("before", "content", "after"), KEPT)
async def test_encoding_mark_and_endings_are_kept(tmp_path: Path, before: bytes, content: str, after: bytes) -> None:
    path = tmp_path / "f"
    path.write_bytes(before)
    path.chmod(0o751)
    tracker = Tracker()
    await call(Read(tmp_path, tracker), file_path="f")
    output = await call(Write(tmp_path, tracker), file_path="f", content=content)
    assert (output.is_error, path.read_bytes(), path.stat().st_mode & 0o7777) == (False, after, 0o751)
    assert names_in(tmp_path) == ["f"]


async def test_new_files_get_their_folders_and_unread_ones_are_refused(tmp_path: Path) -> None:
    write = Write(tmp_path, Tracker())
    output = await call(write, file_path="a/b/f", content="x\n")
    assert (output.content, output.changed) == ("Created a/b/f: 2 bytes.", (str(tmp_path / "a/b/f"),))
    again = await call(write, file_path="a/b/f", content="x\n")
    assert "unchanged" in again.content
    assert again.changed == ()
    (tmp_path / "g").write_text("y\n")
    assert "has not been read" in (await call(write, file_path="g", content="x\n")).content
    assert "folder" in (await call(write, file_path="a", content="x\n")).content


async def test_a_link_is_written_through_to_the_real_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/f").write_text("a\n")
    (tmp_path / "link").symlink_to("real/f")
    tracker = Tracker()
    await call(Read(tmp_path, tracker), file_path="link")
    await call(Write(tmp_path, tracker), file_path="link", content="b\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/f").read_text() == "b\n"


async def test_a_preview_shows_the_diff_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a\nb\n")
    shown = await Write(tmp_path, Tracker()).preview({"file_path": "f", "content": "a\nc\n"})
    assert shown == "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert (tmp_path / "f").read_text() == "a\nb\n"


KILLS = samples(200, 50)
KILLED = """
import os, random, signal, sys
from pathlib import Path
from heartbit_tui.tools.textfile import snapshot
from heartbit_tui.tools.transaction import Change, carry_out
path, source, partial, turns = Path(sys.argv[1]), random.Random(4), 0, set()
for _ in range(int(sys.argv[2])):
    writer = os.fork()
    if writer == 0:
        turn = 0
        while True:
            turn += 1
            data = b"%d\\n" % (turn % 10) * 200_000
            carry_out([Change(path=path, data=data, stamp=snapshot(path).stamp)])
    for _ in range(source.randrange(1, 400_000)):
        pass
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    data = path.read_bytes()
    turns.add(data[:1])
    partial += data != data[:2] * 200_000
print(partial, len(turns))
"""


@pytest.mark.security("F9", n=KILLS)
def test_a_file_is_old_or_new_when_its_writer_is_killed_at_200_points(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0\n" * 200_000)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        (sys.executable, "-c", KILLED, str(path), str(KILLS)), capture_output=True, env=environment, check=True
    )
    partial, contents = (int(word) for word in done.stdout.split())
    print(f"{KILLS} kills, {partial} partial, {contents} contents")
    assert partial == 0
    assert contents > 1


FULL = """
import resource, sys
from pathlib import Path
from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.textfile import snapshot
from heartbit_tui.tools.transaction import Change, carry_out
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
a, b = Path(sys.argv[1]), Path(sys.argv[2])
changes = [Change(path=a, data=b"new", stamp=snapshot(a).stamp), Change(path=b, data=b"x" * 200_000, stamp=None)]
try:
    carry_out(changes)
except Unable as problem:
    print(problem)
"""


@pytest.mark.security("F9")
def test_a_full_disk_leaves_all_files_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = (sys.executable, "-B", "-c", FULL, str(tmp_path / "a"), str(tmp_path / "new/b"))
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"File too large. Nothing was changed." in done.stdout
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_when_a_later_file_cannot_be_changed_the_earlier_ones_are_put_back(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(name)
    stamps = {name: stamp_of((tmp_path / name).stat()) for name in "abc"}
    (tmp_path / "c").write_text("foreign")
    changes = [
        Change(path=tmp_path / "a", data=b"new", stamp=stamps["a"]),
        Change(path=tmp_path / "b", data=None, stamp=stamps["b"]),
        Change(path=tmp_path / "d/e", data=b"new", stamp=None),
        Change(path=tmp_path / "c", data=b"new", stamp=stamps["c"]),
    ]
    with pytest.raises(Unable, match="changed by something else"):
        carry_out(changes)
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"a": "a", "b": "b", "c": "foreign"}


def test_a_file_that_appears_in_between_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("foreign")
    with pytest.raises(Unable):
        carry_out([Change(path=tmp_path / "f", data=b"new", stamp=None)])
    assert (tmp_path / "f").read_text() == "foreign"


@pytest.mark.security("F5", n=200)
@pytest.mark.security("K48")
def test_temporary_files_are_private_and_follow_no_planted_link(tmp_path: Path) -> None:
    """The name is random and must not exist, so a planted link is never opened."""
    target = tmp_path / "target"
    target.write_text("precious")
    for number in range(200):
        (tmp_path / f".heartbit-{number:016x}.tmp").symlink_to(target)
        carry_out([Change(path=tmp_path / f"f{number}", data=b"new", stamp=None)])
    assert target.read_text() == "precious"
