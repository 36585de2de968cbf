"""The service that tests talk to: strict, scripted, and the same as a process."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import StopReason, Text, Thinking, ToolCall, Usage, user
from heartbit_tui.kernel.protocols import Request
from heartbit_tui.providers import faults
from heartbit_tui.providers.discover import find
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.script import RawCall, Reply, load, parse, sign, text
from heartbit_tui.providers.scripted import Scripted, build
from heartbit_tui.providers.types import Settings
from heartbit_tui.testing.clock import EPOCH, FakeClock
from heartbit_tui.testing.model_server import ModelServer
from tests.providers.wires import ASK, blocks, finishes, provider

SCRIPT: dict[str, Any] = {
    "replies": [
        "Plain words.",
        {
            "blocks": [
                {"thinking": "Hm."},
                {"text": "I read."},
                {"call": "read", "input": {"path": "a"}},
                {"call": "read", "arguments": "{", "id": "x"},
            ],
            "usage": {"input_tokens": 3, "output_tokens": 4},
            "when": "please",
            "chunk": 2,
            "times": 2,
        },
        {"blocks": [], "stop": "refusal", "fault": {"kind": "status", "status": 429, "headers": {"retry-after": "1"}}},
    ]
}
PARSED = (
    Reply(blocks=(Text(text="Plain words."),)),
    Reply(
        blocks=(
            Thinking(text="Hm."),
            Text(text="I read."),
            ToolCall(id="", name="read", input={"path": "a"}),
            RawCall(id="x", name="read", arguments="{"),
        ),
        usage=Usage(input_tokens=3, output_tokens=4),
        when="please",
        chunk=2,
        times=2,
    ),
    Reply(stop=StopReason.REFUSAL, fault=faults.Status(status=429, headers={"retry-after": "1"})),
)


def said(content: Any, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": content}


USE: dict[str, Any] = {"type": "tool_use", "id": "t1", "name": "read", "input": {}}
GOT = {"type": "tool_result", "tool_use_id": "t1", "content": "x"}
CALL = {"id": "t1", "type": "function", "function": {"name": "read", "arguments": "{}"}}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": sign("Hm.")}

REFUSED: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "no message": ("messages", []),
    "assistant first": ("messages", [said("a", "assistant")]),
    "two users": ("messages", [said("a"), said("b")]),
    "empty text": ("messages", [said("")]),
    "blank text": ("messages", [said([{"type": "text", "text": " "}])]),
    "empty list": ("messages", [said([])]),
    "call without result": ("messages", [said("a"), said([USE], "assistant"), said("b")]),
    "call at the end": ("messages", [said("a"), said([USE], "assistant")]),
    "result without call": ("messages", [said([GOT])]),
    "result twice": ("messages", [said("a"), said([USE], "assistant"), said([GOT, GOT])]),
    "words before result": (
        "messages",
        [said("a"), said([USE], "assistant"), said([{"type": "text", "text": "x"}, GOT])],
    ),
    "unsigned": ("messages", [said("a"), said([{**THOUGHT, "signature": ""}], "assistant"), said("b")]),
    "altered": ("messages", [said("a"), said([{**THOUGHT, "thinking": "Hm!"}], "assistant"), said("b")]),
    "chat, no message": ("chat/completions", []),
    "chat, two users": ("chat/completions", [said("a"), said("b")]),
    "chat, empty": ("chat/completions", [said("")]),
    "chat, no result": (
        "chat/completions",
        [said("a"), {"role": "assistant", "content": None, "tool_calls": [CALL]}, said("b")],
    ),
    "chat, no call": ("chat/completions", [said("a"), {"role": "tool", "tool_call_id": "t1", "content": "x"}]),
    "chat, no calls": ("chat/completions", [said("a"), {"role": "assistant", "content": "x", "tool_calls": []}]),
    "responses, empty": ("responses", []),
    "responses, no result": (
        "responses",
        [said("a"), {"type": "function_call", "call_id": "t1", "name": "f", "arguments": "{}"}],
    ),
    "responses, altered": (
        "responses",
        [said("a"), {"type": "reasoning", "summary": [], "encrypted_content": "x"}, said("b", "assistant")],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_the_service_refuses_what_strict_services_refuse(case: str) -> None:
    path, messages = REFUSED[case]
    body = {"model": "m", "max_tokens": 5, ("input" if path == "responses" else "messages"): messages}
    async with ModelServer(text("no")) as server, open_client() as client:
        answer = await client.post(f"{server.url}/v1/{path}", json=body)
        assert answer.status_code == 400
        assert server.left == 1
    async with ModelServer(text("yes"), strict=False) as server, open_client() as client:
        assert (await client.post(f"{server.url}/v1/{path}", json=body)).status_code == 200


async def test_a_lost_thought_before_a_call_is_refused() -> None:
    reply = Reply(blocks=(Thinking(text="Hm."), ToolCall(id="t1", name="read")))
    async with ModelServer([reply, *text("no")]) as server, open_client() as client:
        url = f"{server.url}/v1/messages"
        await client.post(url, json={"max_tokens": 5, "messages": [said("a")]})
        without = [said("a"), said([USE], "assistant"), said([GOT])]
        assert (await client.post(url, json={"max_tokens": 5, "messages": without})).status_code == 400
        within = [said("a"), said([THOUGHT, USE], "assistant"), said([GOT])]
        assert (await client.post(url, json={"max_tokens": 5, "messages": within})).status_code == 200


def test_a_script_is_read_from_json_and_toml(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(SCRIPT))
    toml = 'replies = ["Plain words.", {blocks = [{thinking = "Hm."}, {text = "I read."}, {call = "read", input = {path = "a"}}, {call = "read", arguments = "{", id = "x"}], usage = {input_tokens = 3, output_tokens = 4}, when = "please", chunk = 2, times = 2}, {blocks = [], stop = "refusal", fault = {kind = "status", status = 429, headers = {retry-after = "1"}}}]'
    (tmp_path / "s.toml").write_text(toml)
    assert load(tmp_path / "s.json") == load(tmp_path / "s.toml") == parse(SCRIPT) == PARSED


WRONG: list[Any] = [
    [],
    {},
    {"replies": "x"},
    {"replies": [1]},
    {"replies": [{"bloks": []}]},
    {"replies": [{"blocks": [{"x": 1}]}]},
    {"replies": [{"fault": {"kind": "x"}}]},
    {"replies": [{"fault": {"kind": "drop", "x": 1}}]},
    {"replies": [{"usage": {"x": 1}}]},
]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_wrong_script_is_named(wrong: object) -> None:
    with pytest.raises(ConfigError):
        parse(wrong)


def test_a_script_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{")
    for name in ("s.json", "none.json"):
        with pytest.raises(ConfigError, match=name):
            load(tmp_path / name)


async def test_replies_are_chosen_by_what_was_asked_and_used_up() -> None:
    replies = [
        Reply(blocks=(Text(text="title"),), when_system="Name"),
        Reply(blocks=(Text(text="two"),), when="go", times=2),
        Reply(blocks=(Text(text="always"),), times=0),
    ]
    async with ModelServer(replies) as server, open_client() as client:
        asked = provider("anthropic", client, url=server.url)
        scripted = Scripted(replies)
        for each in (asked, scripted):
            got: list[str] = []
            for system, words in (
                ("s", "go"),
                ("s", "other"),
                ("Name it", "go"),
                ("s", "go"),
                ("s", "go"),
                ("Name", "x"),
            ):
                request = Request(system=system, messages=(user(words),))
                got += [block.text for block in blocks([part async for part in each.stream(request)])]
            assert got == ["two", "always", "title", "two", "always", "always"]
        assert (server.left, scripted.left) == (0, 0)


async def test_a_composer_answers_before_the_script() -> None:
    def compose(body: Any) -> Reply | None:
        return Reply(blocks=(Text(text=f"{len(body['messages'])} messages"),)) if "messages" in body else None

    async with ModelServer(compose=compose) as server, open_client() as client:
        parts = [part async for part in provider("anthropic", client, url=server.url).stream(ASK)]
    assert blocks(parts) == [Text(text="1 messages")]


async def test_pacing_is_waited_for_between_deltas() -> None:
    clock = FakeClock(auto=True)
    paced = Reply(blocks=(Text(text="abcd"),), chunk=1, wait=2.0, pace=0.5)
    _ = [part async for part in Scripted([paced], clock=clock).stream(ASK)]
    assert clock.slept == [2.0, *[0.5] * 6]
    async with ModelServer([paced], sleep=clock.sleep) as server, open_client() as client:
        _ = [part async for part in provider("anthropic", client, url=server.url).stream(ASK)]
    assert clock.slept[7:] == [2.0, *[0.5] * 10]


async def test_as_a_process_it_says_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(SCRIPT))
    command = [
        sys.executable,
        "-m",
        "heartbit_tui.testing.model_server",
        "--script",
        str(tmp_path / "s.json"),
        "--port",
        "0",
    ]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    try:
        async with open_client() as client:
            parts = [part async for part in provider("openai", client, url=url).stream(ASK)]
            assert blocks(parts) == [Text(text="Plain words.")]
    finally:
        process.kill()
        await process.wait()


async def test_the_scripted_provider_is_built_from_a_file_or_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps({"replies": ["From a file."]}))
    async with httpx.AsyncClient() as client:
        filed = build(
            Settings(name="scripted", script=str(tmp_path / "s.json")), key="", client=client, clock=FakeClock()
        )
        bare = build(Settings(name="scripted"), key="", client=client, clock=FakeClock())
    assert blocks([part async for part in filed.stream(ASK)]) == [Text(text="From a file.")]
    for _ in range(3):
        parts = [part async for part in bare.stream(ASK)]
        assert "No model is behind it" in blocks(parts)[0].text
        assert finishes(parts)[0].provider == "scripted"


async def test_servers_on_this_machine_are_found_at_once_or_not_at_all() -> None:
    loop = asyncio.get_running_loop()
    async with ModelServer() as server, open_client() as client:
        mute = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        silent = f"http://127.0.0.1:{mute.sockets[0].getsockname()[1]}/v1"
        begun = loop.time()
        found = await find(client, addresses={"ollama": f"{server.url}/v1", "llamacpp": silent})
        assert loop.time() - begun < 0.5
        assert [(each.provider, each.models) for each in found] == [("ollama", ("scripted",))]
        assert await find(client, addresses={"llamacpp": "http://127.0.0.1:1/v1", "ollama": "nonsense"}) == ()
        mute.close()
        await mute.wait_closed()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_a_clock_wakes_sleepers_in_the_order_of_their_times() -> None:
    clock, woken = FakeClock(), list[tuple[str, float]]()

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as group:
        for name, naps in {"a": (3.0, 1.0), "b": (1.0, 1.0, 5.0), "c": (0.0,)}.items():
            group.create_task(sleeper(name, *naps))
        await clock.slept_by(2)
        await clock.advance(4)
        assert woken == [("c", 0.0), ("b", 1.0), ("b", 2.0), ("a", 3.0), ("a", 4.0)]
        assert (clock.sleepers, clock.monotonic(), clock.now()) == (1, 4.0, EPOCH + timedelta(seconds=4))
        await clock.advance(10)
    assert woken[-1] == ("b", 7.0)
