"""A real language model on this machine: it answers, streams, calls a tool, and runs out of context."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from heartbit_tui.kernel.errors import ContextOverflowError
from heartbit_tui.kernel.events import TextDelta
from heartbit_tui.kernel.messages import Assistant, Message, StopReason, ToolCall, ToolResult, User, user
from heartbit_tui.kernel.protocols import Part, Provider, Request, ToolSpec
from heartbit_tui.providers.discover import find
from heartbit_tui.providers.http import open_client
from tests.journeys.local_service import MISSING, free_port, model_file, serving
from tests.providers.wires import blocks, finishes, provider

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(540)]

TEMPLATE = Path(__file__).parent / "few_shot.jinja"
CONTEXT = 2048
READ = ToolSpec(
    name="read",
    description="Reads a file.",
    input_schema={"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    model = model_file()
    if model is None:
        pytest.skip(MISSING)
    with serving(model, free_port(), context=CONTEXT, template=TEMPLATE) as address:
        yield address


async def ask(asked: Provider, *messages: Message, tools: tuple[ToolSpec, ...] = (), limit: int = 60) -> list[Part]:
    request = Request(system="", messages=messages, tools=tools, max_tokens=limit)
    return [part async for part in asked.stream(request)]


@pytest.mark.parametrize("name", ["anthropic", "openai", "openai-responses"])
async def test_a_real_model_is_spoken_to_in_each_format(url: str, name: str) -> None:
    patient = {"first_byte": 500, "idle": 500, "total": 530}
    async with open_client() as client:
        asked = provider(name, client, url=url, model="smollm2", timeouts=patient)
        await check_words(asked, name)
        await check_tool(asked, name)
        with pytest.raises(ContextOverflowError):
            await ask(asked, user("word " * CONTEXT * 2))


async def check_words(asked: Provider, name: str) -> None:
    parts = await ask(asked, user("Say hello."), limit=12)
    assert sum(isinstance(part, TextDelta) for part in parts) > 2
    (finish,) = finishes(parts)
    assert (finish.provider, finish.cost_usd) == (name, None)
    assert finish.stop in {StopReason.END_TURN, StopReason.MAX_TOKENS}
    assert finish.usage.prompt > 0
    assert 0 < finish.usage.output_tokens <= 13


async def check_tool(asked: Provider, name: str) -> None:
    question = user("Show the file b.txt.")
    parts = await ask(asked, question, tools=(READ,))
    (call,) = [block for block in blocks(parts) if isinstance(block, ToolCall)]
    assert (call.name, call.input, call.fault) == ("read", {"path": "b.txt"}, "")
    assert finishes(parts)[0].stop is StopReason.TOOL_USE
    answer = Assistant(content=tuple(blocks(parts)), provider=name)
    result = User(content=(ToolResult(call_id=call.id, content="The moon is made of cheese."),))
    after = finishes(await ask(asked, question, answer, result, tools=(READ,)))
    assert after[0].usage.prompt > finishes(parts)[0].usage.prompt


async def test_the_server_is_found_on_this_machine(url: str) -> None:
    async with open_client() as client:
        (found,) = await find(client, addresses={"ollama": "http://127.0.0.1:1/v1", "llamacpp": f"{url}/v1"}, limit=10)
        assert (found.provider, found.base_url) == ("llamacpp", f"{url}/v1")
        assert len(found.models) == 1
        assert (await client.get(httpx.URL(f"{url}/health"))).status_code == 200
