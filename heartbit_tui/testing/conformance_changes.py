"""What every memory has to hold to when its entries are changed, linked, merged and pruned; a part of `conformance_memory`."""

from dataclasses import replace

import pytest

from heartbit_tui.memory.errors import EntryMissing, EntryRefused
from heartbit_tui.memory.types import Change, Confidentiality, EntryType, Query, Reach
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import HOUR, MINE, REACH, MemorySuite, ids, new


class ChangesConformance(MemorySuite):
    """The tests of what happens to entries after they were stored."""

    async def test_links_hold_both_ways_and_end_with_either_end(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("a", id="a"), new("b", id="b"), new("c", id="c")])
            assert [await memory.link("a", "b", REACH) for _ in range(2)] == [True, True]
            assert await memory.link("a", "c", REACH)
            assert not await memory.link("a", "none", REACH)
            assert await memory.link("a", "a", REACH)
            assert (await memory.get("a", REACH)).related_ids == ("b", "c")
            assert (await memory.get("b", REACH)).related_ids == ("a",)
            assert await memory.forget("b", REACH)
            assert not await memory.forget("b", REACH)
            assert (await memory.get("a", REACH)).related_ids == ("c",)

    async def test_an_update_is_found_by_its_new_words_alone(self) -> None:
        clock = FakeClock()
        async with self.memory(clock) as memory:
            await memory.store(new("old words", id="a", keywords=("first",)))
            await clock.advance(HOUR)
            changed = await memory.update("a", Change(content="new text", keywords=("second",), importance=99), REACH)
            assert (changed.content, changed.importance, changed.last_accessed) == ("new text", 10, clock.now())
            found = {
                w: ids(await memory.recall(Query(reach=REACH, text=w))) for w in ("old", "first", "text", "second")
            }
            assert found == {"old": [], "first": [], "text": ["a"], "second": ["a"]}
            with pytest.raises(EntryMissing, match="none"):
                await memory.update("none", Change(content="x"), REACH)
            with pytest.raises(EntryRefused):
                await memory.update("a", Change(content=""), REACH)

    async def test_pruning_takes_what_is_weak_and_old_and_nothing_else(self) -> None:
        clock = FakeClock()
        async with self.memory(clock) as memory:
            await memory.store(new("weak", id="weak", strength=0.5))
            await memory.store(new("pinned", id="pinned", strength=0.5, pinned=True))
            await memory.store(new("theirs", replace(MINE, user="u2"), id="theirs", strength=0.5))
            await memory.store(new("recalled", id="recalled", strength=0.5))
            await clock.advance(30 * 24 * HOUR)
            await memory.recall(Query(reach=REACH, text="recalled"))
            await memory.store(new("young", id="young", strength=0.01))
            assert await memory.prune(REACH, dry_run=True) == 1
            assert [await memory.prune(REACH), await memory.prune(REACH)] == [1, 0]
            assert {each.id for each in await memory.list(Query(reach=REACH))} == {"pinned", "recalled", "young"}
            assert (await memory.get("theirs", Reach(tenant="t", user="u2"))).id == "theirs"

    async def test_raw_strength_one_is_pruned_after_460_hours_and_a_half_and_not_before(self) -> None:
        clock = FakeClock()
        async with self.memory(clock) as memory:
            await memory.store(new("a"))
            await clock.advance(460.5 * HOUR)
            assert await memory.prune(REACH) == 0
            await clock.advance(0.05 * HOUR)
            assert await memory.prune(REACH) == 1

    async def test_merging_keeps_the_strictest_level_and_all_tags_and_says_what_was_missing(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store(new("a", id="a", tags=("x",), keywords=("k",), confidentiality=Confidentiality.INTERNAL))
            await memory.store(new("b", id="b", tags=("y",), confidentiality=Confidentiality.CONFIDENTIAL))
            merged = await memory.merge(
                new("both", id="m", tags=("z",), type=EntryType.SEMANTIC), ["a", "no", "b"], REACH
            )
            assert (merged.replaced, merged.missing) == (("a", "b"), ("no",))
            assert merged.entry.tags == ("z", "x", "y")
            assert (merged.entry.keywords, merged.entry.source_ids) == (("k",), ("a", "b"))
            assert merged.entry.confidentiality is Confidentiality.CONFIDENTIAL
            assert [each.id for each in await memory.list(Query(reach=REACH))] == ["m"]
            with pytest.raises(EntryMissing):
                await memory.merge(new("nothing"), ["a", "b"], REACH)
            assert [each.id for each in await memory.list(Query(reach=REACH))] == ["m"]
