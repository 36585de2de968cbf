"""What earlier queries taught of how far codes lie apart makes a search faster, and finds the same."""

import random
from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.memory.sqlite.nearest import FIRST
from heartbit_tui.memory.types import Embedded, Query, Recall, Vector
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import REACH, new
from tests.memory.places import opened

DIMENSION, MANY, ASKED = 64, FIRST + 500, 6


def vectors(widths: Sequence[float], side: int = 1) -> list[list[float]]:
    """One dense topic, and others all around it, or what lies on the other side of everything."""
    dice = random.Random(7)
    topic = [dice.gauss(0, 1) for _ in range(DIMENSION)]
    return [[side * (each + dice.gauss(0, width)) for each in topic] for width in widths]


def told(found: Recall) -> list[tuple[str, float | None]]:
    return [(each.entry.id, each.why.similarity) for each in found.found]


async def test_a_query_finds_the_same_whatever_was_asked_before_it(tmp_path: Path) -> None:
    stored = vectors([(0.05, 0.3, 2.0)[n % 3] for n in range(MANY)])
    asked = [*vectors([0.05] * ASKED), *vectors([0.05] * ASKED, side=-1), *vectors([2.0] * ASKED)]
    path = tmp_path / "heartbit.db"
    async with opened(path, FakeClock(), "sqlite-vec") as memory:
        await memory.store_many([new(f"n {n}", id=str(n)) for n in range(MANY)])
        while texts := (await memory.pending("m", MANY)).texts:
            given = [Embedded(key=e.key, revision=e.revision, values=stored[int(e.text.split()[1])]) for e in texts]
            await memory.embed("m", given)
        await memory.serve("m")
        queries = [Query(reach=REACH, vector=Vector(model="m", values=values), limit=30) for values in asked]
        after_others = [told(await memory.recall(query, touch=False)) for query in queries]
    alone: list[list[tuple[str, float | None]]] = []
    for query in queries:
        async with opened(path, FakeClock(), "sqlite-vec") as memory:
            alone.append(told(await memory.recall(query, touch=False)))
    assert after_others == alone
    assert all(len(found) == 30 for found in alone)
