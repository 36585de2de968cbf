from pathlib import Path

import pytest

from heartbit_tui import context
from heartbit_tui.context.prompt import Surroundings, assemble, facts
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.messages import user
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Request, View

HERE = Surroundings(cwd="/project", platform="Linux 6.1", shell="bash", extra=("/more",))
POWERFUL = ("bash", "write", "edit", "patch")
PROMPTS = sorted(Path(context.__file__).parent.glob("*.md"))


def test_the_projects_instructions_come_first_then_who_where_how_and_what_was_added() -> None:
    prompt = assemble(tools=["read", "bash"], instructions="Use tabs.", surroundings=HERE, append=" Be brief.\n")
    parts = ["# Project Instructions\n\nUse tabs.\n\n---\n\nYou are heartbit", "# How to work", "# Where you are"]
    places = [prompt.find(part) for part in [*parts, "# Resourcefulness", "Be brief."]]
    assert places == sorted(places)
    assert places[0] == 0
    assert prompt.endswith("\n\nBe brief.")


def test_without_instructions_there_is_no_heading_for_them() -> None:
    assert assemble(tools=[], instructions="", surroundings=HERE).startswith("You are heartbit")


def test_the_place_is_told() -> None:
    prompt = assemble(tools=[], instructions="", surroundings=HERE)
    assert "- Project directory: /project " in prompt
    assert "- System: Linux 6.1; commands run in bash" in prompt
    assert "- You may also use: /more" in prompt


@pytest.mark.parametrize("tool", POWERFUL)
def test_powerful_tools_come_with_a_word_on_resourcefulness(tool: str) -> None:
    assert "# Resourcefulness" in assemble(tools=["read", tool], instructions="", surroundings=HERE)


def test_an_agent_that_only_reads_gets_none() -> None:
    assert "# Resourcefulness" not in assemble(tools=["read", "grep"], instructions="", surroundings=HERE)


def test_the_system_prompt_holds_nothing_that_changes() -> None:
    one, other = (assemble(tools=POWERFUL, instructions="", surroundings=HERE) for _ in range(2))
    assert one == other
    assert [mode for mode in (Mode.ACCEPT_EDITS, Mode.YOLO) if mode.value in one] == []


def test_every_mode_has_a_meaning_of_its_own() -> None:
    told = {facts(mode, "2026-01-01") for mode in Mode}
    assert len(told) == len(Mode)
    assert all(text.startswith("[Today is 2026-01-01. Mode: ") for text in told)


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.name)
def test_what_the_model_reads_is_tidy(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert len(text) < 4_000


async def test_the_plainest_policy_shows_everything() -> None:
    request = Request(system="s", messages=(user("a"),))
    assert await Whole().view(request, turn=1) == View(messages=request.messages)
