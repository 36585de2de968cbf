"""`heartbit memory meditate` and `heartbit memory drafts` as their user has them."""

import json
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.memory.meditation_drafts import Draft, Provenance
from heartbit_tui.memory.types import NewEntry
from heartbit_tui.providers.script import call
from heartbit_tui.runtime import beating, meditating
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.skills import frontmatter
from heartbit_tui.store.store import Store
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.embeddings import EmbeddingServer
from tests.headless.machine import Machine, calls, says, service
from tests.memory.meditation_rig import AT, RELEASES, SKILL
from tests.memory.rig import SCREEN

LINES = (
    *({"text": text, "type": "reflection", "memory_type": "reflection"} for text in RELEASES),
    {"text": "The dev server of this project listens on port 4711 since the last release of the stack"},
    {"text": "The dev server of this project listens on port 4711 since the last release of the stack."},
)


async def remembering(machine: Machine, server: EmbeddingServer) -> Machine:
    """The machine with memories that belong together, and what gives them vectors."""
    known = machine.having(OPENAI_API_KEY="sk-test").config(
        f'[memory.embedding]\nprovider = "openai"\nmodel = "words"\nbase_url = "{server.url}"\n'
    )
    done = await known.run("memory", "import", "-", "--json", input="\n".join(map(json.dumps, LINES)).encode())
    assert json.loads(done.text)["entries"] == len(LINES)
    return known


def read(file: Path) -> str:
    return file.read_text("utf-8")


async def calls_today(machine: Machine) -> int:
    """The calls of models that are counted for today."""
    clock = SystemClock()
    today = clock.now().astimezone().date()
    async with Store.open(machine.home / ".local/share/heartbit/heartbit.db", clock) as store:
        return sum(each.calls for each in await store.spending.days(today, today))


async def told(machine: Machine, *words: str) -> Any:
    done = await machine.run("memory", *words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.text)


@pytest.mark.slow
async def test_a_person_looks_meditates_and_accepts_a_draft(machine: Machine) -> None:
    async with EmbeddingServer() as server:
        known = await remembering(machine, server)
        dry = await told(known, "meditate", "--dry-run")
        assert (len(dry["merged"]), len(dry["clusters"]), dry["asked"]) == (1, 1, 0)
        async with service(known, says(SKILL)) as (_, with_model):
            done = await told(with_model, "meditate")
            assert (len(done["merged"]), len(done["drafts"]), done["asked"], done["troubles"]) == (1, 1, 1, [])
        assert await calls_today(machine) == 1
        (draft,) = await told(known, "drafts")
        assert (draft["name"], draft["state"], len(draft["sources"])) == ("release-notes", "waiting", 3)
        accepted = await told(known, "drafts", "accept", draft["id"][:6])
        file = Path(accepted["file"])
        assert file == machine.home / ".config/heartbit/skills/release-notes/SKILL.md"
        text = read(file)
        table = frontmatter.read(text).table
        assert table["name"] == "release-notes"
        assert all(each["id"][:8] in str(table["metadata"]) for each in draft["sources"])
        assert SCREEN(text).found == ()
        assert "release-notes" in (await known.run("skills", "list")).text
        again = await known.run("memory", "drafts", "refuse", draft["id"])
        assert (again.code, "was accepted already" in again.err) == (1, True)


@pytest.mark.slow
async def test_a_draft_is_edited_without_secrets_and_refused(machine: Machine) -> None:
    async with EmbeddingServer() as server:
        known = await remembering(machine, server)
        async with service(known, says(SKILL)) as (_, with_model):
            await told(with_model, "meditate")
        (draft,) = await told(known, "drafts")
        for text, wrong in (("No table.", "This is no skill"), (f"{SKILL}\njane.doe@example.com", "an e-mail address")):
            done = await known.run("memory", "drafts", "edit", draft["id"], "--file", "-", input=text.encode())
            assert (done.code, wrong in done.err) == (1, True)
        better = SKILL.replace("release-notes", "releases").encode()
        done = await known.run("memory", "drafts", "edit", draft["id"], "--file", "-", input=better)
        assert "releases is changed" in done.text
        assert "name: releases" in (await known.run("memory", "drafts", "show", draft["id"])).text
        assert (await told(known, "drafts", "refuse", draft["id"]))["state"] == "refused"
        assert await told(known, "drafts") == []
        assert [each["state"] for each in await told(known, "drafts", "--all")] == ["refused"]


