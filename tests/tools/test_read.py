"""read shows a file with line numbers, whatever its size, and opens nothing but files."""

import base64
import os
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import Image
from heartbit_tui.kernel.protocols import Touch
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.tools.alone import call

SHOWN: tuple[tuple[bytes, dict[str, object], str], ...] = (
    (b"a\nb\n", {}, "     1\ta\n     2\tb"),
    (b"a\nb", {}, "     1\ta\n     2\tb"),
    (b"a\r\nb\r\n", {}, "     1\ta\n     2\tb"),
    (b"", {}, "(The file is empty.)"),
    (b"\n", {}, "     1\t"),
    (b"1\n2\n3\n4\n", {"offset": 2, "limit": 2}, "     2\t2\n     3\t3\n(1 more lines; read on with offset=4)"),
    (b"1\n2\n", {"offset": 0, "limit": 1}, "     1\t1\n(1 more lines; read on with offset=2)"),
    (b"\xef\xbb\xbfa\n", {}, "     1\ta"),
    ("\ufeffä\nb\n".encode("utf-16-le"), {}, "     1\tä\n     2\tb"),
    (
        b"x" * 3000 + b"\ny\n",
        {},
        f"     1\t{'x' * 2000}...\n     2\ty\n(1 lines are longer than 2000 bytes and were cut)",
    ),
)


@pytest.mark.parametrize(("data", "arguments", "shown"), SHOWN)
async def test_lines_come_with_their_numbers(
    tmp_path: Path, data: bytes, arguments: dict[str, object], shown: str
) -> None:
    (tmp_path / "f").write_bytes(data)
    output = await call(Read(tmp_path, Tracker()), file_path="f", **arguments)
    assert (output.content, output.is_error) == (shown, False)


async def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"caf\xe9\n")
    output = await call(Read(tmp_path, Tracker()), file_path="f")
    assert output.content.startswith("     1\tcaf\ufffd\n(1 lines have bytes that are not valid text")


async def test_a_page_ends_before_the_loop_would_cut_it_and_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("".join(f"line {number} {'x' * 80}\n" for number in range(1, 5001)))
    read = Read(tmp_path, Tracker())
    offset, seen = 1, 0
    while True:
        output = await call(read, file_path="f", offset=offset)
        assert len(output.content.encode()) < 32_768
        numbers = [int(row[:6]) for row in output.content.splitlines() if "\t" in row]
        assert numbers == list(range(offset, offset + len(numbers)))
        seen += len(numbers)
        if "read on" not in output.content:
            break
        offset = numbers[-1] + 1
    assert seen == 5000
    beyond = await call(read, file_path="f", offset=5001)
    assert beyond.content == "There is no line 5001: the file has 5000 lines. Use a smaller offset."


@pytest.mark.security("F10", n=2)
async def test_a_huge_file_and_a_huge_line_are_read_in_bounded_memory(tmp_path: Path) -> None:
    with (tmp_path / "line").open("wb") as file:
        file.write(b"start" + b"x" * 5000)
        file.truncate(1 << 30)
    with (tmp_path / "many").open("wb") as file:
        for _ in range(60):
            file.write(b"0123456789\n" * 100_000)
    tracemalloc.start()
    one = await call(Read(tmp_path, Tracker()), file_path="line")
    late = await call(Read(tmp_path, Tracker()), file_path="many", offset=5_900_000, limit=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"peak {peak >> 20} MB")
    assert one.content.startswith("     1\tstartxxx")
    assert late.content.startswith("5900000\t0123456789")
    assert peak < 20 << 20


@pytest.mark.security("F10")
async def test_nothing_but_files_is_opened(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        said = {
            name: (await call(Read(tmp_path, Tracker()), file_path=name)).content
            for name in ("pipe", "folder", "binary", "loop", "socket", "/dev/zero", "a\0b", " ")
        }
    expected = {
        "pipe": "named pipe", "folder": "Use list", "binary": "binary file", "loop": "lead in a circle",
        "socket": "socket", "/dev/zero": "device", "a\0b": "NUL", " ": "empty",
    }  # fmt: skip
    assert {name: words in said[name] for name, words in expected.items()} == dict.fromkeys(expected, True), said
    record_property("cases", len(said))


async def test_a_missing_name_brings_the_nearest_ones(tmp_path: Path) -> None:
    (tmp_path / "Settings.py").write_text("x")
    output = await call(Read(tmp_path, Tracker()), file_path="setings.py")
    assert output.content == "setings.py does not exist. Did you mean Settings.py?"
    gone = await call(Read(tmp_path, Tracker()), file_path="no/such/file")
    assert "folder does not exist either" in gone.content


async def test_an_empty_file_that_was_read_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    tracker = Tracker()
    await call(Read(tmp_path, tracker), file_path="f")
    assert not (await call(Write(tmp_path, tracker), file_path="f", content="x\n")).is_error


async def test_a_file_created_after_it_was_looked_for_must_be_read(tmp_path: Path) -> None:
    tracker = Tracker()
    await call(Read(tmp_path, tracker), file_path="f")
    (tmp_path / "f").write_text("other")
    output = await call(Write(tmp_path, tracker), file_path="f", content="x\n")
    assert "was created since" in output.content


async def test_pictures_are_shown_by_what_they_are(tmp_path: Path) -> None:
    heads = {
        "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff\xe0",
        "image/gif": b"GIF89a", "image/webp": b"RIFF\0\0\0\0WEBP",
    }  # fmt: skip
    for kind, head in heads.items():
        data = head + bytes(range(64))
        (tmp_path / "picture").write_bytes(data)
        output = await call(Read(tmp_path, Tracker()), file_path="picture")
        assert output.media == (Image(media_type=kind, data=base64.b64encode(data).decode()),)


def test_touches_are_absolute_and_keep_links(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    read = Read(tmp_path, Tracker())
    paths = [read.touches({"file_path": given}) for given in ("a/../b", "link/x", "/etc/./x", "../up", "~/x")]
    expected = [tmp_path / "b", tmp_path / "link/x", "/etc/x", tmp_path.parent / "up", Path.home() / "x"]
    assert paths == [(Touch(kind="read", what=str(path)),) for path in expected]
