"""What every memory has to hold to when it stores, lists and tells whose an entry is; a part of `conformance_memory`."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from heartbit_tui.memory.errors import EntryMissing, EntryRefused
from heartbit_tui.memory.types import Change, Confidentiality, EntryType, NewEntry, Origin, Query, Reach
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.testing.memories import MINE, REACH, MemorySuite, ids, new


class KeepingConformance(MemorySuite):
    """The tests of what is stored, by whom, and for whom it is there."""

    async def test_what_is_stored_comes_back_whole(self) -> None:
        clock = FakeClock()
        whole = new(
            "Postgres listens on port 5433\n\t'\"; DROP TABLE x --",
            id="a:b%_\0c",
            category="procedure",
            tags=("db", "it's"),
            keywords=("postgres", "port"),
            summary="port 5433",
            importance=8,
            type=EntryType.REFLECTION,
            confidentiality=Confidentiality.INTERNAL,
            strength=0.8,
            origin=Origin(session="s1", seq=7, by="person"),
            source_ids=("x",),
            at=EPOCH - timedelta(days=3),
            pinned=True,
        )
        async with self.memory(clock) as memory:
            stored = await memory.store(whole)
            assert stored == await memory.get("a:b%_\0c", REACH)
        same = {name: getattr(stored, name) for name in NewEntry.__slots__ if name != "at"}
        assert same == {name: getattr(whole, name) for name in NewEntry.__slots__ if name != "at"}
        assert (stored.created_at, stored.last_accessed) == (whole.at, whole.at)
        assert (stored.access_count, stored.related_ids, stored.embedded_by) == (0, (), "")

    async def test_an_entry_without_an_id_gets_one_and_the_time_of_now(self) -> None:
        async with self.memory(FakeClock()) as memory:
            one, other = await memory.store_many([new("one"), new("other")])
        assert one.id
        assert one.id != other.id
        assert one.created_at == EPOCH

    async def test_importance_and_strength_are_held_within_their_bounds(self) -> None:
        async with self.memory(FakeClock()) as memory:
            high = await memory.store(new("a", importance=15, strength=7.0))
            low = await memory.store(new("b", importance=-3, strength=-1.0))
        assert [(high.importance, high.strength), (low.importance, low.strength)] == [(10, 1.0), (1, 0.0)]

    async def test_what_cannot_be_kept_is_refused_and_with_it_all_that_came_along(self) -> None:
        bad = [new(""), new("x" * 100_001), new("\ud800"), new("a", tags=("t" * 600,)), new("a", id="i" * 600)]
        async with self.memory(FakeClock()) as memory:
            for each in bad:
                with pytest.raises(EntryRefused):
                    await memory.store_many([new("good"), each])
            assert await memory.list(Query(reach=REACH)) == ()

    async def test_an_id_of_the_same_scope_is_replaced_and_one_of_another_scope_refused(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await memory.store_many([new("old words", id="a"), new("b", id="b")])
            await memory.link("a", "b", REACH)
            await memory.pin("a", REACH)
            await memory.recall(Query(reach=REACH, text="old"))
            again = await memory.store(new("new text", id="a", importance=9))
            assert (again.content, again.importance, again.access_count) == ("new text", 9, 1)
            assert (again.pinned, again.related_ids) == (True, ("b",))
            assert ids(await memory.recall(Query(reach=REACH, text="words"))) == []
            with pytest.raises(EntryRefused):
                await memory.store(new("theirs", replace(MINE, agent="other"), id="a"))
            assert (await memory.get("a", REACH)).content == "new text"

    async def test_a_list_goes_by_time_page_by_page_and_touches_nothing(self) -> None:
        entries = [new(f"word {n}", id=f"{n:02}", at=EPOCH + timedelta(seconds=n // 2)) for n in range(9)]
        async with self.memory(FakeClock()) as memory:
            await memory.store_many(entries)
            pages: list[str] = []
            while page := await memory.list(Query(reach=REACH, limit=2), after=pages[-1] if pages else ""):
                pages += [each.id for each in page]
                assert all(each.access_count == 0 for each in page)
            assert [each.id for each in await memory.list(Query(reach=REACH, text="word 7"))] == ["07"]
        assert pages == ["08", "06", "07", "04", "05", "02", "03", "00", "01"]

    async def test_what_is_out_of_reach_does_not_exist(self) -> None:
        near = new("word", id="near")
        far = {
            "tenant": new("word", replace(MINE, tenant="t2"), id="x"),
            "user": new("word", replace(MINE, user="u2"), id="x"),
            "agent": new("word", replace(MINE, agent="spy"), id="agent"),
            "project": new("word", replace(MINE, project="/p2"), id="project"),
            "session": new("word", replace(MINE, session="s"), id="session"),
            "level": new("word", id="level", confidentiality=Confidentiality.RESTRICTED),
        }
        reach = replace(REACH, agents=("coder",), projects=("/p", ""), sessions=("",))
        async with self.memory(FakeClock()) as memory:
            before = {name: await memory.store(each) for name, each in far.items()}
            await memory.store(near)
            for text in ("word", ""):
                assert ids(await memory.recall(Query(reach=reach, text=text))) == ["near"]
            assert [each.id for each in await memory.list(Query(reach=reach))] == ["near"]
            assert (await memory.stats(reach)).entries == 1
            for entry in before.values():
                assert not await memory.forget(entry.id, reach)
                assert not await memory.link("near", entry.id, reach)
                for attempt in (memory.get(entry.id, reach), memory.pin(entry.id, reach)):
                    with pytest.raises(EntryMissing):
                        await attempt
                with pytest.raises(EntryMissing):
                    await memory.update(entry.id, Change(content="mine"), reach)
            assert (await memory.merge(new("m"), ["near", *(e.id for e in before.values())], reach)).replaced == (
                "near",
            )
            for entry in before.values():
                whole = Reach(tenant=entry.scope.tenant, user=entry.scope.user, cap=Confidentiality.RESTRICTED)
                assert await memory.get(entry.id, whole) == entry

    async def test_a_writer_stores_within_its_reach_and_at_its_floor(self) -> None:
        reach = replace(REACH, agents=("coder",), floor=Confidentiality.CONFIDENTIAL)
        async with self.memory(FakeClock()) as memory:
            assert (await memory.store(new("a"), reach)).confidentiality is Confidentiality.CONFIDENTIAL
            secret = new("a", id="s", confidentiality=Confidentiality.RESTRICTED)
            assert (await memory.store(secret, reach)).confidentiality is Confidentiality.RESTRICTED
            for scope in (replace(MINE, agent="other"), replace(MINE, user="v"), replace(MINE, tenant="")):
                with pytest.raises(EntryRefused):
                    await memory.store(new("a", scope), reach)

    async def test_a_hundred_at_once_lose_nothing(self) -> None:
        async with self.memory(FakeClock()) as memory:
            await asyncio.gather(*(memory.store(new(f"entry {n}", id=str(n))) for n in range(100)))
            await asyncio.gather(*(memory.recall(Query(reach=REACH, text="entry", limit=100)) for _ in range(5)))
            assert {each.access_count for each in await memory.list(Query(reach=REACH, limit=200))} == {5}
            assert (await memory.stats(REACH)).entries == 100
