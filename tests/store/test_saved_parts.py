"""What is kept in the file beside the sessions is saved with them: what is remembered, and what is known."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from heartbit_tui.memory.sqlite import SqliteMemory
from heartbit_tui.memory.types import Embedded, Entry, Query, Vector
from heartbit_tui.runtime.parts import parts
from heartbit_tui.store import driver
from heartbit_tui.store.salvage.repair import examine, repair
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.memories import REACH, ids, new
from tests.knowledge.places import Base, base
from tests.memory.places import opened
from tests.store.logs import STARTED, record, run

PARTS, PAGE, MANY = parts(), 4096, 60


async def filled(path: Path, clock: FakeClock) -> tuple[Entry, ...]:
    """A file with a session, entries that are linked and have vectors, and a document; the entries."""
    async with Store.open(path, clock) as store:
        await record(store, "20260101-000000-aaaaaaaa", [STARTED, *run("about the parser")])
    async with base(path.parent) as known:
        await document(known)
    async with opened(path, clock) as memory:
        await memory.store_many([new(f"alpha {n}", id=f"{n:02}", pinned=n == 0) for n in range(MANY)])
        await memory.link("00", "01", REACH)
        await embedded(memory)
        return await memory.list(Query(reach=REACH, limit=MANY))


async def document(known: Base) -> None:
    known.write({"docs/a.md": "The garage is green."})
    await known.refresh("docs")


async def embedded(memory: SqliteMemory) -> None:
    waiting = (await memory.pending("m", MANY)).texts
    await memory.embed("m", [Embedded(key=each.key, revision=each.revision, values=(1, each.key)) for each in waiting])
    await memory.serve("m")


def root(path: Path, name: str) -> int:
    with closing(driver.connect(path)) as connection:
        return int(connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0])


def spoilt_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(20)
        file.write(b"\xff" * 4)


def renumbered(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(60)
        file.write((99).to_bytes(4, "big"))


def wiped(name: str) -> Callable[[Path], None]:
    def wipe(path: Path) -> None:
        page = root(path, name) if name else 1
        with path.open("r+b") as file:
            file.seek((page - 1) * PAGE)
            file.write(bytes(PAGE))

    return wipe


DAMAGE = {
    "the head": spoilt_head,
    "the version": renumbered,
    "the list of tables": wiped(""),
    "the sessions": wiped("sessions"),
    "owners": wiped("memory_owners"),
    "scopes": wiped("memory_scopes"),
    "links": wiped("memory_links"),
    "spaces": wiped("memory_spaces"),
    "codes": wiped("memory_codes_1"),
    "versions of the parts": wiped("parts"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
async def test_a_repair_keeps_what_is_remembered_and_known(
    tmp_path: Path, clock: FakeClock, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "data.db"
    entries = await filled(path, clock)
    damage(path)
    done = repair(path, clock, PARTS)
    assert done.saved is not None
    assert done.saved.strange == ()
    assert examine(path, PARTS).state == "whole"
    async with opened(path, clock) as memory:
        found = await memory.list(Query(reach=REACH, limit=MANY))
        assert {(each.id, each.content, each.pinned) for each in found} == {
            (each.id, each.content, each.pinned) for each in entries
        }
        assert set((await memory.get("00", REACH)).related_ids) <= {"01"}
        assert (await memory.pending("m", 1)).total == MANY, "vectors are made anew"
        await embedded(memory)
        near = Query(reach=REACH, text="zzz", vector=Vector(model="m", values=(1, 3)), limit=3)
        assert len(ids(await memory.recall(near))) == 3
        await memory.forget("01", REACH)
        assert (await memory.get("00", REACH)).related_ids == ()
        assert (await memory.stats(REACH)).entries == MANY - 1
    async with base(path.parent) as known:
        assert await known.places("garage") == ["docs/a.md:1"]
        await known.refresh("docs")
    async with Store.open(path, clock) as store:
        assert len(await store.index.search()) == 1
