"""A task for a real language model, small as it is, through heartbit as a process: on both wire formats, and found."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from heartbit_tui.providers.discover import find
from tests.headless.machine import ROOT, Done, Machine, kept
from tests.journeys import local_service
from tests.journeys.local_service import READING, free_port, serving

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(580)]

NOTES = "The moon is made of cheese.\n"
TASK = "show me what is in notes.txt"
ISLAND = Path(__file__).parent / "island.py"
SECONDS = 560.0
"""A loaded machine is slow; an idle one takes three seconds."""

PATIENT = f"""{READING}
[limits]
max_output_tokens = 120
max_turns = 5
[provider.timeouts]
first_byte = 500
idle = 500
total = 550
"""


@pytest.fixture(scope="module")
def model() -> Path:
    found = local_service.model_file()
    if found is None:
        pytest.skip(local_service.MISSING)
    return found


@pytest.fixture(scope="module")
def url(model: Path) -> Iterator[str]:
    with serving(model, free_port()) as address:
        yield address


async def run(machine: Machine, *words: str, program: tuple[str, ...] = ("-m", "heartbit_tui")) -> Done:
    """Run heartbit with these words to its end, however long that takes."""
    (machine.project / "notes.txt").write_text(NOTES)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *program, *words),
        env=machine.variables,
        cwd=machine.project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Done(code=process.returncode, out=out, err=err.decode(), seconds=0.0)


def check(done: Done) -> None:
    """It ended well, with words; a file that the model asked for is what it was given."""
    result = kept(done)
    assert (result["subtype"], done.code, result["is_error"]) == ("success", 0, False), done.err
    assert result["result"].strip()
    assert result["usage"]["output_tokens"] > 0
    assert result["total_cost_usd"] is None
    calls = {block["id"]: block for block in _blocks(done, "assistant") if block["type"] == "tool_use"}
    answers = {block["tool_use_id"]: block for block in _blocks(done, "user")}
    assert set(calls) == set(answers)
    assert all(call["name"] == "read" for call in calls.values())
    for call_id, call in calls.items():
        if call["input"].get("file_path") == "notes.txt":
            assert NOTES.strip() in answers[call_id]["content"]


def _blocks(done: Done, kind: str) -> list[dict[str, Any]]:
    return [block for line in done.lines if line["type"] == kind for block in line["message"]["content"]]


@pytest.mark.parametrize(("kind", "path"), [("openai", "/v1"), ("anthropic", "")])
async def test_a_task_is_done_with_a_service_of_ones_own(machine: Machine, url: str, kind: str, path: str) -> None:
    mine = f'[providers.mine]\nkind = "{kind}"\nbase_url = "{url}{path}"\nmodel = "smollm2"\n'
    done = await run(machine.config(PATIENT + mine), "-p", TASK, "--json", "--provider", "mine")
    check(done)
    assert done.lines[0]["provider"] == "mine"


async def test_every_skill_that_comes_with_heartbit_is_loaded_and_answered_with_words(
    machine: Machine, url: str
) -> None:
    mine = f'[providers.mine]\nkind = "openai"\nbase_url = "{url}/v1"\nmodel = "smollm2"\n'
    patient = machine.config(
        PATIENT.replace("max_output_tokens = 120", "max_output_tokens = 16").replace('"skill", ', "") + mine
    )
    names = sorted(folder.parent.name for folder in (ROOT / "skills").glob("*/SKILL.md"))
    assert len(names) >= 6
    for name in names:
        done = await run(patient, "-p", f"/{name} notes.txt", "--json", "--provider", "mine", "--max-turns", "1")
        result = kept(done)
        assert result["subtype"] in ("success", "error_max_turns"), done.err
        assert result["usage"]["output_tokens"] > 0
        told = [line["text"] for line in done.lines if line.get("subtype") == "notice"]
        assert any(name in text for text in told), told


async def test_the_server_is_found_at_an_address_that_is_looked_at(url: str) -> None:
    async with httpx.AsyncClient() as client:
        (found,) = await find(client, addresses={"llamacpp": f"{url}/v1"}, limit=30)
    assert (found.provider, found.base_url, len(found.models)) == ("llamacpp", f"{url}/v1", 1)


async def test_without_a_key_the_model_on_this_machine_does_the_task(machine: Machine, model: Path) -> None:
    alone = _alone()
    patient = machine.config(PATIENT).having(PYTHONPATH=str(ROOT))
    launcher = ("-c", "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])", *alone, sys.executable, str(ISLAND))
    done = await run(patient, str(model), "-p", TASK, "--json", program=launcher)
    check(done)
    assert done.lines[0]["provider"] == "llamacpp"


def _alone() -> tuple[str, ...]:
    """How to start a process in a network of its own."""
    command = ("unshare", "--net", "--map-root-user")
    works = shutil.which("unshare") and subprocess.run((*command, "true"), capture_output=True, check=False)
    if not works or works.returncode:
        pytest.skip("no network of one's own can be had here, so the usual port cannot be used")
    return command
