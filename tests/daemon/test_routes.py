"""Routes of which no other test is: questions, ops into an open session, a task that is taken up again, and who lives."""

import re
from pathlib import Path
from typing import Any

import httpx

from heartbit_tui.daemon.http.dashboard import FILES
from heartbit_tui.daemon.http.doors import CARDS
from heartbit_tui.daemon.http.openapi import document
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import SETTINGS, USERS, ended, served, submitted

STAY = says("at last", when="please stay", wait=LONG, times=0)
OPTIONS = [{"label": "one"}, {"label": "two"}]
ASK = calls("question", {"questions": [{"question": "Which?", "options": OPTIONS}]}, when="please ask")
FOLDER = Path(__file__).parent


def ready(tmp_path: Path, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([ASK, STAY, says("as you like", times=0)], SETTINGS + settings)
    return ground


async def until(caller: httpx.AsyncClient, task_id: str, word: str) -> dict[str, Any]:
    """The task, once this is told of it."""
    async with caller.stream("GET", f"/tasks/{task_id}/events") as answer:
        async for line in answer.aiter_lines():
            if word in line:
                break
    return (await caller.get(f"/tasks/{task_id}")).json()


async def test_a_question_is_listed_answered_once_and_is_no_approval(tmp_path: Path) -> None:
    async with served(ready(tmp_path), mode=None) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please ask")
        task = await until(caller, task_id, '"question_asked"')
        (asked,) = (await caller.get("/questions")).json()["questions"]
        session = (await caller.get(f"/sessions/{task['session_id']}")).json()
        assert (session["running"], session["waiting"]) == (True, [asked])
        place = f"{asked['session_id']}/{asked['interaction_id']}"
        wrong = await caller.post(f"/approvals/{place}", json={"decision": "allow"})
        assert (wrong.status_code, wrong.json()) == (409, {"error": "what waits under this id is a question"})
        async with daemon.caller(USERS["anna"]) as anna:
            assert (await anna.get("/questions")).json() == {"questions": []}
            assert (await anna.post(f"/questions/{place}", json={"answers": [["one"]]})).status_code == 404
        assert (await caller.post(f"/questions/{place}", json={"answers": [["one"]]})).json() == {"late": False}
        assert (await ended(caller, task_id))["state"] == "completed"
        assert (await caller.post(f"/questions/{place}", json={"answers": [["two"]]})).status_code == 404
        log = (await caller.get(f"/sessions/{asked['session_id']}/log")).json()["events"]
        assert [each["answers"] for each in log if each["type"] == "question_answered"] == [[["one"]]]


async def test_an_op_goes_into_a_session_that_is_open_unless_it_is_the_daemons_own_business(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please stay")
        task = await until(caller, task_id, '"turn_started"')
        place = f"/sessions/{task['session_id']}/ops"
        for op, status in (
            ({"type": "prompt", "content": [{"type": "text", "text": "x"}]}, 422),
            ({"type": "close"}, 422),
            ({"type": "unknown"}, 422),
            ({"type": "interrupt", "reason": 7}, 422),
            ({"type": "interrupt", "reason": "a person"}, 202),
        ):
            assert (await caller.post(place, json=op)).status_code == status
        assert (await ended(caller, task_id))["error"] == "It was interrupted by a person."
        unknown = await caller.post("/sessions/nobodys/ops", json={"type": "interrupt"})
        assert (unknown.status_code, unknown.json()) == (404, {"error": "session not found"})
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        assert (await caller.post(place, json={"type": "interrupt"})).status_code == 409


async def test_an_interrupted_task_is_taken_up_again_and_no_other_one(tmp_path: Path) -> None:
    ground = ready(tmp_path, '\n[daemon]\non_restart = "interrupt"\n')
    async with served(ground) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please stay")
        await until(caller, task_id, '"turn_started"')
        assert (await caller.post(f"/tasks/{task_id}/resume")).status_code == 409
    async with served(ground) as daemon, daemon.caller() as caller:
        assert (await caller.get(f"/tasks/{task_id}")).json()["state"] == "interrupted"
        again = await caller.post(f"/tasks/{task_id}/resume")
        assert (again.status_code, again.json()) == (202, {"id": task_id, "state": "pending"})
        await until(caller, task_id, '"turn_started"')
        assert (await caller.delete(f"/tasks/{task_id}")).status_code == 204
        assert (await ended(caller, task_id))["state"] == "cancelled"
        assert (await caller.post(f"/tasks/{task_id}/resume")).status_code == 409
        assert (await caller.post("/tasks/nobodys/resume")).status_code == 404


async def test_who_lives_is_told_under_both_names(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller("") as nobody:
        one, other = await nobody.get("/healthz"), await nobody.get("/health")
        assert (one.status_code, one.json()["status"]) == (other.status_code, other.json()["status"]) == (200, "ok")


def test_each_route_of_the_document_is_named_by_a_test() -> None:
    """What guests look at and do comes from one table, by which `test_alike` and `test_guests` ask too."""
    said = {word for each in FOLDER.rglob("*.py") for word in re.findall("[A-Za-z]+", each.read_text("utf-8"))}
    known = {*FILES, *CARDS}
    paths = [path for path in document(spoken=True)["paths"] if path not in known]
    own = [path.partition("/views/")[0].partition("/commands/")[0] for path in paths]
    assert {part for path in own for part in path.split("/") if part.isalpha()} - said == set()
