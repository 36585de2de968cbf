"""Kills, cuts of power, damage, a full disk, and neighbours whose names are made to collide."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.memory.entries import made
from heartbit_tui.memory.sqlite import STEPS, recalling, writing
from heartbit_tui.memory.types import Confidentiality, Embedded, Entry, NewEntry, Query, Reach, Scope, Vector
from heartbit_tui.store import driver
from heartbit_tui.store.database import Database
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.testing.memories import REACH, ids, new
from tests.memory import killed
from tests.memory.places import opened
from tests.samples import samples

KILLS, CUTS, PAIRS = samples(200, 40), samples(200, 60), samples(10_000, 3_000)
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.security("M1", n=KILLS)
def test_two_hundred_kills_lose_nothing_that_was_told_and_leave_nothing_half_done(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.memory.killed", str(tmp_path), str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert (told["kills"], told["wrong"]) == (KILLS, [])
    assert told["told"] > KILLS / 2
    assert told["slowest"] < 1


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.security("M2", n=CUTS)
def test_two_hundred_cuts_of_power_leave_a_whole_memory_that_lacks_only_the_last_writes(tmp_path: Path) -> None:
    path, copy, dice = tmp_path / "heartbit.db", tmp_path / "copy.db", random.Random(2)
    connection = killed.opened(path)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    log = path.with_name("heartbit.db-wal")
    for number in range(1, CUTS + 1):
        with driver.transaction(connection):
            killed.step(connection, number, REACH)
        if number % 9 == 0:
            connection.execute("PRAGMA wal_checkpoint (TRUNCATE)")
        shutil.copyfile(path, copy)
        data = log.read_bytes()
        # All that came after the last checkpoint was not forced onto the disk, and may be missing from any byte on.
        copy.with_name("copy.db-wal").write_bytes(data[: dice.randrange(len(data) + 1)])
        copy.with_name("copy.db-shm").unlink(missing_ok=True)
        other = killed.opened(copy)
        assert killed.faults(other, 0) == []
        numbers = {int(row[0][1:]) for row in other.execute("SELECT id FROM memories WHERE id LIKE 'n%'")}
        other.close()
        assert numbers == set(range(1, len(numbers) + 1))
    connection.close()


def damage(path: Path, statement: str) -> None:
    connection = driver.connect(path)
    try:
        connection.execute(statement)
    finally:
        connection.close()


@pytest.mark.security("M3")
async def test_words_that_are_damaged_are_made_anew_from_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "heartbit.db"
    async with opened(path, FakeClock()) as memory:
        await memory.store_many([new(f"alpha {n}", id=str(n)) for n in range(50)])
    damage(path, "UPDATE memory_words_data SET block = x'ff' WHERE id > 10")  # zeros are no words to an older SQLite
    async with opened(path, FakeClock()) as memory:
        assert len((await memory.recall(Query(reach=REACH, text="alpha", limit=50))).found) == 50
        await memory.forget("7", REACH)
        assert len((await memory.recall(Query(reach=REACH, text="alpha", limit=50))).found) == 49


async def test_vectors_that_are_damaged_are_given_up_and_made_again(tmp_path: Path) -> None:
    path, clock = tmp_path / "heartbit.db", FakeClock()
    near = Query(reach=REACH, text="alpha", vector=Vector(model="m", values=(1, 3)))
    async with opened(path, clock) as memory:
        await memory.store_many([new(f"alpha {n}", id=str(n)) for n in range(9)])
        waiting = (await memory.pending("m", 9)).texts
        await memory.embed("m", [Embedded(key=e.key, revision=e.revision, values=(1, e.key)) for e in waiting])
    (page,) = rows_of(path, "SELECT rootpage FROM sqlite_master WHERE name = 'memory_codes_1'")
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    async with opened(path, clock) as memory:
        assert len((await memory.recall(near)).found) == 9
        assert (await memory.pending("m", 9)).total == 9


def rows_of(path: Path, question: str) -> tuple[int, ...]:
    connection = driver.connect(path)
    try:
        return connection.execute(question).fetchone()
    finally:
        connection.close()


@pytest.mark.security("M3", n=2)
@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
async def test_a_log_that_was_deleted_costs_the_writes_in_it_at_most(tmp_path: Path, suffix: str) -> None:
    path, copy = tmp_path / "heartbit.db", tmp_path / "copy.db"
    async with opened(path, FakeClock()) as memory:
        await memory.store(new("kept", id="kept"))
    async with opened(path, FakeClock()) as memory:
        await memory.store(new("late", id="late"))
        for each in ("", "-wal", "-shm"):
            if each != suffix:
                shutil.copyfile(str(path) + each, str(copy) + each)
    async with opened(copy, FakeClock()) as memory:
        found = {each.id for each in await memory.list(Query(reach=REACH))}
        assert found == ({"kept"} if suffix == "-wal" else {"kept", "late"})
        await memory.store(new("new"))


FULL, LOCKED, READ_ONLY = "PRAGMA max_page_count = 1", "PRAGMA busy_timeout = 0", "PRAGMA query_only = ON"


@pytest.mark.security("M3", n=3)
@pytest.mark.parametrize(
    ("pragma", "told"), [(FULL, "disk is full"), (LOCKED, "busy"), (READ_ONLY, "cannot be written")]
)
async def test_what_cannot_be_written_is_told_and_what_is_there_is_still_found(
    tmp_path: Path, pragma: str, told: str
) -> None:
    path = tmp_path / "heartbit.db"
    async with opened(path, FakeClock()) as memory:
        await memory.store(new("alpha", id="a"))
    other = driver.connect(path)
    async with Database.open(path, "memory", STEPS, prepared(pragma)) as database:
        if pragma == LOCKED:
            other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=told):
            await database.write(lambda connection: writing.put_all(connection, [whole("x" * 50_000)]))
        found = await database.read(lambda each: recalling.listed(each, Query(reach=REACH), "", EPOCH))
        assert [each.id for each in found] == ["a"]
    other.close()
    async with opened(path, FakeClock()) as memory:
        assert [each.id for each in await memory.list(Query(reach=REACH))] == ["a"]
        assert await memory.store(new("beta"))


def prepared(pragma: str) -> Callable[[sqlite3.Connection], None]:
    def prepare_with(connection: sqlite3.Connection) -> None:
        driver.with_vectors(connection)
        connection.execute(pragma)

    return prepare_with


def whole(content: str) -> Entry:
    return made(new(content, id="big"), new_id="", now=EPOCH)


def colliding() -> list[tuple[str, str]]:
    """Ten thousand pairs of tenant and user that are easily taken for each other."""
    dice = random.Random(6)
    pieces = (
        "a",
        "A",
        "b",
        ":",
        "::",
        "user",
        "tenant:",
        "/",
        "%",
        "_",
        "\0",
        "é",
        "é",
        "ﬁ",
        "fi",
        " ",
        "",
        "'",
        "1",
        "12",
        "*",
    )
    pairs = {("", ""), ("a:user:b", "c"), ("a", "b:user:c"), ("tg", "1"), ("tg", "12")}
    while len(pairs) < PAIRS:
        names = ["".join(dice.choices(pieces, k=dice.randint(0, 4))) for _ in range(2)]
        pairs.add((names[0], names[1]))
        pairs.add((unicodedata.normalize("NFD", names[0]), names[1].swapcase()))
        pairs.add((names[0] + names[1], ""))
    return sorted(pairs)[:PAIRS]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.security("M6", n=PAIRS)
async def test_ten_thousand_owners_with_colliding_names_share_no_row(tmp_path: Path) -> None:
    pairs = colliding()
    entries = [
        NewEntry(content=f"alpha {n}", id=f"{n % 7}", scope=Scope(tenant=tenant, user=user))
        for n, (tenant, user) in enumerate(pairs)
    ]
    clock = FakeClock()
    async with Database.open(tmp_path / "heartbit.db", "memory", STEPS, driver.with_vectors) as database:
        for start in range(0, PAIRS, 1_000):
            stored = [made(each, new_id="", now=clock.now()) for each in entries[start : start + 1_000]]
            await database.write(lambda connection, stored=stored: writing.put_all(connection, stored))

        def shared(connection: sqlite3.Connection) -> list[tuple[str, str]]:
            reaches = [Reach(tenant=tenant, user=user) for tenant, user in pairs]
            seen = [recalling.listed(connection, Query(reach=each), "", EPOCH) for each in reaches]
            mine = [[f"alpha {n}"] for n in range(PAIRS)]
            return [
                pair for pair, found, own in zip(pairs, seen, mine, strict=True) if [e.content for e in found] != own
            ]

        assert await database.read(shared) == []


STRANGE = (
    *(
        "",
        " ",
        "\t",
        "\n\r\x0b\x0c",
        "\0",
        "a\0b",
        "\ufeff",
        "\u200b\u202e",
        "\U0001f469\u200d\U0001f4bb",
        "Ω≈ç√∫˜µ≤≥÷",
    ),
    *(
        "田中さんにあげて下さい",
        "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
        "ثم نفس سقطت",
        "ÅÍÎÏ˝ÓÔ",
        "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
        "'",
        '"',
        "''",
        '"""',
        "\\",
        "%",
        "_",
    ),
    *(
        "*",
        "^",
        "-",
        "+",
        "()",
        "(",
        ")",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT x",
        "col:val",
        "{content} : x",
        'a" OR "b',
        "$1",
        "?1",
    ),
    *(
        ":name",
        "1;DROP TABLE memories",
        "1'; DROP TABLE memories-- 1",
        "' OR 1=1 -- 1",
        "x' UNION SELECT * FROM memories --",
    ),
    *(
        "${jndi:ldap://x/a}",
        "{{7*7}}",
        "$(touch x)",
        "`id`",
        "; rm -rf ~",
        "| cat",
        "&& ls",
        "<script>alert(1)</script>",
        "../../etc",
    ),
    *("%s%p%n%d", "NULL", "undefined", "true", "1e309", "-0", "0x10", "١٢٣", "1/0", "Ⅷ", "ǅ", "ß", "İ", "ı", "ſ"),
)
TURNS = (
    "{}",
    "alpha {}",
    "{} omega",
    "{0} {0}",
    "'{}'",
    '"{}"',
    "({})",
    "{}*",
    "x:{}",
    "NEAR({})",
    "{};--",
    "\\{}",
    "a{}b",
    "<{}>",
    "{0}\n{0}",
)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.security("M7", n=963)
async def test_strange_texts_come_back_as_they_were_and_are_found_without_an_error(tmp_path: Path) -> None:
    texts = [turn.format(text) for text in STRANGE for turn in TURNS]
    assert len(texts) >= 963
    clock = FakeClock()
    async with opened(tmp_path / "heartbit.db", clock) as memory:
        kept = [text for text in texts if text]
        stored = await memory.store_many(
            [
                new(text, id=text[:500], tags=(text[:500],), keywords=(text[:500],), summary=text)
                for text in dict.fromkeys(kept)
            ]
        )
        assert [each.content for each in stored] == list(dict.fromkeys(kept))
        (first,) = (await memory.pending("m", 1)).texts
        await memory.embed("m", [Embedded(key=first.key, revision=first.revision, values=(1, 0))])
        for text in texts:
            query = Query(reach=REACH, text=text, tags=(text,) if text else (), category=text, limit=3)
            await memory.recall(query, touch=False)
            await memory.list(query)
            await memory.recall(Query(reach=REACH, text=text, vector=Vector(model=text, values=(1, 0))), touch=False)
            if text:
                assert (await memory.get(text[:500], REACH)).content == text
        assert (await memory.stats(REACH)).entries == len(stored)
        for letters in ("田中", "DROP", "jndi", "touch", "script"):
            assert ids(await memory.recall(Query(reach=REACH, text=letters), touch=False)), letters


async def test_what_is_restricted_never_comes_to_a_reader_that_was_not_unlocked(tmp_path: Path) -> None:
    async with opened(tmp_path / "heartbit.db", FakeClock()) as memory:
        await memory.store_many([new(f"secret {n}", confidentiality=Confidentiality.RESTRICTED) for n in range(200)])
        assert (await memory.recall(Query(reach=REACH, text="secret", limit=100))).found == ()
        assert (await memory.recall(Query(reach=REACH, limit=100))).found == ()
        unlocked = Reach(tenant="t", user="u", cap=Confidentiality.RESTRICTED)
        assert len((await memory.recall(Query(reach=unlocked, text="secret", limit=100))).found) == 100
