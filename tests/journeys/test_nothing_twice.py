"""Whatever breaks while a model answers, before or after it has asked for a tool, no tool runs twice."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.kernel.events import Envelope, RunCompleted, Terminal, ToolCallStarted
from heartbit_tui.kernel.messages import JsonObject, Text, Thinking
from heartbit_tui.kernel.ops import Mode, Prompt
from heartbit_tui.providers.faults import Cut, Drop, End, ErrorEvent, Fault, Junk
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.runtime.options import Options
from heartbit_tui.testing.model_server import ModelServer
from tests.samples import samples

EACH = samples(70, 20)
"""Cases a wire format, of which there are three."""

KINDS: dict[str, dict[str, str]] = {
    "anthropic": {"kind": "anthropic", "path": ""},
    "chat": {"kind": "openai", "path": "/v1"},
    "responses": {"kind": "openai-responses", "path": "/v1"},
}
_LAST = Text(text="All is done now, as far as I can see.")
CONFIG = """
[provider]
name = "mine"
model = "any"
[provider.retry]
max_retries = 2
base_delay_ms = 1
max_delay_ms = 1
[provider.timeouts]
first_byte = 5
idle = 5
[providers.mine]
"""


def fault(rng: Random) -> Fault:
    """A break after content was sent: within the words, within the arguments, or just before the end."""
    after = rng.randint(3, 14)
    kinds: list[Fault] = [
        Drop(after=after),
        End(after=after),
        Cut(bytes=rng.randint(300, 2500)),
        ErrorEvent(after=after),
        Junk(after=after),
    ]
    return rng.choice(kinds)


class Model:
    """Asks for two calls in each of two turns, then ends; its answers break off again and again.

    It sees in the conversation which calls it has made, so that a second run of one is never its own wish.
    """

    def __init__(self, rng: Random, number: int) -> None:
        self._number = number
        self._turns = [_turn(rng, number, turn) for turn in range(2)] + [Reply(blocks=(_LAST,), chunk=5)]
        self._faults = [[fault(rng) for _ in range(rng.choice((1, 1, 2) if turn else (1, 2, 3)))] for turn in range(3)]
        self.injected = 0

    def __call__(self, body: JsonObject) -> Reply:
        seen = json.dumps(body)
        turn = next((turn for turn in range(2) if f"echo {self._number} {turn} >>" not in seen), 2)
        reply = self._turns[turn]
        if not self._faults[turn]:
            return reply
        self.injected += 1
        return Reply(blocks=reply.blocks, chunk=reply.chunk, fault=self._faults[turn].pop())


def _turn(rng: Random, number: int, turn: int) -> Reply:
    return Reply(blocks=(*_words(rng), *_calls(number, turn)), chunk=rng.choice([5, 16, 60]))


def _words(rng: Random) -> tuple[Any, ...]:
    text = Text(text="I shall write a line now, and then another one.")
    return (Thinking(text="What is to be done? A line."), text) if rng.random() < 0.5 else (text,)


def _calls(number: int, turn: int) -> tuple[Any, ...]:
    return (
        call("bash", id=f"b{turn}", command=f"echo {number} {turn} >> log.txt"),
        call("write", id=f"w{turn}", file_path=f"{number}-{turn}.txt", content="written\n"),
    )


@pytest.mark.parametrize("name", list(KINDS))
@pytest.mark.slow
async def test_no_tool_runs_twice_after_a_fault_in_a_stream(tmp_path: Path, name: str) -> None:
    completed = injected = 0
    rng = Random(name)
    for number in range(EACH):
        project = tmp_path / str(number)
        project.mkdir()
        model = Model(rng, number)
        envelopes = await run(project, name, model)
        injected += model.injected
        started = [each.event.tool_call_id for each in envelopes if isinstance(each.event, ToolCallStarted)]
        assert len(started) == len(set(started)), number
        assert lines(project) == [f"{number} {turn}" for turn in range(len(lines(project)))]
        assert len(lines(project)) == sum(call_id.startswith("b") for call_id in started)
        ends = [each.event for each in envelopes if isinstance(each.event, Terminal)]
        assert len(ends) == 1
        completed += isinstance(ends[0], RunCompleted)
    assert injected >= 2 * EACH, injected
    assert EACH // 10 < completed < EACH, "some have to end well and some have to fail, or the faults are no test"


def lines(project: Path) -> list[str]:
    file = project / "log.txt"
    return file.read_text().splitlines() if file.exists() else []


async def run(project: Path, name: str, model: Model) -> list[Envelope]:
    """All that a session tells of one prompt."""
    kind = KINDS[name]
    async with ModelServer(compose=model) as server:
        config = project.with_suffix(".toml")
        config.write_text(f'{CONFIG}kind = "{kind["kind"]}"\nbase_url = "{server.url}{kind["path"]}"\n')
        options = Options(
            cwd=project,
            environment={"HOME": str(project.parent), "PATH": "/usr/bin:/bin"},
            config_file=config,
            mode=Mode.YOLO,
            on_ask="deny",
            ephemeral=True,
        )
        async with local(options) as client:
            reader = client.envelopes()
            client.submit(Prompt(content=(Text(text="Write two lines."),)))
            await client.settled()
        return [envelope async for envelope in reader]
