"""The tracker knows what each agent has seen, and lets one change a file at a time."""

import asyncio
from pathlib import Path

import pytest

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.textfile import digest_of, snapshot
from heartbit_tui.tools.tracker import ABSENT, Tracker


def test_each_agent_has_seen_its_own(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x")
    tracker = Tracker()
    tracker.saw("a", path, digest_of(b"x"))
    tracker.guard("a", path, "f", snapshot(path))
    with pytest.raises(Unable, match="has not been read"):
        tracker.guard("b", path, "f", snapshot(path))


def test_changed_deleted_and_created_files_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "f"
    tracker = Tracker()
    tracker.guard("a", path, "f", None)
    tracker.saw("a", path, ABSENT)
    path.write_bytes(b"x")
    with pytest.raises(Unable, match="was created since"):
        tracker.guard("a", path, "f", snapshot(path))
    tracker.saw("a", path, digest_of(b"y"))
    with pytest.raises(Unable, match="was changed since"):
        tracker.guard("a", path, "f", snapshot(path))
    with pytest.raises(Unable, match="was deleted since"):
        tracker.guard("a", path, "f", None)


def test_a_file_is_the_same_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "link").symlink_to("f")
    tracker = Tracker()
    tracker.saw("a", tmp_path / "link", digest_of(b"x"))
    tracker.guard("a", tmp_path / "f", "f", snapshot(tmp_path / "f"))


async def test_holders_of_the_same_files_in_any_order_take_turns_and_never_block_each_other(tmp_path: Path) -> None:
    tracker = Tracker()
    a, b, c = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    busy: set[Path] = set()

    async def change(*paths: Path) -> None:
        async with tracker.hold(*paths):
            assert not busy & {*paths}
            busy.update(paths)
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])
            busy.difference_update(paths)

    async with asyncio.timeout(10):
        await asyncio.gather(
            *(change(*paths) for paths in ((a, b), (b, a), (b, c, a), (c,), (c, a)) for _ in range(20))
        )
