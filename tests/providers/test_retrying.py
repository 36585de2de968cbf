"""When a failed call is tried again, how long that waits, and that it never counts twice."""

import asyncio
import itertools
from random import Random

import httpx
import pytest

from heartbit_tui.kernel.errors import (
    AuthenticationError,
    ContextOverflowError,
    InvalidRequestError,
    NetworkError,
    OverloadedError,
    ProviderError,
    RateLimitError,
    StalledError,
)
from heartbit_tui.kernel.events import ModelEscalated, RetryAttempt, TextDelta
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.protocols import Part
from heartbit_tui.providers import faults
from heartbit_tui.providers.fallback import Fallback
from heartbit_tui.providers.faults import Fault
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.retrying import Retrying
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.providers.types import Retry
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.model_server import ModelServer
from tests.providers.wires import ASK, blocks, finishes, provider

ANSWER = Reply(blocks=(Text(text="All is well."), call("read", "c", path="a")), chunk=4)
RETRIED = (408, 409, 425, 429, 500, 502, 503, 504, 520, 524, 529)
NOT_RETRIED = (400, 401, 404)
FORMS: dict[str, tuple[dict[str, str], float | None]] = {
    "seconds": ({"retry-after": "3"}, 3.0),
    "ms": ({"retry-after-ms": "250"}, 0.25),
    "date": ({"retry-after": "Thu, 01 Jan 2026 00:00:09 GMT"}, 9.0),
    "absent": ({}, None),
    "zero": ({"retry-after": "0"}, None),
    "negative": ({"retry-after": "-3"}, None),
    "huge": ({"retry-after": "1000000000"}, 30.0),
    "text": ({"retry-after": "soon"}, None),
}


def retrying(replies: list[Reply], clock: FakeClock, **patience: int) -> Retrying:
    return Retrying(Scripted(replies, clock=clock), Retry(**patience), clock, Random(1))


def failing(fault: Fault, times: int = 1) -> Reply:
    return Reply(blocks=ANSWER.blocks, chunk=4, fault=fault, times=times)


async def collect(provider: Retrying | Fallback) -> list[Part]:
    return [part async for part in provider.stream(ASK)]


@pytest.mark.parametrize("status", [*RETRIED, *NOT_RETRIED])
async def test_the_matrix_of_statuses_and_waits(status: int) -> None:
    for headers, wait in FORMS.values():
        clock = FakeClock(auto=True)
        fault = faults.Status(status=status, headers=headers)
        async with ModelServer([failing(fault), ANSWER]) as server, open_client() as client:
            inner = provider("anthropic", client, url=server.url)
            wrapped = Retrying(inner, Retry(), clock, Random(1))
            if status in NOT_RETRIED:
                with pytest.raises(ProviderError):
                    await collect(wrapped)
                assert clock.slept == []
                continue
            parts = await collect(wrapped)
            assert len(finishes(parts)) == 1
            (slept,) = clock.slept
            assert slept == wait if wait is not None else 0 <= slept <= 0.5
    assert (len(RETRIED) + len(NOT_RETRIED)) * len(FORMS) == 112


async def test_a_spend_limit_is_not_retried() -> None:
    clock = FakeClock(auto=True)
    body = '{"error": {"type": "rate_limit_error", "message": "limit", "details": {"error_code": "enforced_spend_limit_reached"}}}'
    with pytest.raises(RateLimitError) as caught:
        await collect(retrying([failing(faults.Status(status=429, body=body)), ANSWER], clock))
    assert caught.value.spent
    assert clock.slept == []


async def test_waiting_grows_stays_random_and_is_bounded() -> None:
    clock = FakeClock(auto=True)
    with pytest.raises(OverloadedError):
        await collect(
            retrying(
                [failing(faults.Status(status=529), 0)], clock, max_retries=20, base_delay_ms=100, max_delay_ms=3000
            )
        )
    bounds = [min(0.1 * 2**n, 3.0) for n in range(20)]
    assert len(clock.slept) == 20
    assert all(0 <= slept <= bound for slept, bound in zip(clock.slept, bounds, strict=True))
    assert len({round(slept, 3) for slept in clock.slept}) > 10


