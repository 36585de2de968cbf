"""Ten thousand random operations: the file says what a plain dictionary says, and its indexes what its rows say."""

import random
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from heartbit_tui.memory.errors import EntryError
from heartbit_tui.memory.semantic import Keeper
from heartbit_tui.memory.sqlite import codes, spaces
from heartbit_tui.memory.types import Change, Confidentiality, Embedded, Entry, NewEntry, Query, Reach, Recall, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.store import driver
from heartbit_tui.testing.clock import FakeClock
from tests.memory.places import opened
from tests.samples import samples

OPERATIONS = samples(10_000, 1_500)
WORDS = ("alpha", "beta", "gamma", "delta", "北京", "naïve", "o1", "x_y")
SCOPES = tuple(Scope(tenant=t, user="u", agent=a, project=p) for t in ("", "t") for a in ("a", "b") for p in ("", "/p"))
REACHES = (
    *(Reach(tenant=tenant, user="u", cap=Confidentiality.RESTRICTED) for tenant in ("", "t")),
    Reach(tenant="t", user="u", agents=("a",)),
    Reach(user="u", projects=("/p",), cap=Confidentiality.PUBLIC),
)


class Play:
    """One random operation after the other, each with its own ids, so that two memories can be given the same."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def operation(self) -> Callable[[Keeper], Awaitable[object]]:
        dice, reach, one, other = self._dice, self._dice.choice(REACHES), self._id(), self._id()
        entries = [self._entry() for _ in range(dice.choice((1, 1, 1, 3)))]
        change = Change(
            content=dice.choice((None, self._text())),
            keywords=dice.choice((None, (dice.choice(WORDS),))),
            importance=dice.choice((None, dice.randint(0, 11))),
        )
        query = Query(reach=reach, limit=dice.randint(1, 5), tags=dice.choice(((), ("t",))))
        minimum = dice.choice((0.05, 0.1, 0.3))
        numbers, some = [dice.gauss(0, 1) for _ in range(600)], dice.randint(0, 4)
        model = dice.choice(("m", "m", "m", "n"))

        async def embed(memory: Keeper) -> object:
            waiting = (await memory.pending(model, some)).texts
            size = 6 if model == "m" else 3
            values = [numbers[size * n : size * n + size] for n in range(len(waiting))]
            pairs = zip(waiting, values, strict=True)
            return await memory.embed(model, [Embedded(key=w.key, revision=w.revision, values=v) for w, v in pairs])

        choices: list[tuple[int, Callable[[Keeper], Awaitable[object]]]] = [
            (30, lambda memory: memory.store_many(entries)),
            (15, lambda memory: memory.update(one, change, reach)),
            (10, lambda memory: memory.forget(one, reach)),
            (10, lambda memory: memory.link(one, other, reach)),
            (5, lambda memory: memory.pin(one, reach, pinned=bool(some % 2))),
            (10, lambda memory: memory.recall(query)),
            (5, lambda memory: memory.merge(entries[0], [one, other, "none"], reach)),
            (2, lambda memory: memory.prune(reach, min_strength=minimum, min_age=timedelta(hours=5))),
            (12, embed),
            (1, lambda memory: memory.serve(model)),
        ]
        return dice.choices([each for _, each in choices], weights=[weight for weight, _ in choices])[0]

    def hours(self) -> int:
        return self._dice.choice((0, 0, 0, 1, 30))

    def _id(self) -> str:
        return f"id{self._dice.randrange(40)}"

    def _text(self) -> str:
        return " ".join(self._dice.choices(WORDS, k=self._dice.randint(1, 6)))

    def _entry(self) -> NewEntry:
        return NewEntry(
            id=self._id(),
            content=self._text(),
            scope=self._dice.choice(SCOPES),
            keywords=tuple(self._dice.sample(WORDS, self._dice.randint(0, 3))),
            tags=self._dice.choice(((), ("t",))),
            importance=self._dice.randint(1, 10),
            strength=self._dice.choice((1.0, 0.8, 0.3, 0.0)),
            confidentiality=self._dice.choice(tuple(Confidentiality)),
        )


async def outcome(operation: Callable[[Keeper], Awaitable[object]], memory: Keeper) -> object:
    try:
        answer = await operation(memory)
    except EntryError as error:
        return type(error), str(error)
    return [each.entry for each in answer.found] if isinstance(answer, Recall) else answer


async def everything(memory: Keeper) -> list[Entry]:
    return [entry for reach in REACHES[:2] for entry in await memory.list(Query(reach=reach, limit=1_000))]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.security("M5", n=OPERATIONS)
async def test_ten_thousand_operations_leave_rows_words_vectors_and_links_that_agree(tmp_path: Path) -> None:
    play, clock, path = Play(5), FakeClock(), tmp_path / "heartbit.db"
    plain = VolatileMemory(clock)
    done = 0
    async with opened(path, clock) as memory:
        for _ in range(OPERATIONS):
            operation = play.operation()
            assert await outcome(operation, memory) == await outcome(operation, plain)
            await clock.advance(3600 * play.hours())
            done += 1
            if done % 1_000 == 0:
                assert await everything(memory) == await everything(plain)
                for reach in REACHES:
                    assert await memory.stats(reach) == replace(await plain.stats(reach), search="sqlite-vec")
                assert disagreements(path) == []
    assert done == OPERATIONS


def disagreements(path: Path) -> list[str]:
    connection = driver.connect(path)
    try:
        return [*_words(connection), *_vectors(connection), *_counts(connection)]
    finally:
        connection.close()


def _words(connection: Connection) -> list[str]:
    connection.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)")
    columns = "owner, content, keywords, summary"
    connection.execute(
        f"CREATE VIRTUAL TABLE temp.fresh USING fts5 ({columns}, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    connection.execute(f"INSERT INTO temp.fresh (rowid, {columns}) SELECT key, {columns} FROM memory_texts")
    for name, schema in (("memory_words", "main"), ("fresh", "temp")):
        connection.execute(f"CREATE VIRTUAL TABLE temp.has_{name} USING fts5vocab ('{schema}', '{name}', 'instance')")
    pair = ("has_memory_words", "has_fresh")
    return [
        f"a word is in {one} alone: {row}"
        for one, other in (pair, pair[::-1])
        for row in connection.execute(f"SELECT * FROM temp.{one} EXCEPT SELECT * FROM temp.{other}")
    ]


def _vectors(connection: Connection) -> list[str]:
    found: list[str] = []
    for place in spaces.every(connection):
        asked = f"""
            SELECT m.key, m.scope = c.scope, c.code, v.vector FROM memories m
            LEFT JOIN memory_codes_{place.key} c ON c.key = m.key
            LEFT JOIN memory_vectors_{place.key} v ON v.key = m.key
            WHERE c.key IS NOT NULL OR v.key IS NOT NULL OR m.space = {place.key}
        """
        rows = connection.execute(asked).fetchall()
        found += [f"{key} has half a vector" for key, same, code, vector in rows if not (same and code and vector)]
        found += [
            f"{key} has another code than its vector"
            for key, _, code, vector in rows
            if vector and code != codes.code(array("f", vector), place.centre)
        ]
        for table in (f"memory_codes_{place.key}", f"memory_vectors_{place.key}"):
            count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            found += [f"{table} has {count} rows for {len(rows)} entries"] if count != len(rows) else []
    return found


def _counts(connection: Connection) -> list[str]:
    asked = """
        SELECT o.key FROM memory_owners o
        WHERE o.entries <> (SELECT count(*) FROM memories m WHERE m.owner = o.key)
        UNION ALL SELECT one FROM memory_links l
        WHERE NOT EXISTS (SELECT 1 FROM memory_links b WHERE b.one = l.other AND b.other = l.one)
    """
    return [f"a count or a link is one-sided: {row}" for row in connection.execute(asked)]
