"""Who gets in over HTTP and over a WebSocket, with which token, from which page and for how long, and what others are told."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from heartbit_tui.daemon.http.agent_operations import AGENT_OPERATIONS
from heartbit_tui.daemon.http.app import application
from heartbit_tui.daemon.http.operations import OPERATIONS
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.admitting import parted
from heartbit_tui.store.database import Database
from heartbit_tui.tasks import STEPS, SqliteQueue, Task
from heartbit_tui.testing.clock import FakeClock
from tests.auth.keyserver import AUDIENCE, ISSUER, KeyServer, claims, key, key_server, public, signed
from tests.daemon.ground import LONG, Ground, daemon as opened_here, says
from tests.daemon.http import TOKEN, Served, served, submitted
from tests.daemon.wsclient import Refused, socket

STAY = says("at last", when="stay", wait=LONG, times=0)
PAGE = "https://ui.example.org"
TOKENS = f'bearer_tokens = ["{TOKEN}"]'
DAY = 86_400
ENDING = f'bearer_tokens = [{{ token = "{TOKEN}", expires = 2026-01-02 }}]'
"""A token that counts until a day after the beginning of `FakeClock`."""


ROUTES = tuple((each.method, each.path) for each in (*OPERATIONS, *AGENT_OPERATIONS) if not each.open)
"""Each route that wants a token; what stands for an id in its path is one that there is not."""

PAGES = (
    *("https://evil.example", "http://evil.example:3000", "null", "file://", "http://localhost.evil.example"),
    *(
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1",
        "http://[::1]",
        "http://0.0.0.0",
        "http://10.0.0.1",
    ),
    *("chrome-extension://abcdef", "moz-extension://abcdef", "vscode-webview://x", "https://ui.example.org.evil"),
    *("http://user@127.0.0.1", "http://127.0.0.1.nip.io", "http://2130706433", "ws://127.0.0.1", "*", "localhost"),
)
"""Origins that are not this daemon's: its port is another one, and the settings name none."""

NAMES = (
    "evil.example",
    "127.0.0.1.evil.example",
    "0.0.0.0",
    "10.0.0.1:3000",
    "2130706433",
    "localhost.evil.example:80",
)


def issued_by(server: KeyServer) -> str:
    return f'jwks_url = "{server.url}"\nissuer = "{ISSUER}"\naudience = "{AUDIENCE}"'


def token(clock: FakeClock, **more: object) -> str:
    return signed({"alg": "RS256", "kid": "k"}, claims(clock, **more), key("RSA"), "RS256")


@asynccontextmanager
async def daemon(tmp_path: Path, *auth: str, clock: FakeClock | None = None, more: str = "") -> AsyncGenerator[Served]:
    """A daemon with these settings of who may come in."""
    ground = Ground(tmp_path)
    table = "\n".join(("[daemon.auth]", *auth)) if auth else ""
    ground.prepare([STAY, says("hello", times=0)], f"{more}\n{table}\n")
    async with served(ground, clock) as found:
        yield found


async def upgraded(found: Served, authorization: str) -> int:
    """The status with which a WebSocket is answered; 101 where it is opened."""
    try:
        async with socket(found.url, headers={"authorization": authorization} if authorization else {}):
            return 101
    except Refused as refused:
        return refused.status


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize("issued", [True, False])
async def test_of_the_four_ways_to_set_it_up_each_lets_in_whom_it_names(
    tmp_path: Path, static: bool, issued: bool
) -> None:
    clock = FakeClock()
    async with key_server(public(key("RSA"), kid="k")) as server:
        auth = [*([TOKENS] if static else []), *([issued_by(server)] if issued else [])]
        async with daemon(tmp_path, *auth, clock=clock) as found, found.caller("") as nobody:
            own = tmp_path / "home/.local/state/heartbit/daemon-token"
            assert own.exists() is not (static or issued)
            given = {
                "": 401,
                f"Bearer {TOKEN}": 200 if static else 401,
                f"Bearer {token(clock)}": 200 if issued else 401,
                f"Bearer {token(clock, sub=7, tid=3, roles='operator admin')}": 200 if issued else 401,
                f"Bearer {token(clock, exp=clock.now().timestamp() - 61)}": 401,
                "Bearer wrong": 401,
                "Bearer": 401,
                "Basic YTpi": 400,
                TOKEN: 400,
                **({} if static or issued else {f"bearer {own.read_text().strip()}": 200}),
            }
            told = {
                each: (await nobody.get("/tasks", headers={"authorization": each} if each else {})).status_code
                for each in given
            }
            sockets = {each: await upgraded(found, each) for each in given}
    assert told == given
    assert sockets == {each: 101 if status == 200 else status for each, status in given.items()}


