from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from heartbit_tui.client.memories import Memories
from heartbit_tui.config.redact import Redactor
from heartbit_tui.guardrails.pii import Pii
from heartbit_tui.kernel.events import MemoryRecalled
from heartbit_tui.kernel.messages import Text
from heartbit_tui.memory.notebook import Ground
from heartbit_tui.memory.telling import recollection
from heartbit_tui.memory.types import Confidentiality, EntryType, NewEntry, Origin, Query, Reach, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.runtime.screening import ALWAYS, Screening
from heartbit_tui.testing.clock import FakeClock
from tests.tui.snapshots.conftest import Open
from tests.tui.snapshots.script import answered, asked
from tests.tui.snapshots.stage import NOW, PROJECT, Stage

OWN = Scope(agent="heartbit", project=str(Path(PROJECT)))
KEPT: Sequence[tuple[int, NewEntry]] = (
    (26, NewEntry(content="The parser was written by hand because lark was too slow at start-up.", importance=4)),
    (9, NewEntry(content="CI runs `make check` and then the suite on 3.13.", keywords=("ci", "make"), tags=("ci",))),
    (3, NewEntry(content="Pulse keeps the gaps between beats in [seconds], never in ms.", importance=8)),
    (2, NewEntry(content="Means of nothing are 0, not an error: decided with the [team].", category="procedure")),
    (1, NewEntry(content="The vault key lies under the mat.", confidentiality=Confidentiality.RESTRICTED)),
    (0, NewEntry(content="日本語 labels stay in the side panel.", type=EntryType.REFLECTION, category="observation")),
)


async def remembered(stage: Stage) -> Memories:
    """A memory with a few entries of different ages, which the session has from now on."""
    clock = FakeClock(NOW)
    memory = VolatileMemory(clock, new_id=iter(f"{number:08x}-0000-4000" for number in range(99)).__next__)
    for days, entry in KEPT:
        origin = Origin(session="20261119-101010-abcd", seq=17)
        at = NOW - timedelta(days=days, minutes=5)
        await memory.store(replace(entry, scope=OWN, origin=origin, at=at))
    note = NewEntry(content="Answer in short sentences.", scope=Scope(project=PROJECT), category="preference")
    await memory.store(replace(note, origin=Origin(by="person"), pinned=True))
    ground = Ground(
        memory=memory,
        reach=Reach(cap=Confidentiality.RESTRICTED),
        scope=Scope(project=PROJECT),
        clean=Screening(Redactor(), Pii(detectors=ALWAYS)),
        origin=lambda: Origin(by="person"),
    )
    stage.client.remembered = Memories(ground, clock)
    return stage.client.remembered


async def test_what_was_recalled_for_this_turn(opened: Open) -> None:
    async with opened() as stage:
        memories = await remembered(stage)
        query = "Are the means of no gaps an error, and what does the suite check?"
        found = await memories.ground.memory.recall(Query(reach=memories.ground.reach, text=query), touch=False)
        entries = tuple(recollection(each, query) for each in found.found[:3])
        await stage.play(*asked(query))
        await stage.play(MemoryRecalled(reason="start", query=query, entries=entries, turn=1))
        await stage.play(*answered(Text(text="It is 0: you decided that with the team.")))
        await stage.until("Recalled from memory")
        if stage.app.size.width < 100:
            await stage.act("side-panel")
        await stage.until("memory 3")
        await stage.shot("recalled")


async def test_the_list_of_what_is_remembered(opened: Open) -> None:
    async with opened() as stage:
        await remembered(stage)
        await stage.act("memory")
        await stage.until("Memory", "Answer in short")
        await stage.shot("memory")
        await stage.press("down", "down", "ctrl+d")
        await stage.until("Forget")
        await stage.shot("memory-forget")
        await stage.press("n")
        await stage.press(*"beats")
        await stage.until("words: beat")
        await stage.shot("memory-search")
        await stage.press("ctrl+r")
        await stage.shot("memory-edit")
        await stage.press("escape", "enter")
        await stage.until("Esc closes")
        await stage.shot("memory-whole")


async def test_a_note_is_kept_and_one_with_a_secret_comes_back(opened: Open) -> None:
    async with opened() as stage:
        memories = await remembered(stage)
        await stage.write("# tests need docker")
        await stage.shot("note")
        await stage.press("enter")
        await stage.pilot.pause()
        (found,) = (await memories.ground.memory.recall(Query(reach=memories.ground.reach, text="docker"))).found
        assert (found.entry.content, found.entry.pinned) == ("tests need docker", True)
        await stage.type("# mail jane.doe@example.com")
        await stage.press("enter")
        await stage.until("an e-mail address")
        assert stage.app.draft.text == "# mail jane.doe@example.com"
        await stage.shot("note-refused")
