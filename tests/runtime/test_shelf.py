"""Whether anything is remembered, as a session asks before it loads what remembers."""

from pathlib import Path

from heartbit_tui.memory.types import NewEntry
from heartbit_tui.runtime.shelf import FRESH, Shelf
from heartbit_tui.testing.clock import FakeClock


async def test_that_nothing_is_remembered_counts_for_a_moment_and_is_then_looked_at_again(tmp_path: Path) -> None:
    clock = FakeClock()
    mine, other = Shelf(tmp_path / "heartbit.db", clock), Shelf(tmp_path / "heartbit.db", clock)
    assert await mine.is_empty()
    await other.memory.store(NewEntry(content="The tests need a database."))
    assert await mine.is_empty()
    await clock.advance(FRESH)
    assert not await mine.is_empty()
    assert not await mine.is_empty()
    await mine.close()
    await other.close()


async def test_a_memory_that_is_in_use_is_never_taken_for_empty(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "heartbit.db", FakeClock())
    assert await shelf.is_empty()
    await shelf.memory.store(NewEntry(content="Commits are small here."))
    assert not await shelf.is_empty()
    await shelf.close()
