"""A run on the screen: refused with words, steered, queued behind, stopped; typed against a sheet that opens."""

import os
import re
from pathlib import Path
from typing import Any

from tests.repl.service import call
from tests.tools.calls import running
from tests.tui.journeys.application import ALT_ENTER, ESCAPE, place

BASH: dict[str, Any] = {"blocks": [{"text": "I look."}, call("bash", command="echo seen > seen.txt; echo out")]}
WAITS = "until [ -e go ]; do sleep 0.02; done; echo went"
WORD = f"300.{os.getpid()}"
"""Seconds that only processes of these tests sleep: in a sandbox they have ids of their own."""

GROUP = f"sleep {WORD} & (sleep {WORD} & echo one >> up; wait) & until [ -e up ]; do :; done; echo up; wait"


def test_a_refusal_with_words_is_told_to_the_model_and_nothing_runs(tmp_path: Path) -> None:
    told = {"blocks": [{"text": "I use printf."}], "when": "not echo, printf"}
    with place(tmp_path, BASH, told) as here, here.application() as app:
        app.keys("look\r")
        app.decide("e", "echo seen > seen.txt")
        app.see("What should the model do instead?")
        app.keys("not echo, printf\r")
        app.see("I use printf.")
        assert not (here.project / "seen.txt").exists()
        app.leave()


def test_what_is_typed_before_a_sheet_opens_stays_in_the_draft_and_answers_nothing(tmp_path: Path) -> None:
    with place(tmp_path, {**BASH, "wait": 1.0}, "Refused then.") as here, here.application() as app:
        app.keys("look\r")
        app.see(lambda: "❯ look" in app.shown and "What is to be done?" in app.shown, "a prompt that is sent")
        app.keys("yyesssnaa1234")
        app.see("❯ yyesssnaa1234")
        app.decide("n")
        app.see("Refused then.")
        app.see("❯ yyesssnaa1234")
        assert not (here.project / "seen.txt").exists()
        app.leave_with_draft()


def test_words_during_a_run_steer_it_or_wait_for_its_end(tmp_path: Path) -> None:
    script = (
        {"blocks": [{"text": "I wait."}, call("bash", command=WAITS)]},
        {"blocks": [{"text": "Heard you."}], "when": "be brief"},
        {"blocks": [{"text": "Now the second."}], "when": "second task"},
    )
    with place(tmp_path, *script) as here, here.application() as app:
        app.keys("wait\r")
        app.decide("y", "until")
        app.see(lambda: re.search(r"until .*●", app.shown) is not None, "a call that runs")
        app.keys("be brief\r")
        app.see("for the run that is active")
        app.keys(f"second task{ALT_ENTER}")
        app.see("waits for the run's end")
        app.see("queued: 1")
        (here.project / "go").touch()
        app.see("Now the second.")
        order = ("be brief", "Heard you.", "second task", "Now the second.")
        assert sorted(order, key=app.words.index) == list(order)
        assert "waits for the run's end" not in app.shown
        app.leave()


def test_esc_stops_a_command_with_all_its_processes_and_keeps_what_was_written(tmp_path: Path) -> None:
    script = (
        {"blocks": [{"text": "I begin with something slow."}, call("bash", command=GROUP)]},
        {"blocks": [{"text": "Going on."}], "when": "go on"},
    )
    with place(tmp_path, *script) as here, here.application() as app:
        app.keys("begin\r")
        app.decide("y", "echo one")
        app.see(lambda: len(running(WORD)) == 2 and "●" in app.chat, "a running group")
        app.keys(ESCAPE)
        app.see("Interrupted by the user.")
        assert "I begin with something slow." in app.shown
        app.see(lambda: not running(WORD), "the end of all that it started")
        app.keys("go on\r")
        app.see("Going on.")
        app.leave()


def test_esc_keeps_the_words_that_have_come(tmp_path: Path) -> None:
    slow = {"blocks": [{"text": "some words, then none" * 9}], "chunk": 10, "fault": {"kind": "stall", "after": 5}}
    again = {"blocks": [{"text": "Going on."}], "when": "go on"}
    with place(tmp_path, slow, again) as here, here.application() as app:
        app.keys("write\r")
        app.see("some words, then")
        shown = app.chat.partition("some words")[2].partition("\n")[0]
        app.keys(ESCAPE)
        app.see("Interrupted by the user.")
        assert f"some words{shown}\n" in app.chat
        app.keys("go on\r")
        app.see("Going on.")
        app.leave()
