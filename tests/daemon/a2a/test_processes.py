"""Daemons as processes of their own: killed between a message and its answer, without the extra, and spoken with by heartbit."""

import asyncio
import json
import sys
from pathlib import Path

import httpx
import pytest
from a2a.client import Client, ClientConfig, ClientFactory
from a2a.client.card_resolver import parse_agent_card
from a2a.types.a2a_pb2 import GetTaskRequest, Message, Part, Role, SendMessageRequest, Task

from heartbit_tui.a2a.link import open_link
from heartbit_tui.a2a.types import Card, Peer, Reply
from heartbit_tui.providers.script import call
from heartbit_tui.runtime.clock import SystemClock
from tests.a2a.rosters import World, said, tool
from tests.a2a.test_agents import ids
from tests.daemon.a2a.speaking import CARD, answer_of, in_each_way, ready, state_of
from tests.daemon.ground import LONG, calls, says
from tests.daemon.http import SETTINGS, TOKEN, served
from tests.daemon.test_commands import daemon as process_of, prepared
from tests.headless.machine import ROOT, Machine, calls as replies, kept, says as answers, service
from tests.mcp.fleets import Call

BEARER = {"authorization": f"Bearer {TOKEN}"}
HOLD = says("at last", when="stay", wait=LONG, times=0)
AGAIN = says("taken up again", when="has started again", times=0)
QUESTION = {"question": "Which colour?", "options": [{"label": "Red"}, {"label": "Blue"}]}


async def test_after_kill_nine_a_task_is_there_once_and_told_as_it_is(machine: Machine) -> None:
    prepared(machine, HOLD, settings=SETTINGS)
    message = Message(message_id="the-id", role=Role.ROLE_USER, parts=[Part(text="stay")])
    async with process_of(machine) as (caller, process), _web() as web:
        it = await _client(web, caller.variables["HEARTBIT_URL"])
        sent = (await anext(it.send_message(SendMessageRequest(message=message)))).task
        await _until(it, sent.id, "working")
        process.kill()
        await process.wait()
    prepared(machine, says("taken up again", times=0), settings=SETTINGS)
    async with process_of(machine) as (caller, _), _web() as web:
        it = await _client(web, caller.variables["HEARTBIT_URL"])
        again = (await anext(it.send_message(SendMessageRequest(message=message)))).task
        assert (again.id, again.context_id) == (sent.id, sent.context_id)
        assert answer_of(await _until(it, sent.id, "completed")) == "taken up again"
        assert (await web.get(f"{caller.variables['HEARTBIT_URL']}/tasks")).json()["total"] == 1


async def test_what_a_crash_cut_off_waits_for_a_word(machine: Machine) -> None:
    endless = calls("bash", {"command": "touch begun; sleep 600"}, when="stay", times=0)
    prepared(machine, AGAIN, endless, settings=SETTINGS)
    async with process_of(machine, "--permission-mode", "yolo") as (caller, process), _web() as web:
        it = await _client(web, caller.variables["HEARTBIT_URL"])
        message = Message(message_id="the-id", role=Role.ROLE_USER, parts=[Part(text="stay")])
        sent = (await anext(it.send_message(SendMessageRequest(message=message)))).task
        while not await asyncio.to_thread((machine.project / "begun").exists):
            pass
        process.kill()
        await process.wait()
    async with process_of(machine, "--permission-mode", "yolo") as (caller, _), _web() as web:
        it = await _client(web, caller.variables["HEARTBIT_URL"])
        task = await _until(it, sent.id, "input-required")
        assert "bash" in task.status.message.parts[0].text
        for word, fits in (("go on", False), ("resume", True)):
            answer = Message(message_id=word, role=Role.ROLE_USER, parts=[Part(text=word)], task_id=sent.id)
            asking = it.send_message(SendMessageRequest(message=answer))
            if not fits:
                with pytest.raises(Exception, match="“resume”"):
                    await anext(asking)
                continue
            assert (await anext(asking)).task.id == sent.id
        assert answer_of(await _until(it, sent.id, "completed")) == "taken up again"


@pytest.mark.parametrize(
    ("prelude", "told"), [("", "JSONRPC [] 200"), ("sys.modules['a2a'] = None", "heartbit-tasks [] 404")]
)
async def test_the_sdk_is_loaded_when_somebody_speaks_and_not_missed_where_it_is_not_there(
    tmp_path: Path, prelude: str, told: str
) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
{prelude}
from tests.daemon.ground import Ground, says
from tests.daemon.http import ended, served, submitted, SETTINGS

