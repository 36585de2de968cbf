"""`heartbit memory` as its user has it: look, search, mend, forget, in and out as JSON lines."""

import json

import pytest

from heartbit_tui.client import importing, memories
from heartbit_tui.client.memories import Wanted
from heartbit_tui.runtime.options import Options
from tests.headless.machine import Machine, says, service

LINES = (
    {
        "text": "The dev server listens on port 4711.",
        "agent": "heartbit",
        "session": "s1",
        "at": "2026-11-01T10:00:00Z",
    },
    {"text": "Deploy with make release.", "keywords": ["deploy"], "tags": ["ops"]},
    {"text": "The vault is behind the picture.", "confidentiality": "restricted"},
    {"text": "Write to jane.doe@example.com about it."},
)
ALIKE = tuple({"text": f"The dev server has port 47{n}.", "keywords": ["port", "server"]} for n in range(2))


def options(machine: Machine) -> Options:
    return Options(cwd=machine.project, environment=machine.variables)


@pytest.mark.slow
async def test_a_person_takes_in_searches_mends_forgets_and_takes_out(machine: Machine) -> None:
    lines = "\n".join(map(json.dumps, LINES)).encode()
    taken = await machine.run("memory", "import", "-", "--json", input=lines)
    assert json.loads(taken.text) == {"entries": 4, "cleaned": 1}
    found = json.loads((await machine.run("memory", "search", "--json", "-k", "1", "which port has the server")).text)
    assert [(each["text"], each["because"]) for each in found] == [(LINES[0]["text"], "words: port, server")]
    assert 0 < found[0]["score"] < 1
    port = str(found[0]["id"])[:8]
    changed = json.loads((await machine.run("memory", "edit", port, "Port 4712.", "--importance", "9", "--json")).text)
    assert (changed["text"], changed["importance"]) == ("Port 4712.", 9)
    assert "forgotten" in (await machine.run("memory", "forget", port, "--yes")).text
    exported = (await machine.run("memory", "export")).text
    assert sorted(json.loads(line)["text"] for line in exported.splitlines()) == [
        "Deploy with make release.",
        "Write to [REDACTED:email] about it.",
    ]


async def test_what_is_wrong_is_told_and_nothing_of_a_wrong_file_is_kept(machine: Machine) -> None:
    done = await machine.run("memory", "import", "-", input=b'{"text": "fine"}\n{"text": 3}\n')
    assert (done.code, "Line 2: `content` is int" in done.err) == (1, True)
    strict = machine.having(PYTHONIOENCODING="utf-8:strict")
    done = await strict.run("memory", "import", "-", input=b'{"text": "fine"}\n{"text": "caf\xe9"}\n')
    assert (done.code, done.err) == (2, "heartbit: standard input is no UTF-8 text.\n")
    async with memories.opened(options(machine)) as opened:
        assert await opened.list(Wanted()) == ()


async def test_a_run_without_a_person_tells_what_it_recalled_and_counts_what_its_end_costs(machine: Machine) -> None:
    known = machine.config("[memory]\nconsolidate_on_exit = true\n")
    async with memories.opened(options(machine)) as opened:
        wanted = importing.Wanted(project=str(machine.project))
        await importing.take_in(opened, map(json.dumps, ALIKE), wanted)
    async with service(known, says("4711."), says("Ports 470 and 471.")) as (_, with_model):
        done = await with_model.run("-p", "Which port has the dev server?", "--json")
    assert {"memory_recall", "memory_write"} <= {line.get("subtype") for line in done.lines}
    assert (done.result["usage"]["input_tokens"], done.result["result"]) == (2 * 10, "4711.")
    async with memories.opened(options(machine)) as opened:
        assert [entry.content for entry in await opened.list(Wanted())] == ["Ports 470 and 471."]
