"""Whose a session and a row of the audit is stands in columns of their own; nobody finds those of somebody else."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.events import RunStarted, SubAgentsDispatched
from heartbit_tui.store import driver
from heartbit_tui.store.audit import Wanted
from heartbit_tui.store.recorder import NOBODY, Place, save_summary
from heartbit_tui.store.store import Store
from heartbit_tui.store.summary import Summary
from heartbit_tui.store.trail import Trail
from heartbit_tui.testing.clock import FakeClock
from tests.auth.owners import owners
from tests.store.logs import STARTED, give, placed, run
from tests.store.test_audit import rows, told

PAIRS = 10_000
ANNA, BOB, EVE = ("acme", "anna"), ("acme", "bob"), ("evil", "anna")


async def spoken(store: Store, session_id: str, owner: tuple[str, str] | None, prompt: str = "hello") -> None:
    tenant, user = owner or NOBODY
    async with store.recorder(session_id, Trail(str, user=user, tenant=tenant), owner=owner) as recorder:
        give(recorder, placed((STARTED, *run(prompt)), first=recorder.seq + 1, session=session_id))


def filled(pairs: Sequence[tuple[str, str]]) -> Callable[[sqlite3.Connection], None]:
    """Gives each pair of tenant and user a session and an audited event of its own."""

    def work(connection: sqlite3.Connection) -> None:
        with driver.transaction(connection):
            for number, (tenant, user) in enumerate(pairs):
                place = Place(session_id=f"s{number}", summary=Summary(title=f"t{number}"), owner=(tenant, user))
                save_summary(connection, place)
                trail = Trail(str, user=user, tenant=tenant)
                envelope = placed((RunStarted(task=f"t{number}"),), session=f"s{number}")[0]
                fact = trail.fact(envelope)
                assert fact is not None
                trail.write(connection, [fact])

    return work


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.security("M6", n=PAIRS)
async def test_ten_thousand_owners_with_colliding_names_share_no_session_and_no_row_of_the_audit(
    path: Path, store: Store
) -> None:
    pairs = [(owner.tenant, owner.user) for owner in owners(PAIRS)]
    connection = driver.connect(path)
    filled(pairs)(connection)
    connection.close()
    shared: list[tuple[str, str]] = []
    for number, pair in enumerate(pairs):
        sessions = [each.id for each in await store.index.search(owner=pair)]
        audited = [row.session for row in await store.audit.search(Wanted(tenant=pair[0], user=pair[1]))]
        if sessions != [f"s{number}"] or audited != sessions:
            shared.append(pair)
    assert shared == []
    assert (await store.audit.check()).broken == ""


async def test_a_session_exists_for_its_owner_and_for_who_asks_about_all(store: Store) -> None:
    await spoken(store, "one", ANNA)
    await spoken(store, "two", BOB)
    await spoken(store, "mine", None)
    found = {owner: [each.id for each in await store.index.search(owner=owner)] for owner in (ANNA, BOB, EVE, NOBODY)}
    assert found == {ANNA: ["one"], BOB: ["two"], EVE: [], NOBODY: ["mine"]}
    assert {each.id: each.owner for each in await store.index.search()} == {"one": ANNA, "two": BOB, "mine": NOBODY}
    assert {each.id for each in await store.index.of_tenant("acme")} == {"one", "two"}
    assert (await store.index.resolve("o", ANNA), await store.index.resolve("o")) == ("one", "one")
    assert (await store.index.last(owner=EVE), await store.index.search("hello", owner=EVE)) == (None, [])


async def test_of_somebody_elses_session_nobody_learns_that_there_is_one(store: Store) -> None:
    await spoken(store, "one", ANNA)
    said: set[str] = set()
    for owner, session in ((BOB, "one"), (EVE, "one"), (NOBODY, "one")):
        with pytest.raises(StoreError) as caught:
            await store.index.resolve(session, owner)
        said.add(str(caught.value))
        with pytest.raises(StoreError) as caught:
            await spoken(store, session, owner)
        said.add(str(caught.value))
    with pytest.raises(StoreError) as caught:
        await store.index.resolve("one", ("nobody", "here"))
    assert said == {str(caught.value)}
    await spoken(store, "one", ANNA, "again")
    assert (await store.index.info("one")).summary.turns == 2


async def test_a_copy_is_whose_the_session_was_and_what_is_removed_has_no_owner(store: Store, path: Path) -> None:
    await spoken(store, "one", ANNA)
    copy = await store.fork("one")
    assert (await store.index.info(copy)).owner == ANNA
    await store.delete("one")
    await store.delete(copy)
    connection = driver.connect(path, reads_only=True)
    assert connection.execute("SELECT count(*) FROM owners").fetchone() == (0,)
    connection.close()


async def test_the_audit_is_searched_by_tenant_and_user_and_an_empty_tenant_is_one(store: Store) -> None:
    for session, owner in (("a", ANNA), ("b", BOB), ("c", EVE), ("d", ("", "anna"))):
        await spoken(store, session, owner)

    async def found(tenant: str | None = None, user: str | None = None) -> set[str]:
        return {row.session for row in await rows(store, Wanted(tenant=tenant, user=user))}

    assert await found() == {"a", "b", "c", "d"}
    assert await found(tenant="acme") == {"a", "b"}
    assert await found(tenant="acme", user="anna") == {"a"}
    assert await found(user="anna") == {"a", "c", "d"}
    assert await found(tenant="") == {"d"}
    assert await found(tenant="", user="") == set()


async def test_the_audit_says_who_acts_for_whom(store: Store) -> None:
    trail = Trail(str, user="anna", tenant="acme", acts_for=("user:anna", "cron:nightly"))
    dispatched = SubAgentsDispatched(agents=("helper",))
    async with store.recorder("s", trail, owner=ANNA) as recorder:
        log = placed((STARTED, RunStarted(task="t"), dispatched), session="s")
        give(recorder, log)
        give(recorder, placed((RunStarted(task="part"),), first=4, session="s", agent="helper"))
    assert [told(row)["delegation_chain"] for row in await rows(store)] == [
        ["user:anna", "cron:nightly", "heartbit"],
        ["user:anna", "cron:nightly", "heartbit"],
        ["user:anna", "cron:nightly", "heartbit", "helper"],
    ]


async def test_the_chain_stays_where_the_rest_of_a_row_is_cut(store: Store, clock: FakeClock) -> None:
    trail = Trail(str, user="anna", tenant="acme", acts_for=("user:anna",))
    async with store.recorder("s", trail, owner=ANNA) as recorder:
        give(recorder, placed((RunStarted(task="\x00" * 9_000),), session="s"))
    (row,) = await rows(store)
    assert set(told(row)) >= {"delegation_chain"}
    assert told(row)["delegation_chain"] == ["user:anna", "heartbit"]
