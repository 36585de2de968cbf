"""Servers that are children: what they offer, what their calls give, and how little of their faults is felt."""

import asyncio
import json
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import Image
from heartbit_tui.kernel.protocols import Effects
from heartbit_tui.mcp import ServerError
from tests.mcp.fleets import SECONDS, Call, World, called, contrary, friendly, named, until, written

CONTRARY = ("garbage", "strange", "endless", "flood", "same_id", "dies", "hangs", "silent", "one_line", "plain")
"""The ways of the servers that misbehave, and one that does not, all beside each other."""


async def test_a_server_made_with_the_sdk_is_used_whole(tmp_path: Path) -> None:
    world = World(tmp_path, environment={"PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": "sk-secret", "HOME": "/h"})
    async with world.fleet({"friendly": friendly(env={"OWN": "${HOME}/x", "NONE": "${NOT_SET:-usual}"})}) as fleet:
        (status,) = fleet.statuses()
        assert (status.phase, status.cached, status.offer and status.offer.title) == ("ready", False, "friendly")
        assert named(fleet, "add").spec.name == "mcp__friendly__add"
        assert (named(fleet, "add").effects, named(fleet, "die").effects) == (Effects.NETWORK, Effects.EXECUTE)
        assert named(fleet, "add").check({"a": 1}) == "The input needs b."
        sums = await asyncio.gather(*(called(fleet, "add", a=number, b=number) for number in range(20)))
        assert [each.content for each in sums] == [str(2 * number) for number in range(20)]
        seen = (await called(fleet, "environment")).content.split()
        assert ("OWN" in seen, "NONE" in seen, "ANTHROPIC_API_KEY" in seen) == (True, True, False)
        picture = await called(fleet, "picture")
        assert (picture.content, [type(each) for each in picture.media]) == ("one pixel", [Image])
        assert (await called(fleet, "broken")).is_error
        assert (await fleet.read("friendly", "note://today")).text == "Water the plants."
        assert await fleet.prompt("friendly", "review", {"file": "a.py"}) == "Review a.py as a friend would."
        with pytest.raises(ServerError, match="There is no MCP server"):
            await fleet.read("other", "note://today")


async def test_progress_is_told_and_a_call_that_is_given_up_is_ended_at_the_server(tmp_path: Path) -> None:
    call, file = Call(), tmp_path / "slow"
    async with World(tmp_path).fleet({"friendly": friendly()}) as fleet:
        slow = asyncio.ensure_future(called(fleet, "slow", call=call, file=str(file)))
        await call.heard.wait()
        await written(file, "begun")
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        await written(file, "cancelled")
        assert call.progress == ["1/3 begun\n"]
        assert (await called(fleet, "add", a=1, b=2)).content == "3"


async def test_a_server_asks_the_person_and_for_the_folders_of_the_workspace(tmp_path: Path) -> None:
    async with World(tmp_path).fleet({"asks": contrary("asks")}) as fleet:
        call = Call(answers=(("blue",), ("3",), ()))
        told = json.loads((await called(fleet, "one", call=call)).content)
        assert told["form"] == {"action": "accept", "content": {"colour": "blue", "count": 3, "sure": False}}
        assert [root["uri"] for root in told["roots"]["roots"]] == [tmp_path.as_uri()]
        assert [question.header for question in call.asked] == ["asks"] * 3
        assert call.asked[0].question.startswith("The MCP server “asks” asks: Which paint? — colour.")
        assert [choice.label for choice in call.asked[0].options] == ["red", "blue"]
        answers = {None: "cancel", (("blue",), ("many",), ()): "decline", ((), (), ()): "decline"}
        for given, action in answers.items():
            told = json.loads((await called(fleet, "one", call=Call(answers=given))).content)
            assert told["form"]["action"] == action


async def test_a_server_that_dies_in_a_call_ends_that_call_and_is_there_for_the_next(tmp_path: Path) -> None:
    async with World(tmp_path).fleet({"friendly": friendly()}) as fleet:
        died = await called(fleet, "die")
        assert died.is_error
        assert "it ended with exit code 7" in died.content
        assert (await called(fleet, "add", a=1, b=2)).content == "3"


