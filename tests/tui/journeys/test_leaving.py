"""Ways out: Ctrl+C at bad moments, Ctrl+Z and back, a kill; the terminal is as it was and the session goes on."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.repl.service import call
from tests.tui.journeys.application import CTRL_C, Application, place

CTRL_Z = "\x1a"
STREAM: dict[str, Any] = {"blocks": [{"text": "word " * 600}], "chunk": 10, "pace": 0.02, "when": "stream", "times": 0}
SLEEP: dict[str, Any] = {"blocks": [call("bash", command="sleep 300")], "when": "sleep", "times": 0}
REST: dict[str, Any] = {"blocks": [{"text": "Well."}], "times": 0}


def streaming(app: Application) -> None:
    app.keys("stream\r")
    app.see("word word")


def asking(app: Application) -> None:
    app.keys("sleep\r")
    app.asked()


def saying_why(app: Application) -> None:
    app.keys("sleep\r")
    app.decide("e")
    app.see("What should the model do instead?")
    app.keys("becau")


def running(app: Application) -> None:
    app.keys("sleep\r")
    app.decide("y")
    app.see(lambda: re.search(r"sleep 300 .*●", app.chat) is not None)


def own_command(app: Application) -> None:
    app.keys("well\r")
    app.see("Well.")
    app.keys("!sleep 300\r")
    app.see("! sleep 300")


def completing(app: Application) -> None:
    app.keys("well\r")
    app.see("Well.")
    app.keys("/")
    app.see("/help")


def reading(app: Application) -> None:
    app.keys("well\r")
    app.see("Well.")
    app.keys("\x0f")
    app.see_no_more("What is to be done?")


def choosing(app: Application) -> None:
    app.keys("well\r")
    app.see("Well.")
    app.keys("\x10")
    app.see("type to filter")


def seeking(app: Application) -> None:
    app.keys("well\r")
    app.see("Well.")
    app.keys("\x12")
    app.see("history of this project")


def half_pasted(app: Application) -> None:
    app.keys("well\r")
    app.see("Well.")
    app.keys("half a draft \x1b[200~ and half a paste\x1b[201~")
    app.see("half a paste")


def sending(app: Application) -> None:
    app.keys("well\r")
    app.see(lambda: "❯ well" in app.shown and "What is to be done?" in app.shown)


MOMENTS: Mapping[str, Callable[[Application], None]] = {
    each.__name__: each
    for each in (
        streaming,
        asking,
        saying_why,
        running,
        own_command,
        completing,
        reading,
        choosing,
        seeking,
        half_pasted,
        sending,
    )
}


@pytest.mark.slow
def test_ctrl_c_at_eleven_bad_moments_leaves_the_terminal_as_it_was_and_the_session_to_go_on_with(
    tmp_path: Path,
) -> None:
    sessions: dict[str, str] = {}
    with place(tmp_path, STREAM, SLEEP, REST) as here:
        for name, moment in MOMENTS.items():
            with here.application() as app:
                moment(app)
                press_until_it_ends(app)
                # A Ctrl+C in the shell's own mode makes the system throw away what the terminal has not read yet.
                if b"^C" in app.raw[-1000:]:
                    assert app.modes == app.first
                else:
                    app.restored()
                    sessions[name] = app.session
        with here.application() as app:
            for name, session in sessions.items():
                app.command(f"/resume {session}")
                prompt = {"streaming": "stream", "asking": "sleep", "saying_why": "sleep", "running": "sleep"}
                wanted = f"❯ {prompt.get(name, 'well')}"
                app.see(lambda: wanted in app.rows[0] or wanted in app.chat, f"{name}: {wanted}")  # noqa: B023
                app.command("/clear")
                app.see_no_more(wanted)
            app.keys("and now?\r")
            app.see("Well.")
            app.leave()
    assert len(MOMENTS) == 11
    assert len(sessions) >= 9


def press_until_it_ends(app: Application) -> None:
    """Press Ctrl+C whenever something new is shown, as somebody in a hurry does.

    Not once more after the last one: pressed in the shell's own mode it would throw away what is not read yet.
    """
    for _ in range(12):
        before, last = app.paper.updates, "once more leaves" in app.shown
        app.keys(CTRL_C)
        if last:
            break
        app.see(lambda: app.paper.updates > before or left(app), "an answer to Ctrl+C")  # noqa: B023
        app.rest()
        if left(app):
            break
    app.ended()


def left(app: Application) -> bool:
    """Whether the application has left the terminal, or is about to."""
    return app.is_over or app.is_given_back


def test_ctrl_z_gives_the_terminal_back_and_fg_shows_all_again(tmp_path: Path) -> None:
    with place(tmp_path, "The answer.") as here, here.application(jobs=True) as app:
        app.keys("ask\r")
        app.see(lambda: "The answer." in app.chat and "tokens" in app.chat)
        app.keys("a draft")
        app.see("❯ a draft")
        shown = app.lines
        app.keys(CTRL_Z)
        app.until("STOPPED")
        app.restored()
        app.paper.wipe()
        app.keys("\n")
        app.see(lambda: app.lines == shown, "the same frame")
        app.keys(" and more")
        app.see("❯ a draft and more")
        app.leave_with_draft()


def test_after_a_kill_all_that_was_shown_is_shown_again(tmp_path: Path) -> None:
    script = (
        {"blocks": [{"thinking": "I think."}, {"text": "First, **look**."}, call("bash", command="echo out; exit 3")]},
        {"blocks": [{"text": "Then an edit."}, call("write", file_path="new.py", content="a = 1\n")]},
        {"blocks": [{"text": "A last word."}]},
        {"blocks": [{"text": "some words, then none" * 9}], "chunk": 10, "fault": {"kind": "stall", "after": 9}},
    )
    with place(tmp_path, *script) as here:
        with here.application("--permission-mode", "yolo", rows=40) as app:
            app.keys("do it\r")
            app.see(lambda: "A last word." in app.chat and "tokens" in app.chat)
            shown = {said(row) for row in app.rows if "─" not in row}
            app.keys("and more\r")
            app.see("some words, then")
            app.die()
        with here.application("--continue", rows=40) as app:
            app.see("❯ and more")
            again = {said(row) for row in app.rows}
            assert shown - again == set()
            app.leave()


def said(row: str) -> str:
    """What a row says, without what is told beside it, and whether it is open."""
    return row.strip(" ▸▾").split("   ")[0]
