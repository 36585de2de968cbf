"""Prompts that go to the agent that fits: the whole program, with nobody there, line by line, and on the screen."""

from pathlib import Path
from typing import Any

from heartbit_tui.providers.script import call
from tests.headless.machine import Machine, calls, kept, says, service
from tests.repl.service import desk
from tests.tui.journeys.application import place

TEAM = """
[[agents]]
name = "coder"
description = "Writes code, implements functions and fixes bugs."
system_prompt = "You code."
max_turns = 2
max_tokens = 1111
tool_profile = "conversational"

[agents.provider]
name = "anthropic"
model = "claude-haiku-4-5"

[[agents]]
name = "scholar"
description = "Researches papers and literature."
system_prompt = "You study."
"""
CODES = {"when_system": "You code."}
TOLD = "coder takes this — score 0.00: it has code."
KEPT = "heartbit takes this — score 0.00: nothing in it is for another agent."
OVER = "Several agents are led from here on — coder failed: it ran out of turns."


def settings(folder: Path) -> None:
    file = folder / "home/.config/heartbit/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(TEAM)


async def test_with_nobody_there_an_agent_answers_with_its_own_prompt_model_and_limits(machine: Machine) -> None:
    machine.config(TEAM)
    async with service(machine, says("Mended."), says("Both."), says("Hello.")) as (server, ready):
        done = await ready.stream("-p", "Fix the bug")
        (routed,) = [line for line in done.lines if line.get("subtype") == "task_routed"]
        wanted = {"decision": "single_agent", "selected_agent": "coder", "reason": "score 0.00: it has code"}
        assert {key: routed[key] for key in wanted} == wanted
        assert (kept(done)["result"], done.lines[-1]["num_turns"]) == ("Mended.", 1)
        again = await ready.run("-c", "-p", "Hello")
        assert (again.text, f"routing: {KEPT}" in again.err) == ("Both.\n", True)
    first, second = (request.body for request in server.requests[:2])
    assert (first["model"], first["max_tokens"]) == ("claude-haiku-4-5", 1111)
    assert "You code." in str(first["system"])
    assert "delegate_task" not in [tool["name"] for tool in first["tools"]]
    assert second["model"] != first["model"]
    assert "You code." not in str(second["system"])
    assert "delegate_task" in [tool["name"] for tool in second["tools"]]
    assert "Mended." in str(second["messages"])


async def test_what_an_agent_learnt_is_there_for_the_one_that_takes_over(machine: Machine) -> None:
    machine.config(TEAM)
    (machine.project / "notes.txt").write_text("The port is 4711.")
    reading = (calls(call("read", file_path=name)) for name in ("notes.txt", "missing.txt"))
    replies = (*reading, says("It is 4711."))
    async with service(machine, *replies) as (server, ready):
        done = await ready.stream("-p", "Fix the bug")
    result = kept(done)
    assert (result["result"], result["num_turns"], result["usage"]["input_tokens"]) == ("It is 4711.", 3, 30)
    routed = [
        (line.get("selected_agent"), line["escalated"]) for line in done.lines if line.get("subtype") == "task_routed"
    ]
    assert routed == [("coder", False), (None, True)]
    last = str(server.requests[-1].body["messages"])
    assert "The port is 4711." in last
    assert "The agent “coder” worked on this request until now" in last


def test_line_by_line_it_is_told_who_takes_a_prompt_and_who_goes_on(tmp_path: Path) -> None:
    settings(tmp_path)
    listing: dict[str, Any] = {"blocks": [{"call": "list", "input": {}}], "times": 2, **CODES}
    with desk(tmp_path, listing, {"blocks": [{"text": "I went on."}]}, "Good day.") as made:
        done = made.lines("Fix the bug", "Good morning")
    assert f"info: {TOLD}" in done.stdout
    assert f"warning: {OVER}" in done.stdout
    assert "heartbit: I went on." in done.stdout
    assert f"info: {KEPT}" in done.stdout


def test_on_the_screen_it_is_told_who_takes_a_prompt_and_who_goes_on(tmp_path: Path) -> None:
    settings(tmp_path)
    listing: dict[str, Any] = {"blocks": [{"call": "list", "input": {}}], "times": 2, **CODES}
    script: tuple[dict[str, Any], ...] = (
        listing,
        {"blocks": [{"text": "I went on."}]},
        {"blocks": [{"text": "Good day."}]},
    )
    with place(tmp_path, *script) as here, here.application(columns=120, rows=40) as app:
        app.keys("Fix the bug\r")
        app.see("I went on.")
        assert TOLD in app.words
        assert OVER in app.words
        app.keys("Good morning\r")
        app.see("Good day.")
        assert KEPT in app.words
        app.leave()
