"""A conversation that a real small model has no room for: summarised by that model, and answered."""

from collections.abc import Iterator

import pytest

from heartbit_tui.context.chain import Chain
from heartbit_tui.context.room import Room
from heartbit_tui.context.summarise import Summarise
from heartbit_tui.context.types import Settings
from heartbit_tui.context.window import Window
from heartbit_tui.kernel.bus import Bus
from heartbit_tui.kernel.events import (
    AssistantMessage,
    AutoCompactionTriggered,
    ContextSummarized,
    Envelope,
    Event,
    RunCompleted,
    RunStarted,
    UserMessage,
)
from heartbit_tui.kernel.messages import Assistant, Text, Usage, user
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.kernel.protocols import Agent
from heartbit_tui.kernel.session import Opening, Session, Wiring
from heartbit_tui.providers.http import open_client
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.testing.histories import envelopes
from heartbit_tui.testing.journal import MemoryJournal
from heartbit_tui.testing.rules import FakeGate
from tests.journeys.local_service import MISSING, free_port, model_file, serving
from tests.providers.wires import provider

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(580)]

CONTEXT = 512


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    model = model_file()
    if model is None:
        pytest.skip(MISSING)
    with serving(model, free_port(), context=CONTEXT) as address:
        yield address


def too_long() -> list[Envelope]:
    """Six exchanges that end well, of more tokens than the model takes."""
    told: list[Event] = []
    for number in range(6):
        words = f"Step {number}: " + "the moon is made of cheese and the sun is made of butter. " * 5
        told += [RunStarted(task=words), UserMessage(message=user(words))]
        told.append(AssistantMessage(message=Assistant(content=(Text(text=f"Step {number} is done."),))))
        told.append(RunCompleted(total_usage=Usage(), tool_calls_made=0))
    return envelopes(told)


async def test_a_real_overflow_is_recovered_from_by_a_summary_of_the_same_model(url: str) -> None:
    patient = {"first_byte": 500, "idle": 500, "total": 550}
    room = Room(lambda: None)
    last = Window(lambda request: room.bound(request) if room.tight else 0, room)
    heard: list[Envelope] = []
    async with open_client() as client:
        asked = provider("openai", client, url=url, model="smollm2", timeouts=patient)
        agent = Agent(
            name="main",
            system="You are a helpful assistant.",
            provider=asked,
            tools=(),
            gate=FakeGate(),
            context=Chain((Summarise(Settings(), room), last), room),
            max_tokens=40,
            facts=lambda _: "",
        )
        wiring = Wiring(bus=Bus((heard.append,)), journal=MemoryJournal(), clock=SystemClock())
        async with Session("s1", agent, wiring, Opening(log=too_long())) as session:
            session.submit(Prompt(content=(Text(text="What is the moon made of?"),)))
            await session.settled()
    events = [envelope.event for envelope in heard]
    assert [event.success for event in events if isinstance(event, AutoCompactionTriggered)] == [True]
    (summary,) = [event for event in events if isinstance(event, ContextSummarized)]
    assert (summary.trigger, room.window <= CONTEXT) == ("overflow", True)
    assert isinstance(events[-1], RunCompleted), events[-1]
