"""A service that speaks OpenAI's format is asked patiently, and whatever it answers wrongly is an error in words."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from random import Random

import httpx
import pytest

from heartbit_tui.memory.embed.openai import BATCH, LONGEST, OpenAIEmbedder, address, batches
from heartbit_tui.memory.embed.types import Settings
from heartbit_tui.memory.errors import EmbeddingError
from heartbit_tui.testing import FakeClock
from heartbit_tui.testing.embeddings import EmbeddingServer, Fault, vector_of

KEY = "sk-0123456789abcdefghij"


@asynccontextmanager
async def service(
    *faults: Fault, dimension: int | None = None, key: str = KEY
) -> AsyncGenerator[tuple[OpenAIEmbedder, EmbeddingServer, FakeClock]]:
    clock = FakeClock(auto=True)
    async with EmbeddingServer(faults) as server, httpx.AsyncClient(trust_env=False) as client:
        settings = Settings(provider="openai", model="m", key=key, base_url=server.url, dimension=dimension)
        yield OpenAIEmbedder(settings, client, clock, Random(1)), server, clock


def near(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) < 1e-6 for a, b in zip(one, other, strict=True))


async def test_each_text_gets_its_own_vector_whatever_the_order_of_the_answer() -> None:
    texts = [f"text number {n} about {word}" for n, word in enumerate(("cars", "tea", "rain") * 50)]
    async with service() as (embedder, server, _):
        found = await embedder.embed(texts)
    assert all(near(vector, vector_of(text)) for vector, text in zip(found, texts, strict=True))
    assert [len(request.body["input"]) for request in server.requests] == [64, 64, 22]
    assert {request.path for request in server.requests} == {"/v1/embeddings"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {KEY}"}
    assert (embedder.model, embedder.dimension) == ("m", 64)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, headers={"retry-after": "7"}, body='{"error": {"message": "slow down"}}'),
        Fault(status=503, body="<html>overloaded</html>"),
        Fault(status=500, body="{}"),
    ],
)
async def test_what_may_pass_is_tried_again(fault: Fault) -> None:
    async with service(fault, fault) as (embedder, server, clock):
        (found,) = await embedder.embed(["one"])
    assert near(found, vector_of("one"))
    assert len(clock.slept) == 2
    assert clock.slept == [7, 7] or max(clock.slept) <= 1
    assert len(server.requests) == 3


async def _list(embedder: OpenAIEmbedder, texts: Sequence[str]) -> Sequence[Sequence[float]]:
    return list(await embedder.embed(texts))


REFUSED = (
    (
        Fault(status=401, body=f'{{"error": {{"message": "bad key {KEY}"}}}}'),
        "does not accept the key .*OPENAI_API_KEY",
    ),
    (Fault(status=400, body='{"error": {"message": "unknown model"}}'), "gives no vectors .400.: unknown model"),
    (Fault(status=400, body=f'{{"detail": "Bearer {KEY} is odd"}}'), r"400.: \[hidden\]"),
    (Fault(status=307, headers={"location": "http://elsewhere.example/"}, body="x"), "redirects .307."),
    (Fault(body="<html>hello</html>"), "did not answer with JSON"),
    (Fault(body='{"data": 3}'), "answered without vectors"),
    (Fault(body='{"data": [{"index": 0, "embedding": ["a"]}, {"index": 1, "embedding": []}]}'), "that is no vector"),
    (Fault(body='{"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]}'), "no numbers"),
    (Fault(body='{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}'), "such that are none"),
    (
        Fault(body='{"data": [{"index": 0, "embedding": "!!!"}, {"index": 1, "embedding": [1]}]}'),
        "no vector|no numbers",
    ),
    (Fault(short=True), "gave 1 vectors for 2 texts"),
    (Fault(same=True), "did not say which vector"),
    (Fault(wide=True), "different lengths"),
)


async def test_a_wrong_answer_is_an_error_in_words_without_the_key() -> None:
    for fault, told in REFUSED:
        async with service(fault) as (embedder, server, _):
            with pytest.raises(EmbeddingError, match=told) as caught:
                await embedder.embed(["one", "two"])
        assert KEY not in str(caught.value)
        assert len(server.requests) == 1, "asking again would not help"


async def test_a_length_that_the_settings_do_not_expect_is_refused() -> None:
    async with service(dimension=100) as (embedder, _, _clock):
        assert (embedder.model, embedder.dimension) == ("m@100", 100)
        with pytest.raises(EmbeddingError, match="vectors of 64 numbers, and 100 were expected"):
            await embedder.embed(["one"])


async def test_a_service_that_stays_silent_holds_nobody_who_stops_waiting() -> None:
    async with service(Fault(silent=True)) as (embedder, server, _):
        task = asyncio.create_task(_list(embedder, ["one"]))
        while not server.requests:
            await asyncio.wait([task], timeout=0.01)
        task.cancel()
        assert await asyncio.gather(task, return_exceptions=True) != []
        assert (await embedder.embed(["one"]))[0], "the next request has a connection of its own"


async def test_nobody_there_is_told_after_three_tries() -> None:
    async with service() as (embedder, _, clock):
        pass
    async with httpx.AsyncClient(trust_env=False) as client:
        settings = Settings(provider="openai", model="m", base_url="http://127.0.0.1:9")
        embedder = OpenAIEmbedder(settings, client, clock, Random(1))
        with pytest.raises(EmbeddingError, match=r"127\.0\.0\.1 cannot be reached"):
            await embedder.embed(["one"])
    assert len(clock.slept) == 2


async def test_without_a_key_openai_is_not_asked_and_an_own_service_is() -> None:
    async with service(key="") as (embedder, server, clock):
        assert len(await embedder.embed(["one"])) == 1
        assert "authorization" not in server.requests[0].headers
        async with httpx.AsyncClient() as client:
            keyless = OpenAIEmbedder(Settings(provider="openai"), client, clock, Random(1))
            with pytest.raises(EmbeddingError, match="no key for embeddings in OPENAI_API_KEY"):
                await keyless.embed(["one"])


def test_the_address_is_the_base_with_its_version_once() -> None:
    assert {
        base: address(base) for base in ("", "http://h:1", "http://h/v1/", "http://h/v1/embeddings", "http://h/x/v2")
    } == {
        "": "https://api.openai.com/v1/embeddings",
        "http://h:1": "http://h:1/v1/embeddings",
        "http://h/v1/": "http://h/v1/embeddings",
        "http://h/v1/embeddings": "http://h/v1/embeddings",
        "http://h/x/v2": "http://h/x/v2/embeddings",
    }


def test_texts_are_cut_and_never_empty_and_go_in_bounded_requests() -> None:
    sent = batches(["", "  ", "a" * 2 * LONGEST, *["b" * LONGEST] * 10, *["c"] * 2 * BATCH])
    assert [text for batch in sent for text in batch][:2] == ["-", "-"]
    assert max(len(text) for batch in sent for text in batch) == LONGEST
    assert max(sum(map(len, batch)) for batch in sent) <= 200_000
    assert max(map(len, sent)) == BATCH
    assert sum(map(len, sent)) == 13 + 2 * BATCH
