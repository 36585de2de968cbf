"""Servers in a whole session: told of, asked about, called, started late, and gone in the end."""

import json
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.providers.script import call
from tests.headless.machine import Machine, calls, kept, says, service
from tests.mcp.fleets import CONTRARY, FRIENDLY, contrary, friendly, own
from tests.mcp.processes import processes_of

WAITING = "[mcp]\nfirst_wait = 60\n"
"""A machine that is busy with other tests starts a server late; the first request waits for it, however long it takes."""


def settings(**servers: dict[str, Any]) -> str:
    """The servers as settings; JSON's strings and lists are TOML's too."""
    lines: list[str] = []
    for name, server in servers.items():
        lines += [f"[mcp.servers.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in server.items())]
    return "\n".join(lines)


async def test_a_headless_run_calls_tools_of_servers_and_leaves_no_process(machine: Machine, tmp_path: Path) -> None:
    program = own(FRIENDLY, tmp_path)
    machine.config(WAITING + settings(friendly=friendly(program), silent=contrary("silent", start_timeout=2)))
    replies = (
        calls(call("mcp__friendly__add", a=20, b=22), call("mcp__silent__one")),
        calls(call("mcp__friendly__die")),
        calls(call("mcp__friendly__add", a=1, b=1)),
        says("Done."),
    )
    async with service(machine, *replies) as (server, ready):
        done = await ready.stream("-p", "add", "--allow", "mcp__friendly__*")
    assert kept(done)["subtype"] == "success"
    first = done.lines[0]
    assert first["mcp_servers"] == [
        {"name": "friendly", "status": "waiting"},
        {"name": "silent", "status": "waiting"},
    ]
    told = json.dumps([line for line in done.lines if line["type"] == "user"])
    assert '"42"' in told
    assert "it ended with exit code 7" in told
    assert "There is no tool `mcp__silent__one`" in told
    assert '"2"' in told
    offered = [tool["name"] for tool in server.requests[0].body["tools"]]
    assert "mcp__friendly__add" in offered
    assert "tool_search" not in offered
    assert processes_of(program) == []
    async with service(machine, says("Known.")) as (server, ready):
        again = await ready.stream("-p", "hello")
    assert "mcp__friendly__add" in again.lines[0]["tools"]
    assert processes_of(program) == []


async def test_the_first_request_waits_for_a_new_server_no_longer_than_the_settings_say(machine: Machine) -> None:
    machine.config("[mcp]\nfirst_wait = 0\n" + settings(friendly=friendly()))
    async with service(machine, says("Without it.")) as (server, ready):
        done = await ready.stream("-p", "hello")
    assert kept(done)["result"] == "Without it."
    assert [tool["name"] for tool in server.requests[0].body["tools"] if tool["name"].startswith("mcp__")] == []


@pytest.mark.security("X3", n=3)
@pytest.mark.security("K9", n=2)
@pytest.mark.security("K10")
@pytest.mark.security("C1", n=3)
async def test_servers_of_a_project_start_only_where_it_is_trusted_and_each_was_approved(machine: Machine) -> None:
    mark, second = machine.root / "started", machine.root / "started too"
    evil, other = ({"command": "touch", "args": [str(each)]} for each in (mark, second))
    (machine.project / ".git").mkdir()
    (machine.project / ".mcp.json").write_text(json.dumps({"mcpServers": {"evil": evil, "other": other}}))
    async with service(machine, says("a"), says("b"), says("c")) as (_, ready):
        untrusted = await ready.stream("-p", "hello")
        assert {each["status"] for each in untrusted.lines[0]["mcp_servers"]} == {"faulty"}
        assert "trust add" in untrusted.err + untrusted.text
        assert (await ready.run("trust", "add")).code == 0
        trusted = await ready.stream("-p", "hello")
        assert trusted.lines[0]["mcp_servers"] == [{"name": name, "status": "unapproved"} for name in ("evil", "other")]
        assert "heartbit mcp approve evil" in trusted.err + trusted.text
        for words in (("mcp", "list"), ("mcp", "test", "evil")):
            await ready.run(*words)
        assert not mark.exists()
        assert (await ready.run("mcp", "approve", "evil")).code == 0
        assert not mark.exists()
        tested = await ready.run("mcp", "test", "evil")
        assert (tested.code, mark.exists()) == (1, True)
        await ready.run("mcp", "test", "other")
        assert not second.exists()


async def test_a_killed_heartbit_leaves_no_server(machine: Machine, tmp_path: Path) -> None:
    program = own(CONTRARY, tmp_path)
    machine.config(WAITING + settings(stubborn=contrary("stubborn", program=program)))
    async with service(machine, calls(call("mcp__stubborn__one")), calls(call("bash", command="echo going; cat"))) as (
        _,
        ready,
    ):
        process = await ready.start("-p", "x", "--json", "--allow", "mcp__*", "--permission-mode", "yolo")
        assert process.stdout is not None
        while b"called" not in await process.stdout.readline():
            pass
        assert len(processes_of(program)) == 2
        process.kill()
        await process.communicate()
    while processes_of(program):
        pass


@pytest.mark.security("K33", n=2)
@pytest.mark.security("K34", n=2)
async def test_looking_at_servers_leaves_no_process_also_of_one_that_never_answers(
    machine: Machine, tmp_path: Path
) -> None:
    program, quiet = own(FRIENDLY, tmp_path), own(CONTRARY, tmp_path)
    machine.config(settings(good=friendly(program), silent=contrary("silent", program=quiet, start_timeout=1)))
    assert (await machine.run("mcp", "list")).code == 0
    for name, code in (("good", 0), ("silent", 1)):
        assert (await machine.run("mcp", "test", name)).code == code
        assert processes_of(program) + processes_of(quiet) == []


async def test_servers_are_added_listed_and_removed_on_the_command_line(machine: Machine) -> None:
    (machine.project / ".git").mkdir()
    secret = "Authorization: Bearer ${TOKEN}"
    added = await machine.run("mcp", "add", "far", "https://example.invalid/mcp", "--header", secret)
    assert (added.code, added.err) == (0, "")
    shared = await machine.run("mcp", "add", "near", "--project", "--env", "A=plain", "--", "uvx", "-q", "server")
    assert (shared.code, "kept in" in shared.err) == (0, True)
    written = json.loads((machine.project / ".mcp.json").read_text())
    assert written == {"mcpServers": {"near": {"command": "uvx", "args": ["-q", "server"], "env": {"A": "plain"}}}}
    listed = await machine.having(TOKEN="very-secret").run("mcp", "list", "--json")
    statuses = {each["name"]: each for each in json.loads(listed.text)}
    assert {name: each["status"] for name, each in statuses.items()} == {"far": "waiting", ".mcp.json": "faulty"}
    assert "very-secret" not in listed.text + listed.err
    twice = await machine.run("mcp", "add", "far", "https://other.invalid")
    assert (twice.code != 0, "already" in twice.err) == (True, True)
    for words in (("near", "--", "x"), ("far",), ("bad", "ftp://x", "y"), ("bad", "https://x", "--env", "A=1")):
        assert (await machine.run("mcp", "add", "--header", "nonsense", *words)).code != 0
    assert (await machine.run("mcp", "remove", "far")).code == 0
    assert (await machine.run("mcp", "remove", "near", "--project")).code == 0
    assert json.loads((machine.project / ".mcp.json").read_text()) == {"mcpServers": {}}
