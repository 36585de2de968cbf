"""What every memory has to hold to where vectors are handed to it; a part of `conformance_memory`."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.semantic import Keeper
from heartbit_tui.memory.types import Change, Embedded, Query, Vector
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import REACH, MemorySuite, ids, new

MODEL = "axes"


class VectorsConformance(MemorySuite):
    """The tests of vectors."""

    async def test_vectors_find_what_shares_no_word(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("the car is red", id="car"), new("tea at five", id="tea")])
            await self._embed(memory, {"the car is red": (1, 0, 0, 0), "tea at five": (0, 1, 0, 0)})
            by_meaning = Query(reach=REACH, text="automobile", vector=Vector(model=MODEL, values=(0.9, 0.1, 0, 0)))
            found = (await memory.recall(by_meaning)).found
            assert [each.entry.id for each in found] == ["car", "tea"]
            assert (found[0].why.vector_rank, found[0].why.lexical_rank) == (1, None)
            assert found[0].why.similarity == pytest.approx(0.9 / 0.82**0.5, abs=1e-6)
            assert found[0].entry.embedded_by == MODEL
            other = replace(by_meaning, vector=Vector(model="other", values=(1, 0, 0, 0)))
            assert (await memory.recall(other)).found == ()
            longer = replace(by_meaning, vector=Vector(model=MODEL, values=(1, 0, 0, 0, 0)))
            assert (await memory.recall(longer)).found == ()

    async def test_found_both_ways_comes_before_found_one_way(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many(
                [new("alpha alpha", id="both"), new("alpha two", id="words"), new("third", id="vector")]
            )
            await self._embed(memory, {"alpha alpha": (0.8, 0.6), "alpha two": (-1, 0), "third": (1, 0)})
            query = Query(reach=REACH, text="alpha", vector=Vector(model=MODEL, values=(1, 0)))
            found = (await memory.recall(query)).found
        assert found[0].entry.id == "both"
        assert found[0].why.relevance == 1.0
        assert sorted(each.entry.id for each in found) == ["both", "vector", "words"]

    async def test_a_changed_text_loses_its_vector_and_waits_for_a_new_one(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store(new("old", id="a"))
            early = (await memory.pending(MODEL, 10)).texts[0]
            await self._embed(memory, {"old": (1, 0)})
            assert (await memory.pending(MODEL, 10)).total == 0
            await memory.update("a", Change(tags=("t",)), REACH)
            assert (await memory.get("a", REACH)).embedded_by == MODEL
            assert (await memory.update("a", Change(content="new"), REACH)).embedded_by == ""
            assert [each.text for each in (await memory.pending(MODEL, 10)).texts] == ["new"]
            late = Embedded(key=early.key, revision=early.revision, values=(1, 0))
            assert await memory.embed(MODEL, [late]) == 0
            near = Query(reach=REACH, text="zzz", vector=Vector(model=MODEL, values=(1, 0)))
            assert (await memory.recall(near)).found == ()

    async def test_another_model_is_filled_beside_the_first_and_then_serves(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("a", id="a"), new("b", id="b")])
            await self._embed(memory, {"a": (1, 0), "b": (0, 1)})
            await memory.serve(MODEL)
            assert (await memory.pending("next", 1)).total == 2
            await self._embed(memory, {"b": (1, 0, 0)}, model="next", some=True)
            old = Query(reach=REACH, vector=Vector(model=MODEL, values=(0, 1)), limit=1)
            assert ids(await memory.recall(old)) == ["b"]
            await self._embed(memory, {"a": (0, 1, 0), "b": (1, 0, 0)}, model="next")
            assert {(s.model, s.dimension, s.embedded, s.serving) for s in (await memory.stats(REACH)).spaces} == {
                (MODEL, 2, 2, True),
                ("next", 3, 2, False),
            }
            await memory.serve("next")
            assert [(s.model, s.serving) for s in (await memory.stats(REACH)).spaces] == [("next", True)]
            assert (await memory.recall(replace(old, text="zzz"))).found == ()
            fresh = Query(reach=REACH, vector=Vector(model="next", values=(0, 1, 0)), limit=1)
            assert ids(await memory.recall(fresh)) == ["a"]

    async def test_vectors_that_cannot_be_compared_are_refused(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("a"), new("b")])
            await self._embed(memory, {"a": (1, 0)}, some=True)
            (waiting,) = (await memory.pending(MODEL, 10)).texts
            for values in ((1, 0, 0), (), (float("nan"), 1), (float("inf"), 1)):
                with pytest.raises(EmbeddingError):
                    await memory.embed(MODEL, [Embedded(key=waiting.key, revision=waiting.revision, values=values)])

    async def _embed(
        self, memory: Keeper, vectors: dict[str, Sequence[float]], *, model: str = MODEL, some: bool = False
    ) -> None:
        waiting = (await memory.pending(model, 100)).texts
        given = [
            Embedded(key=each.key, revision=each.revision, values=vectors[each.text])
            for each in waiting
            if not some or each.text in vectors
        ]
        assert await memory.embed(model, given) == len(given)
