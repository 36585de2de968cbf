"""Pages of what changed last: each task once, whatever changes meanwhile behind it, and nobody else's."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import Usage
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import STEPS, Outcome, Request, Sight, SqliteQueue
from heartbit_tui.tasks.recent import Recent, Wanted, changed
from heartbit_tui.testing.clock import FakeClock


@asynccontextmanager
async def looked(path: Path, clock: FakeClock) -> AsyncGenerator[tuple[SqliteQueue, Recent]]:
    async with Database.open(path / "heartbit.db", "tasks", STEPS) as database:
        queue = SqliteQueue(database, clock, lambda owner: True)
        yield queue, Recent(database)
        await queue.close()


async def test_each_task_is_on_one_page_the_last_that_changed_first(tmp_path: Path) -> None:
    clock = FakeClock()
    async with looked(tmp_path, clock) as (queue, recent):
        accepted = list[str]()
        for number in range(7):
            accepted.append((await queue.accept(Request(task=str(number)))).id)
            await clock.advance(number % 2)
        first = await queue.claim("me", lambda: "s")
        assert first is not None
        await clock.advance(1)
        await queue.end(Outcome(id=first.id, state="completed", text="done", usage=Usage()), "me")
        wanted, found = Wanted(limit=3), list[str]()
        while True:
            page = await recent.page(wanted)
            found += [each.id for each in page.tasks]
            assert (page.total, bool(page.next)) == (7, len(found) < 7)
            if not page.next:
                break
            wanted = Wanted(limit=3, after=page.next)
        assert found == [accepted[0], *reversed(accepted[1:])]
        whole = (await recent.page(Wanted())).tasks
        assert [changed(each) for each in whole] == sorted(map(changed, whole), reverse=True)
        assert [each.id for each in (await recent.page(Wanted(since=changed(whole[0])))).tasks] == [accepted[0]]
        assert (await recent.page(Wanted(since=clock.now() + timedelta(seconds=1)))).total == 0


async def test_what_is_wanted_is_found_by_session_state_and_owner(tmp_path: Path) -> None:
    clock = FakeClock()
    async with looked(tmp_path, clock) as (queue, recent):
        wanted = await queue.accept(Request(task="wanted", session="a", tenant_id="acme", user_id="anna"))
        given = await queue.accept(Request(task="given", tenant_id="acme", user_id="anna"))
        other = await queue.accept(Request(task="other", tenant_id="acme", user_id="ben"))
        for session in ("", "b", "c"):
            await queue.claim("me", lambda session=session: session)

        async def ids(found: Wanted, sight: Sight | None = None) -> set[str]:
            return {each.id for each in (await recent.page(found, *([sight] if sight else []))).tasks}

        assert await ids(Wanted(session="a")) == {wanted.id}
        assert await ids(Wanted()) == {wanted.id, given.id, other.id}
        sessions = {each.id: each.session for each in (await recent.page(Wanted())).tasks}
        assert await ids(Wanted(session=sessions[given.id])) == {given.id}
        assert await ids(Wanted(), Sight(tenant_id="acme", user_id="ben")) == {other.id}
        assert await ids(Wanted(session="a"), Sight(tenant_id="acme", user_id="ben")) == set()
        running = Wanted(states=("running",), asking=("a",), asks=False)
        assert await ids(running) == {given.id, other.id}
        assert await ids(Wanted(states=("running", "interrupted"), asking=("a",), asks=True)) == {wanted.id}
        assert await ids(Wanted(states=("running",), asks=True)) == set()
        assert await ids(Wanted(states=("completed", "failed"))) == set()


@pytest.mark.parametrize("after", ["x", "1", "1-", "-1", "1-2-3", "99999999999999999-1", "1-2\n"])
async def test_an_end_of_a_page_that_was_never_given_is_refused(tmp_path: Path, after: str) -> None:
    async with looked(tmp_path, FakeClock()) as (_, recent):
        with pytest.raises(ValueError, match=r".*"):
            await recent.page(Wanted(after=after))
