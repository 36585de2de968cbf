"""What nobody answers is denied or declined in time, and an answer that comes a moment too late is taken for what it is."""

from pathlib import Path

import httpx

from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import Ground, calls, says
from tests.daemon.http import SETTINGS, TOKEN, served, submitted
from tests.daemon.wsclient import socket

TIMES = """
[daemon]
interaction_timeout_seconds = 500
[daemon.ws]
interaction_timeout_seconds = 60
"""
WRITE = calls("write", {"file_path": "new.txt", "content": "x"}, when="please write")
ASK = calls(
    "question",
    {"questions": [{"question": "Which?", "options": [{"label": "one"}, {"label": "two"}]}]},
    when="please ask",
)
DENIED = "Nobody answered within {seconds} s, so it was denied."


def ready(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([ASK, WRITE, says("as you like", times=0)], SETTINGS + TIMES)
    return ground


async def waiting(caller: httpx.AsyncClient, kind: str) -> list[str]:
    """The ids of what waits for a person."""
    return [each["interaction_id"] for each in (await caller.get(f"/{kind}")).json()[kind]]


async def test_what_a_websocket_is_asked_waits_its_own_time_and_is_then_denied(tmp_path: Path) -> None:
    ground, clock = ready(tmp_path), FakeClock()
    async with (
        served(ground, clock=clock, mode=None) as daemon,
        daemon.caller() as caller,
        socket(daemon.url, TOKEN) as found,
    ):
        assert [each for each in daemon.told if "timeout" in each] == []
        made = await found.ask("session.create")
        await found.ask("chat.send", message="please write", **made)
        needed = await found.pushed("approval.needed")
        (asked,) = await waiting(caller, "approvals")
        await clock.advance(59)
        assert await waiting(caller, "approvals") == [asked]
        await clock.advance(1)
        assert (await found.pushed("chat.final", "chat.error"))["result"] == "as you like"
        events = [each["payload"]["event"] for each in found.pushes if each["event"] == "agent.event"]
        (decided,) = [each for each in events if each["type"] == "approval_decision"]
        assert (decided["approved"], decided["note"]) == (False, DENIED.format(seconds=60))
        place, name = f"/approvals/{made['session_id']}/{asked}", needed["interaction_id"]
        await clock.advance(15)
        assert await found.ask("approval.resolve", interaction_id=name, decision="allow") == {}
        assert (await caller.post(place, json={"decision": "allow"})).json() == {"late": True}
        await clock.advance(1)
        gone = {"error": f"no pending interaction with id {name}"}
        assert await found.ask("approval.resolve", interaction_id=name, decision="allow") == gone
        assert (await caller.post(place, json={"decision": "allow"})).status_code == 404
    assert not (ground.project / "new.txt").exists()


async def test_a_question_over_a_websocket_is_declined_in_time(tmp_path: Path) -> None:
    clock = FakeClock()
    async with served(ready(tmp_path), clock=clock, mode=None) as daemon, socket(daemon.url, TOKEN) as found:
        made = await found.ask("session.create")
        await found.ask("chat.send", message="please ask", **made)
        needed = await found.pushed("question.needed")
        await clock.advance(60)
        assert (await found.pushed("chat.final", "chat.error"))["result"] == "as you like"
        late = await found.ask("question.resolve", interaction_id=needed["interaction_id"], answers=[["one"]])
        assert late == {}
        events = [each["payload"]["event"] for each in found.pushes if each["event"] == "agent.event"]
        assert [each["answers"] for each in events if each["type"] == "question_answered"] == [[]]


async def test_what_a_task_asks_that_came_otherwise_waits_as_long_as_the_daemon_says(tmp_path: Path) -> None:
    clock = FakeClock()
    async with served(ready(tmp_path), clock=clock, mode=None) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please write")
        async with caller.stream("GET", f"/tasks/{task_id}/events") as answer:
            async for line in answer.aiter_lines():
                if '"approval_requested"' in line:
                    await clock.advance(499)
                    assert len(await waiting(caller, "approvals")) == 1
                    await clock.advance(1)
                if '"approval_decision"' in line:
                    assert DENIED.format(seconds=500) in line
        assert (await caller.get(f"/tasks/{task_id}")).json()["result"] == "as you like"
