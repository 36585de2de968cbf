"""Answers to what waits for a person, from those who may not give them or to what does not wait: none is taken."""

from pathlib import Path

import httpx
import pytest

from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import OPERATOR, SETTINGS, USERS, Served, ended, served, submitted

ALLOW = {"decision": "allow"}
FORMS = ("{}x", "{}%00", " {}", "{}%20", "{}/", "%2e/{}", "../{}", "{}'--", "{}*", "%", "0", "-1", "null", "undefined")
"""Ids that are nearly the one that waits."""


def ready(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path)
    writes = [
        calls("write", {"file_path": f"{name}.txt", "content": name}, when=f"write {name}") for name in ("a", "b")
    ]
    ground.prepare([*writes, says("at last", when="stay", wait=LONG, times=0), says("done", times=0)], SETTINGS)
    return ground


async def _waiting(caller: httpx.AsyncClient, task_id: str) -> tuple[str, str]:
    """The session and the id of the call that waits in a task."""
    async with caller.stream("GET", f"/tasks/{task_id}/events") as answer:
        async for line in answer.aiter_lines():
            if "approval_requested" in line:
                break
    found = (await caller.get("/approvals")).json()["approvals"]
    return next((each["session_id"], each["interaction_id"]) for each in found)


async def _refused(daemon: Served, session: str, wanted: str) -> int:
    """How many wrong answers to one request were refused, each as what does not wait."""
    tries = 0
    for name, token in (("ben", USERS["ben"]), ("carl", USERS["carl"]), ("nobody", ""), ("stranger", "x" * 40)):
        async with daemon.caller(token) as other:
            for place in ("approvals", "questions"):
                for guess in (wanted, "approval-2", "question-1"):
                    answer = await other.post(f"/{place}/{session}/{guess}", json=ALLOW)
                    assert answer.status_code == (404 if name in USERS else 401), (name, place, guess, answer.text)
                    tries += 1
    return tries


@pytest.mark.security("D15", n=81)
async def test_of_a_hundred_wrong_answers_none_is_taken(tmp_path: Path) -> None:
    ground, tries = ready(tmp_path), 0
    async with served(ground, mode=None) as daemon, daemon.caller(USERS["anna"]) as anna:
        first = await submitted(anna, "write a")
        session, wanted = await _waiting(anna, first)
        tries += await _refused(daemon, session, wanted)
        for form in FORMS:
            for place in (f"{session}/{form.format(wanted)}", f"{form.format(session)}/{wanted}"):
                answer = await anna.post(f"/approvals/{place}", json=ALLOW)
                assert answer.status_code in (404, 405), (place, answer.status_code)
                tries += 1
        for body in ({}, {"decision": "ALLOW"}, {"decision": True}, {"decision": "allow", "as": "admin"}, ["allow"]):
            assert (await anna.post(f"/approvals/{session}/{wanted}", json=body)).status_code == 422
            tries += 1
        answer = await anna.post(f"/questions/{session}/{wanted}", json={"answers": [["allow"]]})
        assert answer.status_code == 409  # a call, and no question

        assert (await anna.delete(f"/tasks/{first}")).status_code == 204
        assert (await ended(anna, first))["state"] == "cancelled"
        second = await submitted(anna, "write b", session_id=session)
        _, other = await _waiting(anna, second)
        assert other != wanted
        async with daemon.caller(OPERATOR) as olga:  # may see it, and answer what waits
            for caller in (anna, olga):
                for _ in range(12):  # one that is over does not answer the next one
                    assert (await caller.post(f"/approvals/{session}/{wanted}", json=ALLOW)).status_code == 404
                    tries += 1
        assert list(ground.project.iterdir()) == []
        assert (await anna.post(f"/approvals/{session}/{other}", json=ALLOW)).json() == {"late": False}
        assert (await ended(anna, second))["state"] == "completed"
        assert (await anna.post(f"/approvals/{session}/{other}", json=ALLOW)).status_code == 404  # the second time
    assert tries >= 80
    assert sorted(each.name for each in ground.home.rglob("*.txt")) == ["b.txt"]
