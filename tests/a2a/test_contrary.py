"""Agents that are not what they say, send too much, hang or die cost their own calls an error and nobody else anything."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from tests.a2a.agents import agent, answering, plain_card
from tests.a2a.rosters import World, said, tool

TOKEN = "Bearer secret-token"
CARD = "/.well-known/agent-card.json"


@pytest.mark.security("X5", n=8)
async def test_no_credential_and_no_request_goes_where_a_card_points_but_the_definition_does_not() -> None:
    heard: list[tuple[str, str | None]] = []

    def elsewhere(base: str, request: Request) -> Any:
        heard.append((request.url.path, request.headers.get("authorization")))
        return {}

    async with answering(elsewhere) as other:
        port = other.rpartition(":")[2]
        places = (
            f"{other}/rpc",
            f"http://localhost:{port}/rpc",
            f"http://user@127.0.0.1:{port}/rpc",
            f"https://127.0.0.1:{port}/rpc",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            f"//127.0.0.1:{port}/rpc",
            "http://[::1",
        )
        for place in places:
            world = World()

            def points(base: str, _: Request, place: str = place) -> Any:
                return plain_card(base, url=place)

            async with answering(points) as base, world.roster({"url": base, "auth_header": TOKEN}) as it:
                assert (it.statuses()[0].phase, it.tools()) == ("failed", ()), place
                assert "secret" not in "".join(world.said)
                assert len(world.said) == 1
        assert heard == []
        async with answering(lambda base, _: plain_card(base, url=f"{other}/rpc")) as base:
            allowed = {"url": base, "auth_header": TOKEN, "allowed_origins": [other]}
            async with World().roster(allowed) as it:
                assert (await said(it, "hello")).is_error  # it is no agent
        assert heard == [("/rpc", TOKEN)]


@pytest.mark.security("X5", n=3)
async def test_a_redirect_and_a_second_address_of_a_card_lead_nowhere() -> None:
    heard: list[str] = []

    def elsewhere(base: str, request: Request) -> Any:
        heard.append(request.url.path)
        return {}

    async with answering(elsewhere) as other:

        def moved(base: str, request: Request) -> Any:
            if request.url.path == CARD:
                second = [{"url": f"{other}/rpc", "transport": "JSONRPC"}]
                return plain_card(base, additionalInterfaces=second, supportsAuthenticatedExtendedCard=True)
            return RedirectResponse(f"{other}/rpc")

        async with answering(moved) as base, World().roster({"url": base, "auth_header": TOKEN}) as it:
            assert it.statuses()[0].phase == "ready"
            assert (await said(it, "hello")).is_error
        gone = World()
        async with (
            answering(lambda _base, _request: RedirectResponse(f"{other}{CARD}")) as base,
            gone.roster(base) as it,
        ):
            assert "it gives no agent card (307)" in gone.said[0]
    assert heard == []


@pytest.mark.security("X5", n=3)
async def test_a_public_name_that_leads_to_this_machine_is_not_connected_to() -> None:
    for url in ("http://example.invalid:1", "http://127.0.0.1.example.invalid", "http://localtest.invalid"):
        world = World()
        async with world.roster(url) as it:
            assert it.tools() == ()
            assert "cannot be reached" in world.said[0]


async def test_an_address_that_nobody_can_ask_is_told_as_one_that_does_not_answer() -> None:
    for url in ("http://xn--0/", "http://host/\x7f", f"https://{chr(0x130) * 70}.com"):
        world = World()
        async with world.roster(url) as it:
            assert [each.phase for each in it.statuses()] == ["failed"]
            assert "cannot be reached" in world.said[0]


CARDS: dict[str, Callable[[str, Request], Any]] = {
    "no JSON": lambda _base, _request: Response("<html>"),
    "a list": lambda _base, _request: [],
    "no name": lambda base, _: {**plain_card(base), "name": ""},
    "a number for a name": lambda base, _: {**plain_card(base), "name": 7},
    "no address": lambda base, _: {"name": "x", "supportedInterfaces": "none"},
    "gRPC alone": lambda base, _: plain_card(base, preferredTransport="GRPC"),
    "nested too deep": lambda _base, _request: Response("[" * 100_000),
    "too long": lambda _base, _request: Response(" " * 1_100_000),
    "nobody let in": lambda _base, _request: Response(status_code=403),
    "nothing there": lambda _base, _request: Response(status_code=404),
    "a fault": lambda _base, _request: Response(status_code=500),
}


@pytest.mark.security("X5", n=len(CARDS) + 1)
async def test_what_is_no_card_is_told_once_and_costs_nobody_else_anything() -> None:
    for why, answer in CARDS.items():
        world = World()
        async with agent() as good, answering(answer) as base, world.roster(base, good.url) as it:
            assert [status.phase for status in it.statuses()] == ["failed", "ready"], why
            assert len(world.said) == 1, why
            assert "Echo: x" in (await said(it, "echo x")).content
    unreached = World()
    async with unreached.roster("http://127.0.0.1:9") as it:
        assert "cannot be reached" in unreached.said[0]


def rpc(text: str) -> Response:
    return Response(text, media_type="application/json")


def event(data: str) -> bytes:
    return f"data: {data}\n\n".encode()


async def forever(data: bytes) -> AsyncGenerator[bytes]:
    while True:
        yield data
        await asyncio.sleep(0)


async def hanging() -> AsyncGenerator[bytes]:
    yield event(json.dumps({"jsonrpc": "2.0", "id": "1", "result": {"kind": "status-update"}}))
    await asyncio.Event().wait()


async def silence() -> Response:
    await asyncio.Event().wait()
    return Response()


def stream(body: AsyncGenerator[bytes]) -> Response:
    return StreamingResponse(body, media_type="text/event-stream")


CONTRARY: dict[str, Callable[[], Any]] = {
    "garbage": lambda: rpc("{not json"),
    "no object": lambda: rpc("7"),
    "an empty object": lambda: rpc("{}"),
    "another form": lambda: rpc('{"jsonrpc": "2.0", "id": 1, "result": {"kind": 7, "parts": "x"}}'),
    "an error": lambda: rpc('{"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "no\\u001b[2J"}}'),
    "a fault": lambda: Response(status_code=500),
    "nobody let in": lambda: Response(status_code=401),
    "too long": lambda: rpc(" " * (17 * 1024 * 1024)),
    "silence": silence,
    "a hanging stream": lambda: stream(hanging()),
    "an endless line": lambda: stream(forever(b"x" * 65_536)),
    "endless comments": lambda: stream(forever(b": x\n\n" * 5_000)),
    "a stream of nothing": lambda: stream(forever(event("{}"))),
}


@pytest.mark.security("X5", n=2 * len(CONTRARY))
@pytest.mark.parametrize("streaming", [True, False])
async def test_answers_that_are_none_are_errors_within_the_time_that_is_set(streaming: bool) -> None:
    for why, answer in CONTRARY.items():

        def attend(base: str, request: Request, answer: Any = answer) -> Any:
            more = {"capabilities": {"streaming": streaming}}
            return plain_card(base, **more) if request.url.path == CARD else answer()

        async with answering(attend) as base, World().roster({"url": base, "timeout": 1}) as it:
            async with asyncio.timeout(10):
                output = await said(it, "hello")
            assert output.is_error, (why, output)
            assert "\x1b" not in output.content
            assert len(output.content) < 2_000


async def test_a_card_is_kept_for_the_next_session_and_forgotten_when_it_leads_elsewhere() -> None:
    world = World()
    more: dict[str, Any] = {}

    def attend(base: str, request: Request) -> Any:
        return plain_card(base, **more)

    async with answering(attend) as base:
        async with world.roster(base) as it:
            assert tool(it).spec.name == "a2a_plain"
        async with world.roster(base, wait=0) as it:
            assert tool(it).spec.name == "a2a_plain"  # before it was asked for
        more["description"] = "Other words."
        async with world.roster(base) as it:
            await it.settled()
            assert "in other words than before" in world.said[-1]
        more["url"] = "http://127.0.0.1:1/rpc"
        async with world.roster(base) as it:
            await it.settled()
            assert it.tools() == ()
