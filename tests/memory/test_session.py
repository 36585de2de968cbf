"""The memory of whole sessions: kept from one to the next, put in order at the end, and nobody's where it is not wanted."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from heartbit_tui.client import importing, memories
from heartbit_tui.client.local import Local
from heartbit_tui.client.memories import Memories, Wanted
from heartbit_tui.kernel.bus import Subscription
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.events import (
    ApprovalRequested,
    Event,
    MemoryChanged,
    MemoryRecalled,
    ModelCalled,
    Notice,
    ToolCallCompleted,
)
from heartbit_tui.kernel.messages import JsonObject, Text, user
from heartbit_tui.kernel.ops import Decide, Mode, Prompt
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.types import NewEntry, Query
from heartbit_tui.runtime.build import Opened, opened
from heartbit_tui.runtime.memory_store import MANY, NAME, by_meaning, remembered
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.remembering import Remembering, key_for
from heartbit_tui.runtime.settings import Settings, read
from heartbit_tui.runtime.shelf import Shelf
from heartbit_tui.testing.clock import FakeClock

Kind = TypeVar("Kind")

PORT = "The dev server listens on port 4711."
STORE: JsonObject = {"call": "memory_store", "input": {"content": PORT, "keywords": ["port", "server"]}}
MORE: JsonObject = {"call": "memory_store", "input": {"content": "It restarts.", "keywords": ["port", "server"]}}
TWICE: JsonObject = {"blocks": [STORE, MORE]}


class Seen:
    """An open session with all that happens in it."""

    def __init__(self, found: Opened) -> None:
        self.found = found
        self.readers: list[Subscription] = []
        self.client = Local(found, self.readers)
        self._reader = found.session.bus.subscribe(after=0)
        self._events: list[Event] = []

    async def ask(self, text: str) -> None:
        self.client.submit(Prompt(content=(Text(text=text),)))
        await self.client.settled()

    def of(self, kind: type[Kind]) -> list[Kind]:
        self._events += (envelope.event for envelope in self._reader.drain())
        return [event for event in self._events if isinstance(event, kind)]


class House:
    """A home folder with a project in it, and a model that plays scripts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.project.mkdir()

    def options(self, replies: Sequence[object] = (), settings: str = "", **more: Any) -> Options:
        script = self.folder / "script.json"
        script.write_text(json.dumps({"replies": list(replies)}), "utf-8")
        file = self.folder / "settings.toml"
        file.write_text(f'[provider]\nname = "scripted"\nscript = "{script}"\n{settings}', "utf-8")
        environment = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "HEARTBIT_SANDBOX": "false"}
        given: dict[str, Any] = {"cwd": self.project, "mode": Mode.ACCEPT_EDITS, **more}
        return Options(environment=environment, config_file=file, **given)

    @asynccontextmanager
    async def session(self, *replies: object, settings: str = "", **more: Any) -> AsyncGenerator[Seen]:
        async with opened(self.options(replies, settings, **more)) as found:
            yield Seen(found)

    @asynccontextmanager
    async def memories(self) -> AsyncGenerator[Memories]:
        async with memories.opened(self.options()) as found:
            yield found

    async def contents(self) -> list[str]:
        async with self.memories() as found:
            return [entry.content for entry in await found.list(Wanted())]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_what_one_session_stored_the_next_is_told_and_a_person_can_look_at(house: House) -> None:
    async with house.session({"blocks": [STORE]}, "Kept.") as first:
        await first.ask("remember the port")
        session = first.client.about.session_id
        assert [event.action for event in first.of(MemoryChanged)] == ["stored"]
    async with house.session("4711.") as second:
        await second.ask("Which port has the dev server?")
        (told,) = second.of(MemoryRecalled)
        assert [(each.content, each.session, each.agent) for each in told.entries] == [(PORT, session, "heartbit")]
        assert int(told.entries[0].source) > 0
    async with house.memories() as found:
        (entry,) = await found.list(Wanted())
        assert (entry.scope.project, entry.origin.session, entry.access_count) == (str(house.project), session, 1)
        assert (await found.find(entry.id[:6])).id == entry.id
        account = await found.why(entry.id, "dev server port")
        assert account.found.why.relevance == 1.0


async def test_in_ask_mode_a_person_is_shown_what_would_be_stored_and_a_no_keeps_it_out(house: House) -> None:
    async with house.session({"blocks": [STORE]}, "Well.", mode=Mode.ASK) as seen:
        seen.client.submit(Prompt(content=(Text(text="remember the port"),)))
        async for envelope in seen.client.envelopes():
            if isinstance(envelope.event, ApprovalRequested):
                break
        (asked,) = seen.of(ApprovalRequested)
        assert (asked.call.input["content"], asked.preview[:18]) == (PORT, "fact · episodic · ")
        assert asked.reason == "The memory_store tool would change what is remembered beyond this session."
        seen.client.submit(Decide(id=asked.id, allow=False, note="not that"))
        await seen.client.settled()
        assert seen.of(MemoryChanged) == []
        seen.readers[0].end()
    assert await house.contents() == []


