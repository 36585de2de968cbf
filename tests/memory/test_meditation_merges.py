"""A merge of doubles can be undone for thirty days: what was taken in is there again, and nothing is lost meanwhile."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.memory.meditation_merges import MergeError
from heartbit_tui.memory.types import Change, Confidentiality, Entry
from tests.memory.meditation_rig import ALL, RELEASES, SKILL, Bench, bench, core, fact, says

PORT = "The dev server of this project listens on port 4711 since the last release of the stack"
SAME = f"{PORT}."
THIRD = f"{PORT}!"
OTHER = "Nobody deploys on Fridays."


def bare(entry: Entry) -> Entry:
    """An entry without what says by which model it has a vector."""
    return replace(entry, embedded_by="")


async def everything(on: Bench) -> dict[str, Entry]:
    return {text: bare(entry) for text, entry in (await on.entries()).items()}


async def test_a_merge_that_is_undone_leaves_all_as_it_was_and_the_two_are_no_doubles_any_more(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        weak, strong, other = await on.store(
            fact(PORT, tags=("dev",), confidentiality=Confidentiality.INTERNAL, importance=3),
            fact(SAME, importance=8, keywords=("port",)),
            fact(OTHER),
        )
        await on.memory.link(weak.id, other.id, ALL)
        await on.memory.link(weak.id, strong.id, ALL)
        before = await everything(on)
        assert (await on.meditate()).removed == 1
        (merge,) = await on.kept.merges(ALL)
        assert (merge.keeper.id, [bare(each) for each in merge.gone]) == (strong.id, [before[PORT]])
        await on.kept.undo(merge.number, ALL)
        assert await everything(on) == before
        assert await on.kept.merges(ALL) == ()
        await on.embed()
        assert (await on.meditate()).removed == 0


async def test_what_was_changed_since_a_merge_stays_changed(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        weak, strong = await on.store(fact(PORT, tags=("dev",)), fact(SAME, importance=8))
        await on.memory.get(weak.id, ALL, touch=True)
        await on.meditate()
        await on.memory.update(strong.id, Change(content="It listens on 4712.", importance=9), ALL)
        await on.memory.get(strong.id, ALL, touch=True)
        (merge,) = await on.kept.merges(ALL)
        await on.kept.undo(merge.number, ALL)
        left = await on.entries()
    assert set(left) == {PORT, "It listens on 4712."}
    kept = left["It listens on 4712."]
    assert (kept.importance, kept.tags, kept.source_ids, kept.access_count) == (9, (), (), 1)
    assert (left[PORT].tags, left[PORT].access_count) == (("dev",), 1)


async def test_after_thirty_days_a_merge_is_neither_told_nor_kept(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT), fact(SAME))
        await on.meditate()
        await on.clock.advance(timedelta(days=30).total_seconds() - 1)
        (merge,) = await on.kept.merges(ALL)
        await on.clock.advance(1)
        assert await on.kept.merges(ALL) == ()
        with pytest.raises(MergeError, match="older than 30 days"):
            await on.kept.undo(merge.number, ALL)
        await on.meditate()
        asked = "SELECT count(*) FROM memory_merges"
        assert await on.database.read(lambda connection: connection.execute(asked).fetchone()) == (0,)


async def test_who_forgets_what_stayed_forgets_what_it_took_in(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT), fact(SAME))
        (double,) = (await on.meditate()).doubles
        await on.memory.forget(double.keeper.id, ALL)
        assert await on.kept.merges(ALL) == ()
        asked = "SELECT count(*) FROM memory_merges"
        assert await on.database.read(lambda connection: connection.execute(asked).fetchone()) == (0,)


async def test_merges_of_merges_are_undone_one_after_the_other(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT), fact(SAME, importance=6))
        before = await everything(on)
        await on.meditate()
        await on.store(fact(THIRD, importance=9))
        await on.meditate()
        assert list(await on.entries()) == [THIRD]
        newest, oldest = await on.kept.merges(ALL)
        assert ([each.content for each in newest.gone], [each.content for each in oldest.gone]) == ([SAME], [PORT])
        await on.kept.undo(newest.number, ALL)
        assert set(await on.entries()) == {SAME, THIRD}
        await on.kept.undo(oldest.number, ALL)
        left = await everything(on)
    assert {text: left[text] for text in (PORT, SAME)} == before


async def test_the_older_of_two_merges_can_be_undone_alone(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT), fact(SAME, importance=6))
        await on.meditate()
        await on.store(fact(THIRD, importance=9))
        await on.meditate()
        _, oldest = await on.kept.merges(ALL)
        await on.kept.undo(oldest.number, ALL)
        assert set(await on.entries()) == {PORT, THIRD}


async def test_the_draft_that_an_entry_was_in_is_its_own_again(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL)) as on:
        first, *_ = await on.store(*map(core, RELEASES))
        (draft,) = (await on.meditate()).drafts
        (stronger,) = await on.store(core(f"{RELEASES[0]}.", importance=9))
        assert (await on.meditate(enabled=False)).removed == 1
        (merge,) = await on.kept.merges(ALL)
        assert [each.draft for each in await on.kept.seen([stronger.id], ALL)] == [draft.id]
        await on.kept.undo(merge.number, ALL)
        seen = await on.kept.seen([first.id, stronger.id], ALL)
    assert [each.draft for each in seen] == [draft.id, ""]


async def test_nobody_undoes_a_merge_out_of_reach(tmp_path: Path) -> None:
    async with bench(tmp_path) as on:
        await on.store(fact(PORT), fact(SAME))
        await on.meditate()
        (merge,) = await on.kept.merges(ALL)
        elsewhere = replace(ALL, tenant="acme")
        assert await on.kept.merges(elsewhere) == ()
        with pytest.raises(MergeError):
            await on.kept.undo(merge.number, elsewhere)
