"""What the draft takes: pastes, files, commands of the shell and of heartbit, what was typed before."""

import re
from pathlib import Path

from heartbit_tui.tui.theme.load import load
from tests.tui.journeys.application import ESCAPE, Application, place

PASTED = "first line\nsecond line\n  third line"
CTRL_R, CTRL_S = "\x12", "\x13"


def test_many_lines_are_pasted_as_one_prompt(tmp_path: Path) -> None:
    script = ({"blocks": [{"text": "Three lines."}], "when": r"about: first line\nsecond line\n  third line"},)
    with place(tmp_path, *script) as here, here.application() as app:
        app.keys("about: ")
        app.paste(PASTED)
        app.see("  third line")
        assert "Three lines." not in app.shown
        app.keys("\r")
        app.see("Three lines.")
        app.leave()


def test_a_file_is_completed_after_an_at_sign(tmp_path: Path) -> None:
    script = ({"blocks": [{"text": "It is about pulses."}], "when": "read @src/pulse.py now"},)
    with place(tmp_path, *script) as here:
        (here.project / "src").mkdir()
        (here.project / "src" / "pulse.py").write_text("beats = 3\n")
        with here.application() as app:
            app.keys("read @puls")
            app.see(lambda: app.shown.count("src/pulse.py") == 1, "the menu")
            app.keys("\t")
            app.see("❯ read @src/pulse.py")
            app.keys("now\r")
            app.see("It is about pulses.")
            app.leave()


def test_shell_commands_run_and_only_the_open_ones_are_told_to_the_model(tmp_path: Path) -> None:
    script = (
        {"blocks": [{"text": "A secret leaked."}], "when": "hidden-name"},
        {"blocks": [{"text": "I know open-name."}], "when": "open-name"},
    )
    with place(tmp_path, *script) as here, here.application() as app:
        app.keys("!echo open-'name'\r")
        app.see(lambda: re.search(r"! echo .*✓", app.chat) is not None, "an end")
        app.keys("!!echo hidden-'name'; exit 3\r")
        app.see(lambda: re.search(r"!! echo .*exit 3.*✗", app.chat) is not None, "another end")
        assert "hidden from the model" in app.chat
        app.keys("well?\r")
        app.see("I know open-name.")
        app.leave()


def test_commands_do_what_they_say(tmp_path: Path) -> None:
    with place(tmp_path, "The only answer.") as here, here.application() as app:
        app.keys("one prompt\r")
        app.see(lambda: "The only answer." in app.chat and "tokens" in app.chat)
        page(app, "/status", "Status", "claude-sonnet-5-5")
        page(app, "/cost", "Cost so far", "1 call")
        app.command("/theme paper")
        app.see(lambda: background("paper") in app.raw, "another background")
        app.command("/rename A better name")
        app.see("A better name")
        app.command("/export md told.md")
        app.see("Written:")
        assert "The only answer." in (here.project / "told.md").read_text()
        app.command("/new")
        app.see_no_more("The only answer.")
        app.keys(CTRL_S)
        app.see("Sessions")
        app.see("A better name")
        app.keys(ESCAPE)
        app.see_no_more("Sessions")
        app.leave()


def page(app: Application, command: str, *told: str) -> None:
    """Open a page by its command, see what it tells, and close it."""
    app.command(command)
    app.see(lambda: all(words in app.shown for words in told), f"{command} to tell {told}")
    app.keys(ESCAPE)
    app.see_no_more(told[0])


def background(theme: str) -> bytes:
    """How the background of a theme is said to a terminal."""
    colour = load(theme).screen["background"].lstrip("#")
    return "48;2;{};{};{}".format(*bytes.fromhex(colour)).encode()


def test_what_was_typed_before_is_found_again(tmp_path: Path) -> None:
    with place(tmp_path, "One.", "Two.", {"blocks": [{"text": "Again."}], "when": "measure the pulse"}) as here:
        with here.application() as app:
            app.keys("measure the pulse\r")
            app.see(lambda: "One." in app.chat and "tokens" in app.chat)
            app.leave()
        with here.application() as app:
            app.keys("something else\r")
            app.see(lambda: "Two." in app.chat and "tokens" in app.chat)
            app.keys(CTRL_R)
            app.see("history of this project")
            app.keys("pulse")
            app.see(lambda: "): pulse" in app.shown and "measure the pulse" in app.shown, "what was found")
            app.keys("\r")
            app.see("❯ measure the pulse")
            app.keys("\r")
            app.see("Again.")
            app.leave()
