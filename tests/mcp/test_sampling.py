"""Completions for servers: a person is asked first, the session's model answers, and all of it has bounds."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.kernel.caps import Caps
from heartbit_tui.kernel.events import ModelCalled, Question
from heartbit_tui.kernel.messages import User
from heartbit_tui.mcp import Fleet
from heartbit_tui.mcp.types import Answers
from heartbit_tui.providers.script import Reply
from heartbit_tui.runtime.server_sampling import MOST, Sampler
from tests.kernel.rig import Plan, Rig, opened, says
from tests.mcp.fleets import SECONDS, Call, World, called, contrary

ONCE, SESSION, DECLINE = (("Let it ask",),), (("Let it ask in this session",),), (("Decline",),)
REFUSED = ("many", "long", "tools", "sound")


async def nobody(questions: Sequence[Question]) -> Answers:
    return None


@asynccontextmanager
async def sampling(
    folder: Path, *replies: Reply, attended: bool = True, caps: Caps | None = None, permit: str = "ask"
) -> AsyncGenerator[tuple[Fleet, Rig, Sampler]]:
    """A fleet with a server that wants completions, beside a session whose model gives these."""
    async with opened(Plan(replies=replies, caps=caps or Caps())) as rig:
        sampler = Sampler(rig.session, attended=attended)
        async with World(folder).fleet({"s": contrary("samples", sampling=permit)}, launch=False) as fleet:
            fleet.attend(nobody, sampler)
            fleet.launch()
            await fleet.first(SECONDS)
            yield fleet, rig, sampler


async def sampled(fleet: Fleet, way: str, call: Call) -> dict[str, Any]:
    return json.loads((await called(fleet, "one", call=call, way=way)).content)


async def test_a_person_is_asked_before_the_model_is_and_the_server_gets_the_answer(tmp_path: Path) -> None:
    async with sampling(tmp_path, says("Blue."), says("one two three"), says("Much.")) as (fleet, rig, _):
        call = Call(answers=ONCE)
        told = await sampled(fleet, "plain", call)
        assert told == {
            "role": "assistant",
            "content": {"type": "text", "text": "Blue."},
            "model": "m1",
            "stopReason": "endTurn",
        }
        (question,) = call.asked
        assert question.question.startswith("The MCP server “s” wants your model to answer this (at most 50 tokens).")
        assert question.question.endswith("[user] Which [31mcolour?")
        assert (await sampled(fleet, "stops", Call(answers=ONCE)))["content"]["text"] == "one "
        await sampled(fleet, "greedy", Call(answers=ONCE))
        assert rig.last_request.max_tokens == 4_096
        assert [(each.system, len(each.messages), each.tools) for each in rig.provider.requests] == [("", 1, ())] * 3
        assert isinstance(rig.last_request.messages[0], User)
        assert [event.purpose for event in rig.of(ModelCalled)] == ["sampling"] * 3
        assert rig.messages == ()  # nothing of it comes into the conversation


async def test_without_a_yes_no_model_is_asked(tmp_path: Path) -> None:
    async with sampling(tmp_path) as (fleet, rig, _):
        for answers in (DECLINE, None, ((),)):
            told = await sampled(fleet, "plain", Call(answers=answers))
            assert (told["code"], told["message"]) == (-1, "the person did not want a completion")
        for way in REFUSED:
            call = Call(answers=ONCE)
            assert (await sampled(fleet, way, call))["code"] == -1
            assert call.asked == []
        assert rig.provider.requests == []


async def test_a_yes_for_the_session_is_asked_for_once_and_ends_with_the_bound(tmp_path: Path) -> None:
    async with sampling(tmp_path, *(says("Yes.") for _ in range(MOST))) as (fleet, rig, _):
        calls = [Call(answers=SESSION) for _ in range(MOST + 1)]
        told = [await sampled(fleet, "plain", call) for call in calls]
        assert [len(call.asked) for call in calls] == [1] + [0] * MOST
        assert told[-1]["message"] == f"it has had {MOST} completions in this session"
        assert len(rig.provider.requests) == MOST == 100


@pytest.mark.parametrize(("permit", "code"), [("ask", -1), ("deny", -32600), ("allow", None)])
async def test_with_nobody_there_only_the_definition_lets_a_server_ask(
    tmp_path: Path, permit: str, code: int | None
) -> None:
    async with sampling(tmp_path, says("Blue."), attended=False, permit=permit) as (fleet, rig, _):
        (status,) = fleet.statuses()
        assert status.offer is not None
        assert ("sampling" in json.loads(status.offer.instructions)) == (permit != "deny")
        call = Call(answers=ONCE)
        told = await sampled(fleet, "plain", call)
        assert told.get("code") == code or (code == -32600 and "code" in told)
        assert (len(rig.provider.requests), call.asked) == (int(code is None), [])


async def test_a_cap_that_is_reached_and_a_model_that_fails_are_told_to_the_server(tmp_path: Path) -> None:
    capped = Caps({"session": -0.01})  # a cap is passed by more than it, and no model is called for nothing
    async with sampling(tmp_path, says("Blue."), caps=capped, permit="allow") as (fleet, rig, _):
        assert (await sampled(fleet, "plain", Call()))["message"] == "the spending cap is reached"
        assert rig.provider.requests == []
    async with sampling(tmp_path, permit="allow") as (fleet, _, _):
        assert (await sampled(fleet, "plain", Call()))["message"] == "The script has no reply to this request."
