"""Writing never blocks, loses nothing, and tells when the reader has gone."""

import asyncio
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from heartbit_tui.headless.pipe import Pipe

BIG = "x" * 1_000_000 + "é\n"


@pytest.fixture
def ends() -> Generator[list[int]]:
    pair = list(os.pipe())
    yield pair
    for each in pair:
        os.close(each)


async def test_a_slow_reader_gets_everything_and_holds_up_nobody_else(ends: list[int]) -> None:
    pipe = Pipe(ends[1])
    pipe.add(BIG)
    writing = asyncio.create_task(pipe.flush())
    got = bytearray()
    while len(got) < len(BIG.encode()):
        got += await asyncio.to_thread(os.read, ends[0], 100_000)
    await writing
    assert got.decode() == BIG


async def test_a_reader_that_has_gone_is_told(ends: list[int]) -> None:
    pipe = Pipe(ends[1])
    os.close(ends[0])
    pipe.add("x")
    with pytest.raises(BrokenPipeError):
        await pipe.flush()
    await pipe.flush()
    ends[0] = os.open(os.devnull, os.O_RDONLY)


async def test_a_reader_that_leaves_while_we_wait_is_told(ends: list[int]) -> None:
    pipe = Pipe(ends[1])
    pipe.add(BIG)
    writing = asyncio.create_task(pipe.flush())
    for _ in range(3):
        await asyncio.sleep(0)
    os.close(ends[0])
    with pytest.raises(BrokenPipeError):
        await writing
    ends[0] = os.open(os.devnull, os.O_RDONLY)


def test_without_time_it_gives_up_on_a_reader_that_takes_nothing(ends: list[int]) -> None:
    pipe = Pipe(ends[1])
    pipe.add(BIG)
    pipe.flush_now(0.0)
    os.set_blocking(ends[0], False)
    assert len(os.read(ends[0], 1_000_000)) == 65_536


def test_what_was_begun_is_continued_without_a_loop(ends: list[int]) -> None:
    pipe = Pipe(ends[1])
    pipe.add("one ")
    pipe.add("two\n")
    pipe.flush_now(1.0)
    assert os.read(ends[0], 100) == b"one two\n"
    assert pipe.is_fifo
    assert not pipe.is_terminal


async def test_a_file_takes_everything(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    pipe = Pipe(descriptor)
    pipe.add(BIG)
    await pipe.flush()
    os.close(descriptor)
    assert (tmp_path / "out").read_bytes() == BIG.encode()
    assert not Pipe(os.open(tmp_path / "out", os.O_WRONLY)).is_fifo
