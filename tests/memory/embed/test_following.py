"""Texts without a vector get one in the background, questions wait for none, and names mean what they meant."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.memory.embed.following import BATCH, Followed, Follower, follow
from heartbit_tui.memory.embed.names import local_model, remote_dimension
from heartbit_tui.memory.embed.none import NoEmbedder
from heartbit_tui.memory.embed.timely import PAUSE, REMEMBERED, Timely
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.memory.types import Embedded, NewEntry, Pending, Scope, Waiting
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing import FakeClock
from heartbit_tui.testing.embeddings import WordEmbedder, vector_of


@dataclass
class Texts:
    """A backlog of texts in memory."""

    texts: dict[int, str]
    vectors: dict[int, tuple[str, object]] = field(default_factory=dict[int, tuple[str, object]])
    served: list[str] = field(default_factory=list[str])

    async def pending(self, model: str, limit: int) -> Waiting:
        left = [key for key in self.texts if self.vectors.get(key, ("",))[0] != model]
        some = tuple(Pending(key=key, revision=0, text=self.texts[key]) for key in left[:limit])
        return Waiting(texts=some, total=len(left))

    async def embed(self, model: str, vectors: Sequence[Embedded]) -> int:
        self.vectors |= {each.key: (model, each.values) for each in vectors}
        return len(vectors)

    async def serve(self, model: str) -> None:
        self.served.append(model)


async def test_all_that_waits_is_embedded_and_another_model_embeds_it_anew_with_progress() -> None:
    texts = Texts({n: f"text {n}" for n in range(3 * BATCH + 5)})
    for model in ("words", "other"):
        seen: list[Followed] = []
        ended = await follow(texts, WordEmbedder(model=model), seen.append)
        assert (ended.done, ended.total, ended.failed, ended.over) == (101, 101, 0, True)
        assert [each.done for each in seen] == [0, 32, 64, 96, 101]
        assert {each.total for each in seen} == {101}
        assert {name for name, _ in texts.vectors.values()} == {model}
    assert texts.served == ["words", "other"]
    assert texts.vectors[7] == ("other", vector_of("text 7"))
    assert (await follow(texts, NoEmbedder())).over


async def test_a_text_that_no_vector_can_be_made_of_holds_up_no_other() -> None:
    texts = Texts({n: "poison" if n in (3, 40) else f"text {n}" for n in range(50)})
    ended = await follow(texts, WordEmbedder(fails="poison"))
    assert (ended.done, ended.failed) == (48, 2)
    assert texts.served == ["words"]


async def test_an_embedder_that_fails_for_all_is_given_up_soon_and_what_was_done_stays() -> None:
    texts = Texts({n: f"text {n}" for n in range(BATCH)})
    down = WordEmbedder(fails="")
    with pytest.raises(EmbeddingError, match="down"):
        await follow(texts, down)
    assert len(down.asked) == BATCH + 2
    assert texts.served == []


async def test_the_follower_tells_a_failure_once_and_goes_on_when_the_service_is_back() -> None:
    clock, texts, down = FakeClock(), Texts({1: "one"}), WordEmbedder(fails="")
    failures: list[HeartbitError] = []
    follower = Follower(texts, down, clock, progress=lambda _: None, failed=failures.append)
    task = asyncio.create_task(follower.run())
    follower.wake()
    for _ in range(3):
        await clock.slept_by()
        await clock.advance(clock.slept[-1])
    await clock.slept_by()
    assert (len(failures), clock.slept) == (1, [30, 60, 120, 240])
    down.fails = None
    await clock.advance(600)
    assert texts.served == ["words"]
    texts.texts[2] = "two"
    follower.wake()
    await clock.advance(0)
    assert sorted(texts.vectors) == [1, 2]
    task.cancel()
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)


async def test_a_memory_is_followed_as_well() -> None:
    memory = VolatileMemory(FakeClock())
    await memory.store_many([NewEntry(content=f"entry {n}", scope=Scope(agent="a")) for n in range(40)])
    assert (await follow(memory, WordEmbedder())).done == 40
    assert (await memory.pending("words", 1)).total == 0


class Never:
    """An embedder that never answers."""

    model, dimension = "never", 3

    async def embed(self, texts: object) -> list[list[float]]:
        return await asyncio.get_running_loop().create_future()


async def test_a_question_waits_no_longer_than_its_time_and_not_at_all_after_a_failure() -> None:
    clock, words = FakeClock(), WordEmbedder(fails="")
    with pytest.raises(EmbeddingError, match=r"gave no vector within 0\.01 s"):
        await Timely(Never(), clock, seconds=0.01, loads=True).embed(["one"])
    timely = Timely(words, clock)
    for _ in range(5):
        with pytest.raises(EmbeddingError, match="down"):
            await timely.embed(["one"])
    assert words.asked == ["one"]
    words.fails = None
    await clock.advance(PAUSE)
    assert await timely.embed(["one"]) == [vector_of("one")]
    late = Timely(Never(), clock, seconds=0.01)
    for _ in range(2):
        with pytest.raises(EmbeddingError, match="within"):
            await late.embed(["one"])


async def test_questions_are_remembered_up_to_a_bound() -> None:
    words = WordEmbedder()
    timely = Timely(words, FakeClock())
    for n in range(REMEMBERED + 1):
        await timely.embed([f"q{n}", f"q{n}"])
    assert len(words.asked) == REMEMBERED + 1
    assert await timely.embed([f"q{REMEMBERED}", "q1"]) == [vector_of(f"q{REMEMBERED}"), vector_of("q1")]
    assert len(words.asked) == REMEMBERED + 1
    await timely.embed(["q0"])
    assert words.asked[-1] == "q0"


async def test_no_embedder_gives_vectors_without_numbers() -> None:
    assert (NoEmbedder.dimension, await NoEmbedder().embed(["a", "b"])) == (0, [(), ()])


NAMES = {
    "text-embedding-3-small": ("all-MiniLM-L6-v2", 384),
    "all-MiniLM-L6-v2": ("all-MiniLM-L6-v2", 384),
    "AllMiniLML6V2": ("all-MiniLM-L6-v2", 384),
    "all-minilm-l6-v2-q": ("all-MiniLM-L6-v2", 384),
    "AllMiniLML12V2Q": ("all-MiniLM-L6-v2", 384),
    "BGE-small-en-v1.5": ("bge-small-en-v1.5", 384),
    "BGEBaseENV15": ("bge-base-en-v1.5", 768),
    "BAAI/bge-large-en-v1.5": ("bge-large-en-v1.5", 1024),
    "nomic-embed-text-v1": ("nomic-embed-text-v1", 768),
    "NomicEmbedTextV15": ("nomic-embed-text-v1.5", 768),
    "nomic-embed-text-v1.5-q": ("nomic-embed-text-v1.5-Q", 768),
    "paraphrase-multilingual-MiniLM-L12-v2": ("paraphrase-multilingual-MiniLM-L12-v2", 384),
}


def test_each_name_of_the_seed_means_a_model_and_says_so_where_it_is_another_one() -> None:
    found = {name: (local_model(name).name, local_model(name).dimension) for name in NAMES}
    assert found == NAMES
    noted = [name for name in NAMES if local_model(name).note]
    assert noted == ["all-minilm-l6-v2-q", "AllMiniLML12V2Q"]
    with pytest.raises(
        EmbeddingError, match=r"no local embedding model 'glove'. There are all-MiniLM-L6-v2, bge-small"
    ):
        local_model("glove")
    models = ("text-embedding-3-large", "text-embedding-ada-002", "openai/text-embedding-3-small", "own")
    assert [remote_dimension(model) for model in models] == [3072, 1536, 1536, 1536]
