"""What stands on stdin is read as far as patience goes."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from heartbit_tui.headless.endings import UsageError
from heartbit_tui.headless.stdin import AS_ASKED, MOST_BYTES, Patience, Taken, attached, is_terminal, read

SHORT = Patience(first=0.05, idle=0.05)


@pytest.fixture
def ends() -> Generator[tuple[int, int]]:
    pair = os.pipe()
    yield pair
    for each in pair:
        os.close(each)


def test_a_silent_pipe_is_left(ends: tuple[int, int]) -> None:
    assert read(SHORT, ends[0]) == Taken(text="", whole=False)


def test_a_pipe_that_pauses_is_read_so_far(ends: tuple[int, int]) -> None:
    os.write(ends[1], "ä so far".encode())
    assert read(SHORT, ends[0]) == Taken(text="ä so far", whole=False)


def test_a_closed_pipe_is_read_whole() -> None:
    source, target = os.pipe()
    os.write(target, b"\xef\xbb\xbfall\xff")
    os.close(target)
    assert read(AS_ASKED, source) == Taken(text="all\ufffd", whole=True)
    os.close(source)


def test_a_file_is_read_whole_however_little_patience(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 1_000_000)
    with (tmp_path / "f").open("rb") as file:
        assert len(read(Patience(first=0, idle=0), file.fileno()).text) == 1_000_000
        assert not is_terminal(file.fileno())


def test_too_much_and_the_unreadable_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb+") as file:
        file.truncate(MOST_BYTES + 1)
        with pytest.raises(UsageError, match="10 MB"):
            read(AS_ASKED, file.fileno())
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(UsageError, match="cannot be read"):
        read(AS_ASKED, folder)
    os.close(folder)


def test_what_is_attached_is_marked() -> None:
    assert attached("do", Taken()) == "do"
    assert attached("do", Taken(text=" \n")) == "do"
    assert attached("do", Taken(text="x\n")) == "do\n\n<stdin>\nx\n</stdin>"
    assert "still open" in attached("do", Taken(text="x", whole=False))
