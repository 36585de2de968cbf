"""A heartbeat in a daemon, done by a real agent on a real language model, small as it is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from heartbit_tui.tasks import Task
from heartbit_tui.testing.clock import FakeClock
from tests.daemon.ground import Ground, Heard, daemon
from tests.journeys import local_service
from tests.journeys.local_service import free_port, serving

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(580)]

SETTINGS = """
[heartbeat]
workspaces = ["~/notes"]
[limits]
max_output_tokens = 60
max_turns = 3
[provider.timeouts]
first_byte = 500
idle = 500
total = 550
[providers.mine]
kind = "openai"
model = "smollm2"
base_url = "{url}/v1"
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    found = local_service.model_file()
    if found is None:
        pytest.skip(local_service.MISSING)
    with serving(found, free_port()) as address:
        yield address


async def test_a_heartbeat_is_done_by_an_agent_on_a_real_model(tmp_path: Path, url: str) -> None:
    ground, heard, clock = Ground(tmp_path), Heard(), FakeClock()
    ground.prepare([], SETTINGS.format(url=url))
    folder = ground.home / "notes"
    folder.mkdir()
    (folder / "HEARTBEAT.md").write_text("---\nevery: 10m\n---\nTell me in a few words how you are.\n", "utf-8")
    async with asyncio.timeout(560), daemon(ground, heard, clock, flags={"provider.name": "mine"}) as found:
        while not heard.tasks:
            if not (found.at_work or await found.queue.waits()):
                await clock.advance(5)
            await asyncio.to_thread(lambda: None)
        task = await _end(heard, heard.tasks[0].id)
        assert (task.state, task.request.source) == ("completed", "heartbeat:notes/HEARTBEAT.md"), task.error
        assert task.usage.output_tokens > 0
        assert task.cost_usd is None
        assert found.at_work <= 1


async def _end(heard: Heard, task_id: str) -> Task:
    """The task once it ended, however it did."""
    ends = [asyncio.ensure_future(heard.until(task_id, state)) for state in ("completed", "failed", "interrupted")]
    done, rest = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for each in rest:
        each.cancel()
    return done.pop().result()
