"""Agents at work, one by one: one is followed and told something, one is stopped, one asks; a resumed session has them all."""

from pathlib import Path
from typing import Any

from tests.tui.journeys.application import ESCAPE, place

AGENTS = "\n".join(
    f'[[agents]]\nname = "{name}"\ndescription = "Works."\nsystem_prompt = "You {verb}."'
    for name, verb in (("reader", "read"), ("writer", "write"), ("tester", "test"))
)
ALT_A = "\x1ba"
TASKS = {
    "tasks": [
        {"agent": "reader", "task": "Read it."},
        {"agent": "writer", "task": "Write it."},
        {"agent": "tester", "task": "Test it."},
    ]
}
HAND = {"blocks": [{"call": "delegate_task", "input": TASKS}], "when": "begin"}
LONG = "The heart beats. " * 400


def of(verb: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"when_system": f"You {verb}", "blocks": list(blocks), **more}


def call(command: str) -> dict[str, Any]:
    return {"call": "bash", "input": {"command": command}}


def settings(folder: Path) -> None:
    file = folder / "home/.config/heartbit/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(AGENTS)


def test_three_are_engaged_one_is_steered_one_stopped_and_a_call_of_the_third_approved(tmp_path: Path) -> None:
    settings(tmp_path)
    script = (
        HAND,
        of("read", {"text": "I begin."}, call("sleep 5")),
        of("read", {"text": "I heard: be short."}, when="Be short"),
        of("write", {"text": LONG}, pace=0.2),
        of("test", call("echo tested > proof")),
        of("test", {"text": "Tested."}),
        {"blocks": [{"text": "All of them are back."}]},
    )
    with place(tmp_path, *script) as here, here.application("--allow", "bash(sleep 5)", columns=120, rows=36) as app:
        app.keys("begin\r")
        app.asked("proof")
        assert "tester" in app.text
        app.keys(ALT_A)
        app.see("ask you")
        app.keys("reader")
        app.see_no_more("Test it.")
        app.keys("\r")
        app.see("2 ▌")
        app.decide("y", "proof")
        app.see("Words for reader")
        app.keys("Be short.\r")
        app.see("I heard: be short.")
        app.keys(ESCAPE)
        app.see_no_more("2 ▌")
        app.command("/stop writer")
        app.see("stopped by you")
        app.see("All of them are back.")
        assert (here.project / "proof").read_text() == "tested\n"
        app.command("/agents")
        app.see("2 done · 1 stopped")
        app.keys(ESCAPE)
        app.see_no_more("Enter follow")
        app.leave()


def test_after_a_kill_all_of_them_are_listed_as_they_were(tmp_path: Path) -> None:
    settings(tmp_path)
    script = (
        HAND,
        of("read", {"text": "Read to the end."}),
        of("write", {"text": LONG}, pace=0.2),
        of("test", {"text": "I begin with the slow ones."}, call("sleep 60")),
    )
    with place(tmp_path, *script) as here:
        with here.application("--allow", "bash(sleep 60)", columns=120, rows=36) as app:
            app.keys("begin\r")
            app.see("bash sleep 60")
            app.command("/stop writer")
            app.see("stopped by you")
            app.command("/agents")
            app.see("1 at work · 1 done · 1 stopped")
            app.die()
        with here.application("--continue", columns=120, rows=36) as app:
            app.command("/agents")
            app.see("1 done · 2 stopped")
            app.see("stopped by you")
            app.see("heartbit was stopped while this run was active")
            app.keys("tester\r")
            app.see("tester: stopped")
            app.see("I begin with the slow ones.")
            app.keys(ESCAPE)
            app.see("What is to be done?")
            app.leave()