async def test_streaming_goes_on_after_a_retry_and_each_attempt_is_told() -> None:
    clock = FakeClock(auto=True)
    parts = await collect(retrying([failing(faults.Drop(after=2), 2), ANSWER], clock))
    told = [part for part in parts if isinstance(part, RetryAttempt)]
    assert [(part.attempt, part.max_retries, part.error_class) for part in told] == [
        (1, 3, "network_error"),
        (2, 3, "network_error"),
    ]
    assert [part.delay_ms for part in told] == [round(slept * 1000) for slept in clock.slept]
    after = parts[parts.index(told[-1]) + 1 :]
    assert "".join(part.text for part in after if isinstance(part, TextDelta)) == "All is well."


async def test_the_last_error_is_raised_when_patience_ends() -> None:
    clock = FakeClock(auto=True)
    with pytest.raises(StalledError):
        await collect(retrying([failing(faults.Refuse()), failing(faults.Stall()), ANSWER], clock, max_retries=1))
    with pytest.raises(NetworkError):
        await collect(retrying([failing(faults.Refuse()), ANSWER], FakeClock(), max_retries=0))


async def test_cancelling_a_wait_ends_it_at_once() -> None:
    clock = FakeClock()
    task = asyncio.create_task(collect(retrying([failing(faults.Status(status=529)), ANSWER], clock)))
    await clock.slept_by(1)
    task.cancel()
    async with asyncio.timeout(20):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_no_fault_makes_an_answer_count_twice() -> None:
    random, cases = Random(7), 0
    made: list[Fault] = [
        *(faults.Drop(after=n) for n in range(8)),
        *(faults.End(after=n) for n in range(8)),
        *(faults.Cut(bytes=n * 97) for n in range(16)),
        *(faults.ErrorEvent(after=n) for n in range(1, 8)),
        *(faults.Status(status=status) for status in RETRIED),
    ]
    coming: list[Reply] = []
    async with ModelServer(compose=lambda body: coming.pop(0)) as server, open_client() as client:
        for name, fault in itertools.product(("anthropic", "openai", "openai-responses"), made * 4):
            coming[:] = [Reply(blocks=ANSWER.blocks, chunk=random.choice([3, 9]), fault=fault), ANSWER]
            wrapped = Retrying(provider(name, client, url=server.url), Retry(), FakeClock(auto=True), random)
            parts = await collect(wrapped)
            last = max((n for n, part in enumerate(parts) if isinstance(part, RetryAttempt)), default=0)
            assert blocks(parts[last:]) == list(ANSWER.blocks)
            assert len(finishes(parts)) == 1
            cases += 1
    assert cases >= 500


TROUBLE: list[Fault] = [
    faults.Status(status=529),
    faults.Status(status=429),
    faults.Status(status=402),
    faults.Refuse(),
    faults.Stall(),
    faults.Junk(),
    faults.Drop(after=2),
]
OWN = {
    401: AuthenticationError,
    400: InvalidRequestError,
    404: InvalidRequestError,
    413: ContextOverflowError,
}


@pytest.mark.parametrize("fault", TROUBLE, ids=repr)
async def test_another_model_answers_when_the_service_is_in_trouble(fault: Fault) -> None:
    clock = FakeClock()
    first, second = Scripted([failing(fault)], model="big"), Scripted([ANSWER, ANSWER, ANSWER], model="small")
    wrapped = Fallback(first, second, clock, rest=60)
    parts = await collect(wrapped)
    assert [part for part in parts if isinstance(part, ModelEscalated)] == [
        ModelEscalated(from_tier="big", to_tier="small", reason="tier_error")
    ]
    assert [finish.model for finish in finishes(parts)] == ["small"]
    await collect(wrapped)
    assert len(first.requests) == 1
    await clock.advance(61)
    assert wrapped.model == "big"


@pytest.mark.parametrize("status", OWN)
async def test_no_other_model_is_asked_where_it_would_not_help(status: int) -> None:
    second = Scripted([ANSWER])
    with pytest.raises(OWN[status]):
        await collect(Fallback(Scripted([failing(faults.Status(status=status))]), second, FakeClock()))
    assert second.requests == []


async def test_a_connection_that_nobody_takes_is_a_network_error() -> None:
    async with open_client() as client:
        for url in ("http://127.0.0.1:1", "http://name.invalid", "https://127.0.0.1:1"):
            with pytest.raises(NetworkError, match="base_url"):
                await collect_one(client, url)
        for url in ("nonsense", "ftp://127.0.0.1", "http://"):
            with pytest.raises(ProviderError):
                await collect_one(client, url)


async def collect_one(client: httpx.AsyncClient, url: str) -> list[Part]:
    return [part async for part in provider("anthropic", client, url=url).stream(ASK)]