@pytest.mark.slow
async def test_a_merge_is_listed_and_undone_by_its_number(machine: Machine) -> None:
    async with EmbeddingServer() as server:
        known = await remembering(machine, server)
        assert "No merge of doubles" in (await known.run("memory", "merged")).err
        (double,) = (await told(known, "meditate"))["merged"]
        (merge,) = await told(known, "merged")
        assert ([merge["keeper"]["id"]], [each["id"] for each in merge["gone"]]) == ([double["keeper"]], double["gone"])
        undone = await known.run("memory", "merged", "undo", str(merge["number"]))
        assert "held apart" in undone.text
        listed = json.loads((await known.run("memory", "list", "--json")).text)
        assert len(listed) == len(LINES)
        assert (await told(known, "meditate"))["merged"] == []
        again = await known.run("memory", "merged", "undo", str(merge["number"]))
        assert (again.code, "No merge has the number" in again.err) == (1, True)


@pytest.mark.slow
async def test_a_run_of_a_session_becomes_a_draft_where_the_settings_want_it(machine: Machine) -> None:
    settings = "[evolution.workflow]\nenabled = true\nscore_threshold = 0.05\n"
    replies = [calls(call("bash", command=line)) for line in ("false", "true", "true", "echo a", "echo b")]
    ready = machine.config(settings)
    async with service(ready, *replies, says("Made."), says(SKILL)) as (server, with_model):
        done = await with_model.run("--permission-mode", "yolo", "-p", "make the release")
        assert done.code == 0, done.err
        dry = await told(with_model, "meditate", "--dry-run")
        assert (len(dry["runs"]), dry["asked"]) == (1, 0)
        assert len((await told(with_model, "meditate"))["drafts"]) == 1
        asked = str(server.requests[-1].body["messages"])
        assert ("The task: make the release" in asked, "- bash false\\n  failed:" in asked) == (True, True)
    (draft,) = await told(ready, "drafts")
    (session,) = json.loads((await ready.run("sessions", "list", "--json")).text)[-1:]
    assert [each["id"] for each in draft["sources"]] == [session["id"]]
    accepted = await told(ready, "drafts", "accept", draft["id"])
    assert "  from: heartbit, of a run\n" in read(Path(accepted["file"]))
    (letter, *_) = json.loads((await ready.run("inbox", "--json")).text)
    assert letter["kind"] == "meditation"


async def test_what_is_wrong_is_told_in_a_sentence(machine: Machine) -> None:
    for words, wrong in (
        (("drafts", "show"), "Say which draft"),
        (("drafts", "show", "nope"), "No draft of a skill"),
        (("drafts", "edit", "nope"), "Say where the new text is"),
        (("merged", "undo"), "Say which merge"),
        (("merged", "undo", "x"), "Say which merge"),
        (("merged", "undo", "7"), "No merge has the number 7"),
    ):
        done = await machine.run("memory", *words)
        assert (done.code > 0, wrong in done.err) == (True, True), done.err
    none = machine.config('[memory]\ntype = "none"\n')
    assert "cannot be put in order" in (await none.run("memory", "meditate")).err


async def test_a_draft_of_a_cycle_that_was_stopped_gets_its_letter_with_the_next_and_no_second_one(
    tmp_path: Path,
) -> None:
    options = Options(cwd=tmp_path, environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, surface="headless")
    clock = FakeClock(AT)
    async with meditating.opened(options, clock) as opened:
        entry = await opened.ground.memory.store(NewEntry(content="They like to be greeted."))
        draft = Draft(
            id="d-1",
            made=AT,
            name="greet",
            description="say hello",
            text="Say hello.",
            sources=(Provenance(id=entry.id, content=entry.content),),
        )
        await opened.drafts.add(draft)
    async with beating.ledger(tmp_path / ".local/share/heartbit/heartbit.db") as ledger:
        await beating.meditated(options, clock, ledger.inbox)
        (letter,) = await ledger.inbox.list()
        assert (letter.kind, letter.title, letter.about) == ("draft", "greet", "d-1")
        await ledger.inbox.finish(letter.id)
        await beating.meditated(options, clock, ledger.inbox)
        assert await ledger.inbox.list() == ()
