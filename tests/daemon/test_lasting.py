"""An answer for always holds for the tasks that come after it: those of the person in a file, a user's in that session alone."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, USERS, ended, served, submitted
from tests.daemon.wsclient import socket


def ready(tmp_path: Path) -> Ground:
    """A model that writes a file with the first answer to each task, and then is done."""
    ground = Ground(tmp_path)
    write = calls("bash", {"command": "touch new.txt"}, when="please")
    ground.prepare([write, says("done"), write, says("done")], SETTINGS)
    return ground


async def decided(caller: httpx.AsyncClient, task_id: str, decision: str) -> dict[str, Any]:
    """The task in the end; what it asked was answered like this."""
    async with asyncio.timeout(30):
        while not (waiting := (await caller.get("/approvals")).json()["approvals"]):
            pass
    (one,) = waiting
    answer = await caller.post(f"/approvals/{one['session_id']}/{one['interaction_id']}", json={"decision": decision})
    assert (answer.status_code, answer.json()) == (200, {"late": False})
    return await ended(caller, task_id)


@pytest.mark.parametrize(("decision", "there"), [("always_allow", True), ("always_deny", False)])
async def test_what_the_person_says_for_always_is_not_asked_again(tmp_path: Path, decision: str, there: bool) -> None:
    ground = ready(tmp_path)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller:
        await decided(caller, await submitted(caller, "please write"), decision)
        assert (ground.project / "new.txt").exists() is there
        rules = (ground.home / ".config/heartbit/permissions.toml").read_text("utf-8")
        assert ("touch" in rules, f'"{decision.removeprefix("always_")}"' in rules) == (True, True)
        second = await ended(caller, await submitted(caller, "please write again"))
        assert (second["state"], second["tool_calls_made"]) == ("completed", 1)
        assert (ground.project / "new.txt").exists() is there


async def test_over_a_websocket_it_is_the_same(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground, mode=None) as daemon, socket(daemon.url, TOKEN) as found:
        made = await found.ask("session.create")
        await found.ask("chat.send", message="please write", **made)
        needed = await found.pushed("approval.needed")
        assert [each["name"] for each in needed["data"]] == ["bash"]
        given = {"interaction_id": needed["interaction_id"], "decision": "always_allow"}
        assert await found.ask("approval.resolve", **given) == {}
        assert (await found.pushed("chat.final", "chat.error"))["result"] == "done"
        assert "touch" in (ground.home / ".config/heartbit/permissions.toml").read_text("utf-8")


async def test_what_a_user_says_for_always_holds_for_nobody_else_and_is_in_no_file(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground, mode=None) as daemon, daemon.caller(USERS["anna"]) as anna, daemon.caller() as person:
        await decided(anna, await submitted(anna, "please write"), "always_allow")
        assert not (ground.home / ".config/heartbit/permissions.toml").exists()
        second = await submitted(person, "please write again")
        assert (await decided(person, second, "deny"))["state"] == "completed"
        assert not (ground.project / "new.txt").exists()
