"""What is found: the nearest by short codes, and answers by words, by meaning and by both."""

import random
from pathlib import Path

import pytest

from benchmarks.retrieval import Meanings, made, ndcg
from heartbit_tui.memory.fusion import cosine
from heartbit_tui.memory.types import Embedded, Query, Vector
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import REACH, ids, new
from tests.memory.places import WAYS, opened

DIMENSION, MANY = 96, 2_500


def vectors(count: int) -> list[list[float]]:
    """Topics of different weight on each axis, all to one side of the middle, as models give them."""
    dice = random.Random(3)
    topics = [[dice.gauss(0, 1) for _ in range(DIMENSION)] for _ in range(60)]
    axes = [1 / (1 + n / 30) for n in range(DIMENSION)]
    return [
        [1.5 + axis * (topic + dice.gauss(0, 0.8)) for axis, topic in zip(axes, dice.choice(topics), strict=True)]
        for _ in range(count)
    ]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", WAYS)
async def test_codes_find_what_an_exact_search_finds(tmp_path: Path, way: str) -> None:
    drawn = vectors(MANY + 20)
    stored, asked = drawn[:MANY], drawn[MANY:]
    async with opened(tmp_path / "heartbit.db", FakeClock(), way) as memory:
        await memory.store_many([new(f"n {n}", id=str(n)) for n in range(MANY)])
        for _ in range(5):
            texts = (await memory.pending("m", MANY // 5)).texts
            given = [Embedded(key=e.key, revision=e.revision, values=stored[int(e.text.split()[1])]) for e in texts]
            assert await memory.embed("m", given) == MANY // 5
        await memory.serve("m")
        assert (await memory.stats(REACH)).search == way
        shared = 0
        for values in asked:
            found = ids(await memory.recall(Query(reach=REACH, vector=Vector(model="m", values=values)), touch=False))
            exact = sorted(range(MANY), key=lambda n: -cosine(values, stored[n]))[:10]
            shared += len({str(n) for n in exact} & set(found))
    assert shared >= 0.98 * 10 * len(asked)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_words_and_vectors_together_find_more_than_either(tmp_path: Path) -> None:
    retrieval, embedder = made(notes=600, questions=60), Meanings()
    points = {"words": 0.0, "vectors": 0.0, "both": 0.0}
    async with opened(tmp_path / "heartbit.db", FakeClock()) as memory:
        await memory.store_many([new(text, id=name) for name, text in retrieval.notes.items()])
        texts = (await memory.pending("m", 600)).texts
        await memory.embed(
            "m", [Embedded(key=e.key, revision=e.revision, values=embedder.vector(e.text)) for e in texts]
        )
        for question in retrieval.questions:
            vector = Vector(model="m", values=embedder.vector(question.text))
            queries = {
                "words": Query(reach=REACH, text=question.text),
                "vectors": Query(reach=REACH, vector=vector),
                "both": Query(reach=REACH, text=question.text, vector=vector),
            }
            for way, query in queries.items():
                points[way] += 100 * ndcg(ids(await memory.recall(query, touch=False)), question.answers) / 60
    assert points["words"] > 45
    assert points["both"] > max(points["words"], points["vectors"]) + 5
