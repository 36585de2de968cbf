"""A cascade over real HTTP: what it tells of tokens is what the service has counted, to the token."""

import asyncio
import random

import pytest

from heartbit_tui.kernel.errors import ProviderError
from heartbit_tui.kernel.messages import Assistant, JsonObject, Message, Text, ToolCall, ToolResult, Usage, User, user
from heartbit_tui.kernel.protocols import Finish, Request, Spent, ToolSpec
from heartbit_tui.providers import faults
from heartbit_tui.providers.cascading import Cascading
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.retrying import Retrying
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.providers.sieve import Heuristic, Judging, Sieve
from heartbit_tui.providers.types import Retry
from heartbit_tui.testing.clock import FakeClock
from heartbit_tui.testing.model_server import ModelServer
from tests.providers.wires import ALL, provider

TOOL = ToolSpec(name="read", description="read", input_schema={"type": "object"})
WORDS = ("I can\u2019t do that.", "No.", "All done, and well.", "I'm not sure.", "Here is the whole answer.")


class Service:
    """Makes up answers, and counts what it charges for; a status of its own costs nothing."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.charged: dict[str, Usage] = {}

    def reply(self, body: JsonObject) -> Reply:
        roll, model = self._random.random(), str(body["model"])
        if roll < 0.15:
            return Reply(fault=faults.Status(status=self._random.choice((500, 529, 429, 404))))
        usage = Usage(input_tokens=self._random.randrange(1, 9000), output_tokens=self._random.randrange(1, 900))
        self.charged[model] = self.charged.get(model, Usage()) + usage
        if model == "judge":
            return Reply(blocks=(Text(text=self._random.choice(("PASS", "FAIL: no"))),), usage=usage)
        if roll < 0.4:
            return Reply(blocks=(call("read", f"c{self._random.random()}", path="a"),), usage=usage)
        return Reply(blocks=(Text(text=self._random.choice(WORDS)),), usage=usage)


def sieve_of(kind: int, judge: Retrying) -> Sieve:
    first = Heuristic(accept_tool_calls=kind != 1)
    return Judging(first, judge) if kind == 2 else first


@pytest.mark.parametrize("wire", ALL)
@pytest.mark.parametrize("kind", [0, 1, 2], ids=["heuristic", "no calls", "judge"])
async def test_the_totals_are_the_services_own(wire: str, kind: int) -> None:
    service, clock = Service(kind), FakeClock()
    told: dict[str, Usage] = {}
    purposes = set[str]()
    async with ModelServer(compose=service.reply, strict=False) as server, open_client({}) as client:

        def model(name: str) -> Retrying:
            inner = provider(wire, client, url=server.url, model=name)
            return Retrying(inner, Retry(max_retries=2, base_delay_ms=0, max_delay_ms=0), clock, random.Random(1))

        tiers = [model(name) for name in ("small", "middle", "big")]
        cascade = Cascading(tiers, clock, sieve=sieve_of(kind, model("judge")), rest=0)
        messages: tuple[Message, ...] = (user("go"),)
        for _ in range(60):
            request = Request(system="", messages=messages, tools=(TOOL,))
            answer: list[ToolCall | Text] = []
            finish: Finish | None = None
            try:
                async for part in cascade.stream(request):
                    if isinstance(part, Spent | Finish):
                        told[part.model] = told.get(part.model, Usage()) + part.usage
                    if isinstance(part, Spent):
                        purposes.add(part.purpose)
                    if isinstance(part, Finish):
                        finish = part
                    block = getattr(part, "block", None)
                    answer += [block] if isinstance(block, ToolCall | Text) else []
            except ProviderError:
                continue
            assert finish is not None
            messages = going_on(tuple(answer), finish)
    assert told == service.charged
    assert purposes == {"cascade_rejected", "judge"} if kind == 2 else purposes == {"cascade_rejected"}


def going_on(answer: tuple[ToolCall | Text, ...], finish: Finish) -> tuple[Message, ...]:
    """The next question: results where calls were made, else another prompt."""
    said = Assistant(content=answer, stop=finish.stop, provider=finish.provider, model=finish.model)
    results = tuple(ToolResult(call_id=each.id, content="x") for each in said.calls)
    return (user("go"), said, User(content=results or (Text(text="and now?"),)))


@pytest.mark.parametrize("wire", ALL)
async def test_a_model_that_was_left_while_it_answered_is_counted_too(wire: str) -> None:
    usage = {"small": Usage(input_tokens=70, output_tokens=30), "big": Usage(input_tokens=80, output_tokens=40)}
    held = asyncio.Event()

    async def pause(seconds: float) -> None:
        if seconds:
            await held.wait()

    def reply(body: JsonObject) -> Reply:
        name = str(body["model"])
        return Reply(blocks=(Text(text="All of it."),), usage=usage[name], wait=1 if name == "small" else 0)

    told: dict[str, Usage] = {}
    async with ModelServer(compose=reply, strict=False, sleep=pause) as server, open_client({}) as client:
        tiers = [provider(wire, client, url=server.url, model=name) for name in usage]
        cascade = Cascading(tiers, FakeClock())

        async def read() -> None:
            async for part in cascade.stream(Request(system="", messages=(user("go"),))):
                if isinstance(part, Spent | Finish):
                    told[part.model] = part.usage

        task = asyncio.create_task(read())
        await server.until(lambda found: len(found.requests) == 1)
        cascade.escalate()
        await server.until(lambda found: len(found.requests) == 2)
        held.set()
        await task
    assert told == usage
