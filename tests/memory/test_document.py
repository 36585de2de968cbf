"""Entries as JSON, from today's form to the oldest one."""

import json
from typing import Any

import pytest

from heartbit_tui.memory.document import as_json, from_json, new_from_json, recalled_as_json
from heartbit_tui.memory.entries import made
from heartbit_tui.memory.errors import EntryRefused
from heartbit_tui.memory.types import Confidentiality, Entry, EntryType, Origin, Query, Scope
from heartbit_tui.memory.volatile import VolatileMemory
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.testing.memories import REACH, new


def whole() -> Entry:
    given = new(
        "naïve \0 'text'",
        tags=("a",),
        keywords=("k",),
        summary="s",
        importance=9,
        type=EntryType.REFLECTION,
        confidentiality=Confidentiality.RESTRICTED,
        strength=0.25,
        origin=Origin(session="s1", seq=4, by="person"),
        source_ids=("x",),
        pinned=True,
    )
    return made(given, new_id="id", now=EPOCH)


def test_an_entry_comes_back_from_its_json() -> None:
    assert from_json(json.loads(json.dumps(as_json(whole())))) == whole()


def test_an_entry_of_the_seed_without_the_newer_fields_gets_their_defaults() -> None:
    old: dict[str, Any] = {
        "id": "1",
        "agent": "a",
        "content": "c",
        "category": "fact",
        "tags": [],
        "created_at": "2024-01-01T00:00:00Z",
    }
    entry = from_json({**old, "last_accessed": "2024-01-02T00:00:00Z", "access_count": 3})
    assert (entry.importance, entry.type, entry.strength) == (5, EntryType.EPISODIC, 1.0)
    assert (entry.keywords, entry.summary, entry.related_ids, entry.source_ids) == ((), "", (), ())
    assert (entry.confidentiality, entry.access_count, entry.scope) == (Confidentiality.PUBLIC, 3, Scope(agent="a"))
    assert "embedding" not in as_json(entry)


def test_a_line_of_an_import_may_be_short() -> None:
    entry = new_from_json(
        {"text": "hello", "agent": "a", "session": "s", "at": "2026-01-31T09:30:00Z"}, Scope(user="u")
    )
    assert (entry.content, entry.scope) == ("hello", Scope(user="u", agent="a", session="s"))
    assert entry.at is not None
    assert entry.origin.by == "import"


def test_a_level_that_nobody_knows_is_the_strictest() -> None:
    assert new_from_json({"text": "x", "confidentiality": "cosmic"}).confidentiality is Confidentiality.RESTRICTED
    assert Confidentiality.of(None) is Confidentiality.RESTRICTED


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": 5}, "`text`"),
        ({"text": "x", "tags": "a"}, "`tags`"),
        ({"text": "x", "tags": [1]}, "`tags`"),
        ({"text": "x", "importance": "high"}, "`importance`"),
        ({"text": "x", "importance": True}, "`importance`"),
        ({"text": "x", "importance": float("nan")}, "`importance`"),
        ({"text": "x", "strength": None}, "`strength`"),
        ({"text": "x", "at": "yesterday"}, "`at`"),
        ({"text": "x", "memory_type": "dream"}, "`memory_type`"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], told: str) -> None:
    with pytest.raises(EntryRefused, match=told):
        new_from_json(given)


async def test_what_was_recalled_tells_its_reasons() -> None:
    memory = VolatileMemory(FakeClock())
    await memory.store(new("alpha", id="a"))
    (found,) = (await memory.recall(Query(reach=REACH, text="alpha"))).found
    told = json.loads(json.dumps(recalled_as_json(found)))
    assert told["score"] == pytest.approx(found.why.score)
    assert told["why"]["lexical_rank"] == 1
    assert told["content"] == "alpha"


async def test_the_order_of_the_seed_is_kept_for_comparison() -> None:
    memory = VolatileMemory(FakeClock(), lexical="compat")
    await memory.store_many(
        [new("rust is fast", id="a"), new("trusty and other words here", id="b"), new("go", id="c")]
    )
    found = (await memory.recall(Query(reach=REACH, text="rust"))).found
    assert [each.entry.id for each in found] == ["a", "b"]
    assert found[0].why.relevance == 1.0
