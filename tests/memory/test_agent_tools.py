"""What a model can do with its memory, and what it cannot."""

from dataclasses import replace

import pytest

from heartbit_tui.kernel.events import MemoryChanged, MemoryRecalled
from heartbit_tui.kernel.protocols import Output, Tool
from heartbit_tui.memory.errors import EntryMissing
from heartbit_tui.memory.notebook import Notebook
from heartbit_tui.memory.reflection import Tracker
from heartbit_tui.memory.shared_tools import SharedMemoryRead, SharedMemoryWrite
from heartbit_tui.memory.tools import MemoryConsolidate, MemoryForget, MemoryRecall, MemoryStore, MemoryUpdate
from heartbit_tui.memory.types import Confidentiality, EntryType, NewEntry, Query, Reach, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing.calls import FakeCallContext
from heartbit_tui.testing.clock import FakeClock
from tests.memory.rig import ANYBODY, MARKS, PROJECT, ground, notebook

PORT = "The dev server listens on port 4711."
SECRETS = (
    "The key is sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWx",
    "password: hunter2hunter2",
    "Write to jane.doe@example.com",
    "Call her: +1 (415) 555-0134",
    "Her SSN is 536-90-4399",
    "Pay with 4111 1111 1111 1111",
    "Account DE89 3704 0044 0532 0130 00",
    "postgres://app:s3cr3tpassw0rd@db/prod",
)


class Bench:
    """The five tools over one memory."""

    def __init__(self, cap: Confidentiality = Confidentiality.CONFIDENTIAL, threshold: float | None = None) -> None:
        self.clock = FakeClock()
        self.memory = VolatileMemory(self.clock)
        self.notebook = Notebook(ground(self.memory, cap))
        tracker = Tracker(threshold) if threshold else None
        self.tools: dict[str, Tool] = {
            "store": MemoryStore(self.notebook, tracker),
            "recall": MemoryRecall(self.notebook, MARKS.fence, self.clock),
            "update": MemoryUpdate(self.notebook),
            "forget": MemoryForget(self.notebook),
            "consolidate": MemoryConsolidate(self.notebook),
            "share": SharedMemoryWrite(Notebook(ground(self.memory, cap))),
        }
        self.context = FakeCallContext(agent="heartbit")

    async def call(self, name: str, **given: object) -> Output:
        tool = self.tools[name]
        problem = tool.check(given)
        if problem:
            return Output(content=problem, is_error=True)
        return await tool.run(given, self.context)

    async def stored(self, content: str, **given: object) -> str:
        output = await self.call("store", content=content, **given)
        assert not output.is_error, output.content
        return str(output.details["memory"])

    @property
    def changes(self) -> list[MemoryChanged]:
        return [event for event in self.context.events if isinstance(event, MemoryChanged)]


async def test_what_was_stored_is_found_by_its_words_with_its_id_and_told_as_an_event() -> None:
    bench = Bench()
    entry_id = await bench.stored(PORT, keywords=["port"], importance=15, tags=["dev"])
    output = await bench.call("recall", query="which port does the server use")
    assert f"#1 [{entry_id}] fact (episodic, importance 10, strength 1.00): {PORT}" in output.content
    assert output.content.startswith("1 memory:\n|||FENCE:")
    assert "(tags: dev; recalled 1 time; keywords: port)" in output.content
    (found,) = (event for event in bench.context.events if isinstance(event, MemoryRecalled))
    assert (found.reason, found.tool_call_id, [each.id for each in found.entries]) == ("tool", "call_1", [entry_id])
    assert found.entries[0].why == "words: port, server"
    assert [(each.action, each.content) for each in bench.changes] == [("stored", PORT)]


async def test_nothing_found_is_said_in_words() -> None:
    assert (await Bench().call("recall", query="anything")).content == "No memories match."


