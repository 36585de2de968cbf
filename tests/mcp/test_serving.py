"""heartbit as a tool of other agents: `heartbit mcp serve`, called by the SDK's own client and by heartbit's."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import RESULT_KEYS, SECONDS, Machine, bash, calls, ended, says, told
from tests.mcp.processes import processes_of

BY_HAND: tuple[dict[str, Any], ...] = (
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "run_task", "arguments": {"task": "sleep"}, "_meta": {"progressToken": 1}},
    },
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path / "machine").made()


@asynccontextmanager
async def other_agent(
    machine: Machine, *replies: Reply, flags: Sequence[str] = (), mode: str = "auto", decision: str | None = None
) -> AsyncGenerator[tuple[Client, ModelServer, list[str]]]:
    """The SDK's client at `heartbit mcp serve`; its person answers all forms with `decision`, if there is a person."""
    asked: list[str] = []

    async def elicit(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action="accept", content={"decision": decision or "", "answer_1": decision or ""})

    async with ModelServer(replies) as server:
        variables = machine.with_service(server).variables
        words = ["-m", "heartbit_tui", "mcp", "serve", *flags]
        way = stdio_client(
            StdioServerParameters(command=sys.executable, args=words, env=variables, cwd=machine.project)
        )
        async with asyncio.timeout(SECONDS):
            async with Client(way, mode=mode, elicitation_callback=elicit if decision else None) as client:
                yield client, server, asked


def value(result: types.CallToolResult) -> dict[str, Any]:
    """The result of a call, which stands in it twice."""
    assert result.structured_content is not None
    (text,) = result.content
    assert isinstance(text, types.TextContent)
    assert json.loads(text.text) == result.structured_content
    assert set(result.structured_content) == set(RESULT_KEYS)
    assert result.is_error == result.structured_content["is_error"]
    return result.structured_content


async def test_a_task_is_done_gone_on_with_and_looked_at(machine: Machine) -> None:
    write = calls(call("write", file_path="made.txt", content="x"))
    heard: list[str | None] = []

    async def heed(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with other_agent(
        machine, write, says("Made."), says("Again."), flags=("--permission-mode", "accept-edits")
    ) as at:
        client, server, _ = at
        assert [tool.name for tool in (await client.list_tools()).tools] == [
            "run_task",
            "continue_session",
            "session_result",
        ]
        first = value(await client.call_tool("run_task", {"task": "make it"}, progress_callback=heed))
        assert (first["subtype"], first["result"], first["exit_code"]) == ("success", "Made.", 0)
        assert first["changed_files"] == [str(machine.project / "made.txt")]
        assert heard == ["write made.txt"]
        again = value(await client.call_tool("continue_session", {"session_id": first["session_id"], "task": "again"}))
        assert (again["session_id"], again["result"]) == (first["session_id"], "Again.")
        assert "make it" in str(server.requests[-1].body["messages"])
        looked = value(await client.call_tool("session_result", {"session_id": first["session_id"][:12]}))
        assert (looked["subtype"], looked["result"], looked["num_turns"]) == ("success", "Again.", 3)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_approvals_are_put_to_the_callers_person_in_both_eras(machine: Machine, mode: str) -> None:
    replies = (bash("touch a"), bash("touch b"), says("Done."))
    async with other_agent(machine, *replies, mode=mode, decision="Allow once") as (client, _, asked):
        assert (client.protocol_version >= "2026") == (mode == "auto")
        done = value(await client.call_tool("run_task", {"task": "touch them"}))
    assert (done["permission_denials"], len(asked)) == ([], 2)
    assert "touch a" in asked[0]
    assert sorted(path.name for path in machine.project.iterdir()) == ["a", "b"]


@pytest.mark.security("E2")
@pytest.mark.parametrize("decision", ["Refuse", None], ids=["refused", "nobody there"])
async def test_what_nobody_allows_is_denied_and_told(machine: Machine, decision: str | None) -> None:
    async with other_agent(machine, bash("touch a"), says("I could not."), decision=decision) as (client, _, __):
        done = value(await client.call_tool("run_task", {"task": "touch it"}))
    assert [each["tool_name"] for each in done["permission_denials"]] == ["bash"]
    assert list(machine.project.iterdir()) == []


async def test_a_question_of_the_agent_is_put_to_the_callers_person(machine: Machine) -> None:
    options = [{"label": "red", "description": "warm"}, {"label": "blue", "description": "cold"}]
    ask = calls(call("question", questions=[{"question": "Which colour?", "header": "Colour", "options": options}]))
    async with other_agent(machine, ask, says("Blue."), decision="blue") as (client, server, asked):
        done = value(await client.call_tool("run_task", {"task": "paint it"}))
        assert "blue" in str(server.requests[-1].body["messages"][-1])
    assert (done["result"], asked) == ("Blue.", ["Which colour?"])


@pytest.mark.security("E2", n=13)
async def test_a_caller_stays_inside_the_roots_and_bad_arguments_are_results(machine: Machine, tmp_path: Path) -> None:
    (machine.project / "inner").mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (machine.project / "way out").symlink_to(outside)
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("run_task", {"task": "x", "folder": str(outside)}),
        ("run_task", {"task": "x", "folder": ".."}),
        ("run_task", {"task": "x", "folder": "way out"}),
        ("run_task", {"task": "x", "folder": "nowhere"}),
        ("run_task", {"task": "x", "folder": "\0"}),
        ("run_task", {"task": "x", "folder": 5}),
        ("run_task", {"task": "  "}),
        ("run_task", {}),
        ("run_task", {"task": "x", "permission_mode": "yolo"}),
        ("continue_session", {"session_id": "nowhere", "task": "x"}),
        ("session_result", {"session_id": "nowhere"}),
        ("no_such_tool", {}),
    )
    elsewhere = Machine(root=machine.root, environment=machine.environment)
    async with ModelServer([says("Elsewhere.")]) as server:
        told = await elsewhere.with_service(server).stream("-p", "x", cwd=outside)
    async with other_agent(machine, says("Inside.")) as (client, _, __):
        wrong = (*wrong, ("session_result", {"session_id": told.result["session_id"]}))
        for tool, arguments in wrong:
            refused = value(await client.call_tool(tool, arguments))
            assert (refused["subtype"], refused["error"]["kind"], arguments) == ("error_config", "usage", arguments)
        inside = value(await client.call_tool("run_task", {"task": "x", "folder": "inner"}))
        assert inside["result"] == "Inside."
    assert len(wrong) == 13


