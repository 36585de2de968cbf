"""/workflow line by line: the list, a workflow with a command and an agent, and a name that there is not."""

from pathlib import Path
from typing import Any

from tests.repl.service import desk

FLOWS = """
[[agents]]
name = "writer"
description = "Writes texts."
system_prompt = "You write."

[[workflows]]
name = "report"
description = "Counts, then writes."
steps = [{ name = "count", command = "echo {input} | wc -w" }, { agent = "writer", task = "Write on {task}: {input}" }]

[[workflows]]
name = "fails"
steps = [{ name = "bad", command = "echo oh; exit 3" }]
"""


def test_workflows_are_listed_done_and_told_step_by_step(tmp_path: Path) -> None:
    config = tmp_path / "home/.config/heartbit/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(FLOWS)
    written: dict[str, Any] = {
        "blocks": [{"text": "Two words of cats."}],
        "when": "Write on cats purr: 2",
        "when_system": "You write.",
    }
    with desk(tmp_path, written, {"blocks": [{"text": "It was on cats."}], "when": "what was it on?"}) as made:
        typed = ("/workflow", "/workflow report cats purr", "what was it on?", "/workflow fails x", "/workflow none x")
        done = made.lines(*typed, mode="yolo")
    told = done.stdout
    order = (
        "report Counts, then writes.",
        "/workflow NAME TEXT does one of them.",
        "step count is done",
        "step writer is done",
        "workflow report is done",
        "heartbit: Two words of cats.",
        "heartbit: It was on cats.",
        "“bad” failed: oh",
        "There is no workflow “none”. /workflow lists them.",
    )
    places = [told.find(words) for words in order]
    assert (done.returncode, -1 in places, places) == (0, False, sorted(places)), told