@pytest.mark.parametrize("text", SECRETS)
async def test_a_secret_is_refused_wherever_it_stands_and_never_kept(text: str) -> None:
    bench = Bench()
    for given in ({"content": text}, {"content": "x", "summary": text}, {"content": "x", "tags": [text]}):
        output = await bench.call("store", **given)
        assert output.is_error
        assert output.content.startswith("Nothing was stored, because there is ")
    entry_id = await bench.stored(PORT)
    assert (await bench.call("update", id=entry_id, content=text)).is_error
    assert (await bench.call("consolidate", source_ids=[entry_id, "x"], content=text)).is_error
    assert [each.action for each in bench.changes] == ["refused"] * 3 + ["stored", "refused", "refused"]
    assert not any(text in each.reason or text in each.content for each in bench.changes)
    assert [entry.content for entry in await bench.memory.list(Query(reach=ANYBODY))] == [PORT]


async def test_like_keywords_link_and_no_keywords_do_not() -> None:
    bench = Bench()
    first = await bench.stored("Tests run with make test.", keywords=["test", "make", "pytest"])
    second = await bench.call("store", content="make test takes ten minutes.", keywords=["test", "make", "slow"])
    assert "Linked to 1 like it." in second.content
    third = await bench.call("store", content="make test again.")
    assert "Linked" not in third.content
    entry = await bench.memory.get(first, ANYBODY)
    assert entry.related_ids == (second.details["memory"],)
    assert entry.access_count == 0


async def test_the_hint_comes_exactly_when_the_sum_reaches_the_threshold_and_a_reflection_is_one() -> None:
    bench = Bench(threshold=10)
    outputs = [await bench.call("store", content=f"fact {number}", importance=4) for number in range(4)]
    assert ["memory_type" in output.content for output in outputs] == [False, False, True, False]
    ids = [str(output.details["memory"]) for output in outputs]
    made = await bench.stored("Ports change.", memory_type="reflection", importance=9, source_ids=ids[:2])
    entry = await bench.memory.get(made, ANYBODY)
    assert (entry.type, entry.source_ids) == (EntryType.REFLECTION, tuple(ids[:2]))


async def test_an_update_and_a_forget_work_by_the_id_that_recall_told() -> None:
    bench = Bench()
    entry_id = await bench.stored(PORT)
    assert (await bench.call("update", id=entry_id, content="It is port 4712 now.")).content == f"Updated {entry_id}."
    assert "4712" in (await bench.call("recall", query="port")).content
    assert (await bench.call("forget", id=entry_id)).content == f"Forgotten: {entry_id}."
    gone = await bench.call("forget", id=entry_id)
    assert gone.is_error
    assert entry_id in gone.content
    assert [each.action for each in bench.changes] == ["stored", "updated", "forgotten"]


async def test_merging_needs_two_keeps_the_strictest_level_and_says_what_is_missing() -> None:
    bench = Bench()
    one = await bench.stored("A", keywords=["a"], tags=["t"])
    two = await bench.stored("B", keywords=["b"], confidentiality="confidential")
    assert (await bench.call("consolidate", source_ids=[one, one], content="AB")).is_error
    assert (await bench.call("consolidate", source_ids=["x", "y"], content="AB")).is_error
    output = await bench.call("consolidate", source_ids=[one, two, "gone"], content="A and B")
    assert "in the place of 2 entries" in output.content
    assert "Not found, and left out: gone." in output.content
    (entry,) = await bench.memory.list(Query(reach=ANYBODY))
    assert (entry.content, entry.type, entry.confidentiality) == (
        "A and B",
        EntryType.SEMANTIC,
        Confidentiality.CONFIDENTIAL,
    )
    assert (set(entry.keywords), entry.tags, entry.source_ids) == ({"a", "b"}, ("t",), (one, two))


