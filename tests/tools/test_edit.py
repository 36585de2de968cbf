"""edit replaces exactly what was asked for and nothing else."""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.protocols import Output, Tool
from heartbit_tui.tools.edit import Edit
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from tests.samples import samples
from tests.tools.alone import call
from tests.tools.random_text import line

BOM = b"\xef\xbb\xbf"
INTERLEAVINGS = samples(1_000, 200)


def tools(root: Path) -> tuple[Tool, Tool]:
    tracker = Tracker()
    return Read(root, tracker), Edit(root, tracker)


async def edited(root: Path, data: bytes, old: str, new: str, *, replace_all: bool = False) -> tuple[Output, bytes]:
    """Read a file with these bytes, edit it once, and give its bytes."""
    path = root / "file"
    path.write_bytes(data)
    read, edit = tools(root)
    assert not (await call(read, file_path="file")).is_error
    output = await call(edit, file_path="file", old_string=old, new_string=new, replace_all=replace_all)
    return output, path.read_bytes()


BYTES: tuple[tuple[bytes, str, str, bytes], ...] = (
    (b"a\nb\nc\n", "b", "x", b"a\nx\nc\n"),
    (b"a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", b"x\r\ny\r\nz\r\nc\r\n"),
    (b"a\r\nb\r\nc\r\n", "a\r\nb", "x\r\ny", b"x\r\ny\r\nc\r\n"),
    (b"a\nb\n", "a\r\nb", "x\r\ny", b"x\ny\n"),
    (b"a\nb\n", "a\n", "a\r\n", b"a\r\nb\n"),
    (BOM + b"a\nb\n", "a", "x", BOM + b"x\nb\n"),
    (b"a\nb", "b", "b\nc", b"a\nb\nc"),
    (b"a\nb", "b\n", "c\n", b"a\nc"),
    (b"a\nb\n", "b\n", "", b"a\n"),
    (b"a\r\nb\nc\r\nd\n", "b\nc", "b\nx\nc", b"a\r\nb\nx\nc\r\nd\n"),
    (b"a\r\r\nb\n", "b", "c", b"a\r\r\nc\n"),
    (b"\tx\n        y\n", "\tx\n", "\tz\n", b"\tz\n        y\n"),
    (b"caf\xe9\nx\n", "x", "y", b"caf\xe9\ny\n"),
    ("“a” ‘b’\n".encode(), "“a”", '"a"', '"a" ‘b’\n'.encode()),
    ("\ufeffa\nb\n".encode("utf-16-le"), "a\nb", "ä\nc", "\ufeffä\nc\n".encode("utf-16-le")),
    ("\ufeffa\r\nb\r\n".encode("utf-16-be"), "a\nb", "c\nd", "\ufeffc\r\nd\r\n".encode("utf-16-be")),
    (b"a\x0cb\nc\x0b\xe2\x80\xa8d\n", "c", "x", b"a\x0cb\nx\x0b\xe2\x80\xa8d\n"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "old", "new", "after"), BYTES)
@pytest.mark.security("K38")
async def test_all_bytes_around_a_change_stay(tmp_path: Path, before: bytes, old: str, new: str, after: bytes) -> None:
    output, data = await edited(tmp_path, before, old, new)
    assert (output.is_error, data) == (False, after), output.content
    assert output.changed == (str(tmp_path / "file"),)


REFUSED: tuple[tuple[bytes, str, str, str], ...] = (
    (b"a\nb\na\n", "a", "x", "found 2 times in file, at lines 1, 3"),
    (b"caf\xe9\nx\n", "x", "é", "not valid UTF-8"),
    ("it’s here\n".encode(), "it's here", "x", "nearest text is at line 1"),
    (b"def f():\n    return 1\n", "def f():\n  return 1\n", "x", "differs in white space only"),
    (b"alpha beta gamma\n", "nothing like it whatever", "x", "was not found in file. Read"),
    (b"\r\na\r\n", "a\n", "a\r\n", "nothing would change"),
)


@pytest.mark.parametrize(("before", "old", "new", "said"), REFUSED)
async def test_a_change_that_is_not_clear_is_refused_with_what_to_do(
    tmp_path: Path, before: bytes, old: str, new: str, said: str
) -> None:
    output, data = await edited(tmp_path, before, old, new)
    assert (output.is_error, data, output.changed) == (True, before, ())
    assert said in output.content


