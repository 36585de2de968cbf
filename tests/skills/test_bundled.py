"""The skills that heartbit brings: well-formed, short, and each of use in a session."""

from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from heartbit_tui.client.local import local
from heartbit_tui.client.types import Client
from heartbit_tui.kernel.events import ApprovalRequested, Envelope, Event, Terminal, ToolCallCompleted, UserMessage
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt
from heartbit_tui.runtime.skill_places import shipped
from tests.skills.folders import Ground, scripted, stock

NAMES = ("debug", "explain-repo", "refactor-safely", "review", "write-skill", "write-tests")


def test_they_are_as_the_specification_wants_them() -> None:
    skills = stock(shipped()).catalogue.skills
    assert tuple(each.name for each in skills) == NAMES
    for each in skills:
        assert each.warnings == ()
        assert "Use when" in each.description
        assert len(each.file.read_text()) < 5_000


@pytest.mark.parametrize("name", NAMES)
async def test_a_model_loads_it_and_reads_its_files_without_asking(name: str, tmp_path: Path) -> None:
    file = shipped() / name / "SKILL.md"
    steps = [
        {"blocks": [{"call": "skill", "input": {"name": name}}]},
        {"when": f'name="{name}" from="built-in"', "blocks": [{"call": "read", "input": {"file_path": str(file)}}]},
        {"when": "description:", "blocks": [{"text": "Read."}]},
        "Called.",
    ]
    async with local(scripted(Ground(tmp_path), *steps)) as client:
        assert name in client.about.skills
        assert name in {each.name for each in await client.about.offers()}
        envelopes = client.envelopes()
        events = [
            event for text in ("Use a skill.", f"/{name} with care") async for event in running(client, envelopes, text)
        ]
    calls = [(each.tool_name, each.is_error) for each in events if isinstance(each, ToolCallCompleted)]
    assert calls == [("skill", False), ("read", False)]
    assert not any(isinstance(each, ApprovalRequested) for each in events)
    told = [text_of(each) for each in events if isinstance(each, UserMessage) and each.origin == "heartbit"]
    assert sum(text.startswith(f"[/{name} (#") and "with care" in text for text in told) == 1


async def running(client: Client, envelopes: AsyncIterator[Envelope], text: str) -> AsyncGenerator[Event]:
    """What happens while a prompt is worked on."""
    client.submit(Prompt(content=(Text(text=text),)))
    async for envelope in envelopes:
        yield envelope.event
        if isinstance(envelope.event, Terminal):
            return


def text_of(event: UserMessage) -> str:
    block = event.message.content[0]
    return block.text if isinstance(block, Text) else ""
