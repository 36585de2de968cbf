"""The list of what is remembered."""

from collections.abc import Sequence
from datetime import UTC, datetime

from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, Scope
from heartbit_tui.tui.keys.keymap import keymap
from heartbit_tui.tui.screens.memory import Known, Means, memory
from tests.tui.picker.board import Board, ink, settled

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LIVE = keymap()
STEPS = Entry(
    id="e1",
    scope=Scope(),
    content="To deploy:\n  make release\n  make push",
    category="procedure",
    tags=(),
    keywords=(),
    summary="",
    importance=5,
    type=EntryType.SEMANTIC,
    confidentiality=Confidentiality.PUBLIC,
    strength=1.0,
    created_at=NOW,
    last_accessed=NOW,
)


async def nothing(*_: object) -> None:
    return


async def test_an_entry_whose_words_were_only_looked_at_stays_as_it_is() -> None:
    edited: list[str] = []

    async def search(words: str, everywhere: bool) -> Sequence[Known]:
        return [Known(entry=STEPS, strength=1.0)]

    async def edit(id: str, words: str) -> None:
        edited.append(words)

    means = Means(search=search, pin=nothing, edit=edit, forget=nothing, now=lambda: NOW)
    app = Board(lambda: memory(means, LIVE, ink()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+r", "enter")
        await settled(pilot)
        assert edited == []
        await pilot.press("ctrl+r", "end", "!", "enter")
        await settled(pilot)
    assert edited == ["To deploy: make release make push!"]