@pytest.mark.parametrize(
    ("settings", "more", "tools"),
    [
        ('[memory]\ntype = "none"\n', {}, False),
        ("", {"bare": True}, False),
        ('[memory]\ntype = "in_memory"\n', {}, True),
        ("", {"ephemeral": True}, True),
    ],
)
async def test_nothing_is_kept_where_none_is_wanted(
    house: House, settings: str, more: dict[str, Any], tools: bool
) -> None:
    async with house.session({"blocks": [STORE]}, "Kept.", settings=settings, **more) as seen:
        await seen.ask("remember the port")
        assert ("memory_store" in seen.client.about.tools) is tools
        assert (seen.client.memories() is not None) is tools
    assert await house.contents() == []
    if settings:
        with pytest.raises(ConfigError, match="no memory that outlives a session"):
            async with memories.opened(house.options((), settings)):
                pass


async def test_the_end_of_a_session_merges_what_belongs_together_and_counts_it(house: House) -> None:
    merged = {"blocks": [{"text": "Port 4711; it restarts."}], "when_system": "You merge notes", "cost_usd": 0.25}
    settings = "[memory]\nconsolidate_on_exit = true\n"
    async with house.session(TWICE, "Kept.", merged, settings=settings) as seen:
        await seen.ask("remember both")
        before = seen.client.costs()
        seq = await seen.client.finish()
        assert seq == seen.found.session.seq
        assert [event.action for event in seen.of(MemoryChanged)] == ["stored", "stored", "merged"]
        (called,) = (event for event in seen.of(ModelCalled) if event.purpose == "consolidation")
        assert called.cost_usd == 0.25
        assert {line.purpose for line in seen.client.costs()} - {line.purpose for line in before} == {"consolidation"}
        assert await seen.client.finish() == seq
    assert await house.contents() == ["Port 4711; it restarts."]


async def test_nothing_is_merged_unless_that_is_wanted_or_after_a_run_that_failed(house: House) -> None:
    async with house.session(TWICE, "Kept.") as seen:
        await seen.ask("remember both")
    fault = {"fault": {"kind": "status", "status": 400}}
    async with house.session(fault, settings="[memory]\nconsolidate_on_exit = true\n") as seen:
        await seen.ask("more")
        await seen.client.finish()
        assert [event for event in seen.of(ModelCalled) if event.purpose == "consolidation"] == []
    assert len(await house.contents()) == 2


async def test_what_has_faded_is_pruned_at_the_end_and_a_pin_holds(house: House) -> None:
    async with house.memories() as found:
        old = '{"text": "%s", "at": "2020-01-01T00:00:00Z", "last_accessed": "2020-01-01T00:00:00Z", "project": "%s"}'
        lines = [old % (words, house.project) for words in ("faded", "held", "elsewhere")]
        lines[2] = lines[2].replace(str(house.project), "/elsewhere")
        taken = await importing.take_in(found, lines, importing.Wanted())
        assert taken.entries == 3
        held = (await found.search(Wanted(text="held"))).found[0].entry
        await found.pin(held.id)
    async with house.session("Hello.") as seen:
        await seen.ask("hello")
        await seen.client.finish()
        (pruned,) = seen.of(MemoryChanged)
        assert (pruned.action, pruned.count) == ("pruned", 1)
    assert sorted(await house.contents()) == ["elsewhere", "held"]


async def test_a_persons_note_is_pinned_every_agents_told_in_the_log_and_without_secrets(house: House) -> None:
    async with house.session("ok") as seen:
        found = seen.client.memories()
        assert found is not None
        entry = await found.note("Always answer in French.")
        assert (entry.pinned, entry.scope.agent, entry.origin.by) == (True, "", "person")
        with pytest.raises(EntryRefused, match="an e-mail address"):
            await found.note("Mine is jane.doe@example.com")
        await found.pin(entry.id, pinned=False)
        await found.forget(entry.id)
        assert [event.action for event in seen.of(MemoryChanged)] == ["stored", "unpinned", "forgotten"]


async def test_what_is_about_to_leave_the_conversation_is_kept_through_the_hook(house: House) -> None:
    async with house.session("ok") as seen:
        remembering = seen.found.remembering
        assert remembering is not None
        await remembering.keep((user("hello"),))
        assert seen.of(MemoryChanged) == []


@pytest.mark.parametrize(
    "settings", ["[memory]\n{}\n", '[[agents]]\nname = "heartbit"\ndescription = "d"\nsystem_prompt = "p"\n{}\n']
)
async def test_a_reflection_is_asked_for_at_the_threshold_that_is_set(house: House, settings: str) -> None:
    async with house.session(TWICE, "Kept.", settings=settings.format("reflection_threshold = 10")) as seen:
        await seen.ask("remember both")
        outputs = [event.output for event in seen.of(ToolCallCompleted)]
        assert sum('`memory_type` "reflection"' in output for output in outputs) == 1


