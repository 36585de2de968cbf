"""Sessions are kept as long as the configuration says, and looked through once a day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from heartbit_tui.config import load
from heartbit_tui.kernel.events import Envelope, ModeChanged, SessionStarted
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.runtime.retention import prune
from heartbit_tui.store.audit import Wanted
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import Trail
from heartbit_tui.testing import FakeClock

STARTED = SessionStarted(cwd="/p", provider="p", model="m", mode=Mode.ASK)


def configured(days: int) -> dict[str, int]:
    return {"sessions.keep_days": days, "sessions.max_bytes": 0}


async def keep(store: Store, session_id: str, at: datetime) -> None:
    async with store.recorder(session_id) as recorder:
        recorder.take(Envelope(seq=1, at=at, session=session_id, run="", agent="heartbit", event=STARTED))


async def remaining(folder: Path, days: int) -> list[str]:
    clock = FakeClock(datetime.now(UTC))
    config = load((), {}, configured(days), trusted=False)
    async with Store.open(folder / "heartbit.db", clock) as store:
        await keep(store, "old", clock.now() - timedelta(days=31))
        await keep(store, "new", clock.now() - timedelta(days=1))
        await prune(store, config, folder, clock)
        await keep(store, "older", clock.now() - timedelta(days=400))
        await prune(store, config, folder, clock)
        return sorted(info.id for info in await store.index.search())


async def test_old_sessions_go_once_a_day_and_new_ones_stay(tmp_path: Path) -> None:
    assert await remaining(tmp_path, 30) == ["new", "older"]


async def test_zero_keeps_for_ever(tmp_path: Path) -> None:
    assert await remaining(tmp_path, 0) == ["new", "old", "older"]


async def test_what_was_audited_goes_with_the_days_and_not_with_its_session(tmp_path: Path) -> None:
    clock = FakeClock(datetime.now(UTC))
    config = load((), {}, configured(30), trusted=False)
    async with Store.open(tmp_path / "heartbit.db", clock) as store:
        for session_id, age in (("old", 31), ("new", 1)):
            async with store.recorder(session_id, Trail(str)) as recorder:
                at, changed = clock.now() - timedelta(days=age), ModeChanged(mode=Mode.PLAN)
                recorder.take(Envelope(seq=1, at=at, session=session_id, run="", agent="heartbit", event=changed))
        await store.delete("new")
        await prune(store, config, tmp_path, clock)
        assert [row.session for row in await store.audit.search(Wanted())] == ["new"]
        assert (await store.audit.check()).broken == ""
