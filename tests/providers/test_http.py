"""Services that mean harm, silence, and going away."""

import asyncio
import resource
import time
from random import Random

import httpx
import pytest

from heartbit_tui.kernel.errors import (
    InvalidRequestError,
    MalformedError,
    NetworkError,
    OverloadedError,
    ProviderError,
    StalledError,
)
from heartbit_tui.kernel.events import TextDelta
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.protocols import Part, Provider
from heartbit_tui.providers import faults
from heartbit_tui.providers.faults import Fault
from heartbit_tui.providers.http import Routes, open_client, proxy_of
from heartbit_tui.providers.script import Reply, text
from heartbit_tui.testing.model_server import ModelServer
from tests.providers.wires import ALL, ASK, finishes, provider
from tests.stopwatch import pressed

KEY = "sk-test-0123456789abcdef"
PATIENT = {"connect": 20, "first_byte": 20, "idle": 20, "total": 30}


async def answer_to(fault: Fault, name: str = "anthropic", **timeouts: float) -> list[Part]:
    reply = Reply(blocks=(Text(text="words " * 30),), fault=fault)
    async with ModelServer([reply]) as server, open_client() as client:
        asked = provider(name, client, url=server.url, key=KEY, timeouts={**PATIENT, **timeouts})
        return [part async for part in asked.stream(ASK)]


HOSTILE: dict[str, tuple[Fault, type[ProviderError]]] = {
    "a body without end": (faults.EndlessBody(), ProviderError),
    "a page without end": (faults.EndlessBody(status=500, type="text/html"), OverloadedError),
    "a JSON text without end": (faults.EndlessBody(type="application/json"), MalformedError),
    "a compressed bomb": (faults.GzipBomb(size=1 << 30), MalformedError),
    "a byte now and then": (faults.Trickle(pace=0.02), StalledError),
    "headers without end": (faults.EndlessHeaders(), MalformedError),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_service_is_left_in_time_and_with_little_memory(kind: str) -> None:
    fault, expected = HOSTILE[kind]
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    total = 0.6 if isinstance(fault, faults.Trickle) else 30.0
    with pytest.raises(expected):
        await answer_to(fault, idle=5, total=total)
    assert time.monotonic() - begun < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_never_goes_to_another_address(status: int) -> None:
    async with ModelServer(text("caught")) as other:
        for name in ALL:
            with pytest.raises(InvalidRequestError, match="redirects") as caught:
                await answer_to(faults.Redirect(to=f"{other.url}/v1/messages?key={KEY}", status=status), name)
            assert KEY not in str(caught.value)
        assert other.requests == []


async def test_the_key_stays_out_of_what_is_said() -> None:
    for status in (400, 401, 403, 404, 422, 429, 500, 529):
        with pytest.raises(ProviderError) as caught:
            await answer_to(faults.Status(status=status, body=f'{{"error": {{"message": "you sent {KEY}!"}}}}'))
        assert KEY not in repr(caught.value)


SILENT: dict[str, tuple[Fault, dict[str, float]]] = {
    "before the headers": (faults.Stall(after=-1), {"connect": 0.1, "first_byte": 0.1}),
    "before the first event": (faults.Stall(after=0), {"idle": 0.2, "total": 0.6}),
    "in the middle": (faults.Stall(after=4), {"idle": 0.2, "total": 0.6}),
    "with signs of life alone": (faults.Stall(after=4, pings=True), {"idle": 0.1, "total": 30}),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", SILENT)
async def test_silence_is_noticed(kind: str, name: str) -> None:
    fault, timeouts = SILENT[kind]
    with pytest.raises(StalledError):
        await answer_to(fault, name, **timeouts)


async def test_a_broken_connection_is_told_from_nonsense() -> None:
    for fault in (faults.Refuse(), faults.Drop(after=0), faults.Drop(after=3), faults.Cut(bytes=100)):
        with pytest.raises(NetworkError):
            await answer_to(fault)
    with pytest.raises(MalformedError):
        await answer_to(faults.Junk(after=2))
    with pytest.raises(MalformedError):
        await answer_to(faults.Html())


async def test_cancelling_closes_the_socket_at_once() -> None:
    random, waits = Random(2), list[float]()
    stalled = Reply(blocks=(Text(text="words " * 30),), times=0, fault=faults.Stall(after=5))
    async with ModelServer([stalled]) as server, open_client() as client:
        for count in range(200):
            task = asyncio.create_task(consume(provider(random.choice(ALL), client, url=server.url)))
            await server.until(lambda seen, count=count: len(seen.requests) > count)
            for _ in range(random.randrange(20)):
                await asyncio.sleep(0)
            begun, before = time.monotonic(), pressed()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            await server.until(lambda seen, count=count: len(seen.departed) > count)
            waits.append(server.departed[-1] - begun - (pressed() - before))
        assert server.connections == 200
    assert sorted(waits)[190] < 0.2


async def consume(asked: Provider) -> None:
    async for _ in asked.stream(ASK):
        pass


async def test_leaving_the_stream_early_closes_the_socket() -> None:
    stalled = Reply(blocks=(Text(text="words " * 30),), fault=faults.Stall(after=5))
    async with ModelServer([stalled]) as server, open_client() as client:
        stream = provider("anthropic", client, url=server.url).stream(ASK)
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
        async with asyncio.timeout(20):
            await server.until(lambda seen: len(seen.departed) == 1)


@pytest.mark.parametrize("name", ALL)
async def test_turns_share_one_connection(name: str) -> None:
    async with ModelServer(text(*"abcdefgh")) as server, open_client() as client:
        for _ in range(8):
            assert len(finishes([part async for part in provider(name, client, url=server.url).stream(ASK)])) == 1
        assert server.connections == 1


async def test_plain_http_loads_no_certificates() -> None:
    loaded: list[bool] = []

    class Counting(Routes):
        def _transport(self, *, tls: bool, proxy: str) -> httpx.AsyncHTTPTransport:
            loaded.append(tls)
            return super()._transport(tls=tls, proxy=proxy)

    async with httpx.AsyncClient(transport=Counting({})) as client:
        for url in ("http://127.0.0.1:1", "http://127.0.0.1:2", "https://127.0.0.1:1"):
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
    assert loaded == [False, True]


def test_a_proxy_is_used_but_not_for_this_machine() -> None:
    assert proxy_of(httpx.URL("https://api.example/v1"), {}) == ""
    proxies = {
        "https": "proxy.example:3128",
        "all": "http://other.example:3128",
        "no": "inside.example, .deep.example,*.wide.example,odd.example:81,",
    }
    for url, proxy in {
        "https://api.example/v1": "http://proxy.example:3128",
        "http://api.example/v1": "http://other.example:3128",
        "https://inside.example/v1": "",
        "https://a.deep.example/v1": "",
        "https://a.wide.example/v1": "",
        "https://odd.example:81": "",
        "https://odd.example": "http://proxy.example:3128",
        "https://notinside.example": "http://proxy.example:3128",
        "http://localhost:1": "",
        "http://127.0.0.1:1": "",
        "http://[::1]:1": "",
        "https://a.localhost": "",
    }.items():
        assert proxy_of(httpx.URL(url), proxies) == proxy, url


async def test_a_proxy_is_asked_for_addresses_elsewhere() -> None:
    async with ModelServer(text("through the proxy")) as proxy, open_client({"http": proxy.url}) as client:
        parts = [part async for part in provider("anthropic", client, url="http://models.example").stream(ASK)]
        assert len(finishes(parts)) == 1
        assert proxy.requests[0].path == "http://models.example/v1/messages"