async def test_what_is_restricted_is_kept_and_shown_to_no_model() -> None:
    bench = Bench()
    output = await bench.call("store", content="The vault is behind the picture.", confidentiality="restricted")
    entry_id = str(output.details["memory"])
    assert "no model will be shown it again" in output.content
    assert "picture" not in (await bench.call("recall", query="vault picture")).content
    assert "picture" not in (await bench.call("recall", limit=0)).content
    for name, given in (("update", {"content": "x"}), ("forget", {})):
        assert (await bench.call(name, id=entry_id, **given)).is_error
    assert "picture" not in await bench.tools["forget"].preview({"id": entry_id})
    assert not any("picture" in each.content for each in bench.changes)
    assert (await bench.memory.get(entry_id, ANYBODY)).content == "The vault is behind the picture."


async def test_an_agent_sees_its_own_and_everybodys_of_its_project_and_no_others() -> None:
    bench = Bench()
    scopes = {
        "own": Scope(agent="heartbit", project=PROJECT, session="old"),
        "everybody's": Scope(project=PROJECT),
        "of no project": Scope(agent="heartbit"),
        "another agent's": Scope(agent="reviewer", project=PROJECT),
        "another project's": Scope(agent="heartbit", project="/elsewhere"),
        "another user's": Scope(user="u", agent="heartbit", project=PROJECT),
        "another tenant's": Scope(tenant="t", agent="heartbit", project=PROJECT),
    }
    for words, scope in scopes.items():
        await bench.memory.store(NewEntry(content=f"{words} memory", scope=scope))
    told = (await bench.call("recall", query="memory", limit=0)).content
    assert [words for words in scopes if f"{words} memory" in told] == ["own", "everybody's", "of no project"]


async def test_the_preview_says_what_would_be_kept_and_what_would_be_gone() -> None:
    bench = Bench()
    shown = await bench.tools["store"].preview({"content": PORT, "importance": 11, "keywords": ["port"]})
    assert shown == "fact · episodic · importance 10 · public · keywords: port"
    entry_id = await bench.stored(PORT)
    assert await bench.tools["forget"].preview({"id": entry_id}) == f"[{entry_id}] {PORT}"
    assert "becomes" in await bench.tools["update"].preview({"id": entry_id, "content": "new"})


async def test_shared_entries_are_everybodys_under_their_writers_name_and_the_cap_holds_for_them() -> None:
    clock = FakeClock()
    memory = VolatileMemory(clock)

    def shared(cap: Confidentiality) -> Notebook:
        return Notebook(replace(ground(memory, cap), scope=Scope(project=PROJECT)))

    notebook = shared(Confidentiality.CONFIDENTIAL)
    write, read = SharedMemoryWrite(notebook), SharedMemoryRead(notebook, MARKS.fence)
    await write.run({"content": "The parser is in parse.py."}, FakeCallContext(agent="finder"))
    await write.run({"content": "The parser needs tests."}, FakeCallContext(agent="critic"))
    inner = NewEntry(
        content="The parser was bought.", scope=Scope(project=PROJECT), confidentiality=Confidentiality.INTERNAL
    )
    await memory.store(inner)
    told = (await read.run({"query": "parser"}, FakeCallContext())).content
    assert "@finder" in told
    assert "@critic" in told
    one = (await read.run({"query": "parser", "agent": "critic"}, FakeCallContext())).content
    assert ("@finder" in one, "needs tests" in one) == (False, True)
    low = SharedMemoryRead(shared(Confidentiality.PUBLIC), MARKS.fence)
    assert "bought" not in (await low.run({"query": "parser"}, FakeCallContext())).content
    assert "bought" in told


async def test_an_entry_too_large_for_the_memory_is_refused_in_words() -> None:
    output = await Bench().call("store", content="x" * 9_000)
    assert output.is_error
    assert "content" in output.content


async def test_a_narrower_reach_is_never_widened_by_a_query() -> None:
    held = notebook()
    await held.store(NewEntry(content="mine"))
    found = await held.recall(Query(reach=Reach(tenant="x"), text="mine"), agents=("heartbit", "other"))
    assert [each.entry.content for each in found.found] == ["mine"]
    with pytest.raises(EntryMissing):
        await held.get("nothing")