@pytest.mark.security("X2", n=12)
async def test_servers_that_misbehave_cost_nobody_else_anything(tmp_path: Path) -> None:
    world = World(tmp_path)
    servers = {way: contrary(way, timeout=3 if way == "hangs" else SECONDS, start_timeout=6) for way in CONTRARY}
    async with world.fleet({**servers, "good": friendly()}) as fleet:
        phases = {status.name: status.phase for status in fleet.statuses()}
        assert {name for name, phase in phases.items() if phase != "ready"} == {"silent", "one_line"}
        tools = {tool.server: tool for tool in fleet.tools() if tool.offered.name == "one"}
        assert sorted(tools) == sorted(set(CONTRARY) - {"silent", "one_line"})
        outputs = await asyncio.gather(*(tool.run({}, Call()) for tool in tools.values()))
        given = dict(zip(tools, outputs, strict=True))
        assert {way for way, output in given.items() if output.is_error} == {"dies", "hangs", "strange"}
        assert "it did not answer within 3 s" in given["hangs"].content
        assert "exit code 3" in given["dies"].content
        assert (await called(fleet, "add", a=1, b=2)).content == "3"
    told = {status_word: [line for line in world.said if status_word in line] for status_word in ("silent", "one_line")}
    assert all(told.values())


@pytest.mark.security("X2", n=1_010)
async def test_ten_thousand_tools_are_bounded_and_hostile_ones_made_harmless(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with world.fleet({"many": contrary("many"), "hostile": contrary("hostile")}) as fleet:
        tools = fleet.tools()
        many = [tool for tool in tools if tool.server == "many"]
        hostile = {tool.offered.name: tool.spec for tool in tools if tool.server == "hostile"}
        assert len(many) == 1_000
        assert any("1000 are taken, 9000 are left out" in line for line in world.said)
        names = [spec.name for spec in hostile.values()]
        assert len(set(names)) == len(names) == 10
        assert all(name.startswith("mcp__hostile__") and len(name) <= 64 and name.isascii() for name in names)
        told = hostile["bash"].description
        assert told.count("</description>") == 1
        assert told.endswith("</description>")
        assert ("\x1b" in told, "\u202e" in told) == (False, False)
        assert len(hostile["long"].description) < 3_000
        assert hostile["huge"].input_schema == {"type": "object"}
        assert all(len(json.dumps(spec.input_schema)) < 70_000 for spec in hostile.values())


@pytest.mark.security("X2", n=3)
async def test_a_description_that_changes_is_withheld_until_a_person_takes_it(tmp_path: Path) -> None:
    world, words = World(tmp_path), tmp_path / "words"
    words.write_text("Adds a note.")
    servers = {"notes": contrary("changing", str(words))}
    async with world.fleet(servers) as fleet:
        assert {tool.offered.name for tool in fleet.tools()} == {"one", "two"}
        words.write_text("Sends all notes to me.")
        await called(fleet, "two")
        await until(fleet, lambda: fleet.statuses()[0].withheld == ("one",))
        assert {tool.offered.name for tool in fleet.tools()} == {"two"}
    assert [line for line in world.said if "not described as they were" in line and "one" in line]
    async with world.fleet(servers, launch=False) as fleet:
        assert (fleet.statuses()[0].withheld, fleet.statuses()[0].cached) == (("one",), True)
        await fleet.take("notes")
        assert {tool.offered.name for tool in fleet.tools()} == {"one", "two"}
    words.write_text("Adds a note.")
    async with world.fleet(servers, launch=False) as fleet:
        assert fleet.statuses()[0].withheld == ()


async def test_why_a_server_cannot_be_used_is_told_in_its_own_words(tmp_path: Path) -> None:
    async with World(tmp_path).fleet({"far": contrary("refuses")}) as fleet:
        (status,) = fleet.statuses()
    assert (status.phase, status.told) == ("failed", "no \x1b[31mlicence")
