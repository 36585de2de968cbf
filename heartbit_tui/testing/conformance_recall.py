"""What every memory has to hold to when it recalls; a part of `conformance_memory`."""

from dataclasses import replace
from datetime import timedelta
from math import exp

import pytest

from heartbit_tui.memory.types import Confidentiality, EntryType, Query
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.testing.memories import HOUR, MINE, REACH, MemorySuite, ids, new


class RecallConformance(MemorySuite):
    """The tests of recalls by words, by standing and by links."""

    async def test_words_find_what_has_them_whatever_their_case_and_accents(self) -> None:
        texts = {
            "a": "Rust is fast.",
            "b": "Le café est fermé",
            "c": "北京大学很远",
            "d": "nothing of it",
            "e": "x-ray_mode",
        }
        asked = {"is RUST fast?": "a", "cafe": "b", "CAFÉ?": "b", "大学": "c", "mode": "e", "(ray": "e"}
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new(text, id=name) for name, text in texts.items()])
            found = {text: ids(await memory.recall(Query(reach=REACH, text=text))) for text in asked}
        assert found == {text: [name] for text, name in asked.items()}

    async def test_a_word_is_no_part_of_a_longer_one(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("start the engine", id="a"), new("modern art", id="b")])
            assert ids(await memory.recall(Query(reach=REACH, text="art"))) == ["b"]

    async def test_keywords_and_summaries_are_searched_and_keywords_count_more(self) -> None:
        many = [new(f"filler number {number}") for number in range(8)]
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("the gate", id="s", summary="about kafka"), *many])
            await memory.store_many([new("kafka gate", id="c"), new("the gate", id="k", keywords=("kafka",))])
            assert ids(await memory.recall(Query(reach=REACH, text="kafka")))[0] == "k"
            assert set(ids(await memory.recall(Query(reach=REACH, text="kafka")))) == {"s", "c", "k"}

    async def test_rare_words_weigh_more_than_common_ones(self) -> None:
        common = [new(f"server note {number}", id=f"n{number}") for number in range(20)]
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("staging machine", id="rare"), *common])
            assert ids(await memory.recall(Query(reach=REACH, text="server staging")))[0] == "rare"

    async def test_a_query_that_says_nothing_is_answered_by_time_importance_and_strength(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("low", id="a", importance=1), new("high", id="b", importance=10)])
            await memory.store(new("old", id="c", importance=10, at=EPOCH - timedelta(days=30)))
            for text in ("", "what is it of the", "?!"):
                assert ids(await memory.recall(Query(reach=REACH, text=text), touch=False)) == ["b", "a", "c"]

    async def test_the_score_is_the_weighted_sum_of_its_parts(self) -> None:
        clock = FakeClock()
        async with self.memory(clock) as memory:
            await memory.store(new("alpha beta", strength=0.8))
            await clock.advance(24 * HOUR)
            why = (await memory.recall(Query(reach=REACH, text="alpha"))).found[0].why
        assert (why.recency, why.importance) == pytest.approx((exp(-0.24), 4 / 9))
        assert (why.strength, why.relevance) == pytest.approx((0.8 * exp(-0.12), 1.0))
        assert why.score == pytest.approx(
            0.25 * why.recency + 0.25 * why.importance + 0.3 * why.relevance + 0.2 * why.strength
        )
        assert (why.lexical_rank, why.vector_rank, why.similarity, why.linked_from) == (1, None, None, "")

    async def test_a_recall_reinforces_what_is_left_and_reading_for_the_system_does_not(self) -> None:
        clock = FakeClock()
        async with self.memory(clock) as memory:
            await memory.store(new("alpha", id="a", strength=0.5))
            await clock.advance(24 * HOUR)
            await memory.recall(Query(reach=REACH, text="alpha"), touch=False)
            assert (await memory.get("a", REACH)).access_count == 0
            touched = (await memory.recall(Query(reach=REACH, text="alpha"))).found[0].entry
            assert touched == await memory.get("a", REACH)
            assert touched.strength == pytest.approx(0.5 * exp(-0.12) + 0.2)
            assert (touched.last_accessed, touched.access_count) == (clock.now(), 1)
            assert await memory.get("a", REACH, touch=True) == await memory.get("a", REACH)
            assert (await memory.get("a", REACH)).access_count == 2
            for _ in range(2):
                await memory.recall(Query(reach=REACH, text="alpha"))
            assert (await memory.get("a", REACH)).strength == 1.0

    async def test_filters_narrow_what_comes_back(self) -> None:
        clock = FakeClock()
        async with self.memory(clock) as memory:
            await memory.store(new("word", id="weak", strength=0.2))
            await memory.store(new("word", id="plan", category="procedure", tags=("x", "y"), type=EntryType.SEMANTIC))
            await memory.store(new("word", id="tag", tags=('x"y', "z"), pinned=True))
            queries = {
                "plan": (Query(category="procedure"), Query(tags=("y", "none")), Query(type=EntryType.SEMANTIC)),
                "tag": (Query(pinned=True), Query(tags=('x"y',)), Query(tags=("z",))),
            }
            for name, given in queries.items():
                for query in (replace(each, reach=REACH, text=text) for each in given for text in ("word", "")):
                    assert ids(await memory.recall(query, touch=False)) == [name], query
                    assert [each.id for each in await memory.list(query)] == [name], query
            strong = Query(reach=REACH, text="word", min_strength=0.3)
            assert set(ids(await memory.recall(strong))) == {"plan", "tag"}

    async def test_the_limit_holds_and_is_bounded(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("word", id=f"{number:03}") for number in range(120)])
            counts = [
                len((await memory.recall(Query(reach=REACH, text="word", limit=n))).found) for n in (1, 7, 0, 500)
            ]
        assert counts == [1, 7, 100, 100]

    async def test_a_link_leads_to_what_does_not_match_once_and_says_from_where(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("alpha", id="a"), new("alpha too", id="b"), new("else", id="c")])
            await memory.link("a", "b", REACH)
            await memory.link("a", "c", REACH)
            found = (await memory.recall(Query(reach=REACH, text="alpha"))).found
        assert sorted(each.entry.id for each in found) == ["a", "b", "c"]
        linked = next(each for each in found if each.entry.id == "c")
        assert (linked.why.linked_from, linked.why.relevance) == ("a", pytest.approx(0.5))

    async def test_a_link_leads_nowhere_that_the_query_would_not(self) -> None:
        far = [
            new("x", id="secret", confidentiality=Confidentiality.RESTRICTED),
            new("x", replace(MINE, project="/q"), id="project"),
            new("x", id="weak", strength=0.1),
            new("x", id="category", category="observation"),
        ]
        reach = replace(REACH, projects=("/p",))
        all_of_it = replace(REACH, cap=Confidentiality.RESTRICTED)
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("alpha", id="a"), *far])
            for each in far:
                assert await memory.link("a", each.id, all_of_it)
            query = Query(reach=reach, text="alpha", min_strength=0.2, category="fact")
            assert ids(await memory.recall(query)) == ["a"]
