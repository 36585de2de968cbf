"""`heartbit memory show` and `stats`: one memory whole, all of them in figures, and what is told where there is nothing."""

import asyncio
import json
from typing import Any

from heartbit_tui.client import importing, memories
from heartbit_tui.runtime.options import Options
from tests.headless.machine import Done, Machine

PORT = "The dev server\nlistens on port 4711."
LINES = (
    {
        "id": "aa11",
        "text": PORT,
        "agent": "heartbit",
        "session": "s1",
        "at": "2026-11-01T10:00:00Z",
        "tags": ["ops", "net"],
        "keywords": ["port"],
        "importance": 8,
    },
    {"id": "aa12", "text": "Deploy with make release.", "category": "procedure", "pinned": True},
    {"id": "bb21", "text": "The vault is behind the picture.", "confidentiality": "restricted"},
)


async def filled(machine: Machine) -> None:
    options = Options(cwd=machine.project, environment=machine.variables)
    async with memories.opened(options) as opened:
        await importing.take_in(opened, map(json.dumps, LINES), importing.Wanted())


async def runs(machine: Machine, *lines: str) -> list[Done]:
    """Several commands at once, in order."""
    return await asyncio.gather(*(machine.run("memory", *line.split()) for line in lines))


async def test_a_memory_is_shown_whole_and_what_names_none_is_told(machine: Machine) -> None:
    await filled(machine)
    shown, as_json, unknown, several, locked, revealed, nameless = await runs(
        machine, "show aa11", "show aa11 --json", "show zz --json", "show aa", "show bb", "show bb --reveal", "show"
    )
    assert shown.code == 0
    words, _, facts = shown.text.partition("\n\n")
    assert words == PORT
    told = dict(line.split(maxsplit=1) for line in facts.splitlines())
    assert (told["id"], told["importance"], told["pinned"]) == ("aa11", "8 of 10", "no")
    assert (told["agent"], told["tags"], told["keywords"]) == ("heartbit", "ops, net", "port")
    assert told["what"] == "fact, episodic, public"
    assert told["from"].startswith("stored by import ")
    assert told["from"].endswith(", session s1")
    entry: dict[str, Any] = json.loads(as_json.text)
    assert {name: entry[name] for name in ("id", "text", "agent", "session", "tags", "importance")} == {
        name: LINES[0][name] for name in ("id", "text", "agent", "session", "tags", "importance")
    }
    assert (unknown.code, unknown.text) == (1, "")
    assert unknown.err == "heartbit: No memory has the id 'zz' here. Search again: ids come with what was recalled.\n"
    assert (several.code, several.text) == (1, "")
    assert "Several memories have an id that begins with 'aa'" in several.err
    assert locked.code != 0
    assert "vault" not in locked.text + locked.err
    assert "--reveal" in locked.err
    assert revealed.text.startswith("The vault is behind the picture.\n")
    assert (nameless.code, nameless.text) == (2, "")
    assert "heartbit memory show" in nameless.err


async def test_figures_are_told_of_an_empty_memory_and_of_a_full_one(machine: Machine) -> None:
    empty, nothing = await runs(machine, "stats", "stats --json")
    assert empty.code == nothing.code == 0
    assert empty.text.splitlines()[0].split() == ["memories", "0"]
    figures: dict[str, Any] = json.loads(nothing.text)
    assert (figures["entries"], figures["by_type"], figures["oldest"], figures["spaces"]) == (0, {}, None, [])
    await filled(machine)
    full, as_json, wrong = await runs(machine, "stats", "stats --json", "stats more")
    rows = dict(line.split(maxsplit=1) for line in full.text.replace("by ", "by-").splitlines())
    assert (rows["memories"], rows["pinned"], rows["by-category"]) == ("3", "1", "2 fact, 1 procedure")
    assert rows["by-level"] == "2 public, 1 restricted"
    figures = json.loads(as_json.text)
    assert (figures["entries"], figures["pinned"], figures["links"]) == (3, 1, 0)
    assert figures["by_confidentiality"] == {"public": 2, "restricted": 1}
    assert figures["oldest"] == "2026-11-01T10:00:00+00:00"
    assert figures["size"] == sum(len(line["text"].encode()) for line in LINES if isinstance(line["text"], str))
    assert (wrong.code, wrong.text) == (2, "")


async def test_a_memory_that_is_not_kept_or_not_where_it_was_wanted_is_told(machine: Machine) -> None:
    url = "postgres://u:secret-word@h/d"
    passing, elsewhere, odd = await asyncio.gather(
        *(machine.having(HEARTBIT_MEMORY=kind).run("memory", "stats") for kind in ("in_memory", url, "redis://h"))
    )
    assert (passing.code, passing.text) == (52, "")
    assert "memory.type is in_memory" in passing.err
    assert elsewhere.code == 0
    assert "memory.type postgres is not in this release" in elsewhere.err
    assert "secret-word" not in elsewhere.err + elsewhere.text
    assert odd.code == 52
    assert "memory.type" in odd.err
