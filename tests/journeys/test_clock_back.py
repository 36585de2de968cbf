"""Somebody sets the clock back while a session runs: its log keeps its order, and nothing is lost."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import Delta, Envelope, ToolCallCompleted
from heartbit_tui.kernel.protocols import Effects
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import Plan, Rig, says, turn

HOUR = timedelta(hours=1)


class Receding(FakeClock):
    """A clock whose time of day goes back by an hour each time somebody looks at it."""

    def __init__(self) -> None:
        super().__init__(auto=True)
        self._looks = 0

    def now(self) -> datetime:
        self._looks += 1
        return super().now() - self._looks * HOUR


async def session(path: Path, plan: Plan, task: str) -> Rig:
    """A prompt to its end in a session that is kept in this store."""
    async with Store.open(path, plan.clock) as store, store.recorder("s1") as recorder:
        log = (await store.load("s1")).envelopes if recorder.seq else ()
        kept = Plan(
            replies=plan.replies, tools=plan.tools, clock=plan.clock, log=log, journal=recorder, sinks=(recorder.take,)
        )
        rig = Rig(kept)
        async with rig.session:
            await rig.ask(task)
        assert rig.complaints == []
        return rig


async def stored(path: Path) -> tuple[Envelope, ...]:
    async with Store.open(path, FakeClock()) as store:
        log = await store.load("s1")
        last = await store.index.last("")
    assert log.skipped == ()
    assert last is None or last.id == "s1"
    return log.envelopes


def calls() -> Reply:
    return turn(call("note", text="one"), call("note", text="two"))


@pytest.mark.security("L3")
async def test_a_session_goes_on_and_is_taken_up_again(tmp_path: Path) -> None:
    path, clock = tmp_path / "data/heartbit.db", Receding()
    tool = FakeTool("note", effects=Effects.WRITE)
    await session(path, Plan(replies=(calls(), says("Done.")), tools=(tool,), clock=clock), "go")
    second = await session(path, Plan(replies=(calls(), says("Again.")), tools=(tool,), clock=clock), "again")
    whole = [envelope for envelope in await stored(path) if not isinstance(envelope.event, Delta)]
    told = [envelope for envelope in second.log if not isinstance(envelope.event, Delta)]
    assert whole == told
    assert [each.seq for each in whole] == sorted(each.seq for each in whole)
    assert whole[0].at > whole[-1].at
    assert len(tool.inputs) == 4
    assert min(each.duration_ms for each in second.of(ToolCallCompleted)) >= 0
