"""What a session, or a part of it, has changed in files, a page at a time; the session need not be open."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ToolCallCompleted
from heartbit_tui.runtime.session_diff import compared
from heartbit_tui.store.store import Store
from heartbit_tui.undo.engine import Engine
from heartbit_tui.undo.net import seen, touched
from heartbit_tui.undo.past import HEARD, Past
from heartbit_tui.undo.preview import near
from heartbit_tui.undo.types import Change

Kind: TypeAlias = Literal["created", "changed", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What lies between two events of a session, the first left out; `last` is None for all that came since."""

    session: str
    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which of the files, in the order of their paths: `limit` of them from the number `offset` on."""

    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """One file by its name from the session's folder on, with its diff, cut where it is long.

    `why` says, as the end of a sentence, why there is no diff; `restored` that the file is by now as it was before.
    """

    path: str
    kind: Kind
    diff: str = ""
    added: int = 0
    removed: int = 0
    why: str = ""
    restored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Files of `total` ones; of `gone` looks at the folder nothing is kept any more.

    `known` is `tools` where undo was off: then it is what the tools for files did, call by call. `point` is the number
    of the prompt to before which one would have to go back, empty where there is none.
    """

    files: tuple[ChangedFile, ...] = ()
    total: int = 0
    gone: int = 0
    known: Literal["all", "tools"] = "all"
    point: str = ""


class Changes:
    """Answers from the log of a session and from what undo, whose folder this is, has kept of its files."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    async def of(self, stretch: Stretch, root: str, page: Page) -> Changed:
        """What was changed in a stretch, with names from `root` on. Raises `StoreError`, `OSError`."""
        past = Past((await self._store.load(stretch.session, only=HEARD)).envelopes)
        point = next((each.number for each in past.points() if each.kind == "prompt" and each.seq > stretch.first), "")
        since = past.since(stretch.first + 1)
        records = [mark.record for mark in since if stretch.last is None or mark.seq <= stretch.last]
        if not records:
            return await self._of_tools(stretch, root, page, point)
        later = [mark.record for mark in since]
        return await asyncio.to_thread(self._compared, records, later, root, page, point)

    def _compared(self, records: Sequence[str], later: Sequence[str], root: str, page: Page, point: str) -> Changed:
        """Read and compare the files of a page, of the others no more than what they are."""
        engine = Engine(self._folder)
        try:
            found = touched(engine.blobs, records)
            still = {each.path for each in touched(engine.blobs, later).changes}
            shown = found.changes[page.offset : page.offset + page.limit]
            files = tuple(self._file(engine, each, root, restored=each.path not in still) for each in shown)
        finally:
            engine.close()
        return Changed(files=files, total=len(found.changes), gone=found.gone, point=point)

    @staticmethod
    def _file(engine: Engine, change: Change, root: str, *, restored: bool) -> ChangedFile:
        found = compared(seen(engine.blobs, change), root)
        return ChangedFile(
            path=found.name,
            kind="created" if change.before is None else "deleted" if change.after is None else "changed",
            diff=found.diff.bounded,
            added=found.diff.added,
            removed=found.diff.removed,
            why=found.why,
            restored=restored,
        )

    async def _of_tools(self, stretch: Stretch, root: str, page: Page, point: str) -> Changed:
        """What the calls of tools say that they changed, where nothing was kept of the files."""
        log = await self._store.load(stretch.session, until=stretch.last, only=(ToolCallCompleted,))
        ended = [each.event for each in log.envelopes if each.seq > stretch.first]
        found = [_of_call(each, root) for each in ended if isinstance(each, ToolCallCompleted) and _diff(each)]
        files = tuple(found[page.offset : page.offset + page.limit])
        return Changed(files=files, total=len(found), known="tools" if found else "all", point=point if found else "")


def _of_call(event: ToolCallCompleted, root: str) -> ChangedFile:
    diff = _diff(event)
    lines = diff.splitlines()
    return ChangedFile(
        path=", ".join(near(each, root) for each in event.changed) or event.tool_name,
        kind="created" if diff.startswith("--- /dev/null") else "changed",
        diff=diff,
        added=sum(each.startswith("+") and not each.startswith("+++ ") for each in lines),
        removed=sum(each.startswith("-") and not each.startswith("--- ") for each in lines),
    )


def _diff(event: ToolCallCompleted) -> str:
    found = event.details.get("diff")
    return found if isinstance(found, str) else ""