async def test_replace_all_replaces_each_one(tmp_path: Path) -> None:
    output, data = await edited(tmp_path, b"a b\r\na\r\n", "a", "aa", replace_all=True)
    assert data == b"aa b\r\naa\r\n"
    assert "2 places" in output.content
    assert {key: output.details[key] for key in ("added", "removed")} == {"added": 2, "removed": 2}


async def test_the_answer_shows_the_lines_as_read_numbers_them(tmp_path: Path) -> None:
    output, _ = await edited(tmp_path, b"1\n2\n3\n4\n5\n6\n", "4", "x\ny")
    assert (
        output.content == "Edited file (+2 -1 lines).\n     2\t2\n     3\t3\n     4\tx\n     5\ty\n     6\t5\n     7\t6"
    )


@pytest.mark.security("F7")
async def test_600_random_edits_are_exact(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    source = random.Random(1)
    cases = exact = 0
    for number in range(600):
        newline = ("\n", "\r\n")[number % 2]
        lines = [f"{number} {line(source)} {index}" for index in range(source.randrange(1, 30))]
        low = source.randrange(len(lines))
        high = min(low + source.randrange(1, 4), len(lines))
        fresh = [line(source) + str(number) for _ in range(source.randrange(0, 4))]
        end = newline if source.random() < 0.8 else ""
        before, after = newline.join(lines) + end, newline.join([*lines[:low], *fresh, *lines[high:]]) + end
        if high == len(lines) or not fresh:
            continue
        cases += 1
        mark = BOM if number % 3 == 0 else b""
        _, data = await edited(tmp_path, mark + before.encode(), "\n".join(lines[low:high]), "\n".join(fresh))
        exact += data == mark + after.encode()
    record_property("cases", cases)
    assert exact == cases >= 300


@pytest.mark.security("K39")
async def test_an_unread_file_is_refused_and_a_touched_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a\n")
    read, edit = tools(tmp_path)
    assert "has not been read" in (await call(edit, file_path="file", old_string="a", new_string="b")).content
    await call(read, file_path="file")
    os.utime(path, (1, 1))
    assert not (await call(edit, file_path="file", old_string="a", new_string="b")).is_error
    path.write_text("c\n")
    assert "was changed since" in (await call(edit, file_path="file", old_string="c", new_string="d")).content
    path.unlink()
    assert "does not exist" in (await call(edit, file_path="file", old_string="c", new_string="d")).content


@pytest.mark.security("F6", n=INTERLEAVINGS)
@pytest.mark.slow
async def test_1000_interleavings_of_parallel_edits_and_foreign_writes_lose_nothing(tmp_path: Path) -> None:
    """Two agents edit at once, a third program writes in between; each accepted edit is in the end."""
    source = random.Random(2)
    tracker = Tracker()
    read, edit = Read(tmp_path, tracker), Edit(tmp_path, tracker)
    path = tmp_path / "file"
    touches = refused = 0
    for number in range(INTERLEAVINGS):
        path.write_text("one\ntwo\nthree\nfour\n")
        for agent in ("a", "b"):
            await call(read, agent, file_path="file")
        words = source.sample(["one", "two", "three", "four"], 4)
        foreign = source.choice(["none", "touch", "write"])
        if foreign == "touch":
            os.utime(path, ns=(number, number))
            touches += 1
        elif foreign == "write":
            path.write_text("one\ntwo\nthree\nfour\nforeign\n")
        outputs = await asyncio.gather(
            *(
                call(edit, agent, file_path="file", old_string=word, new_string=f"{word}!")
                for agent, word in zip("aaab", words, strict=True)
            )
        )
        after = path.read_text()
        for output, word in zip(outputs, words, strict=True):
            assert (f"{word}!\n" in after) == (not output.is_error)
        assert ("foreign" in after) == (foreign == "write")
        refused += sum(output.is_error for output in outputs)
        if foreign != "write":
            assert not any(output.is_error for output in outputs[:1])
            assert sum(output.is_error for output in outputs) in (1, 3)
    print(f"{INTERLEAVINGS} interleavings, {touches} touches, {refused} refused, 0 lost")
