"""What is done by itself, over HTTP: seen by whom it belongs to, and done with."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from heartbit_tui.store import driver
from heartbit_tui.testing.clock import EPOCH, FakeClock
from tests.daemon.ground import Ground, says
from tests.daemon.http import OPERATOR, SETTINGS, TOKEN, USERS, ended, served, submitted

WAKING = """
[heartbeat]
workspaces = ["~/notes"]
[[daemon.schedules]]
name = "tidy"
cron = "0 9 * * *"
task = "tidy up"
"""


def ready(tmp_path: Path, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([says("hello", times=0)], SETTINGS + settings)
    return ground


async def inbox(caller: httpx.AsyncClient, count: int = 1, **query: str) -> list[dict[str, Any]]:
    """The letters that somebody sees, once there are so many."""
    async with asyncio.timeout(30):
        while len(found := (await caller.get("/inbox", params=query)).json()["letters"]) != count:
            pass
    return found


async def test_a_letter_is_seen_by_whom_it_belongs_to_and_they_can_be_done_with_it(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    (ground.home / ".heartbit").mkdir(parents=True)
    (ground.home / ".heartbit" / "workspaces").write_text("no folder", "utf-8")  # so that her tasks fail
    async with served(ground) as daemon:
        async with daemon.caller(USERS["anna"]) as anna:
            task_id = await submitted(anna, "say hello")
            assert (await ended(anna, task_id))["state"] == "failed"
            (letter,) = await inbox(anna)
            assert (letter["kind"], letter["about"], letter["user_id"]) == ("failure", task_id, "anna")
        for token, sees in ((USERS["ben"], False), (USERS["carl"], False), (OPERATOR, True), (TOKEN, True)):
            async with daemon.caller(token) as caller:
                await inbox(caller, int(sees))
        async with daemon.caller(USERS["carl"]) as carl:
            assert (await carl.post(f"/inbox/{letter['id']}/done")).status_code == 404
            assert (await carl.post("/inbox/99/done")).json() == {"error": "letter not found"}
        async with daemon.caller(USERS["anna"]) as anna:
            assert (await anna.post(f"/inbox/{letter['id']}/done")).status_code == 204
            assert (await inbox(anna, 0), len(await inbox(anna, done="true"))) == ([], 1)
            assert (await anna.get("/inbox?done=x")).status_code == 400
        async with daemon.caller("") as nobody:
            assert (await nobody.get("/inbox")).status_code == 401


async def test_schedules_and_heartbeats_are_told_with_their_next_times_to_whom_the_machine_belongs(
    tmp_path: Path,
) -> None:
    ground = ready(tmp_path, WAKING)
    (ground.home / "notes").mkdir(parents=True)
    (ground.home / "notes" / "HEARTBEAT.md").write_text("---\nevery: 1h\n---\nLook.\n", "utf-8")
    async with served(ground) as daemon:
        async with daemon.caller() as caller:
            (schedule,) = (await caller.get("/schedules")).json()["schedules"]
            assert (schedule["name"], schedule["next"][11:], schedule["origin"]) == (
                "tidy",
                "09:00:00+00:00",
                "settings",
            )
            found = (await caller.get("/heartbeats")).json()
            assert (found["enabled"], [each["every"] for each in found["heartbeats"]]) == (True, [3_600])
            assert found["heartbeats"][0]["next"]
            assert (schedule["stands"], schedule["last"]) == ("0 9 * * *", "not yet due")
            assert {"what": "task", "is": "tidy up"} in schedule["why"]
            for path in ("/todo", "/pulse"):
                answer = await caller.get(path)
                assert (answer.status_code, answer.json()) == (404, {"error": "heartbit pulse not enabled"})
        async with daemon.caller(USERS["anna"]) as anna:
            for path in ("/schedules", "/heartbeats", "/todo", "/pulse"):
                assert (await anna.get(path)).status_code == 403


async def test_the_list_of_the_pulse_is_told_as_the_file_has_it(tmp_path: Path) -> None:
    ground = ready(tmp_path, "[daemon.heartbit_pulse]\nenabled = true\n")
    (ground.project / "TODO.json").write_text('{"entries": [{"id": "a", "title": "mend the roof"}]}', "utf-8")
    async with served(ground) as daemon, daemon.caller() as caller:
        (entry,) = (await caller.get("/todo")).json()["entries"]
        assert (entry["id"], entry["title"], entry["status"], entry["source"]) == (
            "a",
            "mend the roof",
            "pending",
            "file",
        )


async def test_the_pulse_is_told_with_its_next_look_which_comes_sooner_for_an_entry_that_wakes(tmp_path: Path) -> None:
    ground, clock = ready(tmp_path, "[daemon.heartbit_pulse]\nenabled = true\n"), FakeClock()
    async with served(ground, clock) as daemon, daemon.caller() as caller:
        quiet = (await caller.get("/pulse")).json()
        assert quiet == {
            "next": (EPOCH + timedelta(minutes=30)).isoformat(),
            "stands": "looks from time to time",
            "last": "not yet due",
            "at_work": False,
            "why": [
                {
                    "what": "does",
                    "is": "looks through what is to be done, and hands over a task where there is something",
                },
                {"what": "every", "is": "30m"},
                {"what": "last", "is": "not yet due"},
            ],
        }
        wakes = EPOCH + timedelta(minutes=7)
        entry = {"id": "a", "title": "mend the roof", "snoozed_until": wakes.isoformat()}
        (ground.project / "TODO.json").write_text(json.dumps({"entries": [entry]}), "utf-8")
        assert (await caller.get("/pulse")).json() == {**quiet, "next": wakes.isoformat()}


async def test_a_schedule_is_handed_over_now_rests_and_goes_on(tmp_path: Path) -> None:
    async with served(ready(tmp_path, WAKING)) as daemon, daemon.caller() as caller:
        handed = await caller.post("/schedules/run", json={"name": "tidy"})
        assert (handed.status_code, handed.headers["location"]) == (201, f"/tasks/{handed.json()['id']}")
        task = await ended(caller, handed.json()["id"])
        assert (task["source"], task["task"], task["state"]) == ("cron:tidy", "tidy up", "completed")
        for paused in (True, True, False):
            answer = await caller.post("/schedules/pause", json={"name": "tidy", "paused": paused})
            (listed,) = (await caller.get("/schedules")).json()["schedules"]
            assert (answer.json()["paused"], listed["paused"], listed["enabled"]) == (paused, paused, True)
        for what in ("run", "pause"):
            assert (await caller.post(f"/schedules/{what}", json={"name": "x"})).json() == {
                "error": "schedule not found"
            }
            async with daemon.caller(USERS["anna"]) as anna:
                assert (await anna.post(f"/schedules/{what}", json={"name": "tidy"})).status_code == 403


async def test_a_heartbeat_says_why_rests_and_beats_when_a_person_wants_it(tmp_path: Path) -> None:
    ground = ready(tmp_path, WAKING)
    folder = ground.home / "notes"
    folder.mkdir(parents=True)
    (folder / "HEARTBEAT.md").write_text("---\nevery: 1h\n---\nLook.\n", "utf-8")
    async with served(ground) as daemon, daemon.caller() as caller:
        beats = (await caller.get("/heartbeats")).json()["heartbeats"]
        while not beats:  # the first look at the folders may still be under way
            beats = (await caller.get("/heartbeats")).json()["heartbeats"]
        key = beats[0]["file"]
        told = {each["what"]: each["is"] for each in beats[0]["why"]}
        assert (beats[0]["stands"], told["every"], told["hours"]) == ("not yet", "1h", "at any hour")
        paused = (await caller.post("/heartbeats/pause", json={"name": key, "paused": True})).json()
        assert (paused["paused"], paused["stands"]) == (True, "paused")
        assert (await caller.post("/heartbeats/run", json={"name": key})).status_code == 202
        (letter,) = await inbox(caller)
        assert (letter["source"], letter["text"]) == ("heartbeat:notes/HEARTBEAT.md", "hello")
        (after,) = (await caller.get("/heartbeats")).json()["heartbeats"]
        assert (after["paused"], after["status"]) == (True, "ok")
        assert (await caller.post("/heartbeats/pause", json={"name": key, "paused": False})).json()["paused"] is False
        for what in ("run", "pause"):
            assert (await caller.post(f"/heartbeats/{what}", json={"name": "/x"})).json() == {
                "error": "heartbeat not found"
            }
            async with daemon.caller(USERS["anna"]) as anna:
                assert (await anna.post(f"/heartbeats/{what}", json={"name": key})).status_code == 403


async def test_a_letter_that_cannot_be_looked_up_is_none_that_is_not_there(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon, daemon.caller() as caller:
        assert (await caller.post("/inbox/1/done")).status_code == 404
        connection = driver.connect(next(ground.home.rglob("*.db")))
        connection.execute("ALTER TABLE inbox RENAME TO elsewhere")
        answer = await caller.post("/inbox/1/done")
        connection.execute("ALTER TABLE elsewhere RENAME TO inbox")
        connection.close()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
