"""How many tools a model is told of, by the settings, on every path."""

from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.kernel.protocols import Request
from heartbit_tui.library.running import run
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.scripted import Scripted
from tests.headless.machine import Machine, calls, kept, says, service

AUTO = '[tools]\nprofile = "auto"\n'


def told(body: Any) -> set[str]:
    return {tool["name"] for tool in body["tools"]}


async def test_auto_tells_of_what_the_prompt_needs_and_of_more_once_it_is_asked_for(machine: Machine) -> None:
    async with service(machine.config(AUTO), says("Hello."), says("Read it."), says("You are welcome.")) as (
        server,
        known,
    ):
        first = kept(await known.stream("-p", "hello"))
        resume = ("--resume", first["session_id"])
        await known.stream("-p", "read the file notes.txt", *resume)
        await known.stream("-p", "thanks", *resume)
    small, large, after = (told(request.body) for request in server.requests)
    assert {"question", "memory_recall"} <= small
    assert not {"bash", "read", "write"} & small
    assert {"bash", "read", "write"} <= large
    assert after == large


async def test_a_most_is_kept_to_and_the_tools_stay_the_same_within_a_run(machine: Machine) -> None:
    replies = [calls(call("list", path=".")), calls(call("list", path=".")), says("Done.")]
    async with service(machine.config("[tools]\nmax_per_turn = 3\n"), *replies) as (server, known):
        await known.stream("-p", "list the folder", "--json-schema", '{"type": "object"}')
    sent = [request.body["tools"] for request in server.requests]
    assert {len(tools) for tools in sent} == {3}
    assert {"list", "__respond__"} <= told(server.requests[0].body)
    assert sent[0] == sent[1]


@pytest.mark.parametrize(("profile", "there"), [("auto", False), ("full", True)])
async def test_the_library_offers_by_the_same_settings(tmp_path: Path, profile: str, there: bool) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        return says("Hello.")

    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    settings = {"tools.profile": profile}
    model = Scripted(compose=answer)
    await run("hello", cwd=tmp_path, provider=model, settings=settings, environment=environment, ephemeral=True)
    assert ("bash" in {tool.name for tool in asked[0].tools}) == there
