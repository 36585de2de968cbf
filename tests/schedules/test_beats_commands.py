"""`heartbit heartbeat` as its user has it, with a real agent and no daemon."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.providers.script import call
from heartbit_tui.runtime.beating import named
from tests.config.texts import config
from tests.headless.machine import Machine, calls, ended, says, service

FILE = "---\nevery: 30m\n---\nLook at README.md.\n"


async def shown(machine: Machine, *words: str) -> Any:
    done = await machine.run("heartbeat", *words, "--json")
    return json.loads(done.text)


async def trusted(machine: Machine) -> Machine:
    (machine.project / "README.md").write_text("# Build\nIt is red.\n")
    (machine.project / "HEARTBEAT.md").write_text(FILE)
    assert (await machine.run("trust", "add")).code == 0
    return machine


@pytest.mark.slow
async def test_a_project_counts_once_it_is_trusted_and_only_as_it_was_then(machine: Machine) -> None:
    (machine.project / "HEARTBEAT.md").write_text(FILE)
    assert await shown(machine, "list") == []
    for words in (("list",), ("why", "HEARTBEAT.md")):
        told = (await machine.run("heartbeat", *words)).err
        assert "HEARTBEAT.md does not count, because nobody trusts its folder." in told
    await trusted(machine)
    (found,) = await shown(machine, "list")
    assert (found["used"], found["every"], found["type"], found["status"]) == (True, 1_800, "message", "")
    (machine.project / "HEARTBEAT.md").write_text(FILE.replace("Look at", "Delete"))
    (found,) = await shown(machine, "list")
    assert (found["used"], "is not as it was" in found["fault"].lower()) == (False, True)
    done = await machine.run("heartbeat", "run", "HEARTBEAT.md")
    assert (done.code > 0, "is no heartbeat as it stands" in done.err) == (True, True)


@pytest.mark.slow
async def test_a_folder_that_the_settings_name_counts_as_it_is(machine: Machine) -> None:
    notes = machine.home / "notes"
    notes.mkdir()
    machine.config('[heartbeat]\nworkspaces = ["~/notes"]\n')
    (notes / "HEARTBEAT.md").write_text(FILE)
    assert [each["every"] for each in await shown(machine, "list")] == [1_800]
    (notes / "HEARTBEAT.md").write_text(FILE.replace("30m", "2h"))
    assert [each["every"] for each in await shown(machine, "list")] == [7_200]


@pytest.mark.slow
async def test_a_beat_reads_with_what_it_may_and_changes_nothing_else(machine: Machine) -> None:
    known = await trusted(machine)
    replies = (
        calls(call("read", path="README.md")),
        calls(call("write", path="new.txt", content="x")),
        says("The build is red."),
    )
    async with service(known, *replies) as (server, with_model):
        done = await with_model.run("heartbeat", "run", "HEARTBEAT.md")
        assert (done.code, done.text) == (0, "The build is red.\n"), done.err
        offered = {tool["name"] for tool in server.requests[0].body["tools"]}
        assert offered == {"read", "glob", "grep", "list", "memory_recall"}
        assert "This is a heartbeat" in json.dumps(server.requests[0].body["messages"])
    assert not (machine.project / "new.txt").exists()
    (found,) = await shown(machine, "list")
    assert (found["status"], found["failures"]) == ("ok", 0)


@pytest.mark.slow
async def test_a_file_that_names_a_tool_gets_it_as_far_as_the_rules_let_it(machine: Machine) -> None:
    (machine.project / "HEARTBEAT.md").write_text(FILE.replace("30m\n", "30m\ntools: write\n"))
    assert (await machine.run("trust", "add")).code == 0
    replies = (calls(call("write", path="new.txt", content="x")), says("HEARTBEAT_OK"))
    async with service(machine, *replies) as (server, with_model):
        done = await with_model.run("heartbeat", "run", "HEARTBEAT.md", "--json")
        assert json.loads(done.text)["silent"] is True
        assert "write" in {tool["name"] for tool in server.requests[0].body["tools"]}
    assert not (machine.project / "new.txt").exists()  # the mode is ask, and nobody is there


@pytest.mark.slow
async def test_a_heartbeat_is_paused_goes_on_and_tells_why(machine: Machine) -> None:
    await trusted(machine)
    assert "rests" in (await machine.run("heartbeat", "pause", "HEARTBEAT.md")).text
    assert [each["paused"] for each in await shown(machine, "list")] == [True]
    assert "not while it is paused" in (await machine.run("heartbeat", "why", "HEARTBEAT.md")).text
    assert "goes on" in (await machine.run("heartbeat", "resume", "project/HEARTBEAT.md")).text
    (machine.home / "state.json").write_text(
        json.dumps([{"agent_id": "project:HEARTBEAT.md", "last_run_at": 1_700_000_000, "last_status": "ok"}])
    )
    done = await machine.run("heartbeat", "import", "~/state.json")
    assert "0 taken over, of 1" in done.text  # it has a state of its own by now


def test_a_folder_of_the_settings_is_meant_from_home() -> None:
    found = named(config('[heartbeat]\nworkspaces = ["~", "~/notes", "/srv/x", "y"]\n'), {"HOME": "/nowhere"})
    assert found == tuple(map(Path, ("/nowhere", "/nowhere/notes", "/srv/x", "/nowhere/y")))


async def test_what_is_wrong_is_told_in_a_sentence(machine: Machine) -> None:
    for words, wrong in (
        (("why", "nope"), "There is no heartbeat nope."),
        (("import", "gone.json"), "gone.json: it cannot be read"),
    ):
        done = await machine.run("heartbeat", *words)
        assert (done.code > 0, wrong in done.err) == (True, True), done.err


@pytest.mark.slow
async def test_a_name_means_the_file_where_one_stands_and_never_anothers_in_its_place(machine: Machine) -> None:
    notes, others = machine.home / "notes", machine.home / "others"
    for folder in (notes, others):
        folder.mkdir()
        (folder / "HEARTBEAT.md").write_text(FILE)
    machine.config('[heartbeat]\nworkspaces = ["~/notes"]\n')
    elsewhere = await machine.run("heartbeat", "why", "HEARTBEAT.md", "--json")
    assert json.loads(elsewhere.text)["file"] == f"{notes}/HEARTBEAT.md"
    refused = await machine.run("heartbeat", "run", "HEARTBEAT.md", "--cwd", str(others))
    assert (refused.code, "There is no heartbeat HEARTBEAT.md." in refused.err) == (2, True)
    assert "nobody trusts its folder" in refused.err
    machine.config('[heartbeat]\nworkspaces = ["~/notes", "~/others"]\n')
    here = await machine.run("heartbeat", "why", "HEARTBEAT.md", "--json", "--cwd", str(others))
    assert json.loads(here.text)["file"] == f"{others}/HEARTBEAT.md"
    assert "means several heartbeats" in (await machine.run("heartbeat", "why", "HEARTBEAT.md")).err


@pytest.mark.slow
async def test_a_beat_by_hand_that_is_broken_off_did_not_fail(machine: Machine) -> None:
    async with service(await trusted(machine), says("Too late.", wait=3_600)) as (server, with_model):
        process = await with_model.start("heartbeat", "run", "HEARTBEAT.md")
        async with asyncio.timeout(30):
            await server.until(lambda found: bool(found.requests))
        (found,) = await shown(machine, "list")
        assert (found["status"], found["failures"]) == ("begun", 0)
        process.send_signal(signal.SIGINT)
        assert (await ended(process)).code > 0
    (found,) = await shown(machine, "list")
    assert (found["status"], found["failures"], found["last"]) == ("interrupted", 0, None)