async def test_cancelling_a_call_ends_what_it_runs(machine: Machine) -> None:
    seconds = "300.77"
    async with other_agent(machine, bash(f"sleep {seconds}"), flags=("--permission-mode", "yolo")) as (client, _, __):
        begun = asyncio.Event()

        async def heed(progress: float, total: float | None, message: str | None) -> None:
            begun.set()

        work = asyncio.create_task(client.call_tool("run_task", {"task": "sleep"}, progress_callback=heed))
        await begun.wait()
        work.cancel()
        await asyncio.wait([work])
        assert value(await client.call_tool("session_result", {"session_id": "nowhere"}))["is_error"]
        async with asyncio.timeout(SECONDS):
            while processes_of(seconds):
                await client.list_tools()


async def test_heartbit_calls_heartbit(machine: Machine) -> None:
    """One heartbit uses another one, through its own MCP client."""
    async with ModelServer([says("From within.")]) as inner:
        given = machine.with_service(inner).variables
        names = ("PYTHONPATH", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
        variables = "".join(f"{name} = {json.dumps(given[name])}\n" for name in names)
        program = f'command = {json.dumps(sys.executable)}\nargs = ["-m", "heartbit_tui", "mcp", "serve"]\n'
        machine.config(f"[mcp.servers.other]\n{program}[mcp.servers.other.env]\n{variables}")
        outer = calls(call("mcp__other__run_task", task="say something"))
        async with ModelServer([outer, says("It said something.")]) as service:
            done = await machine.with_service(service).stream("-p", "ask the other one", "--permission-mode", "yolo")
            answer = str(service.requests[-1].body["messages"][-1])
    assert done.result["result"] == "It said something."
    assert "From within." in answer


@pytest.mark.security("E2", n=6)
async def test_over_http_it_serves_those_with_the_token_and_ends_with_a_signal(machine: Machine) -> None:
    token = "a-token-of-some-length"
    refused = await machine.run("mcp", "serve", "--http", "8765")
    assert (refused.code, "HEARTBIT_MCP_TOKEN" in refused.err) == (2, True)
    async with ModelServer([says("Over HTTP.")]) as server:
        process = (
            await machine.with_service(server).having(HEARTBIT_MCP_TOKEN=token).start("mcp", "serve", "--http", "0")
        )
        line = await told(process.stderr, b"http://")
        url = line.decode().split()[-1]
        async with httpx2.AsyncClient() as web:
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": token}):
                answer = await web.post(url, json={}, headers=headers)
                assert answer.status_code == 401
            bearer = {"Authorization": f"Bearer {token}"}
            for strange in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
                assert (await web.post(url, json={}, headers=bearer | strange)).status_code in (403, 421)
        async with (
            httpx2.AsyncClient(headers=bearer) as web,
            Client(streamable_http_client(url, http_client=web)) as client,
        ):
            done = value(await client.call_tool("run_task", {"task": "say it"}))
        assert done["result"] == "Over HTTP."
        process.send_signal(signal.SIGTERM)
        assert (await ended(process)).code in (0, -15, 143)


@pytest.mark.security("E2")
@pytest.mark.parametrize("how", ["its client goes", "a signal"])
async def test_it_ends_with_all_that_it_runs(machine: Machine, how: str) -> None:
    mark, begun = f"the run of {how} {os.getpid()}", machine.project / "begun"
    os.mkfifo(begun)
    async with ModelServer([bash(f"sh -c 'echo yes > begun; sleep 300; :' '{mark}'")]) as server:
        flags = ("--permission-mode", "yolo")
        process = await machine.with_service(server).start("mcp", "serve", *flags, stdin=asyncio.subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write("".join(f"{json.dumps(each)}\n" for each in BY_HAND).encode())
        await told(process.stdout, b"bash sh")
        async with asyncio.timeout(SECONDS):
            await asyncio.to_thread(begun.read_text)
        assert processes_of(mark)
        process.stdin.close() if how == "its client goes" else process.send_signal(signal.SIGTERM)
        assert (await ended(process)).code == (0 if how == "its client goes" else 143)
    assert processes_of(mark) == []
