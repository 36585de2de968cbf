"""Hooks where agents work for another: they see its calls, and may keep it going before it ends."""

import json
from pathlib import Path

from tests.agents.place import RESEARCHER, calls, delegate, place, says

RESEARCH = {"when_system": "You research"}
HOOKS = """
[[hooks.SubagentStop]]
command = "cat >> told.jsonl; echo >> told.jsonl; [ -e looked ] || { echo look first >&2; exit 2; }"
[[hooks.Stop]]
command = "touch stopped"
"""


async def test_the_end_of_an_agent_has_hooks_of_its_own_that_may_keep_it_going(tmp_path: Path) -> None:
    script = (
        delegate(("researcher", "a")),
        says("Done.", **RESEARCH),
        calls(("bash", {"command": "touch looked; [ -e stopped ] || echo not yet"}), when="look first", **RESEARCH),
        says("Done now.", **RESEARCH),
        says("."),
    )
    async with place(tmp_path, script, RESEARCHER + HOOKS) as here:
        await here.ask()
        assert here.results()[0].content == "=== Agent: researcher ===\nDone now."
        assert here.results("researcher")[0].content.startswith("not yet\n")
    project = tmp_path / "project"
    told = [json.loads(line) for line in (project / "told.jsonl").read_text("utf-8").splitlines() if line]
    assert [
        (each["hook_event_name"], each["agent"], each["last_assistant_message"], each["stop_hook_active"])
        for each in told
    ] == [("SubagentStop", "researcher", "Done.", False), ("SubagentStop", "researcher", "Done now.", True)]
    assert (project / "stopped").exists()
