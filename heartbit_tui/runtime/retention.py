"""Sessions that nobody took up for long are removed, so that the store stays bounded."""

from datetime import timedelta
from pathlib import Path

from heartbit_tui.config import Config
from heartbit_tui.kernel.errors import StoreError
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import plugins
from heartbit_tui.store.store import Store
from heartbit_tui.wire.write import timestamp

EVERY = timedelta(days=1)
SWEEP = "heartbit_tui.runtime.undo_stored:sweep_quietly"
MARK = "pruned"
"""The file in the state folder whose age says when this was last done."""


async def prune(store: Store, config: Config, state: Path, clock: Clock, undo: Path | None = None) -> int:
    """Remove what `[sessions]` no longer keeps, at most once a day; how many sessions went. 0 keeps for ever.

    What was audited goes with the days alone: how large sessions are, or that one was deleted, does not touch it.
    What only those sessions needed of the folder `undo` goes with them.
    """
    mark = state / MARK
    if not _due(mark, clock):
        return 0
    days, most = config.integer("sessions.keep_days"), config.integer("sessions.max_bytes")
    try:
        pruned = await store.prune(max_age=timedelta(days=days) if days else None, max_bytes=most or None)
        if days:
            await store.audit.prune(timestamp(clock.now() - timedelta(days=days)))
        if undo is not None:
            await plugins.resolve(SWEEP)(store, undo, clock, most=config.integer("undo.max_bytes"))
    except StoreError:
        return 0
    return len(pruned.sessions)


def _due(mark: Path, clock: Clock) -> bool:
    """Whether a day has passed; the mark is set anew at once, so that of two processes one does it."""
    try:
        if clock.now().timestamp() - mark.stat().st_mtime < EVERY.total_seconds():
            return False
    except OSError:
        pass
    try:
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        return False
    return True
