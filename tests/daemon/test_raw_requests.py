"""What arrives at the daemon byte by byte, doubled, cut or bent: none is taken for another request, none holds a place."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from heartbit_tui.daemon.http.entry import Entry
from heartbit_tui.daemon.http.limits import Limits
from heartbit_tui.daemon.serving import listen
from tests.daemon.ground import LONG, Ground, says
from tests.daemon.http import SETTINGS, TOKEN, Served, served, submitted

WAIT = 20.0
"""Seconds after which an answer that does not come fails a test."""

HEAD = "POST /tasks HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
HIDDEN = "DELETE {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"
"""What is to be taken for a request of its own, where a server reads lengths otherwise than the one before it."""

LENGTHS = (
    "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "Content-Length: 0\r\nContent-Length: 400\r\n\r\n",
    "Content-Length: 400\r\nContent-Length: 0\r\n\r\n",
    "Content-Length: 0, 400\r\n\r\n",
    "Content-Length: +0\r\n\r\n",
    "Content-Length: -1\r\n\r\n",
    "Content-Length: 0x0\r\n\r\n",
    "Content-Length: 0_0\r\n\r\n",
    "Content-Length: \u00b2\r\n\r\n",
    "Content-Length : 0\r\n\r\n",
    "Content-Length\t: 0\r\n\r\n",
    "Content-Length: 0\r\n 400\r\n\r\n",
    "Content-Length: 99999999999999999999999\r\n\r\n",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: \x00chunked\r\n\r\n0\r\n\r\n",
    "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n 0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n1_0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n4\r\nabcdef0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n0\r\nX y\r\n\r\n",
)
"""Ends of a head, each with what a server that misreads its length takes for the whole body."""

METHODS = ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "_method")

PATHS = (
    "//{path}",
    "/./{path}",
    "/x/../{path}",
    "/healthz/../{path}",
    "/healthz/..%2f{path}",
    "/healthz%2f..%2f{path}",
    "/%2e%2e/{path}",
    "/healthz/..;/{path}",
    "/healthz;/../{path}",
    "/healthz?/../{path}",
    "/healthz%00/{path}",
    "/HEALTHZ/../{path}",
    "/.well-known/agent.json/../../{path}",
    "/{path}/",
    "/{path}/.",
    "/{path}%2f",
    "/{path}?x=/healthz",
    "/{path}#/healthz",
    "/{path};/healthz",
    "\\{path}",
    "/healthz\\..\\{path}",
    "http://{host}/{path}",
    "http://{host}/healthz/../{path}",
    "http://elsewhere/{path}",
)
"""Ways to a path that needs a token, made to look like one that does not."""


def ready(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path)
    ground.prepare([says("at last", when="stay", wait=LONG, times=0)], SETTINGS)
    return ground


def host_of(daemon: Served) -> str:
    return daemon.url.removeprefix("http://")


async def answered(host: str, request: str) -> bytes:
    """All that is answered to these bytes until the daemon closes, or says no more once they have all been sent."""
    name, _, port = host.rpartition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        writer.write(request.encode("latin-1"))
        with contextlib.suppress(ConnectionError):
            writer.write_eof()
        async with asyncio.timeout(WAIT):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.security("D9", n=30)
async def test_no_request_is_hidden_in_another(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task_id, host = await submitted(caller, "stay"), host_of(daemon)
        hidden = HIDDEN.format(path=f"/tasks/{task_id}", host=host, token=TOKEN)
        for length in LENGTHS:
            told = await answered(host, HEAD.format(host=host, token=TOKEN) + length + hidden)
            statuses = [each[:3] for each in told.split(b"HTTP/1.1 ")[1:]]
            assert statuses[:1] in ([b"400"], [b"413"], [b"415"], [b"422"]), (length, told)
            assert b"204" not in statuses, (length, told)
        assert (await caller.get(f"/tasks/{task_id}")).json()["state"] in ("pending", "running")
        assert (await caller.get("/tasks")).json()["total"] == 1


@pytest.mark.security("D9", n=6)
async def test_a_head_with_a_line_in_a_value_ends_nothing(tmp_path: Path) -> None:
    """A value with a line end is no second line, wherever it stands."""
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        host = host_of(daemon)
        for end in ("\r", "\x00", "\x0c", "\r\r"):
            told = await answered(
                host, f"GET /tasks HTTP/1.1\r\nHost: {host}\r\nX: a{end}Authorization: Bearer {TOKEN}\r\n\r\n"
            )
            assert told.split(b"\r\n")[0].split()[1] in (b"400", b"401"), (end, told)
        for answer in (await caller.get("/tasks/%0d%0aX-Made:%20up"), await caller.get("/tasks?state=%0d%0aX-Made:up")):
            assert answer.status_code in (400, 404)
            assert "x-made" not in answer.headers


@pytest.mark.security("D9", n=4)
async def test_no_header_makes_another_method_of_one(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task_id = await submitted(caller, "stay")
        for name in METHODS:
            answer = await caller.post(f"/tasks/{task_id}", headers={name: "DELETE"}, params={name: "DELETE"})
            assert answer.status_code == 405
        assert (await caller.get(f"/tasks/{task_id}")).json()["state"] in ("pending", "running")


@pytest.mark.security("D9", n=120)
async def test_no_way_of_writing_a_path_leads_past_the_token(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller() as caller:
        task_id, host = await submitted(caller, "stay"), host_of(daemon)
        closed = ("tasks", f"tasks/{task_id}", "stats", "metrics", "openapi.json")
        for form, path in itertools.product(PATHS, closed):
            target = form.format(path=path, host=host)
            told = await answered(host, f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            head, _, body = told.partition(b"\r\n\r\n")
            status = head.split(b" ")[1]
            if status == b"200":
                assert body.startswith(b'{"status":"ok"'), (target, told)  # /healthz, and nothing else
            else:
                assert status in (b"400", b"401", b"403", b"404"), (target, told)


def slow(seconds: float) -> type[Entry]:
    """The same with less time, so that a test need not wait."""
    return type("Hurried", (Entry,), {"HEAD_SECONDS": seconds})


@asynccontextmanager
async def hurried() -> AsyncGenerator[int]:
    """The port of a server with a twentieth of a second for each head and each body."""

    async def reads(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"here {len(await request.body())}")

    app = Starlette(routes=[Route("/", reads, methods=["GET", "POST"])], middleware=[Middleware(Limits, seconds=0.05)])
    listening = listen("127.0.0.1:0")
    server = uvicorn.Server(uvicorn.Config(app, http=slow(0.05), lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


FIRST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.mark.security("D8", n=1)
@pytest.mark.parametrize(
    ("sent", "last"),
    [
        (b"", b""),
        (b"G", b"408"),
        (b"GET / HTTP/1.1\r\nHost: here\r\nX: ", b"408"),
        (FIRST + b"GET / HTTP/1.1\r\n", b"408"),
    ],
    ids=["nothing", "a letter", "half a head", "half of a second head"],
)
async def test_a_head_that_does_not_come_holds_no_connection(sent: bytes, last: bytes) -> None:
    async with hurried() as port, asyncio.timeout(WAIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        told = await reader.read()  # until the other side closes
        writer.close()
    answers = [each[:3] for each in told.split(b"HTTP/1.1 ")[1:]]
    assert answers == [*([b"200"] if sent.startswith(FIRST) else []), *([last] if last else [])]


@pytest.mark.security("D8", n=3)
async def test_each_head_of_a_connection_has_its_own_time() -> None:
    """The time of a head is over once it is there, also where it comes in pieces."""
    async with hurried() as port, asyncio.timeout(WAIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in _pieces(FIRST * 3):
            writer.write(part)
            await writer.drain()
        told = b""
        while told.count(b"here") < 3:
            told += await reader.read(4096)
        writer.close()


@pytest.mark.security("D8", n=1)
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"Content-Length: 9\r\n\r\n", b"408"),
        (b"Content-Length: 9\r\n\r\n12345678", b"408"),
        (b"Transfer-Encoding: chunked\r\n\r\n9\r\n1", b"408"),
        (b"Content-Length: 1048577\r\n\r\n", b"413"),
        (b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + b"x" * 0x8000 + b"\r\n" + b"ffffff\r\n", b"408"),
        (b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b"x" * 0x8000 + b"\r\n") * 33, b"413"),
        (b"".join(b"X-%d: y\r\n" % each for each in range(101)) + b"\r\n", b"431"),
        (b"X: " + b"y" * 70_000, b"400"),
    ],
    ids=[
        "no body",
        "not all of it",
        "not all of a chunk",
        "too long",
        "a chunk that lies",
        "endless",
        "headers",
        "a header",
    ],
)
async def test_a_body_that_does_not_end_is_refused(sent: bytes, status: bytes) -> None:
    async with hurried() as port, asyncio.timeout(WAIT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\n" + sent)
        told = await reader.read(4096)
        writer.close()
    assert told.startswith(b"HTTP/1.1 " + status), told


def _pieces(text: bytes) -> Iterator[bytes]:
    for at in range(0, len(text), 7):
        yield text[at : at + 7]
