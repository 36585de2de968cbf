"""Screens over the chat, tabs beside it, and what is left on the normal screen at the end."""

import re
from pathlib import Path

import pytest

from tests.tui.journeys.application import ESCAPE, place

CTRL_O, CTRL_P = "\x0f", "\x10"
F1 = "\x1bOP"
ALT_1, ALT_2 = "\x1b1", "\x1b2"
ANSWER = "\n\n".join(f"Answer {number} of sixty." for number in range(60))


def test_the_palette_finds_an_action_and_does_it(tmp_path: Path) -> None:
    with place(tmp_path) as here, here.application() as app:
        app.keys(CTRL_P)
        app.see("Search what was typed before")
        app.keys("tokens and money")
        app.see_no_more("Search what was typed before")
        app.keys("\r")
        app.see("No model was called yet.")
        app.keys(ESCAPE)
        app.see_no_more("No model was called yet.")
        app.leave()


def test_the_reader_searches_the_whole_transcript(tmp_path: Path) -> None:
    with place(tmp_path, ANSWER) as here, here.application() as app:
        app.keys("write\r")
        app.see(lambda: "Answer 59 of" in app.chat and "tokens" in app.chat)
        assert "Answer 7 of" not in app.shown
        app.keys(CTRL_O)
        app.see_no_more("What is to be done?")
        app.keys("/nswer 7 o")
        app.keys("\r")
        app.see("Answer 7 of sixty.")
        app.keys(ESCAPE)
        app.see("What is to be done?")
        app.see("Answer 59 of")
        app.leave()


def test_help_tells_the_keys_and_closes(tmp_path: Path) -> None:
    with place(tmp_path) as here, here.application() as app:
        app.keys(F1)
        app.see("Keys and commands")
        app.keys(ESCAPE)
        app.see("What is to be done?")
        app.keys("?")
        app.see("Keys and commands")
        app.keys(ESCAPE)
        app.see("What is to be done?")
        app.leave()


@pytest.mark.parametrize(("keys", "told"), [(F1, "Keys and commands"), ("/status\r", "Status")])
def test_a_screen_that_is_closed_by_a_key_pressed_twice_closes_once(tmp_path: Path, keys: str, told: str) -> None:
    with place(tmp_path) as here, here.application() as app:
        app.keys(keys)
        app.see(told)
        app.keys(ESCAPE * 2)
        app.see("What is to be done?")
        app.keys("still here")
        app.see("❯ still here")
        app.leave_with_draft()


def test_tabs_keep_their_chats_and_drafts_apart(tmp_path: Path) -> None:
    script = (
        {"blocks": [{"text": "The first answer."}], "when": "one"},
        {"blocks": [{"text": "The second answer."}], "when": "two"},
    )
    with place(tmp_path, *script) as here, here.application() as app:
        app.keys("one\r")
        app.see(lambda: "The first answer." in app.chat and "tokens" in app.chat)
        app.keys("half a draft")
        app.see("❯ half a draft")
        chat = app.rows
        app.keys(ALT_2)
        app.see("tab 2 of 2")
        app.see_no_more("The first answer.")
        app.see("❯ What is to be done?")
        app.keys("two\r")
        app.see("The second answer.")
        app.keys("another half")
        app.see("❯ another half")
        app.keys(ALT_1)
        app.see("❯ half a draft")
        app.see(lambda: app.rows[1:] == chat[:-1], "the chat of before, below the row of tabs")
        app.keys(ALT_2)
        app.see("❯ another half")
        app.see("The second answer.")
        app.leave_with_draft()


def test_the_last_answer_and_the_way_back_stand_on_the_normal_screen(tmp_path: Path) -> None:
    with place(tmp_path, "The **last** answer.") as here, here.application() as app:
        app.keys("write\r")
        app.see(lambda: "The last answer." in app.chat and "tokens" in app.chat)
        app.leave()
        last = app.raw.rpartition(b"\x1b[?1049l")[2].decode()
        assert re.search(r"The last answer\.\s+heartbit --resume \S+\s*$", last) is not None
        with here.application("--resume", app.session) as again:
            again.see("The last answer.")
            again.leave()
