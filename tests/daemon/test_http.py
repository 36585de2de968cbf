"""Tasks over HTTP: accepted for good, seen by whom they belong to, followed from any place, refused in words."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from heartbit_tui.daemon.http.tasks import OTHER
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import OPERATOR, SETTINGS, TOKEN, USERS, ended, served, submitted

HOLD = says("at last", when="stay", wait=LONG, times=0)
HELLO = says("hello", times=0, usage={"input_tokens": 7, "output_tokens": 2}, cost_usd=0.25)


def ready(tmp_path: Path, *replies: Any, settings: str = SETTINGS) -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([*replies, HOLD, HELLO], settings)
    return ground


async def test_a_task_is_accepted_followed_and_kept(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        answer = await caller.post("/tasks", json={"task": " say hello "})
        assert (answer.status_code, answer.json()["state"]) == (201, "pending")
        task = await ended(caller, answer.json()["id"])
        assert answer.headers["location"] == f"/tasks/{task['id']}"
        known = {name: task[name] for name in ("task", "state", "result", "source", "estimated_cost_usd", "attempts")}
        assert known == {
            "task": "say hello",
            "state": "completed",
            "result": "hello",
            "source": "api",
            "estimated_cost_usd": 0.25,
            "attempts": 1,
        }
        assert task["tokens_used"]["input_tokens"] == 7
        listed = (await caller.get("/tasks?state=completed&source=api&limit=1")).json()
        assert (listed["total"], [each["id"] for each in listed["tasks"]]) == (1, [task["id"]])
        (brief,) = (await caller.get("/tasks?brief=true")).json()["tasks"]
        assert brief == {name: value for name, value in listed["tasks"][0].items() if name != "result"}
        assert (await caller.get("/tasks?brief=maybe")).status_code == 400
        stats = (await caller.get("/stats")).json()
        assert (stats["total_tasks"], stats["active_tasks"], stats["total_tokens"]["input_tokens"]) == (1, 0, 7)


async def test_events_have_ids_from_which_a_reader_goes_on_and_an_end(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "say hello")
        live = await _events(caller, task_id)
        assert [each["type"] for _, each in live if each.get("type") == "run_started"] == ["run_started"]
        assert live[-1][0] == "end"
        assert live[-1][1]["state"] == "completed"
        seqs = [each["seq"] for name, each in live if name != "end"]
        assert seqs == sorted(set(seqs))
        again = await _events(caller, task_id)
        assert _facts(again) == _facts(live)
        rest = await _events(caller, task_id, after=seqs[2])
        assert rest == [each for each in again if each[0] == "end" or each[1]["seq"] > seqs[2]]


async def test_whose_a_task_is_decides_who_sees_it(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        async with daemon.caller(USERS["anna"]) as anna:
            task_id = await submitted(anna, "say hello")
            assert (await ended(anna, task_id))["user_id"] == "anna"
        for token, sees, may_stop in (
            (USERS["anna"], True, True),
            (USERS["ben"], False, False),
            (USERS["carl"], False, False),
            (OPERATOR, True, True),
            (TOKEN, True, True),
        ):
            async with daemon.caller(token) as caller:
                answers = [await caller.get(f"/tasks/{task_id}{rest}") for rest in ("", "/events")]
                assert {each.status_code for each in answers} == ({200} if sees else {404})
                assert (await caller.get("/tasks")).json()["total"] == int(sees)
                stopped = (await caller.delete(f"/tasks/{task_id}")).status_code
                assert stopped == (409 if may_stop else 404)
                unknown = await caller.get("/tasks/00000000-0000-0000-0000-000000000000")
                assert (unknown.status_code, unknown.json()) == (404, {"error": "task not found"})
                if not sees:
                    assert answers[0].json() == unknown.json()
                session = (await caller.get("/sessions")).json()["sessions"]
                assert len(session) == int(sees)


async def test_users_work_in_folders_of_their_own(tmp_path: Path) -> None:
    here = calls("bash", {"command": "pwd"}, when="where", times=0)
    folders = set[str]()
    async with served(ready(tmp_path, here, says("done", when="/", times=0))) as daemon:
        for name in USERS:
            async with daemon.caller(USERS[name]) as caller:
                task = await ended(caller, await submitted(caller, "where"))
                (session,) = (await caller.get("/sessions")).json()["sessions"]
                assert (session["id"], task["state"]) == (task["session_id"], "completed")
                folders.add(session["cwd"])
    assert len(folders) == 3
    assert all(folder.startswith(str(tmp_path / "home" / ".heartbit" / "workspaces")) for folder in folders)


async def test_a_call_waits_for_a_person_who_answers_over_http(tmp_path: Path) -> None:
    write = calls("write", {"file_path": "new.txt", "content": "x"}, when="write")
    ground = ready(tmp_path, write)
    async with served(ground, mode=None) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "write")
        waiting = await _first_waiting(caller, task_id)
        assert (waiting["call"]["name"], waiting["type"]) == ("write", "approval_requested")
        async with daemon.caller(USERS["anna"]) as other:
            assert (await other.get("/approvals")).json() == {"approvals": []}
            place = f"/approvals/{waiting['session_id']}/{waiting['interaction_id']}"
            assert (await other.post(place, json={"decision": "allow"})).status_code == 404
        assert (await caller.post(place, json={"decision": "perhaps"})).status_code == 422
        assert (await caller.post(place, json={"decision": "allow"})).json() == {"late": False}
        assert (await ended(caller, task_id))["state"] == "completed"
        assert (ground.project / "new.txt").read_text() == "x"
        assert (await caller.post(place, json={"decision": "allow"})).status_code == 404


async def test_a_cancel_is_taken_while_all_places_are_taken_and_refused_for_what_has_ended(tmp_path: Path) -> None:
    one = SETTINGS + "\n[daemon]\nmax_concurrent_tasks = 1\n"
    async with served(ready(tmp_path, settings=one)) as daemon, daemon.caller() as caller:
        running, waiting = await submitted(caller, "stay"), await submitted(caller, "stay")
        for task_id in (waiting, running):
            assert (await caller.delete(f"/tasks/{task_id}")).status_code == 204
            assert (await ended(caller, task_id))["state"] == "cancelled"
            assert (await caller.delete(f"/tasks/{task_id}")).status_code == 409
        assert (await caller.delete("/tasks/nobody")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ("{", 400, "JSON"),
        ("[]", 422, "object"),
        ("{}", 422, "task"),
        ('{"task": "  "}', 422, "task"),
        ('{"task": "x", "unknown": 1}', 422, "unknown"),
        ('{"task": "x", "priority": 101}', 422, "priority"),
        ('{"task": "x", "story_id": "../x"}', 422, "story_id"),
        ('{"task": "x", "deadline": "2026-01-01T00:00:00"}', 422, "deadline"),
        ('{"task": "x", "deadline": 0}', 422, "deadline"),
        ('{"task": "x", "deadline": "0001-01-01T00:00:00+05:00"}', 422, "deadline"),
        ('{"task": "x", "deadline": "9999-12-31T23:59:59-05:00"}', 422, "deadline"),
        ('{"task": "x", "priority": true}', 422, "priority"),
        ('{"task": "x", "session_id": "nobody"}', 404, "session"),
        (json.dumps({"task": "x" * 1_100_000}), 413, "bytes"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, body: str, status: int, word: str) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller(**{"content-type": "application/json"}) as caller:
        answer = await caller.post("/tasks", content=body)
        assert answer.status_code == status
        assert word in answer.json()["error"]
        assert (await caller.get("/tasks")).json()["total"] == 0


@pytest.mark.parametrize("query", ["state=lost", "limit=0", "limit=501", "limit=x", "offset=-1", "limit=٣"])
async def test_a_filter_that_means_nothing_is_refused(tmp_path: Path, query: str) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        assert (await caller.get(f"/tasks?{query}")).status_code == 400


async def test_nobody_gets_in_without_a_token_under_a_foreign_name_or_from_a_foreign_page(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        async with daemon.caller("") as nobody:
            for path in ("/tasks", "/stats", "/sessions", "/approvals", "/nothing"):
                assert (await nobody.get(path)).status_code == 401
            assert (await nobody.get("/healthz")).json()["status"] == "ok"
            assert (await nobody.get("/readyz")).json()["ready"] is True
        async with daemon.caller() as caller:
            assert (await caller.get("/tasks", headers={"host": "evil.example"})).status_code == 403
            assert (await caller.get("/tasks", headers={"origin": "https://evil.example"})).status_code == 403
            assert (await caller.get("/nothing")).json() == {"error": "Not Found"}
            assert (await caller.put("/tasks")).status_code == 405
        async with daemon.caller("wrong") as wrong:
            assert (await wrong.get("/tasks")).json() == {"error": "invalid bearer token"}


async def test_a_daemon_that_nobody_set_up_has_a_token_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    ground = ready(tmp_path, settings="")
    tokens = list[str]()
    for _ in range(2):
        async with served(ground) as daemon:
            kept = (ground.home / ".local/state/heartbit/daemon-token").read_text().strip()
            tokens.append(kept)
            assert [kept in text for text in daemon.told[1:]] == ([True] if len(tokens) == 1 else [])
            async with daemon.caller(kept) as caller:
                assert (await caller.get("/tasks")).status_code == 200
    assert tokens[0] == tokens[1]


async def test_a_folder_that_can_be_none_fails_its_task_in_words(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        for folder in ("x" * 4_000, "with\0zero"):
            task = await ended(caller, await submitted(caller, "say hello", folder=folder))
            assert (task["state"], task["error"]) == ("failed", f"The folder of this task is not there: {folder}")


async def test_the_same_key_is_the_same_task(tmp_path: Path) -> None:
    one = SETTINGS + "\n[daemon]\nmax_concurrent_tasks = 1\n"
    async with served(ready(tmp_path, settings=one)) as daemon, daemon.caller() as caller:
        await submitted(caller, "stay")
        first = await caller.post("/tasks", json={"task": "say hello"}, headers={"idempotency-key": "k"})
        second = await caller.post("/tasks", json={"task": "say hello", "key": "k"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == first.json() == {"id": first.json()["id"], "state": "pending"}
        at_once = await asyncio.gather(*(caller.post("/tasks", json={"task": "x", "key": "l"}) for _ in range(8)))
        assert sorted(each.status_code for each in at_once) == [200] * 7 + [201]
        assert len({each.json()["id"] for each in at_once}) == 1
        assert (await caller.get("/tasks")).json()["total"] == 3


async def test_the_same_key_with_another_task_is_refused_and_names_the_first(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        body = {"task": "say hello", "key": "k", "priority": 1, "deadline": "2999-01-01T01:00:00.5+01:00"}
        first = (await caller.post("/tasks", json=body)).json()["id"]
        same = {**body, "deadline": "2999-01-01T00:00:00.500000Z"}
        assert (await caller.post("/tasks", json=same)).json()["id"] == first
        for other in ({"task": "say more"}, {"priority": 2}, {"deadline": None}, {"story_id": "s"}):
            answer = await caller.post("/tasks", json={**body, **other})
            assert (answer.status_code, answer.json()["error"]) == (422, OTHER.format(key="k", id=first))
        assert (await caller.get("/tasks")).json()["total"] == 1


async def test_the_same_key_of_two_users_and_of_two_tenants_is_as_many_tasks(tmp_path: Path) -> None:
    ids = set[str]()
    async with served(ready(tmp_path)) as daemon:
        for token in (*USERS.values(), TOKEN):
            async with daemon.caller(token) as caller:
                answer = await caller.post("/tasks", json={"task": "say hello", "key": "k"})
                assert answer.status_code == 201
                ids.add(answer.json()["id"])
    assert len(ids) == 4


async def test_a_caller_who_goes_away_in_the_middle_is_no_fault_of_the_daemon(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        host, port = caller.base_url.host, caller.base_url.port
        _, writer = await asyncio.open_connection(host, port)
        head = f"POST /tasks HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Bearer {TOKEN}\r\n"
        writer.write(f'{head}content-type: application/json\r\ncontent-length: 99\r\n\r\n{{"task": '.encode())
        await writer.drain()
        writer.close()
        async with asyncio.timeout(30):
            while 'status="499"' not in (await caller.get("/metrics")).text:
                pass
        assert (await caller.get("/tasks")).json()["total"] == 0
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


def _facts(events: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """All but the pieces of an answer, which are only told while the session is open."""
    return [each for each in events if each[1].get("type") not in ("text_delta", "thinking_delta")]


async def _events(caller: httpx.AsyncClient, task_id: str, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
    """All events of a task: each one's name and its object; the id is the object's seq."""
    found = list[tuple[str, dict[str, Any]]]()
    headers = {"last-event-id": str(after)} if after else {}
    async with caller.stream("GET", f"/tasks/{task_id}/events", headers=headers) as answer:
        fields = dict[str, str]()
        async for line in answer.aiter_lines():
            key, _, value = line.partition(": ")
            if key in ("id", "event", "data"):
                fields[key] = value
            elif not line and fields:
                data = json.loads(fields["data"])
                assert fields.get("id", "") == ("" if "event" in fields else str(data["seq"]))
                found.append((fields.get("event", ""), data))
                fields = {}
    return found


async def _first_waiting(caller: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    """What waits for a person first, once it waits."""
    async with caller.stream("GET", f"/tasks/{task_id}/events") as answer:
        async for line in answer.aiter_lines():
            if "approval_requested" in line:
                break
    return (await caller.get("/approvals")).json()["approvals"][0]
