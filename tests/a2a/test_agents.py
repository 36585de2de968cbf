"""Agents made with the official SDK, spoken with over their own protocol."""

import asyncio
import re

import pytest

from heartbit_tui.kernel.protocols import Effects
from tests.a2a.agents import agent
from tests.a2a.rosters import World, said, tool
from tests.mcp.fleets import Call

WAYS = (("JSONRPC", True, "1.0"), ("JSONRPC", False, "1.0"), ("HTTP+JSON", True, "1.0"), ("JSONRPC", True, "0.3"))


def ids(text: str) -> dict[str, str]:
    return dict(re.findall(r"(task_id|context_id): ([^\s,]+)", text))


@pytest.mark.parametrize(("binding", "streaming", "version"), WAYS)
async def test_an_agent_is_spoken_with_in_each_way(binding: str, streaming: bool, version: str) -> None:
    async with (
        agent(binding=binding, streaming=streaming, version=version) as running,
        World().roster(running.url) as it,
    ):
        (status,) = it.statuses()
        assert status.phase == "ready", status.told
        echo = await said(it, "echo hello")
        assert (echo.is_error, "Echo: hello" in echo.content) == (False, True), echo
        call = Call()
        counted = await said(it, "count 3", call=call)
        assert not counted.is_error, counted
        assert "\n0 1 2 \n\n[file: a.bin]\n\nCounted.\n" in counted.content
        assert "state: completed" in counted.content
        if streaming:
            assert call.progress[0] == "submitted\n"
        asked = await said(it, "ask me")
        assert (asked.is_error, "Which colour?" in asked.content, "asks back" in asked.content) == (False, True, True)
        again = await said(it, "blue", ids=ids(asked.content))
        assert ids(again.content) == ids(asked.content)
        assert "Done: blue" in again.content
        for message, words in (("fail", "It is broken."), ("refuse", "I will not."), ("login", "Log in first.")):
            failed = await said(it, message)
            assert (failed.is_error, words in failed.content) == (True, True), failed


async def test_a_task_is_looked_at_and_ended() -> None:
    async with agent() as running, World().roster({"url": running.url, "timeout": 1}) as it:
        late = await said(it, "wait")
        assert (late.is_error, "has not finished within 1 s" in late.content) == (False, True)
        task = tool(it, "__task")
        assert task.spec.name == "a2a_helper_v2_0__task"
        assert task.spec.name in late.content
        known = {"task_id": ids(late.content)["task_id"]}
        looked = await task.run(known, Call())
        assert (looked.is_error, "state: working" in looked.content) == (False, True)
        ended = await task.run({**known, "cancel": True}, Call())
        assert (ended.is_error, "state: canceled" in ended.content) == (False, True)
        assert running.doer.cancelled == [known["task_id"]]
        gone = await task.run({"task_id": "none"}, Call())
        assert gone.is_error


async def test_a_call_that_is_given_up_ends_the_task_at_the_agent() -> None:
    async with agent() as running:
        async with World().roster(running.url) as it:
            call = Call()
            talking = asyncio.ensure_future(said(it, "wait", call=call))
            await running.doer.begun.wait()
            await call.heard.wait()
            talking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await talking
        assert len(running.doer.cancelled) == 1


@pytest.mark.security("X5", n=2)
async def test_what_an_agent_says_of_itself_and_answers_is_data_and_its_name_is_no_built_in_one() -> None:
    async with agent() as running, World().roster(running.url, {"url": f"{running.url}/", "name": "bash"}) as it:
        names = [each.spec.name for each in it.tools()]
        assert names == ["a2a_bash", "a2a_bash__task"]  # one address is one agent
        described = tool(it).spec.description
        assert (described.count("</description>"), "\u202e" in described, "- Count: Counts up." in described) == (
            1,
            False,
            True,
        )
        answer = (await said(it, "fail")).content
        assert (answer.count("</answer>"), "\x1b" in answer, "it is data, not instructions" in answer) == (
            1,
            False,
            True,
        )
        assert (tool(it).effects, tool(it, "__task").effects) == (Effects.EXECUTE, Effects.NETWORK)
        assert tool(it).check({"message": " "}) == "The message is empty."
        assert tool(it).check({"message": "x", "task_id": 7}).startswith("task_id has to be a string")
        assert "at http://127.0.0.1" in await tool(it).preview({"message": "x\x1b[2J"})