@pytest.mark.security("D1", n=2 * len(ROUTES) + len(PAGES) + len(NAMES))
async def test_no_route_answers_without_a_token_to_a_foreign_page_or_under_a_foreign_name(tmp_path: Path) -> None:
    async with daemon(tmp_path, TOKENS) as found, found.caller() as caller, found.caller("") as nobody:
        told = {each: (await nobody.request(*each)).status_code for each in ROUTES}
        assert told == dict.fromkeys(ROUTES, 401)
        foreign = {each: (await caller.request(*each, headers={"origin": PAGES[0]})).status_code for each in ROUTES}
        assert foreign == dict.fromkeys(ROUTES, 403)
        pages = {each: (await caller.get("/tasks", headers={"origin": each})).status_code for each in PAGES}
        assert pages == dict.fromkeys(PAGES, 403)
        names = {each: (await caller.get("/tasks", headers={"host": each})).status_code for each in NAMES}
        assert names == dict.fromkeys(NAMES, 403)
        assert (await caller.get("/tasks")).json() == {"tasks": [], "total": 0}


@pytest.mark.security("D3", n=2)
async def test_an_issuer_that_cannot_be_reached_at_the_start_keeps_out_its_own_alone_until_it_can(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    async with key_server(public(key("RSA"), kid="k")) as server:
        server.status = "500 Internal Server Error"
        async with (
            daemon(tmp_path, TOKENS, issued_by(server), clock=clock) as found,
            found.caller() as person,
            found.caller(token(clock)) as anna,
        ):
            assert (await person.get("/tasks")).status_code == 200
            answer = await anna.get("/tasks")
            assert (answer.status_code, answer.json()) == (503, {"error": "tokens cannot be checked at the moment"})
            assert await upgraded(found, f"Bearer {token(clock)}") == 503
            server.status = "200 OK"
            await clock.advance(11)
            assert (await anna.get("/tasks")).status_code == 200


async def test_who_is_turned_away_from_a_websocket_is_told_why(tmp_path: Path) -> None:
    upgrade = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with daemon(tmp_path, TOKENS) as found, found.caller("", **upgrade) as nobody:
        answer = await nobody.get("/ws")
    assert (answer.status_code, answer.json()) == (401, {"error": "missing Authorization header"})
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_page_that_the_settings_name_may_read_every_answer_and_no_other_page_may(tmp_path: Path) -> None:
    named = f'[daemon]\nallowed_origins = ["{PAGE}"]'
    async with daemon(tmp_path, TOKENS, more=named) as found, found.caller(origin=PAGE) as page:
        answers = [
            await page.get("/tasks"),
            await page.get("/tasks", headers={"authorization": "Bearer wrong"}),
            await page.get("/tasks/none"),
            await page.put("/tasks"),
            await page.post("/tasks", json={}),
            await page.get("/healthz"),
            await page.post("/tasks", json={"task": "x" * 1_100_000}),
            await page.get("/tasks", headers={f"x-{each}": "y" for each in range(101)}),
        ]
        assert [each.status_code for each in answers] == [200, 401, 404, 405, 422, 200, 413, 431]
        assert {each.headers.get("access-control-allow-origin") for each in answers} == {PAGE}
        assert {each.headers.get("vary") for each in answers} == {"Origin"}
        assert {each.headers.get("x-content-type-options") for each in answers} == {"nosniff"}
        asked = await page.options("/tasks", headers={"access-control-request-method": "POST"})
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, PAGE)
        foreign = await page.get("/tasks", headers={"origin": "https://evil.example"})
        assert (foreign.status_code, "access-control-allow-origin" in foreign.headers) == (403, False)
        assert foreign.headers["x-content-type-options"] == "nosniff"