OWN = '[[agents]]\nname = "{}"\ndescription = "d"\nsystem_prompt = "p"\n{}\n'


@pytest.mark.parametrize(
    ("settings", "environment", "threshold", "merges"),
    [
        ("", {}, None, False),
        ("[memory]\nreflection_threshold = 3\nconsolidate_on_exit = true\n", {}, 3, True),
        (OWN.format("heartbit", "reflection_threshold = 7\nconsolidate_on_exit = true"), {}, 7, True),
        ("[memory]\nreflection_threshold = 3\n" + OWN.format("heartbit", "reflection_threshold = 7"), {}, 7, False),
        (OWN.format("other", "reflection_threshold = 7\nconsolidate_on_exit = true"), {}, None, False),
        ("", {"HEARTBIT_REFLECTION_THRESHOLD": "9", "HEARTBIT_CONSOLIDATE_ON_EXIT": "1"}, 9, True),
        (OWN.format("heartbit", "consolidate_on_exit = true"), {"HEARTBIT_CONSOLIDATE_ON_EXIT": "0"}, None, False),
    ],
)
async def test_an_agents_own_settings_count_unless_a_higher_layer_sets_those_of_all(
    house: House, settings: str, environment: Mapping[str, str], threshold: float | None, merges: bool
) -> None:
    of_the_user = house.folder / ".config" / "heartbit" / "config.toml"
    of_the_user.parent.mkdir(parents=True)
    of_the_user.write_text(settings, "utf-8")
    options = house.options()
    options = replace(options, environment={**options.environment, **environment}, config_file=None)
    config = (await read(options, FakeClock())).config
    assert config.number(key_for(config, NAME, "reflection_threshold")) == threshold
    assert config.boolean(key_for(config, NAME, "consolidate_on_exit")) == merges


async def test_two_projects_do_not_see_each_others_memory(house: House) -> None:
    async with house.session({"blocks": [STORE]}, "Kept.") as seen:
        await seen.ask("remember the port")
    other = house.folder / "other"
    other.mkdir()
    async with house.session("?", cwd=other) as seen:
        await seen.ask("Which port has the dev server?")
        assert seen.of(MemoryRecalled) == []


class Numbers:
    """An `Embedder` that knows two meanings: whatever is about a host, and all the rest."""

    model, dimension = "numbers", 2

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [(1.0, 0.1) if "server" in text or "machine" in text else (0.1, 1.0) for text in texts]


@dataclass(frozen=True)
class Both:
    """The embedder for questions and for what is kept."""

    asking: Numbers = field(default_factory=Numbers)
    reading: Numbers = field(default_factory=Numbers)


@asynccontextmanager
async def numbers(settings: Settings, clock: Clock, tell: object) -> AsyncGenerator[Both]:
    yield Both()


async def test_where_an_embedder_is_named_a_paraphrase_without_a_common_word_is_recalled(house: House) -> None:
    options = house.options(settings='[memory]\ntype = "in_memory"\n[memory.embedding]\nprovider = "openai"\n')
    clock = FakeClock()
    settings = await read(options, clock)
    async with remembered(options, settings, "s1", clock, numbers) as remembering:
        assert remembering is not None
        stored = await remembering.notebook.store(NewEntry(content=PORT))
        await asyncio.wait_for(_embedded(remembering, stored.entry.id), 10)
        found = await remembering.notebook.recall(Query(text="how do I reach that machine"))
        assert [(each.entry.content, each.why.lexical_rank) for each in found.found] == [(PORT, None)]


async def test_long_work_on_vectors_is_told_at_its_beginning_at_each_quarter_and_at_its_end(house: House) -> None:
    options = house.options(settings='[memory]\ntype = "in_memory"\n[memory.embedding]\nprovider = "openai"\n')
    clock, told = FakeClock(), list[Event]()
    shelf = Shelf(None, clock)
    async with by_meaning(shelf, await read(options, clock), clock, told.append, numbers) as follower:
        assert follower is not None
        await shelf.memory.store_many([NewEntry(content=f"note {n}") for n in range(MANY - 1)])
        await follower.once()
        assert told == []
        await shelf.memory.store_many([NewEntry(content=f"other {n}") for n in range(MANY)])
        await follower.once()
    assert [event.text for event in told if isinstance(event, Notice)] == [
        "200 memories get vectors; they are searched by words meanwhile (numbers).",
        "64 of 200 memories have their vectors (numbers).",
        "128 of 200 memories have their vectors (numbers).",
        "160 of 200 memories have their vectors (numbers).",
        "200 memories have their vectors (numbers).",
    ]


async def _embedded(remembering: Remembering, entry_id: str) -> None:
    """Return once the entry has its vector."""
    for _ in range(1_000):
        if (await remembering.notebook.get(entry_id)).embedded_by:
            return
        await asyncio.sleep(0)
