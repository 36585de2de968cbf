"""Vectors follow what is stored, and what the embedder does never stands in the way."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.memory.consolidation import Summary, consolidate
from heartbit_tui.memory.embed.following import BATCH, Followed, Follower
from heartbit_tui.memory.embed.none import NoEmbedder
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.protocols import Embedder
from heartbit_tui.memory.semantic import Keeper, SemanticMemory
from heartbit_tui.memory.types import Confidentiality, EntryType, Floats, Query, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import MINE, REACH, ids, new
from tests.memory.places import WAYS, opened

MEANINGS = {"car": (1.0, 0.0), "automobile": (0.9, 0.1), "tea": (0.0, 1.0)}


class Meanings:
    """An embedder that knows what three words mean. With a `gate` each batch waits until the gate is opened for it."""

    def __init__(
        self,
        *,
        model: str = "meanings",
        dimension: int = 2,
        failing: bool = False,
        hanging: bool = False,
        gate: asyncio.Event | None = None,
    ) -> None:
        self.model, self.dimension = model, dimension
        self.failing, self.hanging, self._gate = failing, hanging, gate
        self.waits = asyncio.Event()

    def open(self, *, for_good: bool = False) -> None:
        """Let the batch that waits go on, and all after it where that is `for_good`."""
        gate, self.waits = self._gate, asyncio.Event()
        self._gate = None if for_good else asyncio.Event()
        if gate is not None:
            gate.set()

    async def embed(self, texts: Sequence[str]) -> Sequence[Floats]:
        if self.hanging:
            await asyncio.Event().wait()
        if gate := self._gate:
            self.waits.set()
            await gate.wait()
        if self.failing:
            raise EmbeddingError("The service is away.")
        rest = (0.0,) * (self.dimension - 2)
        known = MEANINGS.items()
        return [(*next((values for word, values in known if word in text), (0.5, 0.5)), *rest) for text in texts]


class Told:
    """What a follower tells, in order."""

    def __init__(self) -> None:
        self.progress: list[Followed] = []
        self.failures: list[str] = []
        self.over = asyncio.Event()

    def take(self, progress: Followed) -> None:
        self.progress.append(progress)
        if progress.over:
            self.over.set()

    def failed(self, error: HeartbitError) -> None:
        self.failures.append(str(error))


def followed(
    embedder: Embedder, told: Told, inner: Keeper | None = None, *, asking: Embedder | None = None
) -> tuple[SemanticMemory, Follower]:
    """A memory with what gives it vectors, which nobody has woken yet."""
    clock = FakeClock()
    memory = inner or VolatileMemory(clock)
    follower = Follower(memory, embedder, clock, progress=told.take, failed=told.failed)
    return SemanticMemory(memory, asking or embedder, follower), follower


async def test_what_shares_no_word_is_found_once_its_vector_has_followed() -> None:
    told = Told()
    memory, follower = followed(Meanings(), told)
    await memory.store_many([new("a red car", id="car"), new("green tea", id="tea")])
    asked = Query(reach=REACH, text="automobile", limit=1)
    found = await memory.recall(asked)
    assert (ids(found), found.notice) == ([], "2 memories have no vector yet and were searched by words alone.")
    assert (await follower.once()).done == 2
    assert (await memory.recall(asked)).notice == ""
    assert [(each.done, each.total, each.over) for each in told.progress] == [(0, 2, False), (2, 2, True)]
    assert ids(await memory.recall(asked)) == ["car"]
    assert (await memory.stats(REACH)).spaces[0].serving


@pytest.mark.parametrize(("failing", "hanging", "told"), [(True, False, "away"), (False, True, "longer")])
async def test_a_recall_goes_on_by_words_and_says_so(failing: bool, hanging: bool, told: str) -> None:
    inner, embedder = VolatileMemory(FakeClock()), Meanings(failing=failing, hanging=hanging)
    _, follower = followed(embedder, Told(), inner)
    memory = SemanticMemory(inner, embedder, follower, patience=0)
    await memory.store(new("a red car", id="car"))
    found = await memory.recall(Query(reach=REACH, text="car"))
    assert ids(found) == ["car"]
    assert told in found.notice
    assert found.notice.startswith("Searched by words alone")


async def test_without_an_embedder_nothing_is_embedded_and_nothing_is_said() -> None:
    told = Told()
    memory, follower = followed(NoEmbedder(), told)
    await memory.store(new("a red car", id="car"))
    assert (await follower.once()).done == 0
    found = await memory.recall(Query(reach=REACH, text="car"))
    assert (ids(found), found.notice, told.progress) == (["car"], "", [])


async def test_a_model_is_changed_behind_runs_that_go_on_and_says_how_far_it_is() -> None:
    inner, told = VolatileMemory(FakeClock()), Told()
    first, follower = followed(Meanings(), told, inner)
    await first.store_many([new(f"car {n}", id=f"{n:03}") for n in range(BATCH + 2)])
    await first.store(new("green tea", id="tea"))
    await follower.once()
    other = Meanings(model="other", dimension=3, gate=asyncio.Event())
    memory, follower = followed(other, told, inner, asking=Meanings(model="other", dimension=3))
    space = (await memory.stats(REACH)).spaces
    assert [(each.model, each.embedded, each.pending) for each in space] == [
        ("meanings", BATCH + 3, 0),
        ("other", 0, BATCH + 3),
    ]
    task = asyncio.create_task(follower.run())
    follower.wake()
    await other.waits.wait()
    found = await memory.recall(Query(reach=REACH, text="green"))
    assert ids(found) == ["tea"]
    assert found.notice == f"{BATCH + 3} memories have no vector yet and were searched by words alone."
    await memory.store(new("a red automobile", id="new"))
    other.open()
    await other.waits.wait()
    found = await memory.recall(Query(reach=REACH, text="automobile", limit=2))
    assert found.notice == "4 memories have no vector yet and were searched by words alone."
    assert "new" in ids(found)
    told.over.clear()
    other.open(for_good=True)
    await told.over.wait()
    assert (await inner.pending("other", 1)).total == 0
    task.cancel()
    assert [(each.model, each.done, each.total, each.over) for each in told.progress[3:6]] == [
        ("other", 0, BATCH + 3, False),
        ("other", BATCH, BATCH + 4, False),
        ("other", BATCH + 4, BATCH + 4, True),
    ]
    space = (await memory.stats(REACH)).spaces
    assert [(each.model, each.dimension, each.pending, each.serving) for each in space] == [("other", 3, 0, True)]
    assert told.failures == []


@pytest.mark.parametrize("way", ["volatile", *WAYS])
async def test_a_model_that_gives_another_length_under_its_old_name_embeds_all_anew(way: str, tmp_path: Path) -> None:
    clock, told = FakeClock(), Told()
    async with AsyncExitStack() as stack:
        inner = VolatileMemory(clock)
        if way != "volatile":
            inner = await stack.enter_async_context(opened(tmp_path / "heartbit.db", clock, way))
        for dimension in (2, 3):
            memory, follower = followed(Meanings(dimension=dimension), told, inner)
            await memory.store_many([new(f"car {dimension} {n}") for n in range(BATCH)])
            await memory.store(new("green tea", id=f"tea {dimension}"))
            done = await follower.once()
            assert (done.failed, done.over) == (0, True)
            by_meaning = await memory.recall(Query(reach=REACH, text="automobile", limit=5))
            assert all(each.entry.content.startswith("car") for each in by_meaning.found)
            assert all(each.why.vector_rank for each in by_meaning.found)
            space = (await memory.stats(REACH)).spaces
            assert [(each.dimension, each.pending) for each in space] == [(dimension, 0)]


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
