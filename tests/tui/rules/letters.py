"""Letters and drafts in the data file of a home below a folder."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from heartbit_tui.memory.meditation_drafts import Draft, Provenance
from heartbit_tui.memory.types import NewEntry
from heartbit_tui.runtime import beating, meditating
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.inbox import Letter

AT = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)


def file_of(folder: Path) -> Path:
    return folder / "home" / ".local" / "share" / "heartbit" / "heartbit.db"


async def put(folder: Path, *letters: Letter) -> None:
    async with beating.ledger(file_of(folder)) as ledger:
        for each in letters:
            await ledger.inbox.put(each)


async def drafted(folder: Path, name: str) -> Draft:
    """A draft of a skill that waits, with its letter."""
    environment = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
    (folder / "home").mkdir(exist_ok=True)
    (folder / "project").mkdir(exist_ok=True)
    options = Options(cwd=folder / "project", environment=environment, surface="headless")
    draft = Draft(
        id=f"{name}-0123456789", made=AT, name=name, description="say hello", text="Say hello.", sources=(), model="m"
    )
    async with meditating.opened(options, SystemClock()) as opened:
        entry = await opened.ground.memory.store(NewEntry(content="They like to be greeted."))
        source = Provenance(id=entry.id, content=entry.content)
        await opened.drafts.add(replace(draft, sources=(source,)))
    await put(folder, *beating.drafted((draft,)))
    return draft