async def main():
    ground = Ground(Path({str(tmp_path)!r}))
    ground.prepare([says("hello", times=0)], SETTINGS)
    async with served(ground) as daemon, daemon.caller() as caller:
        card = (await caller.get("{CARD}")).json()
        assert (await ended(caller, await submitted(caller, "hello")))["state"] == "completed"
        before = [name for name in sys.modules if name.partition(".")[0] == "a2a" and sys.modules[name]]
        spoken = await caller.get("/a2a/extendedAgentCard", headers={{"a2a-version": "1.0"}})
        print(card["supportedInterfaces"][0]["protocolBinding"], before, spoken.status_code)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert out.decode().strip() == told


@in_each_way
async def test_heartbit_s_own_client_speaks_with_a_daemon(tmp_path: Path, binding: str, version: str) -> None:
    ask = calls("question", {"questions": [QUESTION]}, when="paint")
    async with served(ready(tmp_path, ask, HOLD)) as daemon, daemon.caller() as caller:
        path = "/a2a/rpc" if binding == "JSONRPC" else "/a2a"
        card = Card(
            name="heartbit",
            description="",
            skills=(),
            endpoint=daemon.url + path,
            binding=binding,
            version=version,
            streams=True,
        )
        peer = Peer(url=daemon.url, where="here", origins=(daemon.url,), digest="")
        link = open_link(peer, (await caller.get(CARD)).json(), card, caller, SystemClock())
        heard = list[Reply]()
        hello = await link.send("say hello", "", "", lambda reply, word: heard.append(reply))
        assert (hello.state, hello.text) == ("completed", "hello")
        assert {each.state for each in heard} <= {"submitted", "working", "completed"}
        asked = await link.send("paint", "", hello.context_id, lambda reply, word: None)
        assert (asked.state, asked.context_id) == ("input-required", hello.context_id)
        assert asked.text.startswith("Which colour?")
        done = await link.send("red", asked.task_id, asked.context_id, lambda reply, word: None)
        assert (done.state, done.task_id, done.text) == ("completed", asked.task_id, "hello")
        assert (await link.task(asked.task_id)).text == "hello"
        held = asyncio.create_task(link.send("stay", "", "", lambda reply, word: heard.append(reply)))
        while heard[-1].task_id == hello.task_id:
            await asyncio.wait({held}, timeout=0.01)
        assert (await link.cancel(heard[-1].task_id)).state == "canceled"
        assert (await held).state == "canceled"


async def test_a_daemon_is_an_agent_of_a_roster_as_any_other(tmp_path: Path) -> None:
    ask = calls("question", {"questions": [QUESTION]}, when="paint")
    async with (
        served(ready(tmp_path, ask)) as daemon,
        World().roster({"url": daemon.url, "auth_header": f"Bearer {TOKEN}"}) as it,
        World().roster({"url": daemon.url, "auth_header": "Bearer wrong"}) as stranger,
    ):
        asked = await said(it, "paint it")
        assert (asked.is_error, "Which colour?" in asked.content, "asks back" in asked.content) == (False, True, True)
        done = await said(it, "blue", ids=ids(asked.content))
        assert (done.is_error, "state: completed" in done.content, "hello" in done.content) == (False, True, True)
        looked = await tool(it, "__task").run({"task_id": ids(asked.content)["task_id"]}, Call())
        assert "hello" in looked.content
        refused = await said(stranger, "paint it")
        assert (refused.is_error, "lets nobody in" in refused.content) == (True, True)


async def test_one_heartbit_gives_a_task_to_another(machine: Machine, tmp_path: Path) -> None:
    ground = ready(tmp_path / "other", says("There are seven.", when="count the birds", times=0))
    async with served(ground) as daemon, daemon.caller() as caller:
        machine.config(f'a2a_agents = [{{ url = "{daemon.url}", auth_header = "Bearer {TOKEN}" }}]')
        script = (replies(call("a2a_heartbit", message="Please count the birds.")), answers("Seven, says the other."))
        async with service(machine, *script) as (server, here):
            done = await here.stream("-p", "how many birds?", "--allow", "a2a_*")
        assert kept(done)["result"] == "Seven, says the other."
        assert "There are seven." in json.dumps(server.requests[1].body["messages"])
        (task,) = (await caller.get("/tasks")).json()["tasks"]
        assert [task[name] for name in ("task", "state", "source", "result")] == [
            *("Please count the birds.", "completed", "a2a", "There are seven.")
        ]


async def _until(it: Client, task_id: str, state: str) -> Task:
    """The task, once it stands like this; on the way there it works or waits for its turn."""
    while state_of(task := await it.get_task(GetTaskRequest(id=task_id))) != state:
        assert state_of(task) in ("submitted", "working")
    return task


def _web() -> httpx.AsyncClient:
    return httpx.AsyncClient(headers=BEARER, timeout=20)


async def _client(web: httpx.AsyncClient, url: str) -> Client:
    card = parse_agent_card((await web.get(url + CARD)).json())
    return ClientFactory(ClientConfig(httpx_client=web, streaming=False, polling=True)).create(card)
