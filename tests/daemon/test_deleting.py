"""A session is deleted by whom it is, once nothing needs it any more, and that stands in the audit."""

from dataclasses import replace
from pathlib import Path

import pytest

from heartbit_tui.client.remote import Remote
from heartbit_tui.daemon.deleting import AT_WORK, VISITED
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.tui.in_daemon import InDaemon
from tests.daemon.ground import LONG, Ground, says
from tests.daemon.http import OPERATOR, SETTINGS, TOKEN, USERS, ended, served, submitted
from tests.daemon.relay import Relay
from tests.daemon.test_attached import guest
from tests.daemon.test_guests import said
from tests.daemon.wsclient import socket

STAY = says("at last", when="please stay", wait=LONG, times=0)
HELLO = says("hello there", times=0)


def ready(tmp_path: Path, settings: str = "") -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([STAY, HELLO], SETTINGS + settings)
    return ground


async def test_a_session_is_deleted_for_good_and_the_audit_says_by_whom(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller(USERS["anna"]) as anna, daemon.caller() as person:
        theirs, own = await said(daemon, token=USERS["anna"]), await said(daemon)
        for caller, session_id, chain in ((anna, theirs, ["user:anna"]), (person, own, [])):
            assert (await caller.delete(f"/sessions/{session_id}")).status_code == 204
            assert session_id not in (await caller.get("/sessions")).text
            for path in ("", "/log", "/events", "/audit", "/views/state"):
                assert (await caller.get(f"/sessions/{session_id}{path}")).status_code == 404, path
            assert (await caller.delete(f"/sessions/{session_id}")).status_code == 404
            (row, *before) = (await caller.get(f"/audit?session={session_id}")).json()["rows"]
            assert (row["kind"], row["decided_by"], row["delegation_chain"]) == ("session_deleted", "person", chain)
            assert {each["kind"] for each in before} >= {"run_started", "run_completed"}


@pytest.mark.security("D6")
async def test_nobody_deletes_the_session_of_somebody_else(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon, token=USERS["anna"])
        for token in (USERS["ben"], USERS["carl"], OPERATOR, TOKEN):
            async with daemon.caller(token) as other, socket(daemon.url, token) as chat:
                answer = await other.delete(f"/sessions/{session_id}")
                assert (answer.status_code, answer.json()) == (404, {"error": "session not found"})
                assert await chat.ask("session.delete", session_id=session_id) == {"error": "session not found"}
        async with daemon.caller(USERS["anna"]) as anna:
            assert (await anna.get(f"/sessions/{session_id}")).status_code == 200


async def test_a_session_stays_while_a_task_of_it_is_not_done(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        works, waits = [await submitted(caller, "please stay", session_id=session_id) for _ in range(2)]
        async with socket(daemon.url, TOKEN) as chat:
            refused = await chat.ask("session.delete", session_id=session_id)
            assert "of this session" in refused["error"]
        for task_id in (waits, works):
            answer = await caller.delete(f"/sessions/{session_id}")
            assert (answer.status_code, "heartbit cancel" in answer.json()["error"]) == (409, True)
            await caller.delete(f"/tasks/{task_id}")
            await ended(caller, task_id)
        assert (await caller.delete(f"/sessions/{session_id}")).status_code == 204


async def test_a_session_stays_while_somebody_is_in_it_and_none_has_to_wait_until_it_is_closed(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id):
            answer = await caller.delete(f"/sessions/{session_id}")
            assert (answer.status_code, answer.json()) == (409, {"error": VISITED})
            assert (await caller.get(f"/sessions/{session_id}")).json()["open"] is True
        async with Remote.open(daemon.url, TOKEN) as remote:
            while (await remote.ask("GET", f"/sessions/{session_id}"))["open"]:
                if (await caller.delete(f"/sessions/{session_id}")).status_code == 204:
                    break
        assert (await caller.get(f"/sessions/{session_id}")).status_code == 404


async def test_what_a_guest_has_prompted_without_a_task_keeps_the_session_too(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        prompt = {"prompt": {"type": "prompt", "content": [{"type": "text", "text": "please stay"}]}}
        answer = await caller.post(f"/sessions/{session_id}/commands/prompt", json=prompt)
        assert answer.status_code == 200, answer.text
        answer = await caller.delete(f"/sessions/{session_id}")
        assert (answer.status_code, answer.json()) == (409, {"error": AT_WORK})


async def test_the_list_of_this_machine_deletes_what_its_daemon_only_holds_open(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon:
        session_id = await said(daemon)
        environment = {**ground.environment, "HEARTBIT_URL": daemon.url, "HEARTBIT_API_KEY": TOKEN}
        listed = InDaemon(replace(ground.options(), environment=environment))
        assert await listed.look()
        await listed.delete(session_id)
        assert (list(listed.beside((), "")), await listed.look()) == ([], False)
        with pytest.raises(HeartbitError, match="session not found"):
            await listed.delete(session_id)


async def test_where_the_answer_is_lost_the_session_is_gone_all_the_same(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with Relay.to(daemon.url) as relay, Remote.open(relay.url, TOKEN) as remote:
            relay.swallow("DELETE")
            await remote.delete_session(session_id)
            assert relay.swallowed == 1
        assert (await caller.get(f"/sessions/{session_id}")).status_code == 404