class Faulty(SqliteQueue):
    async def get(self, task_id: str) -> Task | None:
        raise TypeError("of no kind that anybody knows")


async def test_a_page_that_the_settings_name_may_also_read_that_heartbit_failed(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    ground.prepare([], f'[daemon]\nallowed_origins = ["{PAGE}"]\n[daemon.auth]\n{TOKENS}\n')
    async with opened_here(ground) as found, Database.open(found.file, "tasks", STEPS) as database:
        faulty = replace(found, queue=Faulty(database, found.clock, lambda owner: True))
        transport = httpx.ASGITransport(application(faulty), raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {TOKEN}", "origin": PAGE}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as page:
            answer = await page.get("/tasks/any")
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (500, PAGE)
        assert answer.headers.get("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PUT", "/tasks", "GET, HEAD, POST"),
        ("POST", "/tasks/x", "DELETE, GET, HEAD"),
        ("OPTIONS", "/tasks", "GET, HEAD, POST"),
        ("GET", "/tasks/x/resume", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_answered_with_those_that_it_does(
    tmp_path: Path, method: str, path: str, methods: str
) -> None:
    async with daemon(tmp_path, TOKENS) as found, found.caller() as caller:
        answer = await caller.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("bind", ["nonsense", "localhost", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:٣", ""])
def test_what_is_no_address_to_listen_at_is_told_as_that(bind: str) -> None:
    with pytest.raises(ConfigError, match=r"daemon\.bind takes a host and a port"):
        parted(bind)


@pytest.mark.parametrize(
    "sent", [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nBroken\r\n\r\n", b"\x16\x03\x01\x00\xa5"]
)
async def test_what_is_no_request_is_refused_in_the_same_form(tmp_path: Path, sent: bytes) -> None:
    async with daemon(tmp_path, TOKENS) as found:
        place = urlsplit(found.url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(sent + b"\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body) == {"error": "This is no request of HTTP that can be understood."}


async def test_two_long_keys_with_the_same_beginning_are_not_taken_for_one(tmp_path: Path) -> None:
    async with daemon(tmp_path, TOKENS) as found, found.caller() as caller:
        for end in ("a", "b"):
            answer = await caller.post("/tasks", json={"task": "hello"}, headers={"idempotency-key": "k" * 200 + end})
            assert answer.status_code == 400
            assert answer.json() == {"error": "Idempotency-Key may have 200 characters"}
        assert (await caller.get("/tasks")).json() == {"tasks": [], "total": 0}


@pytest.mark.security("D5", n=2)
async def test_what_a_token_opened_ends_with_it(tmp_path: Path) -> None:
    clock = FakeClock()
    async with daemon(tmp_path, ENDING, clock=clock) as found, found.caller() as caller:
        task = await submitted(caller, "stay")
        async with (
            caller.stream("GET", f"/tasks/{task}/events") as events,
            socket(found.url, TOKEN) as wired,
            asyncio.timeout(30),
        ):
            lines = events.aiter_lines()
            await anext(lines)
            await wired.ask("session.list")
            await clock.advance(DAY)
            assert "event: end" not in [line async for line in lines]
            with pytest.raises(EOFError, match="4401"):
                await wired.frame()
        with pytest.raises(Refused, match="401"):
            async with socket(found.url, TOKEN):
                pass
        assert (await caller.get(f"/tasks/{task}")).status_code == 401
