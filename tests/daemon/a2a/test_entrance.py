"""Who gets in over A2A, what they see, and what becomes of what nobody should send."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest
from a2a.utils import errors
from starlette.types import Message

from heartbit_tui.daemon.http.app import application
from heartbit_tui.daemon.http.offered import PREFIX, RPC, SPOKEN
from heartbit_tui.tasks import Task
from tests.daemon.a2a.speaking import ready, speaker, state_of
from tests.daemon.ground import LONG, calls, daemon as daemon_at, says
from tests.daemon.http import OPERATOR, TOKEN, USERS, Served, served

HOLD = says("at last", when="stay", wait=LONG, times=0)
WRITE = calls("write", {"file_path": "new.txt", "content": "x"}, when="write", times=0)
NEW = {"a2a-version": "1.0"}
MESSAGE = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "hello"}]}
DEEP = "[" * 100_000
ODD = ("x" * 10_000, "../../etc/passwd", "%00", "' OR 1=1 --", "\u202e", "{}", "a:cancel:cancel", "0" * 36)


async def _all(daemon: Served, caller: httpx.AsyncClient) -> list[httpx.Response]:
    """One answer of each path."""
    found = list[httpx.Response]()
    for method, path in SPOKEN:
        url = path.format(id="some", push_id="some")
        found.append(await caller.request(method, url, headers=NEW))
    return found


@pytest.mark.security("X5", n=len(SPOKEN))
async def test_nobody_gets_in_without_a_token_from_a_foreign_page_or_under_a_foreign_name(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon:
        async with daemon.caller("") as nobody:
            answers = await _all(daemon, nobody)
            assert {each.status_code for each in answers} == {401}
            assert {tuple(each.json()) for each in answers} == {("error",)}
        async with daemon.caller(origin="https://evil.example") as page:
            assert {each.status_code for each in await _all(daemon, page)} == {403}
        async with daemon.caller(host="evil.example") as rebound:
            assert {each.status_code for each in await _all(daemon, rebound)} <= {400, 403, 421}


@pytest.mark.security("X5", n=4)
async def test_what_others_have_is_not_found_and_cannot_be_gone_on_with(tmp_path: Path) -> None:
    ground = ready(tmp_path, HOLD, WRITE)
    async with served(ground, mode=None) as daemon, speaker(daemon, USERS["anna"]) as anna:
        asked = await anna.say("write it")
        held = (await anext(anna.stream("stay"))).task
        await anna.until(held.id, "working")
        for name in ("ben", "carl"):
            for binding in ("JSONRPC", "HTTP+JSON"):
                async with speaker(daemon, USERS[name], binding=binding) as other:
                    for each in (asked.task_id, held.id, "00000000-0000-0000-0000-000000000000"):
                        for ask in (other.get(each), other.cancel(each), other.subscribed(each)):
                            with pytest.raises(errors.TaskNotFoundError, match="task not found"):
                                await ask
                        with pytest.raises(errors.TaskNotFoundError, match="task not found"):
                            await other.say("allow", task=each)
                    for context in (asked.context_id, held.context_id):
                        with pytest.raises(errors.TaskNotFoundError, match="context not found"):
                            await other.say("hello", context=context)
                    assert (await other.list()).total_size == 0
                    assert (await other.list(context_id=asked.context_id)).total_size == 0
        async with speaker(daemon, OPERATOR) as operator:
            assert {each.id for each in (await operator.list()).tasks} == {asked.task_id, held.id}
            with pytest.raises(errors.TaskNotFoundError):
                await operator.say("allow", task=asked.task_id)
            assert state_of(await operator.cancel(held.id)) == "canceled"
        assert state_of(await anna.get(asked.task_id)) == "input-required"
        await anna.cancel(asked.task_id)


async def test_one_user_s_messages_are_not_those_of_another_under_the_same_id(tmp_path: Path) -> None:
    async with (
        served(ready(tmp_path)) as daemon,
        speaker(daemon, USERS["anna"]) as anna,
        speaker(daemon, USERS["ben"]) as ben,
    ):
        replies = [await each.say("hello", id="the-id") for each in (anna, ben)]
        assert replies[0].task_id != replies[1].task_id


NOTHINGS: tuple[Any, ...] = (None, {}, [], 7, "", "\x00" * 191)
NO_PARTS: tuple[Any, ...] = ([{}], [{"url": "http://x"}], [{"data": {}}], [{"text": " "}], [{"text": "x" * 200_001}])


def _messages() -> Iterator[Any]:
    """Messages that are none."""
    yield from (*NOTHINGS[:4], "text")
    yield from ({**MESSAGE, name: value} for name in MESSAGE for value in NOTHINGS)
    yield from ({**MESSAGE, "parts": parts} for parts in NO_PARTS)
    yield {**MESSAGE, "role": "ROLE_AGENT"}


def _former(message: Any, **more: Any) -> Any:
    """The same as version 0.3 has it."""
    return {**cast("dict[str, Any]", message), **more} if isinstance(message, dict) else message


def _call(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@pytest.mark.security("X5", n=len([*_messages()]))
async def test_a_message_that_makes_no_sense_is_refused_in_words_and_is_no_task(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        for message in _messages():
            sent = await caller.post(f"{PREFIX}/message:send", json={"message": message}, headers=NEW)
            assert sent.status_code == 400, (message, sent.text)
            call = _call("message/send", message=_former(message, kind="message"))
            told = (await caller.post(RPC, json=call)).json()
            assert told["error"]["code"] in (-32600, -32602, -32005), (message, told)
        for parts in NO_PARTS:
            message = {**MESSAGE, "parts": parts}
            for method in ("SendMessage", "SendStreamingMessage"):
                told = (await caller.post(RPC, json=_call(method, message=message), headers=NEW)).json()
                assert told["error"]["code"] in (-32602, -32005), (message, told)
            former = {"message": _former(message, content=parts)}
            assert (await caller.post(f"{PREFIX}/v1/message:send", json=former)).status_code == 400, message
        assert (await caller.get("/tasks")).json() == {"tasks": [], "total": 0}


@pytest.mark.security("X5", n=len(ODD))
async def test_ids_that_are_none_are_not_found(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller(**{"a2a-version": "1.0"}) as caller:
        for odd in ODD:
            quoted = quote(odd, safe="")
            for rest in ("", ":cancel", ":subscribe", "/pushNotificationConfigs"):
                for method in ("GET", "POST"):
                    answer = await caller.request(method, f"{PREFIX}/tasks/{quoted}{rest}", json={})
                    assert answer.status_code in (400, 404, 405), (odd, rest, answer.text)
            for call in (_call("GetTask", id=odd), _call("CancelTask", id=odd), _call("SubscribeToTask", id=odd)):
                assert (await caller.post(RPC, json=call)).json()["error"]["code"] == -32001, odd
            listed = (await caller.post(RPC, json=_call("ListTasks", contextId=odd))).json()
            assert listed["result"]["totalSize"] == 0
        assert (await caller.get("/healthz")).status_code == 200


async def test_bodies_that_are_no_json_are_told_apart_from_requests(tmp_path: Path) -> None:
    typed = {**NEW, "content-type": "application/json"}
    bodies = (b"", b"{", b"\xff\xfe", DEEP.encode(), b'{"a": NaN}', b'{"a": "\\ud800"}', b"[]", b'"x"', b"7")
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        for body in bodies:
            sent = await caller.post(f"{PREFIX}/message:send", content=body, headers=typed)
            assert sent.status_code == 400, (body[:20], sent.text)
            told = (await caller.post(RPC, content=body, headers=typed)).json()
            assert told["error"]["code"] in (-32700, -32600), (body[:20], told)
        assert (await caller.post(RPC, content=b"{}", headers={"content-type": "text/plain"})).status_code == 415
        large = await caller.post(RPC, content=b" " * 2_000_000, headers=typed)
        assert (large.status_code, "1048576" in large.text) == (413, True)
        unknown = await caller.post(RPC, json={"jsonrpc": "2.0", "id": 1, "method": "no/such"}, headers=NEW)
        assert unknown.json()["error"]["code"] == -32601
        wrong = await caller.get(f"{PREFIX}/tasks?status=DONE", headers=NEW)
        assert (wrong.status_code, "TASK_STATE_WORKING" in wrong.text) == (400, True)
        other = await caller.get(f"{PREFIX}/tasks", headers={"a2a-version": "7.0"})
        assert (other.status_code, other.json()["error"]["details"][0]["reason"]) == (400, "VERSION_NOT_SUPPORTED")


@pytest.mark.security("X5", n=3)
async def test_no_address_that_a_caller_names_is_called(tmp_path: Path) -> None:
    config = {"url": "http://127.0.0.1:9/", "id": "1"}
    asked = {"message": MESSAGE, "configuration": {"taskPushNotificationConfig": config}}
    async with served(ready(tmp_path)) as daemon, speaker(daemon) as it:
        send = await it.caller.post(f"{PREFIX}/message:send", json=asked, headers=NEW)
        task = (await it.say("hello")).task_id
        made = await it.caller.post(f"{PREFIX}/tasks/{task}/pushNotificationConfigs", json=config, headers=NEW)
        call = _call("CreateTaskPushNotificationConfig", taskId=task, **config)
        told = (await it.caller.post(RPC, json=call, headers=NEW)).json()
        reasons = [each.json()["error"]["details"][0]["reason"] for each in (send, made)]
        assert reasons == ["PUSH_NOTIFICATION_NOT_SUPPORTED"] * 2
        assert told["error"]["code"] == -32003
        assert (await it.list()).total_size == 1


async def test_a_daemon_that_stops_takes_no_message_and_says_when_to_come_again(tmp_path: Path) -> None:
    call = _call("SendMessage", message=MESSAGE)
    parts = [{"kind": "text", "text": "hello"}]
    old = _call("message/stream", message={**MESSAGE, "kind": "message", "role": "user", "parts": parts})
    async with daemon_at(ready(tmp_path)) as found:
        transport, base = httpx.ASGITransport(application(found)), "http://127.0.0.1"
        async with httpx.AsyncClient(transport=transport, base_url=base) as caller:
            caller.headers["authorization"] = f"Bearer {TOKEN}"
            await found.drain(0.0)
            answers = [
                await caller.post(RPC, json=call, headers=NEW),
                await caller.post(RPC, json=old),
                await caller.post(f"{PREFIX}/message:send", json={"message": MESSAGE}, headers=NEW),
                await caller.post(f"{PREFIX}/message:stream", json={"message": MESSAGE}, headers=NEW),
            ]
            assert [(each.status_code, each.headers.get("retry-after")) for each in answers] == [(503, "5")] * 4
            assert {each.json()["error"] for each in answers} == {"heartbit is stopping and takes no tasks"}
            assert (await caller.get(f"{PREFIX}/tasks", headers=NEW)).json()["totalSize"] == 0


async def test_whoever_leaves_is_not_waited_for_and_the_task_goes_on(tmp_path: Path) -> None:
    body = json.dumps({"message": {**MESSAGE, "parts": [{"text": "stay"}]}}).encode()
    sent = list[Message]()
    asked, begun = [{"type": "http.request", "body": body}], asyncio.Event()

    async def heard(task: Task) -> None:
        begun.set()

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {"host": "127.0.0.1", "authorization": f"Bearer {TOKEN}", "content-type": "application/json", **NEW}
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{PREFIX}/message:send",
        "query_string": b"",
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    async with daemon_at(ready(tmp_path, HOLD), heard) as found:
        await application(found)(scope, receive, send)
        assert [each.get("status") for each in sent] == [408, None]
        (task,) = (await found.queue.page()).tasks
        assert task.state == "running"


async def test_where_it_is_switched_off_the_card_leads_elsewhere_and_nothing_answers(tmp_path: Path) -> None:
    async with served(ready(tmp_path, settings="\n[daemon]\na2a = false\n")) as daemon, daemon.caller() as caller:
        card = (await caller.get("/.well-known/agent-card.json")).json()
        assert [each["protocolBinding"] for each in card["supportedInterfaces"]] == ["heartbit-tasks"]
        assert (card["capabilities"]["extendedAgentCard"], card["url"]) == (False, f"{daemon.url}/tasks")
        assert {each.status_code for each in await _all(daemon, caller)} == {404}
        assert PREFIX not in json.dumps((await caller.get("/openapi.json")).json())
