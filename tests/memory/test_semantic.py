"""Vectors follow what is stored, and what the embedder does never stands in the way."""

import asyncio
from collections.abc import Sequence

import pytest

from heartbit_tui.memory.consolidation import Summary, consolidate
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.semantic import AGAIN, BATCH, Progress, SemanticMemory
from heartbit_tui.memory.types import Confidentiality, EntryType, Floats, Query, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import MINE, REACH, ids, new

MEANINGS = {"car": (1.0, 0.0), "automobile": (0.9, 0.1), "tea": (0.0, 1.0)}


class Meanings:
    """An embedder that knows what three words mean."""

    model = "meanings"
    dimension = 2

    def __init__(self, *, failing: bool = False, hanging: bool = False) -> None:
        self.failing, self.hanging = failing, hanging
        self.batches: list[int] = []

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        if self.hanging:
            await asyncio.Event().wait()
        if self.failing:
            raise EmbeddingError("The service is away.")
        self.batches.append(len(texts))
        return [next((values for word, values in MEANINGS.items() if word in text), (0.5, 0.5)) for text in texts]


class Nothing:
    model, dimension = "none", 0

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        return [() for _ in texts]


async def test_what_shares_no_word_is_found_once_its_vector_has_followed() -> None:
    memory = SemanticMemory(VolatileMemory(FakeClock()), Meanings(), FakeClock())
    await memory.store_many([new("a red car", id="car"), new("green tea", id="tea")])
    asked = Query(reach=REACH, text="automobile", limit=1)
    assert ids(await memory.recall(asked)) == []
    told: list[Progress] = []
    assert await memory.fill(told.append) == 2
    assert [(each.done, each.total) for each in told] == [(0, 2), (2, 2)]
    assert ids(await memory.recall(asked)) == ["car"]
    assert (await memory.stats(REACH)).spaces[0].serving


async def test_texts_are_embedded_in_batches_and_storing_never_waits() -> None:
    embedder = Meanings(hanging=True)
    memory = SemanticMemory(VolatileMemory(FakeClock()), embedder, FakeClock())
    await memory.store_many([new(f"car {n}") for n in range(2 * BATCH + 1)])
    embedder.hanging = False
    await memory.fill()
    assert embedder.batches == [BATCH, BATCH, 1]


@pytest.mark.parametrize(("failing", "hanging", "told"), [(True, False, "away"), (False, True, "longer")])
async def test_a_recall_goes_on_by_words_and_says_so(failing: bool, hanging: bool, told: str) -> None:
    embedder = Meanings(failing=failing, hanging=hanging)
    memory = SemanticMemory(VolatileMemory(FakeClock()), embedder, FakeClock(), patience=0)
    await memory.store(new("a red car", id="car"))
    found = await memory.recall(Query(reach=REACH, text="car"))
    assert ids(found) == ["car"]
    assert told in found.notice
    assert found.notice.startswith("Searched by words alone")


async def test_without_an_embedder_nothing_is_embedded_and_nothing_is_said() -> None:
    memory = SemanticMemory(VolatileMemory(FakeClock()), Nothing(), FakeClock())
    await memory.store(new("a red car", id="car"))
    assert await memory.fill() == 0
    found = await memory.recall(Query(reach=REACH, text="car"))
    assert (ids(found), found.notice) == (["car"], "")


async def test_following_embeds_what_is_stored_and_tries_again_after_a_failure() -> None:
    clock, embedder = FakeClock(), Meanings(failing=True)
    inner = VolatileMemory(clock)
    memory = SemanticMemory(inner, embedder, clock)
    await memory.store(new("a red car", id="car"))
    told: list[Progress] = []
    filled = asyncio.Event()

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.done:
            filled.set()

    task = asyncio.create_task(memory.follow(tell))
    await clock.slept_by()
    assert told[-1].failure == "The service is away."
    embedder.failing = False
    await clock.advance(AGAIN[0])
    await filled.wait()
    assert (await inner.pending("meanings", 5)).total == 0
    filled.clear()
    await memory.store(new("green tea", id="tea"))
    await filled.wait()
    assert (await inner.pending("meanings", 5)).total == 0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_half_filled_memories_say_what_was_searched_by_words_alone() -> None:
    embedder = Meanings()
    memory = SemanticMemory(VolatileMemory(FakeClock()), embedder, FakeClock())
    await memory.store_many([new(f"car {n}") for n in range(BATCH + 3)])

    def stop(progress: Progress) -> None:
        embedder.failing = progress.done > 0

    with pytest.raises(EmbeddingError):
        await memory.fill(stop)
    embedder.failing = False
    found = await memory.recall(Query(reach=REACH, text="car"))
    assert found.notice == "3 memories have no vector yet and were searched by words alone."


async def joined(contents: Sequence[str]) -> Summary:
    return Summary(text=" and ".join(sorted(contents)))


async def test_consolidation_merges_what_belongs_together_and_touches_nothing_else() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    keys = ("deploy", "staging")
    secret = Confidentiality.RESTRICTED
    await memory.store_many(
        [
            new("one", id="1", keywords=keys, tags=("a",), importance=3, confidentiality=Confidentiality.INTERNAL),
            new("two", id="2", keywords=keys, tags=("b",), importance=8),
            new("other place", Scope(tenant="t", user="u", project="/q"), id="3", keywords=keys),
            new("pinned", id="4", keywords=keys, pinned=True),
            new("secret", id="5", keywords=keys, confidentiality=secret),
            new("alone", id="6", keywords=("else",)),
        ]
    )
    done = await consolidate(memory, REACH, joined)
    assert (done.replaced, done.skipped) == (2, 0)
    (made,) = done.made
    assert (made.content, made.type, made.importance) == ("one and two", EntryType.SEMANTIC, 8)
    assert (made.confidentiality, set(made.tags), made.scope) == (Confidentiality.INTERNAL, {"a", "b"}, MINE)
    assert (set(made.source_ids), made.strength) == ({"1", "2"}, 1.0)
    assert {each.access_count for each in await memory.list(Query(reach=REACH))} == {0}
    assert (await consolidate(memory, REACH, joined)).made == ()


async def test_pruning_right_after_consolidation_still_prunes() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    await memory.store_many(
        [new("weak", id="w", keywords=("x",)), new("a", keywords=("k",)), new("b", keywords=("k",))]
    )
    await clock.advance(500 * 3600)
    assert len((await consolidate(memory, REACH, joined)).made) == 1
    assert await memory.prune(REACH) == 1


@pytest.mark.parametrize("answer", [Summary(text="cut", whole=False), Summary(text=" \n"), EmbeddingError("away")])
async def test_a_cluster_without_a_whole_answer_stays(answer: Summary | EmbeddingError) -> None:
    memory = VolatileMemory(FakeClock())
    await memory.store_many([new("a", keywords=("k",)), new("b", keywords=("k",))])

    async def summarise(_: Sequence[str]) -> Summary:
        if isinstance(answer, EmbeddingError):
            raise answer
        return answer

    assert (await consolidate(memory, REACH, summarise)).skipped == 1
    assert (await memory.stats(REACH)).entries == 2
