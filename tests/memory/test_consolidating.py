"""What belongs together becomes one entry, in a model's words, and what it cost is counted."""

import asyncio
from dataclasses import replace

from heartbit_tui.kernel.events import Event, MemoryChanged, ModelCalled
from heartbit_tui.kernel.messages import StopReason, Text
from heartbit_tui.memory.consolidating import Means, merge
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.types import Confidentiality, Entry, NewEntry, Query, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.providers.faults import Status
from heartbit_tui.providers.script import Reply
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.testing.clock import FakeClock
from tests.memory.rig import ANYBODY, MARKS, PROJECT, SCREEN, ground

SCOPE = Scope(agent="heartbit", project=PROJECT)
ONE = NewEntry(content="The dev server has port 4711.", keywords=("port", "server"), importance=3, scope=SCOPE)
TWO = replace(ONE, content="The dev server restarts by itself.", importance=8, tags=("dev",))
OTHER = replace(ONE, content="Deploy with make release.", keywords=("deploy",))


class Bench:
    def __init__(self, *replies: Reply) -> None:
        self.memory = VolatileMemory(FakeClock())
        self.provider = Scripted(replies)
        self.told: list[Event] = []

    async def store(self, *entries: NewEntry) -> list[Entry]:
        return [await self.memory.store(each) for each in entries]

    async def run(self) -> tuple[int, int]:
        """How many entries were made, of how many."""
        means = Means(provider=lambda: self.provider, fence=MARKS.fence, clean=SCREEN, tell=self.told.append)
        done = await merge(self.memory, ground(self.memory).reach, means)
        return len(done.made), done.replaced

    async def entries(self) -> list[Entry]:
        return list(await self.memory.list(Query(reach=ANYBODY)))

    @property
    def actions(self) -> list[str]:
        return [event.action for event in self.told if isinstance(event, MemoryChanged)]


def says(text: str, **more: object) -> Reply:
    return replace(Reply(blocks=(Text(text=text),)), **more)


async def test_a_cluster_becomes_one_semantic_entry_and_the_call_is_counted() -> None:
    bench = Bench(says("The dev server has port 4711 and restarts by itself.", cost_usd=0.01))
    one, two, other = await bench.store(ONE, replace(TWO, confidentiality=Confidentiality.CONFIDENTIAL), OTHER)
    assert await bench.run() == (1, 2)
    merged = next(entry for entry in await bench.entries() if entry.id != other.id)
    assert len(await bench.entries()) == 2
    assert (merged.content, merged.type.value, merged.importance, merged.confidentiality.word) == (
        "The dev server has port 4711 and restarts by itself.",
        "semantic",
        8,
        "confidential",
    )
    assert (set(merged.source_ids), set(merged.keywords), merged.tags) == (
        {one.id, two.id},
        {"port", "server"},
        ("dev",),
    )
    assert merged.origin.by == "consolidation"
    (called,) = (event for event in bench.told if isinstance(event, ModelCalled))
    assert (called.purpose, called.usage.input_tokens, called.cost_usd) == ("consolidation", 10, 0.01)
    (request,) = bench.provider.requests
    assert "- The dev server has port 4711." in str(request.messages)
    assert (request.max_tokens, request.tools) == (512, ())


async def test_what_is_pinned_restricted_or_anothers_is_neither_sent_nor_merged() -> None:
    bench = Bench(says("x", times=0))
    await bench.store(ONE, replace(TWO, pinned=True), replace(TWO, confidentiality=Confidentiality.RESTRICTED))
    await bench.store(replace(TWO, scope=Scope(project=PROJECT)), replace(TWO, scope=Scope(agent="heartbit")))
    assert await bench.run() == (0, 0)
    assert bench.provider.requests == []
    assert len(await bench.entries()) == 5


async def test_a_note_that_is_cut_off_or_a_model_that_fails_leaves_the_entries_and_is_told() -> None:
    for reply in (
        says("half", stop=StopReason.MAX_TOKENS),
        says("  "),
        Reply(fault=Status(status=500)),
        says("Write to jane.doe@example.com"),
    ):
        bench = Bench(reply)
        await bench.store(ONE, TWO)
        assert await bench.run() == (0, 0)
        assert bench.actions == ["refused"]
        assert len(await bench.entries()) == 2
        assert len([each for each in bench.told if isinstance(each, ModelCalled)]) == (reply.fault is None)


async def test_a_kill_between_two_clusters_leaves_each_whole_or_not_begun() -> None:
    bench, clock = Bench(), FakeClock()
    bench.provider = Scripted((says("merged"), says("never", wait=60)), clock=clock)
    await bench.store(ONE, TWO, OTHER, replace(OTHER, content="Deploy from main."))
    task = asyncio.create_task(bench.run())
    await clock.slept_by()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    contents = {entry.content for entry in await bench.entries()}
    assert contents in (
        {ONE.content, TWO.content, "merged"},
        {OTHER.content, "Deploy from main.", "merged"},
    )


async def test_pruning_after_merging_still_prunes() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)
    for entry in (ONE, OTHER):
        await memory.store(entry)
    await clock.advance(30 * 86_400)
    bench = Bench()
    bench.memory = memory
    assert await bench.run() == (0, 0)
    assert await Notebook(ground(memory)).prune() == 2
