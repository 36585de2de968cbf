"""Plans going back and carries it out, for one workspace and one session at a time."""

import fcntl
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from heartbit_tui.undo.blobs import Blobs, Gone
from heartbit_tui.undo.intent import Intent, Restored
from heartbit_tui.undo.journal import Entry, Journal
from heartbit_tui.undo.looking import Looker, listed
from heartbit_tui.undo.plan import Lost, Plan, Went, changes_of, forced, planned, wanted, without
from heartbit_tui.undo.record import read, written
from heartbit_tui.undo.restore import Restorer, in_use, shut_folders
from heartbit_tui.undo.types import Bounds, State

BLOBS = "blobs"
LOCK = "in-use"
INDEXES = "indexes"
JOURNALS = "journals"
MISSING = "what was kept of it is gone: heartbit gc made room, or the data directory was emptied"


class Engine:
    """Everything here blocks: call it in a thread. `folder` is undo's own, in the data directory.

    Nothing is removed from it by others until `close`.
    """

    def __init__(self, folder: Path, bounds: Bounds | None = None) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        self.blobs = Blobs(folder / BLOBS)
        self.journal = Journal(folder / JOURNALS)
        self._bounds = bounds or Bounds()

    def close(self) -> None:
        """Let others make room."""
        os.close(self._lock)

    def looker(self) -> Looker:
        """One with room for as much as is kept at all."""
        return Looker(self.blobs, self._bounds)

    def plan(self, newest_first: Sequence[str], *, unsure: Collection[str] = (), overrule: bool = False) -> Plan:
        """What going back over these records means now; with `overrule` over what somebody else changed, too.

        What is in a record that is `unsure` may be somebody else's doing.
        """
        records: list[Went] = []
        missing: list[Lost] = []
        for record in newest_first:
            try:
                records.append(Went(changes=read(self.blobs, record), unsure=record in unsure))
            except Gone:
                missing.append(Lost(path="a change", why=MISSING))
        wants = wanted(records)
        plan = planned(wants, self._actual(wants), self.blobs.has)
        if overrule:
            plan = forced(plan)
        plan = without(plan, in_use(plan))
        return Plan(steps=plan.steps, conflicts=plan.conflicts, lost=(*plan.lost, *missing))

    def carry_out(self, session: str, intent: Intent, plan: Plan) -> Restored:
        """Do what a plan says. Whoever tells the outcome in the log calls `told` then. Raises `OSError`."""
        entry = Entry(intent=intent, steps=plan.steps, shut=shut_folders(plan.steps))
        self.journal.begin(session, entry)
        return self._restored(entry, again=False)

    def finish(self, session: str) -> Restored | None:
        """Go on with what was cut off, if anything was; then call `told`, too."""
        entry = self.journal.open_entry(session)
        return self._restored(entry, again=True) if entry else None

    def told(self, session: str) -> None:
        """The outcome is in the log."""
        self.journal.end(session)

    def _restored(self, entry: Entry, *, again: bool) -> Restored:
        restorer = Restorer(self.looker(), self.blobs, tag=entry.intent.id, again=again)
        done = restorer.carry_out(entry.steps, dict(entry.shut))
        record = self.blobs.keep(written(changes_of(done.steps))) if done.steps else ""
        return Restored(intent=entry.intent, record=record, changed=len(done.steps), left=done.left)

    def _actual(self, paths: Collection[str]) -> dict[str, State | None]:
        """What paths are; two names that differ in case alone are told apart by how the folder lists them."""
        looker = self.looker()
        found = {path: looker.at(path) for path in paths}
        for path in _alike_but_for_case(paths):
            if found[path] is not None and not listed(path):
                found[path] = None
        return found


def _alike_but_for_case(paths: Iterable[str]) -> list[str]:
    folded: dict[str, list[str]] = {}
    for path in paths:
        folded.setdefault(path.casefold(), []).append(path)
    return [path for same in folded.values() if len(same) > 1 for path in same]
