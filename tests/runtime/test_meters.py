"""The meters of a real session: what they tell is what was sent, what it cost, and what the service forgot."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.context import letters
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.caps import Caps, local_day
from heartbit_tui.kernel.events import CacheExpired, Envelope, Event, ModelCalled, ResultReplaced, SessionStarted
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.ops import Drop, Mode
from heartbit_tui.kernel.protocols import Agent, Clock, Limits, Request
from heartbit_tui.kernel.session import Opening, Session, Wiring
from heartbit_tui.providers import caching
from heartbit_tui.providers.pricing import PRICES, Prices
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime.meters import MANY, Meters
from heartbit_tui.runtime.warmth import Terms, Warmth, Watchful
from heartbit_tui.store.store import Store
from heartbit_tui.store.trail import Trail
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.journal import MemoryJournal
from heartbit_tui.testing.rules import FakeGate
from heartbit_tui.testing.tools import FakeTool
from tests.kernel.rig import prompt, says, turn

MODEL = "claude-sonnet-4-5"
TERMS = Terms(lifetime=caching.lifetime, price=Prices().price)
CALLED = ModelCalled(
    purpose="turn",
    model=MODEL,
    usage=Usage(input_tokens=10, cache_read_input_tokens=90_000, output_tokens=5),
    cost_usd=0.1,
)


def started(clock: Clock, *events: Event, provider: str = "anthropic") -> list[Envelope]:
    """The log of a session with this provider."""
    begin = SessionStarted(cwd="/p", provider=provider, model=MODEL, mode=Mode.ASK)
    return [
        Envelope(seq=seq, at=clock.now(), session="s", run="", agent="main", event=event)
        for seq, event in enumerate((begin, *events), 1)
    ]


def warmth(clock: Clock, *events: Event, provider: str = "anthropic") -> Warmth:
    found = Warmth(TERMS)
    for envelope in started(clock, *events, provider=provider):
        found.take(envelope)
    return found


@asynccontextmanager
async def session(
    replies: Sequence[Reply], clock: FakeClock, heard: Callable[[Envelope], None] = lambda _: None
) -> AsyncGenerator[tuple[Session, Meters, Scripted]]:
    provider = Scripted(replies, clock=clock, model=MODEL, name="anthropic")
    meters = Meters(caps=Caps(), warmth=Warmth(TERMS), clock=clock)
    watch = Watchful(Whole(), meters.warmth)
    tools = tuple(FakeTool(name) for name in ("read", "bash"))
    agent = Agent(name="main", system="Rules.", provider=provider, tools=tools, gate=FakeGate(), context=watch, limits=Limits(max_cost_usd=9))  # fmt: skip
    wiring = Wiring(bus=Bus((meters.take, heard)), journal=MemoryJournal(), clock=clock, caps=meters.caps)
    async with Session("s", agent, wiring, Opening(mode=Mode.ASK)) as opened:
        opened.append("main", SessionStarted(cwd="/p", provider="anthropic", model=MODEL, mode=Mode.ASK))
        meters.join(opened, watch, watch.policy)
        yield opened, meters, provider


def sent(provider: Scripted) -> Request:
    return provider.requests[-1]


async def test_what_is_told_right_before_a_request_is_the_request_to_the_character() -> None:
    clock = FakeClock()
    texts = ["x" * size for size in (1_000, 5, 900)]
    replies = [turn(call("read", f"c{n}", text=text)) for n, text in enumerate(texts)]
    async with session([*replies, says("done"), says("again")], clock) as (opened, meters, provider):
        opened.submit(prompt("go"))
        await opened.settled()
        opened.submit(Drop(calls=("c0",), tools=("bash",)))
        opened.submit(prompt("and on"))
        await opened.settled()
        found = meters.outlook()
        answer = next(item for item in reversed(found.plain) if item.kind == "answer")
        assert sum(item.letters for item in found.plain) - answer.letters == letters.request(sent(provider))
        assert [spec.name for spec in sent(provider).tools] == ["read"]
        assert [(each.period, each.cap) for each in meters.capped()] == [("run", 9)]
        assert meters.outlook() is found


async def test_a_long_conversation_is_looked_at_beside_the_loop_and_told_alike() -> None:
    runs = MANY // 4 + 1
    replies = [each for n in range(runs) for each in (turn(call("read", f"c{n}", text="x" * n)), says("done"))]
    async with session([*replies, says("again")], FakeClock()) as (opened, meters, _):
        assert meters.glance() == meters.outlook() == await meters.look()
        for _ in range(runs):
            opened.submit(prompt("go"))
            await opened.settled()
        assert len(opened.desk.conversation.messages()) > MANY
        assert meters.glance() is None
        found = await meters.look()
        assert (meters.glance(), meters.outlook(), await meters.look()) == (found, found, found)
        opened.submit(prompt("and on"))
        await opened.settled()
        assert meters.glance() is None
        assert len(meters.outlook().plain) > len(found.plain)
        assert meters.glance() is meters.outlook()


async def test_estimates_are_corrected_by_what_the_model_says_that_it_read() -> None:
    for prompt_tokens in (80, 300):
        replies = [says("a long answer " * 9, usage=Usage(input_tokens=prompt_tokens, output_tokens=30))]
        async with session(replies, FakeClock()) as (opened, meters, _):
            opened.submit(prompt("words " * 80))
            await opened.settled()
            found = meters.outlook()
            read = sum(item.tokens for item in found.items if item.kind != "answer")
            assert abs(read - prompt_tokens) <= len(found.items)


async def test_the_notice_comes_before_the_first_request_after_the_pause_and_never_else() -> None:
    clock = FakeClock()
    usage = CALLED.usage
    replies = [says(str(n), usage=usage, cost_usd=0.1) for n in range(4)]
    log: list[Envelope] = []
    async with session(replies, clock, log.append) as (opened, _, provider):
        for pause in (0, 200, 400, 10):
            await clock.advance(pause)
            opened.submit(prompt("go"))
            await opened.settled()
    assert len(provider.requests) == 4
    heard = [(envelope.run, envelope.event) for envelope in log if isinstance(envelope.event, CacheExpired)]
    assert heard == [("run-3", CacheExpired(tokens=90_000, idle=400, lifetime=300, cost_usd=0.3375, cached_usd=0.027))]


@pytest.mark.parametrize(
    ("provider", "model", "ttl", "seconds"),
    [
        ("anthropic", "claude-sonnet-4-5", "5m", 300),
        ("anthropic", "claude-sonnet-4-5", "1h", 3_600),
        ("openrouter", "anthropic/claude-opus-5", "5m", 300),
        ("openai", "gpt-5.1", "5m", 600),
        ("openai", "gpt-5.5", "5m", 86_400),
        ("openai", "gpt-6.1-sol", "5m", 1_800),
        ("openrouter", "qwen/qwen3-coder", "5m", None),
        ("ollama", "gpt-oss", "5m", None),
    ],
)
def test_lifetimes_are_those_that_services_document(
    provider: str, model: str, ttl: caching.Ttl, seconds: int | None
) -> None:
    assert caching.lifetime(provider, model, ttl=ttl) == seconds
    if model.rpartition("/")[2].startswith("claude"):
        assert caching.lifetime(provider, model, ttl=ttl, caching=False) is None


async def test_nothing_is_said_of_a_cache_that_is_warm_small_of_no_price_or_of_another_beginning() -> None:
    clock = FakeClock()
    dropped = ResultReplaced(tool_call_id="c", content="", omitted=1, why="dropped")
    small = ModelCalled(purpose="turn", model=MODEL, usage=Usage(cache_read_input_tokens=900), cost_usd=0.1)
    judge = ModelCalled(purpose="judge", model=MODEL, usage=CALLED.usage, cost_usd=0.1)
    colds = [warmth(clock), warmth(clock, small), warmth(clock, judge), warmth(clock, CALLED, dropped)]
    colds.append(warmth(clock, CALLED, provider="ollama"))
    expired = warmth(clock, CALLED)
    later = clock.now() + timedelta(seconds=301)
    assert [each.cold(later) for each in colds] == [None] * 5
    assert expired.cold(clock.now() + timedelta(seconds=300)) is None
    assert expired.cold(later) is not None


def test_an_hour_of_cache_costs_what_the_service_asks_for_it() -> None:
    usage = Usage(cache_creation_input_tokens=1_000_000)
    for name in ("claude-sonnet-4-5", "claude-opus-5-5", "gpt-5-1"):
        plain, hour = Prices().cost(name, usage), Prices(hour=True).cost(name, usage)
        price = Prices().price(name)
        assert price is not None
        assert hour == (price.input * 2 if name.startswith("claude") else plain)
    assert PRICES["claude-sonnet-5"].cache_write == 2.5


async def test_what_others_spend_today_is_counted_once_and_copies_of_sessions_not_at_all(tmp_path: Path) -> None:
    clock = FakeClock()
    today = local_day(clock.now())
    async with Store.open(tmp_path / "sessions.db", clock) as store:
        for name, cost in (("a", 1.0), ("b", 0.25)):
            spent = ModelCalled(purpose="turn", model=name, usage=Usage(input_tokens=3), cost_usd=cost)
            unpriced = ModelCalled(purpose="turn", model=name, usage=Usage(input_tokens=4))
            async with store.recorder(name, Trail(str)) as recorder:
                for envelope in started(clock, spent, unpriced):
                    recorder.take(Envelope(seq=envelope.seq, at=envelope.at, session=name, run="", agent="main", event=envelope.event))  # fmt: skip
        await store.fork("a")
        assert await store.spending.on(today) == 1.25
        assert await store.spending.on(today, session_id="a", after=1) == 0.25
        assert await store.spending.on(today, session_id="a", after=9) == 1.25
        assert await store.spending.on(today - timedelta(days=1)) == 0.0
        await store.delete("a")
        days = await store.spending.days(today - timedelta(days=1), today)
        assert [(each.model, each.calls, each.cost_usd, each.unpriced, each.usage.input_tokens) for each in days] == [
            ("a", 2, 1.0, 1, 7),
            ("b", 2, 0.25, 1, 7),
        ]
