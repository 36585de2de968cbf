"""A heartbeat of a trusted folder, done by a real agent in a real daemon on a real language model, small as it is."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from heartbit_tui.schedules.beats import is_silent
from tests.daemon.test_commands import daemon
from tests.headless.machine import Machine
from tests.journeys import local_service
from tests.journeys.local_service import READING, free_port, serving
from tests.journeys.test_real_model import run

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(580)]

SETTINGS = (
    READING
    + """
[limits]
max_output_tokens = 60
max_turns = 3
[provider.timeouts]
first_byte = 500
idle = 500
total = 550
[provider]
name = "mine"
[providers.mine]
kind = "openai"
model = "smollm2"
base_url = "{url}/v1"
"""
)
BEAT = "---\nevery: 10m\n---\nTell me in a few words how you are.\n"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    found = local_service.model_file()
    if found is None:
        pytest.skip(local_service.MISSING)
    with serving(found, free_port()) as address:
        yield address


async def test_a_heartbeat_of_a_trusted_folder_is_done_on_a_real_model_and_its_reply_is_in_the_inbox(
    machine: Machine, url: str
) -> None:
    machine.config(SETTINGS.format(url=url))
    (machine.project / "HEARTBEAT.md").write_text(BEAT, "utf-8")
    assert (await machine.run("trust", "add")).code == 0
    async with asyncio.timeout(560), daemon(machine) as (caller, _):
        while not (begun := await told(caller, "status")):
            pass
        assert (await run(caller, "result", "--wait", begun[0]["id"])).code == 0
        beat: dict[str, Any] = {"status": "begun"}
        while beat["status"] == "begun":
            (beat,) = await told(caller, "heartbeat", "list")
        (task,) = await told(caller, "status")
        result = await told(caller, "status", task["id"])
        letters = await told(caller, "inbox")
    assert (beat["status"], task["state"], beat["error"]) == ("ok", "completed", "")
    assert result["source"] == "heartbeat:project/HEARTBEAT.md"
    said = [] if is_silent(result["result"]) else [result["result"]]
    assert [each["text"] for each in letters] == said


async def told(machine: Machine, *words: str) -> Any:
    done = await machine.run(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.text)
