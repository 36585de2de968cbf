"""A workflow on the screen: listed, done step by step with an approval, its answer in the chat and its steps on the timeline."""

from pathlib import Path

from tests.tui.journeys.application import place

FLOW = """
[[workflows]]
name = "checks"
description = "Two at once."
kind = "parallel"
steps = [{ name = "touch", command = "touch made" }, { name = "echo", command = "echo two" }]
"""


def test_a_workflow_is_listed_done_and_seen(tmp_path: Path) -> None:
    config = tmp_path / "home" / ".config" / "heartbit" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(FLOW, "utf-8")
    with place(tmp_path, "Never asked.") as here, here.application(columns=140, rows=40) as app:
        app.command("/workflow")
        app.see("/workflow NAME TEXT does one of them.")
        app.keys("/workflow checks now\r")
        app.decide("y", "Run this command?")
        app.see("workflow checks is done")
        app.see("flow  checks (")
        assert (here.project / "made").exists()
        app.leave()
