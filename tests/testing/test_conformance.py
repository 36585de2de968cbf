"""The shipped providers and fakes hold to the suites that users run against their own."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random
from typing import ClassVar

import pytest

from heartbit_tui.kernel.events import Question
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Provider, Tool, ToolSpec, Touch
from heartbit_tui.providers.fallback import Fallback
from heartbit_tui.providers.http import open_client
from heartbit_tui.providers.retrying import Retrying
from heartbit_tui.providers.script import Reply
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.providers.types import Retry
from heartbit_tui.testing import FakeCallContext, FakeClock, ModelServer, ScriptedProvider
from heartbit_tui.testing.conformance_provider import ProviderConformance
from heartbit_tui.testing.conformance_tool import ToolConformance
from tests.providers.wires import provider


@asynccontextmanager
async def served(name: str, replies: Sequence[Reply]) -> AsyncGenerator[Provider]:
    async with ModelServer(replies) as server, open_client() as client:
        yield provider(name, client, url=server.url)


@asynccontextmanager
async def held(made: Provider) -> AsyncGenerator[Provider]:
    yield made


class TestAnthropic(ProviderConformance):
    def open(self, replies: Sequence[Reply]) -> AbstractAsyncContextManager[Provider]:
        return served("anthropic", replies)


class TestChat(ProviderConformance):
    def open(self, replies: Sequence[Reply]) -> AbstractAsyncContextManager[Provider]:
        return served("openai", replies)


class TestResponses(ProviderConformance):
    def open(self, replies: Sequence[Reply]) -> AbstractAsyncContextManager[Provider]:
        return served("openai-responses", replies)


class TestScripted(ProviderConformance):
    def open(self, replies: Sequence[Reply]) -> AbstractAsyncContextManager[Provider]:
        return held(ScriptedProvider(replies))


class TestWrapped(ProviderConformance):
    def open(self, replies: Sequence[Reply]) -> AbstractAsyncContextManager[Provider]:
        clock = FakeClock(auto=True)
        first = Retrying(Scripted(replies), Retry(max_retries=0), clock, Random(1))
        second = Retrying(Scripted([reply for reply in replies if reply.fault]), Retry(max_retries=0), clock, Random(1))
        return held(Fallback(first, second, clock))


class Echo:
    """A tool that says what it is told."""

    spec = ToolSpec(
        name="echo", description="Says it.", input_schema={"type": "object", "properties": {"text": {"type": "string"}}}
    )
    effects = Effects.READ
    keeps_own_time = False

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return (Touch(kind="read", what="/tmp"),)

    def check(self, input: JsonObject) -> str:
        return "" if isinstance(input.get("text"), str) else "Give a text."

    async def preview(self, input: JsonObject) -> str:
        return ""

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        return Output(content=input["text"])


class TestEcho(ToolConformance):
    good: ClassVar[Sequence[JsonObject]] = ({"text": "a"}, {"text": ""})
    bad: ClassVar[Sequence[JsonObject]] = ({}, {"text": 1})

    def tool(self) -> Tool:
        return Echo()


class Careless(Echo):
    """A tool that breaks its promises: relative paths, and words for a good input."""

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        return (Touch(kind="write", what="relative.txt"),)

    def check(self, input: JsonObject) -> str:
        return ""


class CarelessSuite(ToolConformance):
    good: ClassVar[Sequence[JsonObject]] = ({"text": "a"},)
    bad: ClassVar[Sequence[JsonObject]] = ({},)

    def tool(self) -> Tool:
        return Careless()


def test_the_suite_finds_broken_promises() -> None:
    suite = CarelessSuite()
    for check in (
        suite.test_touches_are_absolute_and_the_same_each_time,
        suite.test_good_inputs_are_taken_and_bad_ones_refused_with_a_sentence,
        suite.test_what_writes_or_runs_says_so,
    ):
        with pytest.raises(AssertionError):
            check()


async def test_a_call_context_answers_in_order_and_then_nobody_does() -> None:
    context: CallContext = FakeCallContext(answers=[(("yes",),), None])
    question = Question(question="Go on?")
    assert [await context.ask([question]) for _ in range(3)] == [(("yes",),), None, None]
