"""What every provider has to hold to; a suite to inherit from.

    class TestMine(ProviderConformance):
        def open(self, replies):
            return my_provider_playing(replies)

The tests are plain coroutines, run by pytest with pytest-asyncio in its automatic mode.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress

from heartbit_tui.kernel.errors import NetworkError, ProviderError
from heartbit_tui.kernel.events import ModelEscalated, RetryAttempt, TextDelta, ThinkingDelta, ToolInputDelta
from heartbit_tui.kernel.messages import AssistantBlock, StopReason, Text, Thinking, ToolCall, Usage, user
from heartbit_tui.kernel.protocols import Block, Finish, Part, Provider, Request, Spent
from heartbit_tui.providers.faults import Drop, End, Stall, Status
from heartbit_tui.providers.script import RawCall, Reply, call

PARTS = (TextDelta, ThinkingDelta, ToolInputDelta, Block, RetryAttempt, ModelEscalated, Spent, Finish)
WORDS = Text(text="Some words, é and 😀, in pieces.")
USAGE = Usage(input_tokens=11, output_tokens=7)


class ProviderConformance:
    """The suite. `open` gives a provider whose service will answer with these replies, one after the other."""

    def open(self, replies: Sequence[Reply]) -> AbstractAsyncContextManager[Provider]:
        """A provider that gets these replies; to be overridden."""
        raise NotImplementedError

    async def test_a_text_comes_in_deltas_then_a_block_then_one_finish(self) -> None:
        parts = await self._parts(Reply(blocks=(WORDS,), usage=USAGE, chunk=5))
        shown = "".join(part.text for part in parts if isinstance(part, TextDelta))
        assert shown == WORDS.text
        assert _blocks(parts) == [WORDS]
        assert isinstance(parts[-1], Finish)
        assert [part for part in parts if isinstance(part, Finish)] == [parts[-1]]
        assert parts[-1].stop is StopReason.END_TURN
        assert parts[-1].usage.input_tokens == USAGE.input_tokens
        assert parts[-1].usage.output_tokens == USAGE.output_tokens

    async def test_there_are_no_parts_that_the_loop_does_not_know(self) -> None:
        reply = Reply(blocks=(Thinking(text="Hm."), WORDS, call("read", path="a")))
        assert all(isinstance(part, PARTS) for part in await self._parts(reply))

    async def test_parallel_calls_keep_their_order_and_arguments(self) -> None:
        calls = [call("read", f"call_{number}", path=f"é{number}", nested={"n": [number, None]}) for number in range(4)]
        parts = await self._parts(Reply(blocks=(*calls,), chunk=3))
        assert _blocks(parts) == list[AssistantBlock](calls)
        assert _finish(parts).stop is StopReason.TOOL_USE

    async def test_a_call_without_arguments_has_an_empty_object(self) -> None:
        assert _blocks(await self._parts(Reply(blocks=(call("todoread", "call_1"),)))) == [
            ToolCall(id="call_1", name="todoread")
        ]

    async def test_arguments_that_are_no_object_are_never_usable(self) -> None:
        for arguments in ('{"path": "a', "[1]", "{'path': 1}"):
            reply = Reply(blocks=(RawCall(id="call_1", name="write", arguments=arguments),))
            (made,) = _blocks(await self._parts(reply))
            assert isinstance(made, ToolCall)
            assert made.fault

    async def test_an_answer_that_breaks_off_is_an_error(self) -> None:
        for fault in (Drop(after=3), End(after=3)):
            parts, error = await self._failed(Reply(blocks=(WORDS,), chunk=3, fault=fault))
            assert isinstance(error, NetworkError)
            assert not any(isinstance(part, Finish) for part in parts)

    async def test_refusals_are_provider_errors(self) -> None:
        for status in (400, 401, 404, 413, 429, 500, 529):
            _, error = await self._failed(Reply(fault=Status(status=status)))
            assert error is not None

    async def test_cancelling_ends_a_call_that_is_stalled(self) -> None:
        stalled = Reply(blocks=(WORDS,), chunk=3, fault=Stall(after=3))
        async with self.open([stalled]) as provider:
            task = asyncio.create_task(_read(provider, []))
            await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError, ProviderError):
                await task
            assert task.done()

    async def _parts(self, reply: Reply) -> list[Part]:
        parts, error = await self._failed(reply)
        assert error is None, error
        return parts

    async def _failed(self, reply: Reply) -> tuple[list[Part], ProviderError | None]:
        parts: list[Part] = []
        async with self.open([reply]) as provider:
            try:
                await _read(provider, parts)
            except ProviderError as error:
                return parts, error
        return parts, None


async def _read(provider: Provider, parts: list[Part]) -> None:
    async for part in provider.stream(Request(system="Be brief.", messages=(user("Hello"),))):
        parts.append(part)  # noqa: PERF401 - what came before an error counts


def _blocks(parts: Sequence[Part]) -> list[AssistantBlock]:
    return [part.block for part in parts if isinstance(part, Block)]


def _finish(parts: Sequence[Part]) -> Finish:
    (finish,) = [part for part in parts if isinstance(part, Finish)]
    return finish
