"""Agents as files: what counts, what does not and why, and that a project's count only as they were trusted."""

from pathlib import Path

import pytest

from heartbit_tui.agents.definitions import Definition, Withheld, of_file
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.config.trust import TrustStore
from heartbit_tui.testing.clock import EPOCH
from tests.agents.place import RESEARCHER, delegate, place, says

FILE = Path("/agents/reviewer.md")
REVIEWER = """---
name: reviewer
description: Reads a change: finds faults.
tools: Read, Grep
model: sonnet
---
You review.
"""


def test_a_file_says_what_the_agent_is_and_what_it_may_use() -> None:
    assert of_file(REVIEWER, FILE) == Definition(
        name="reviewer",
        description="Reads a change: finds faults.",
        prompt="You review.",
        source=str(FILE),
        tools=("read", "grep"),
    )


def test_the_name_of_the_file_stands_in_and_a_model_is_kept() -> None:
    found = of_file("---\ndescription: d\nmodel: other/m\ntools:\n  - bash\n---\nYou.", FILE)
    assert isinstance(found, Definition)
    assert (found.name, found.model, found.tools) == ("reviewer", "other/m", ("bash",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("You.", "description"),
        ("---\nname: a\n---\nYou.", "description"),
        ("---\ndescription: d\n---\n", "says nothing"),
    ],
)
def test_a_file_that_defines_no_agent_says_why(text: str, reason: str) -> None:
    found = of_file(text, FILE)
    assert isinstance(found, Withheld)
    assert reason in found.reason


async def test_a_projects_agents_wait_for_trust_and_then_work_with_their_tools_alone(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / ".claude" / "agents").mkdir(parents=True)
    (project / ".claude" / "agents" / "reviewer.md").write_text(REVIEWER, "utf-8")
    script = (delegate(("reviewer", "look")), says("Fine.", when_system="You review"), says("."))
    async with place(tmp_path, script, "") as here:
        assert "delegate_task" not in here.client.about.tools
        (warning,) = here.client.about.warnings
        assert "reviewer.md is left out" in warning
        assert "heartbit trust add" in warning
    TrustStore(LockedFile(tmp_path / "home/.local/state/heartbit/trust.toml")).trust(project, now=EPOCH)
    async with place(tmp_path, script, "") as here:
        assert here.client.about.warnings == ()
        await here.ask()
        assert here.results()[0].content == "=== Agent: reviewer ===\nFine."


async def test_the_settings_count_before_a_file_and_a_persons_own_file_needs_no_trust(tmp_path: Path) -> None:
    folder = tmp_path / "home/.config/heartbit/agents"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("---\nname: researcher\ndescription: d\n---\nYou guess.", "utf-8")
    (folder / "b.md").write_text("---\nname: other\ndescription: d\n---\nYou help.", "utf-8")
    script = (
        delegate(("researcher", "a"), ("other", "b")),
        says("Researched.", when_system="You research"),
        says("Helped.", when_system="You help"),
        says("."),
    )
    async with place(tmp_path, script, RESEARCHER) as here:
        await here.ask()
        assert here.results()[0].content == "=== Agent: researcher ===\nResearched.\n\n=== Agent: other ===\nHelped."
