"""Connections that are open and idle slow nobody down; one too many is told so, and the others stay as they are."""

import asyncio
import json
import resource
import statistics
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import h11
import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from heartbit_tui.daemon.descriptors import KEPT, MOST, for_callers
from heartbit_tui.daemon.http.entry import FULL, LATE, PARTING_SECONDS, Entry
from tests.daemon.ground import LONG, Ground, says
from tests.daemon.http import SETTINGS, TOKEN, ended, served, submitted
from tests.daemon.test_commands import prepared, told
from tests.daemon.wsclient import Refused, socket
from tests.headless.machine import Machine
from tests.samples import samples
from tests.stopwatch import Stopwatch

SOCKETS, READERS = samples(500, 60), samples(50, 10)
ROOM = 100
WAITS = says("at last", when="please stay", wait=LONG, times=0)
HELLO = says("hello there", times=0)


@pytest.mark.security("D8", n=SOCKETS + READERS)
async def test_idle_sockets_and_readers_slow_nobody_down(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([WAITS, HELLO], f"{SETTINGS}[daemon.ws]\nmax_connections = {SOCKETS}\n")
    async with served(ground) as daemon, daemon.caller() as caller, AsyncExitStack() as stack:
        waiting = await submitted(caller, "please stay")
        sockets = [await stack.enter_async_context(socket(daemon.url, TOKEN)) for _ in range(SOCKETS)]
        for _ in range(READERS):
            await reading(stack, daemon.url, waiting)
        healthy, handed_over = list[float](), list[float]()
        for number in range(40):
            watch = Stopwatch()
            assert (await caller.get("/healthz")).json()["status"] == "ok"
            healthy.append(watch.unhindered)
            watch = Stopwatch()
            await submitted(caller, f"task {number}")
            handed_over.append(watch.unhindered)
        assert max(p95(healthy), p95(handed_over)) < 0.25
        with pytest.raises(Refused, match="503"):
            await stack.enter_async_context(socket(daemon.url, TOKEN))
        assert [await each.ask("x") for each in (sockets[0], sockets[-1])] == [{"error": "unknown method: x"}] * 2


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


async def reading(stack: AsyncExitStack, url: str, task_id: str) -> None:
    """Somebody who reads the events of a task, and has read the first of them."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    stack.callback(writer.close)
    head = f"GET /tasks/{task_id}/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\r\n"
    writer.write(head.encode())
    await reader.readuntil(b"data: ")


@asynccontextmanager
async def cramped(machine: Machine) -> AsyncGenerator[str]:
    """The address of a daemon that may have few files open; it has to end well."""
    limits = (64, ROOM * 2)
    process = await machine.start(
        "daemon",
        *("--bind", "127.0.0.1:0", "--permission-mode", "yolo"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits),
    )
    try:
        line = await told(process.stderr, b"heartbit listens at ")
        yield json.loads(line)["message"].rpartition(" ")[2]
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) == 0


@pytest.mark.security("D8", n=5)
async def test_who_comes_when_there_is_no_room_is_told_so_and_all_others_are_served(machine: Machine) -> None:
    prepared(machine.having(HEARTBIT_API_KEY=TOKEN), HELLO)
    async with cramped(machine.having(HEARTBIT_API_KEY=TOKEN)) as url, AsyncExitStack() as stack:
        callers = [await stack.enter_async_context(calling(url)) for _ in range(ROOM)]
        assert {(await each.get("/healthz")).status_code for each in callers} == {200}
        for _ in range(3):
            async with calling(url) as late:
                answer = await late.get("/healthz")
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                assert "as many connections as it can hold" in answer.json()["error"]
        with pytest.raises(Refused, match="503"):
            await stack.enter_async_context(socket(url, TOKEN))
        task = await ended(callers[0], await submitted(callers[0], "say hello"))
        assert (task["state"], task["result"]) == ("completed", "hello there")
        assert {(await each.get("/healthz")).status_code for each in callers} == {200}
        await callers.pop().aclose()
        async with asyncio.timeout(30):
            while await status(url) != 200:  # until the daemon has seen that one has gone
                pass


def calling(url: str) -> httpx.AsyncClient:
    """A caller with one connection, which it keeps."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {TOKEN}"},
        timeout=20,
        trust_env=False,
        limits=httpx.Limits(max_connections=1),
    )


async def status(url: str) -> int:
    async with calling(url) as caller:
        return (await caller.get("/healthz")).status_code


class Ends(asyncio.Transport):
    """What is written to one end of a connection, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.did = list[bytes]()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.did.append(bytes(data))

    def write_eof(self) -> None:
        self.did.append(b"eof")

    def close(self) -> None:
        self.did.append(b"close")


class Later:
    """A loop that only notes what it is to call, and after how many seconds."""

    def __init__(self) -> None:
        self.planned = list[tuple[float, Any]]()

    def call_later(self, seconds: float, call: Any) -> Any:
        self.planned.append((seconds, call))
        return self

    def cancel(self) -> None:
        self.planned.pop()


def entering(most: int, state: ServerState, later: Later) -> tuple[Entry, Ends]:
    """A connection that has just been made."""

    async def app(scope: object, receive: object, send: object) -> None: ...

    config = uvicorn.Config(app, limit_concurrency=most, log_config=None)
    entry, ends = Entry(config, state, {}, cast("asyncio.AbstractEventLoop", later)), Ends()
    entry.connection_made(ends)
    return entry, ends


@pytest.mark.security("D8", n=3)
@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\nx: "])
def test_who_sends_no_whole_head_is_let_go(sent: bytes) -> None:
    later = Later()
    entry, ends = entering(9, ServerState(), later)
    for at in range(len(sent)):
        entry.data_received(sent[at : at + 1])
    ((seconds, call),) = later.planned
    call()
    assert (seconds, ends.did) == (Entry.HEAD_SECONDS, [*([LATE] if sent else []), b"close"])


def test_one_too_many_is_answered_whatever_it_sends_and_does_not_count() -> None:
    state, later = ServerState(), Later()
    entering(1, state, later)
    entry, ends = entering(1, state, later)
    entry.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert (ends.did, len(state.connections)) == ([FULL, b"eof"], 1)
    assert [seconds for seconds, _ in later.planned] == [Entry.HEAD_SECONDS, PARTING_SECONDS]
    told = h11.Connection(h11.CLIENT)
    told.send(h11.Request(method="GET", target="/", headers=[("host", "localhost")]))
    told.receive_data(FULL)
    answer, body = told.next_event(), told.next_event()
    assert isinstance(answer, h11.Response)
    assert isinstance(body, h11.Data)
    assert (answer.status_code, list(json.loads(bytes(body.data)))) == (503, ["error"])


@pytest.mark.parametrize(("limit", "callers"), [(64, 32), (2 * KEPT, KEPT), (4_096, 4_096 - KEPT), (MOST, MOST - KEPT)])
def test_so_many_are_let_in_that_the_rest_of_the_process_has_enough(limit: int, callers: int) -> None:
    assert for_callers(limit) == callers


@pytest.mark.parametrize(("soft", "hard", "then"), [(64, 300, 300), (64, 64, 64)])
def test_a_daemon_takes_as_many_descriptors_as_it_may_have(soft: int, hard: int, then: int) -> None:
    look = (
        "import resource; from heartbit_tui.daemon.descriptors import widened; "
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
        "print(widened(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(then), str(then), str(hard)]
