"""Plain lines with a person at the terminal: nothing moves, and the terminal edits the lines itself."""

import subprocess
import sys
from pathlib import Path

from tests.repl.service import call, desk
from tests.repl.terminal import Screen, environment, talk

BASH = {"blocks": [{"text": "I look."}, call("bash", command="echo seen > seen.txt; sleep 60")]}


def test_a_conversation_in_plain_lines_at_a_terminal(tmp_path: Path) -> None:
    with desk(tmp_path, BASH, "Better so.", "And on.") as made:
        command = talk(made.project, plain=True)
        with Screen(command, cwd=made.project, env=made.environment) as screen:
            screen.until("you> ")
            screen.keys("look\n")
            screen.until(r"heartbit: I look\..*approval: type y \(once\).*approval> ")
            screen.keys("e\n")
            screen.until(r"approval: type why not\..*reason> ")
            screen.keys("not so long\n")
            screen.until(r"refused: not so long.*heartbit: Better so\..*you> ")
            screen.keys("/mode plan\n")
            screen.until(r"info: mode: plan.*you> ")
            screen.keys("go on\n")
            screen.until(r"heartbit: And on\..*you> ")
            screen.keys("\x04")
            assert screen.ended() == 0
            assert b"\x1b" not in screen.raw
            assert screen.text.count("you> go on") == 1


def test_ctrl_c_stops_the_run_and_then_leaves(tmp_path: Path) -> None:
    with desk(tmp_path, BASH, "Again.") as made:
        command = talk(made.project, plain=True, allow=["bash(echo seen > seen.txt; sleep 60)"])
        with Screen(command, cwd=made.project, env=made.environment) as screen:
            screen.until("you> ")
            screen.keys("look\n")
            screen.until(r"heartbit: I look\.")
            screen.keys("\x03")
            screen.until(r"stopped: the user.*you> ")
            screen.keys("\x03")
            assert screen.ended() == 130
            assert screen.modes == screen.first


def test_a_dumb_terminal_gets_plain_lines_without_being_asked(tmp_path: Path) -> None:
    env = environment(tmp_path / "home", TERM="dumb")
    with Screen(talk(tmp_path, demo=True), cwd=tmp_path, env=env) as screen:
        screen.until(r"info: heartbit.*info: Press Enter to send.*you> ")
        screen.keys("\n")
        screen.until(r"heartbit: No model is behind this demonstration.*approval> ")
        screen.keys("n\n")
        screen.until(r"heartbit: You refused.*you> ")
        screen.keys("/quit\n")
        assert screen.ended() == 0
        assert b"\x1b" not in screen.raw


def test_plain_lines_load_no_line_editor(tmp_path: Path) -> None:
    given = talk(tmp_path, demo=True)
    done = subprocess.run(
        (sys.executable, "-X", "importtime", *given[1:]),
        input="",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        timeout=50,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "heartbit_tui" in loaded
    assert loaded & {"prompt_toolkit", "textual", "mcp"} == set()


def test_the_settings_make_a_conversation_plain(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        (made.project / "heartbit.toml").write_text("[ui]\nplain = true\n")
        with Screen(talk(made.project), cwd=made.project, env=made.environment) as screen:
            screen.until("you> ")
            screen.keys("/vim\n")
            screen.until("Plain lines are edited by your terminal")
