"""Skills that want an agent of their own: one follows them, and the conversation gets its report alone."""

from pathlib import Path

import pytest

from heartbit_tui.kernel.events import RunStarted
from tests.agents.place import RESEARCHER, calls, place, says

SKILL = """---
name: survey
description: Surveys the project.
context: fork
{more}
---
Survey $ARGUMENTS well.
"""


def written(folder: Path, more: str = "") -> None:
    file = folder / "home/.config/heartbit/skills/survey/SKILL.md"
    file.parent.mkdir(parents=True)
    file.write_text(SKILL.format(more=more), "utf-8")


@pytest.mark.parametrize("more", ["", "agent: Explore"])
async def test_an_agent_of_its_own_follows_it_and_its_report_is_the_result(tmp_path: Path, more: str) -> None:
    written(tmp_path, more)
    script = (
        calls(("skill", {"name": "survey", "arguments": "the tests"}), when="begin"),
        calls(("bash", {"command": "echo looked"}), when="Survey the tests well", when_system="Another agent gave you"),
        says("All is well.", when_system="Another agent gave you"),
        says("."),
    )
    async with place(tmp_path, script, "") as here:
        assert "delegate_task" not in here.client.about.tools
        await here.ask()
        assert [result.content for result in here.results()] == ["All is well."]
        assert here.results("skill")[0].content.startswith("looked\n")
        assert [agent for agent, _ in here.of(RunStarted)] == ["heartbit", "skill"]


async def test_the_agent_that_it_names_follows_it_where_there_is_one(tmp_path: Path) -> None:
    written(tmp_path, "agent: researcher")
    script = (calls(("skill", {"name": "survey"}), when="begin"), says("Done.", when_system="You research"), says("."))
    async with place(tmp_path, script, RESEARCHER) as here:
        await here.ask()
        assert [agent for agent, _ in here.of(RunStarted)] == ["heartbit", "researcher"]


async def test_one_that_works_for_another_follows_it_itself(tmp_path: Path) -> None:
    written(tmp_path)
    tasks = {"tasks": [{"agent": "researcher", "task": "go"}]}
    script = (
        calls(("delegate_task", tasks), when="begin"),
        calls(("skill", {"name": "survey", "arguments": "it"}), when_system="You research"),
        says("Followed.", when="Survey it well", when_system="You research"),
        says("."),
    )
    async with place(tmp_path, script, RESEARCHER) as here:
        await here.ask()
        assert here.results()[0].content == "=== Agent: researcher ===\nFollowed."
        assert [agent for agent, _ in here.of(RunStarted)] == ["heartbit", "researcher"]


async def test_a_person_who_calls_it_by_name_has_it_handed_on_with_the_arguments(tmp_path: Path) -> None:
    written(tmp_path)
    script = (
        calls(("skill", {"name": "survey", "arguments": "the docs"}), when="these arguments, and tell"),
        says("Fine.", when="Survey the docs well"),
        says("."),
    )
    async with place(tmp_path, script, "") as here:
        await here.ask("/survey the docs")
        assert [result.content for result in here.results()] == ["Fine."]
