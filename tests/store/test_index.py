"""Sessions are found, renamed, forked and removed without opening one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import (
    ModelCalled,
    ModelChanged,
    RunStarted,
    SessionRenamed,
    SessionStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Usage, user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.store import ids
from heartbit_tui.store.index import SessionInfo
from heartbit_tui.store.store import Store
from heartbit_tui.store.summary import Summary, summarise
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.store.logs import STARTED, give, placed, record, run, turn


def names(found: list[SessionInfo]) -> list[str]:
    return [info.id for info in found]


async def test_the_index_tells_a_session_in_a_line(store: Store) -> None:
    events = [STARTED, *run("\n  fix the parser\nplease", turns=3)]
    log = await record(store, "s", [*events, ModelCalled(purpose="title", model="m", usage=Usage())])
    info = await store.index.info("s")
    assert info == SessionInfo(
        id="s",
        state="ended",
        summary=Summary(
            title="fix the parser",
            cwd="/work/project",
            provider="scripted",
            model="m1",
            created="2026-01-01T00:00:01.000000Z",
            updated=f"2026-01-01T00:00:{log[-1].seq}.000000Z",
            turns=3,
            messages=7,
            cost_usd=1.5,
            unpriced=1,
            size=info.summary.size,
            last_seq=len(log),
        ),
    )
    assert info.summary.size > 1000


async def test_the_index_is_the_fold_of_the_log(store: Store) -> None:
    events = [STARTED, *run("a", turns=4), SessionRenamed(title="new"), ModelChanged(provider="p", model="m2")]
    log = await record(store, "s", events)
    told = (await store.index.info("s")).summary
    assert summarise(log) == replace(told, size=0)
    await record(store, "s", run("b"))
    whole = (await store.load("s")).envelopes
    assert summarise(whole).messages == (await store.index.info("s")).summary.messages


async def test_sessions_are_listed_newest_first_and_by_folder(store: Store) -> None:
    elsewhere = SessionStarted(cwd="/work/other", provider="p", model="m", mode=Mode.ASK)
    await record(store, "a", [STARTED])
    await record(store, "b", [elsewhere, *run("b")])
    await record(store, "c", [STARTED, *run("c", turns=2)])
    assert names(await store.index.search()) == ["c", "b", "a"]
    assert names(await store.index.search(limit=2)) == ["c", "b"]
    assert names(await store.index.search(cwd="/work/project")) == ["c", "a"]
    last = await store.index.last("/work/other")
    assert last is not None
    assert last.id == "b"
    assert await store.index.last("/nowhere") is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("parser", ["one"]),
        ("PARS", ["one"]),
        ("parser unicode", ["one"]),
        ("parser menu", []),
        ("cafe", ["two"]),
        ("steered", ["two"]),
        ("renamed", ["two"]),
        ("100%", ["two"]),
        ('"', []),
        ("OR", []),
        ("NEAR(", []),
        ("*", []),
        ("col:parser", []),
        ("\x00", ["two", "one"]),
        ("'; DROP TABLE sessions; --", []),
        ("", ["two", "one"]),
    ],
)
async def test_a_search_finds_words_of_titles_and_prompts_and_has_no_syntax(
    store: Store, query: str, expected: list[str]
) -> None:
    await record(store, "one", [STARTED, *run("fix the parser"), *run("now with unicode")])
    steer = UserMessage(message=user("steered there"), origin="steer")
    told = UserMessage(message=user("parser, says heartbit"), origin="heartbit")
    await record(
        store, "two", [STARTED, *run("paint the café menu", turns=5), steer, told, SessionRenamed(title="renamed 100%")]
    )
    assert names(await store.index.search(query)) == expected


async def test_prompts_are_a_history_newest_first_each_once(store: Store) -> None:
    await record(store, "a", [STARTED, *run("one"), *run("two"), *run("one")])
    await record(store, "b", [*run("elsewhere")])
    assert await store.index.prompts() == ["elsewhere", "one", "two"]
    assert await store.index.prompts(cwd="/work/project", limit=1) == ["one"]


async def test_a_run_without_an_end_is_a_crash_once_nobody_writes(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock) as store:
        async with store.recorder("s") as recorder:
            give(recorder, placed([STARTED, RunStarted(task="t"), *turn(1)]))
            await recorder.flush()
            assert (await store.index.info("s")).state == "open"
        assert (await store.index.info("s")).state == "crashed"
        await record(store, "s", run("t")[-1:])
        assert (await store.index.info("s")).state == "ended"


async def test_renaming_is_part_of_the_log(store: Store) -> None:
    log = await record(store, "s", [STARTED, *run("first words")])
    await store.rename("s", "A better name")
    loaded = (await store.load("s")).envelopes
    assert loaded[:-1] == log
    assert loaded[-1].event == SessionRenamed(title="A better name")
    await record(store, "s", run("other words"))
    assert (await store.index.info("s")).summary.title == "A better name"


async def test_what_is_not_there_is_an_error_with_its_name(store: Store) -> None:
    for attempt in (store.rename("nix", "t"), store.delete("nix"), store.fork("nix"), store.load("nix")):
        with pytest.raises(StoreError, match="'nix'"):
            await attempt
    assert await store.index.search() == []


async def test_a_session_has_one_writer(store: Store) -> None:
    async with store.recorder("s") as recorder:
        give(recorder, placed([STARTED]))
        await recorder.flush()
        for attempt in (store.rename("s", "t"), store.delete("s")):
            with pytest.raises(StoreError, match="in use by process"):
                await attempt
    await store.delete("s")


async def test_a_fork_begins_as_the_other_went_and_shares_nothing(store: Store) -> None:
    log = await record(store, "s", [STARTED, *run("a", turns=2), *run("b")])
    new = await store.fork("s", seq=5)
    forked = (await store.load(new)).envelopes
    assert [each.event for each in forked[1:]] == [each.event for each in log[1:5]]
    assert forked[0].event == SessionStarted(
        cwd="/work/project", provider="scripted", model="m1", mode=Mode.ASK, parent="s", parent_seq=5
    )
    assert {each.session for each in forked} == {new}
    summary = (await store.index.info(new)).summary
    assert (summary.parent, summary.parent_seq, summary.last_seq, summary.title) == ("s", 5, 5, "a")
    await store.delete("s")
    assert (await store.load(new)).envelopes == forked
    assert names(await store.index.search("a")) == [new]


async def test_pruning_takes_the_old_then_the_oldest_and_never_the_open(store: Store, clock: FakeClock) -> None:
    for name, turns in (("a", 1), ("b", 2), ("c", 3), ("d", 4)):
        await record(store, name, [STARTED, *run(name, turns=turns)])
    await clock.advance(timedelta(hours=1).total_seconds())
    sizes = dict((await store.index.disk()).sessions)
    bound = sizes["c"] + sizes["d"]
    would = await store.prune(max_bytes=bound, dry_run=True)
    assert names(list(would.sessions)) == ["a", "b"]
    assert would.size == sizes["a"] + sizes["b"]
    assert len(await store.index.search()) == 4
    async with store.recorder("a"):
        assert names(list((await store.prune(max_bytes=bound)).sessions)) == ["b", "c"]
    assert names(list((await store.prune(max_age=timedelta(minutes=30))).sessions)) == ["a", "d"]
    assert await store.index.search() == []
    assert await store.index.prompts() == []


async def test_removing_gives_space_back(store: Store) -> None:
    await record(store, "s", [STARTED, *run("a", turns=500)])
    before = (await store.index.disk()).total
    await store.delete("s")
    after = (await store.index.disk()).total
    assert after < before / 2


async def test_the_file_and_its_folder_are_the_owners_alone(path: Path, clock: FakeClock) -> None:
    async with Store.open(path, clock) as store:
        await record(store, "s", [STARTED])
        async with store.recorder("s"):
            modes = {each: each.stat().st_mode & 0o777 for each in (path.parent, *path.parent.rglob("*"))}
    assert {mode for each, mode in modes.items() if each.is_dir() or each == path.parent} <= {0o700}
    assert {mode for each, mode in modes.items() if each.suffix} >= {0o600}
    assert [each for each, mode in modes.items() if mode & 0o077] == []


def test_ids_sort_by_time_and_are_found_by_their_last_part() -> None:
    made = [ids.new_id(EPOCH + timedelta(seconds=n)) for n in range(300)]
    assert sorted(made) == made
    assert len({ids.short(each) for each in made}) == 300
    assert {len(each) for each in made} == {24}
    assert ids.resolve(ids.short(made[7]), made) == made[7]
    assert ids.resolve(made[7], made) == made[7]
    assert ids.resolve("20260101-000007", made) == made[7]
    with pytest.raises(StoreError, match="fits 300 sessions"):
        ids.resolve("2026", made)
    for nothing in ("", "nix!"):
        with pytest.raises(StoreError, match="No session"):
            ids.resolve(nothing, made)


async def test_an_id_is_resolved_in_the_index(store: Store) -> None:
    await record(store, "20260101-000000-abcdefgh", [STARTED])
    assert await store.index.resolve("abcd") == "20260101-000000-abcdefgh"


async def test_many_sessions_are_recorded_at_once(store: Store) -> None:
    await asyncio.gather(*(record(store, f"s{n}", [STARTED, *run(f"p{n}", turns=5)]) for n in range(20)))
    assert len(await store.index.search()) == 20
    logs = [await store.load(f"s{n}") for n in range(20)]
    assert {len(log.envelopes) for log in logs} == {1 + len(run("p", turns=5))}
