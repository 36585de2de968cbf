"""The log of daemons stays small, private and whole, and whoever follows it misses nothing."""

import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from heartbit_tui.daemon.log_file import LogFile, numbered
from heartbit_tui.daemon.log_reading import Follower, Said, Wanted, files, read, shown, tail

WRITER = """
import sys
from pathlib import Path
from heartbit_tui.daemon.log_file import LogFile
log = LogFile(Path(sys.argv[1]), 4000, 50)
for number in range(200):
    log.write(f"{sys.argv[2]} {number} " + "x" * (number % 40))
"""


def everything(path: Path) -> list[str]:
    """The lines of all files, the oldest first."""
    return [line for each in reversed([*files(path)]) for line in each.read_text().splitlines()]


def record(number: int, level: str = "info", task: str = "") -> str:
    at = datetime(2026, 11, 23, 7, number, tzinfo=UTC)
    return json.dumps(
        {"at": at.isoformat(), "level": level, "message": f"m{number}", "pid": 7, **({"task": task} if task else {})}
    )


def test_a_log_stays_within_its_bounds_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "daemon.log"
    log = LogFile(path, 1_000, 3)
    for number in range(500):
        log.write(f"line {number} " + "x" * 50)
    found = [*files(path)]
    assert found == [numbered(path, each) for each in range(4)]
    assert all(each.stat().st_size <= 1_000 for each in found)
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    numbers = [int(line.split()[1]) for line in everything(path)]
    assert numbers == [*range(numbers[0], 500)]


def test_a_log_that_others_could_read_is_narrowed_and_a_link_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    path.write_text("before\n")
    path.chmod(0o644)
    LogFile(path, 1_000, 1).write("after")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("before\nafter\n", 0o600)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"daemon\.log"):
        LogFile(path, 1_000, 1).write("after")
    assert not (tmp_path / "elsewhere").exists()


def test_a_log_that_was_taken_away_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    log = LogFile(path, 1_000, 1)
    log.write("one")
    path.unlink()
    log.write("two")
    assert path.read_text() == "two\n"


async def test_several_processes_that_write_at_once_lose_and_break_no_line(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    names = ("a", "b", "c")
    running = [await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, str(path), name) for name in names]
    assert [await each.wait() for each in running] == [0, 0, 0]
    found = sorted(everything(path))
    assert found == sorted(f"{name} {number} " + "x" * (number % 40) for name in names for number in range(200))


@settings(deadline=None)
@given(steps=st.lists(st.integers(0, 12), min_size=1, max_size=12), most=st.integers(40, 400))
def test_whoever_follows_a_log_sees_each_line_once_in_order(steps: list[int], most: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "daemon.log"
        log, follower, seen, count = LogFile(path, most, 30), Follower(path), list[str](), 0
        for step in steps:
            for _ in range(step):
                log.write(f"line {count}")
                count += 1
            seen += [each.message for each in follower.news()]
        seen += [each.message for each in follower.news()]
        follower.close()
        log.close()
        assert seen == [f"line {number}" for number in range(count)]


def test_a_line_that_is_being_written_is_shown_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    path.write_text("one\ntw")
    follower = Follower(path)
    assert [each.message for each in follower.news()] == ["one"]
    with path.open("a") as file:
        file.write("o\n")
    assert [each.message for each in follower.news()] == ["two"]
    path.write_text("new\n")
    assert [each.message for each in follower.news()] == ["new"]
    follower.close()


def test_a_late_line_of_a_file_that_was_moved_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    path.write_text("one\n")
    follower = Follower(path)
    with path.open("a") as late:
        path.rename(numbered(path, 1))
        path.write_text("three\n")
        assert [each.message for each in follower.news()] == ["one", "three"]
        late.write("two\n")
    assert [each.message for each in follower.news()] == ["two"]
    follower.close()


@given(
    line=st.binary(max_size=60)
    | st.sampled_from((b"[1]", b"{}", b'{"message": 1}', b'{"message": "x", "at": 1}', b"[" * 9_000))
)
def test_no_line_breaks_the_reading(line: bytes) -> None:
    said = read(line)
    assert isinstance(shown(said), str)
    json.dumps(said.as_json)


def test_the_newest_lines_that_are_wanted_come_from_all_files(tmp_path: Path) -> None:
    path = tmp_path / "daemon.log"
    numbered(path, 1).write_text("\n".join((record(1, "error", "abc1"), record(2), "broken {", "")))
    path.write_text("\n".join((record(3, "warning", "abc2"), record(4, "debug"), "")))

    def messages(count: int = 9, **wanted: object) -> list[str]:
        return [each.message for each in tail(path, count, Wanted(**wanted))]  # pyright: ignore[reportArgumentType]

    assert messages() == ["m1", "m2", "broken {", "m3", "m4"]
    assert messages(2) == ["m3", "m4"]
    assert messages(level="info") == ["m1", "m2", "m3"]
    assert messages(level="warning") == ["m1", "m3"]
    assert messages(task="abc") == ["m1", "m3"]
    assert messages(task="abc2") == ["m3"]
    assert messages(since=datetime(2026, 11, 23, 7, 3, tzinfo=UTC)) == ["m3", "m4"]
    assert tail(tmp_path / "none", 9, Wanted()) == ()


def test_a_line_is_shown_with_its_time_level_task_and_traceback() -> None:
    at = datetime(2026, 11, 23, 7, 30, 5, tzinfo=UTC)
    said = Said(message="it broke", at=at, level="error", task="0123456789", exception="Traceback\n  ValueError: x")
    assert shown(said) == (
        f"{at.astimezone():%Y-%m-%d %H:%M:%S} error    [01234567] it broke\n    Traceback\n      ValueError: x"
    )
    assert shown(read(b"not a record")) == "not a record"
