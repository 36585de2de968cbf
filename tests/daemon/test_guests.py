"""What guests ask is done once, for those who may ask it, and seen by all who are there."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from heartbit_tui.client.attached import Attached
from heartbit_tui.client.guests.bodies import Noted
from heartbit_tui.client.guests.commands import COMMANDS, FORGOTTEN
from heartbit_tui.client.guests.listening import BACK, LOST
from heartbit_tui.client.guests.views import VIEWS
from heartbit_tui.client.memories import Wanted
from heartbit_tui.daemon.http.guests import UNSURE
from heartbit_tui.daemon.http.sessions import DECIDED
from heartbit_tui.kernel.events import (
    ApprovalDecision,
    ApprovalRequested,
    AssistantMessage,
    Envelope,
    GoalSet,
    Notice,
    RunStarted,
    SessionRenamed,
    Undone,
    UserMessage,
)
from heartbit_tui.kernel.messages import Image, Text
from heartbit_tui.kernel.ops import Decide, Prompt, Rename, Steer
from tests.daemon.ground import LONG, Ground, calls, says
from tests.daemon.http import OPERATOR, SETTINGS, TOKEN, USERS, Served, ended, served, submitted
from tests.daemon.relay import Relay
from tests.daemon.test_attached import Guest, guest, is_

WRITE = calls("write", {"file_path": "new.txt", "content": "x"}, when="please write", times=1)
STAY = says("at last", when="please stay", wait=LONG, times=0)
HELLO = says("hello there", times=0)
PICTURE = Image(media_type="image/png", data="iVBORw0KGgo=")
Act = Callable[[Attached], Awaitable[object]]


def ready(tmp_path: Path, *replies: Any) -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([*replies, WRITE, STAY, HELLO], SETTINGS)
    return ground


async def said(daemon: Served, task: str = "say hello", token: str = TOKEN) -> str:
    """The id of a session in which a task is done."""
    async with daemon.caller(token) as caller:
        return (await ended(caller, await submitted(caller, task)))["session_id"]


async def undone(client: Attached) -> None:
    await client.undo.carry_out(await client.undo.undo())


async def noted(client: Attached) -> None:
    memories = client.memories()
    assert memories is not None
    await memories.note("keep the tests quick")


async def aimed(client: Attached) -> None:
    assert client.goals is not None
    await client.goals.set("all tests pass", ())


def sent(op: Any) -> Act:
    async def act(client: Attached) -> None:
        client.submit(op)

    return act


ACTS: dict[str, tuple[Act, type[Any]]] = {
    "undo": (undone, Undone),
    "goal": (aimed, GoalSet),
    "op": (sent(Rename(title="Another title")), SessionRenamed),
    "prompt": (sent(Prompt(content=(Text(text="again"),))), RunStarted),
    "picture": (sent(Prompt(content=(Text(text="look"), PICTURE))), RunStarted),
}


@pytest.mark.parametrize("name", ACTS)
async def test_what_is_done_while_the_answer_is_lost_is_done_once(tmp_path: Path, name: str) -> None:
    act, kind = ACTS[name]
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon)
        async with Relay.to(daemon.url) as relay, guest(relay.url, session_id) as one:
            before = sum(isinstance(each.event, kind) for each in one.seen)
            relay.swallow("POST", 2)
            await act(one.client)
            await one.until(lambda each: sum(isinstance(other.event, kind) for other in one.seen) > before)
            await one.client.settled()
            one.client.submit(Rename(title="the mark"))
            await one.until(lambda each: getattr(each.event, "title", "") == "the mark")
            found = [each for each in one.seen if isinstance(each.event, kind)]
            assert relay.swallowed == 2
            assert len(found) == before + (2 if kind is SessionRenamed else 1)


async def test_a_note_whose_answer_is_lost_is_kept_once(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon)
        async with Relay.to(daemon.url) as relay, guest(relay.url, session_id) as one:
            relay.swallow("POST")
            await noted(one.client)
            memories = one.client.memories()
            assert memories is not None
            assert relay.swallowed == 1
            assert [each.content for each in await memories.list(Wanted())] == ["keep the tests quick"]


async def test_a_broken_connection_is_told_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        async with Relay.to(daemon.url) as relay, guest(relay.url, session_id) as one:
            await relay.cut()
            await one.until(lambda each: getattr(each.event, "text", "") == LOST)
            one.ask("and again")  # waits, and goes out once there is a way
            await ended(caller, await submitted(caller, "from elsewhere", session_id=session_id))
            await relay.begin()
            await one.until(lambda each: getattr(each.event, "text", "") == BACK)
            await one.until(lambda each: _told(one) == ["say hello", "from elsewhere", "and again"])
            await one.client.settled()
            log = (await caller.get(f"/sessions/{session_id}/log")).json()["events"]
            facts = [each.seq for each in one.seen if _is_fact(each)]
            assert facts == [each["seq"] for each in log]


async def test_what_one_guest_does_the_other_sees(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon:
        session_id = await said(daemon, "please write")
        async with guest(daemon.url, session_id) as one, guest(daemon.url, session_id) as other:
            assert (ground.project / "new.txt").exists()
            await undone(one.client)
            await other.until(is_(Undone))
            assert not (ground.project / "new.txt").exists()
            assert other.client.undo.points() == one.client.undo.points() == ()
            await aimed(other.client)
            await one.until(is_(GoalSet))
            one.ask("please stay")
            await other.until(lambda each: isinstance(each.event, RunStarted) and each.seq > one.client.history[-1].seq)
            other.client.submit(Steer(text="hurry"))
            one.client.submit(Steer(text="no need"))
            assert other.client.running


async def test_the_first_answer_counts_and_the_second_is_told(tmp_path: Path) -> None:
    async with served(ready(tmp_path), mode=None) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "please write")
        async with guest(daemon.url, task_id) as one, guest(daemon.url, task_id) as other:
            asked = (await one.until(is_(ApprovalRequested))).event
            assert isinstance(asked, ApprovalRequested)
            await other.until(is_(ApprovalRequested))
            one.client.submit(Decide(id=asked.id, allow=False))
            await other.until(is_(ApprovalDecision))
            other.client.submit(Decide(id=asked.id, allow=True))
            told = await other.until(is_(Notice))
            assert isinstance(told.event, Notice)
            assert told.event.text == DECIDED
            assert not any(isinstance(each.event, Notice) for each in one.seen)
            decided = [each.event.approved for each in other.seen if isinstance(each.event, ApprovalDecision)]
            assert decided == [False]


async def test_a_picture_and_a_workflow_reach_the_session(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon)
        async with guest(daemon.url, session_id) as one:
            one.client.submit(Prompt(content=(Text(text="look"), PICTURE)))
            await one.client.settled()
            prompts = [each.event.message.content for each in one.seen if isinstance(each.event, UserMessage)]
            assert (Text(text="look"), PICTURE) in prompts


async def test_only_what_was_shown_is_carried_out_and_once(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        place = f"/sessions/{await said(daemon, 'please write')}/commands"
        shown = (await caller.post(f"{place}/undo", json={})).json()
        intent = {"intent": shown["intent"]["id"]}
        first = await caller.post(f"{place}/carry-out", json=intent)
        assert (first.status_code, first.json()["changed"]) == (200, 1)
        again = await caller.post(f"{place}/carry-out", json=intent)
        assert (again.status_code, again.json()) == (409, {"error": FORGOTTEN})


async def test_a_key_is_one_request_and_one_for_a_daemon_that_is_gone_is_not_done(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        session_id = await said(daemon)
        name = (await caller.get(f"/sessions/{session_id}")).json()["daemon"]
        note = Noted(words="once").model_dump()

        async def post(key: str, to: str = "") -> httpx.Response:
            headers = {"idempotency-key": key, **({"heartbit-daemon": to} if to else {})}
            return await caller.post(f"/sessions/{session_id}/commands/note", json=note, headers=headers)

        answers = await asyncio.gather(post("one"), post("one", name), post("one", "an earlier daemon"))
        assert {each.json()["id"] for each in answers} == {answers[0].json()["id"]}
        gone = await post("another", "an earlier daemon")
        assert (gone.status_code, gone.json()) == (409, {"error": UNSURE})


async def test_nobody_looks_or_does_anything_in_the_sessions_of_others(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon, token=USERS["anna"])
        for token in (USERS["ben"], USERS["carl"], TOKEN):
            async with daemon.caller(token) as caller:
                for each in COMMANDS:
                    answer = await caller.post(f"/sessions/{session_id}/commands/{each.name}", json={})
                    assert answer.status_code == 404, (token, each.name)
                for each in VIEWS:
                    seen = each.right == "read" and token == TOKEN  # the person at the machine is an admin
                    answer = await caller.get(f"/sessions/{session_id}/views/{each.name}")
                    assert (answer.status_code == 404) is not seen, (token, each.name, answer.status_code)


async def test_an_operator_looks_and_does_nothing_and_a_user_manages_no_servers(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        session_id = await said(daemon, token=USERS["anna"])
        async with daemon.caller(OPERATOR) as olga, daemon.caller(USERS["anna"]) as anna:
            assert (await anna.post(f"/sessions/{session_id}/commands/open", json={})).status_code == 200
            assert (await olga.get(f"/sessions/{session_id}/views/state")).status_code == 200
            assert (await olga.get(f"/sessions/{session_id}/views/memory")).status_code == 404
            assert (await olga.post(f"/sessions/{session_id}/commands/open", json={})).status_code == 404
            server = {"name": "any", "say": "start"}
            told = await anna.post(f"/sessions/{session_id}/commands/server", json=server)
            assert told.status_code == 403
            assert (await anna.get(f"/sessions/{session_id}/views/spending")).status_code == 403


async def test_looking_opens_no_session_and_whoever_takes_part_does(tmp_path: Path) -> None:
    ground = ready(tmp_path)
    async with served(ground) as daemon:
        session_id = await said(daemon)
    async with served(ground) as daemon, daemon.caller() as caller:
        place = f"/sessions/{session_id}"
        assert (await caller.get(f"{place}/views/state")).status_code == 409
        assert (await caller.get(place)).json()["open"] is False
        async with guest(daemon.url, session_id):
            assert (await caller.get(place)).json()["open"] is True
            assert (await caller.get(f"{place}/views/state")).status_code == 200


def _told(one: Guest) -> list[str]:
    """The prompts that were seen, and answered."""
    prompts = [
        "".join(part.text for part in each.event.message.content if isinstance(part, Text))
        for each in one.seen
        if isinstance(each.event, UserMessage) and each.event.origin == "prompt"
    ]
    answers = sum(isinstance(each.event, AssistantMessage) for each in one.seen)
    return prompts if answers == len(prompts) else []


def _is_fact(envelope: Envelope) -> bool:
    own = getattr(envelope.event, "text", "") in (LOST, BACK)
    return not own and not type(envelope.event).__name__.endswith("Delta")
