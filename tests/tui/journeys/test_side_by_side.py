"""Two sessions in tabs and a command in the background, with real keys: nothing is lost, and nothing outlives heartbit."""

import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.repl.service import call
from tests.tools.calls import running
from tests.tui.journeys.application import CTRL_C, ESCAPE, Application, place

CTRL_B, CTRL_D, DOWN = "\x02", "\x04", "\x1b[B"


@pytest.mark.slow
def test_a_command_goes_on_in_the_background_of_a_tab_until_heartbit_is_left(tmp_path: Path) -> None:
    word = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    server = f"trap '' TERM; (setsid sleep {word} >/dev/null 2>&1 &); echo listening; sleep {word}"
    script: tuple[dict[str, Any], ...] = (
        {"blocks": [{"text": "I start it."}, call("bash", command=server)], "when": "serve"},
        {"blocks": [{"text": "It listens now."}], "when": "go on in the background"},
        {"blocks": [{"text": "I look."}, call("bash", command="echo other > other.txt")], "when": "other"},
    )
    with place(tmp_path, *script) as here, here.application() as app:
        app.keys("serve\r")
        app.decide("y", "listening")
        app.see("leaves it in the background")
        app.keys(CTRL_B)
        app.see("It listens now.")
        app.see("1 in background")
        assert running(word)
        app.keys("\x1b2")
        app.see("tab 2 of 2")
        app.keys("other\r")
        app.asked("echo other")
        app.keys("\x1b1")
        app.see(lambda: re.search(r"2 \? ", app.lines[0]) is not None, "a tab that asks")
        app.see("It listens now.")
        app.command("/jobs bash_1")
        app.see("runs since")
        app.see("listening")
        app.keys(ESCAPE)
        app.see_no_more("runs since")
        app.keys("half a thought")
        app.see("❯ half a thought")
        app.keys("\x1b2")
        app.asked("echo other")
        app.keys("\x1b1")
        app.see("❯ half a thought")
        app.keys(CTRL_C)
        app.see("What is to be done?")
        leave(app)
    assert running(word) == []


def test_a_command_of_ones_own_is_asked_about_and_ends_with_its_tab(tmp_path: Path) -> None:
    word = f"{random.randrange(10**6, 10**7)}.{os.getpid()}"
    with place(tmp_path, "One.", "Two.") as here, here.application() as app:
        app.keys("hello\r")
        app.see("One.")
        app.keys(f"!echo made > made.txt; sleep {word}\r")
        app.see("Esc ends it")
        app.see(lambda: running(word) != [], "the command")
        app.command("/new")
        app.see("tab 2 of 2")
        app.keys("again\r")
        app.see("Two.")
        assert running(word)
        app.command("/close 1")
        app.see("Close this tab?")
        app.see("a command of yours")
        app.keys(f"{DOWN}\r")
        app.see_no_more("Close this tab?")
        app.see(lambda: running(word) == [], "the end of the command")
        app.leave()


def leave(app: Application) -> None:
    """Leave while something works: it is asked, and the list says what."""
    app.keys(CTRL_D)
    app.see("Ctrl+D once more leaves")
    app.keys(CTRL_D)
    app.see("Leave heartbit?")
    app.see("1 command in the background")
    app.see("waits for your answer")
    app.keys(f"{DOWN}\r")
    assert app.ended() == 0
    app.restored()
