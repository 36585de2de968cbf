"""The command `heartbit` at a terminal: what is typed at once reaches the model, and what cannot be shown is said."""

import sys
from pathlib import Path

import pytest

from tests.repl.service import service
from tests.repl.terminal import Screen, environment

LEAVE = "\x03\x03"
"""Ctrl+C, and again."""

HEARTBIT = (sys.executable, "-m", "heartbit_tui")


def heartbit(folder: Path, *words: str, **more: str) -> Screen:
    """The command in a project at a terminal."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    env = environment(folder / "home", **more)
    return Screen((*HEARTBIT, *words), cwd=project, env=env, rows=24, columns=100)


def restored(screen: Screen) -> None:
    assert screen.modes == screen.first
    assert screen.raw.count(b"\x1b[?1049h") == screen.raw.count(b"\x1b[?1049l")


def test_a_task_typed_at_once_is_done_once(tmp_path: Path) -> None:
    with service(tmp_path, ({"blocks": [{"text": "First answer."}], "when": "add a test"}, "Second answer.")) as known:
        with heartbit(tmp_path, **known) as screen:
            screen.keys("add a test\r")
            screen.until(r"First answer\..*tokens")
            screen.keys(LEAVE)
            assert screen.ended() == 0
            restored(screen)
        assert "Second answer" not in screen.text
        assert "heartbit --resume" in screen.text


@pytest.mark.parametrize("words", [("mend it",), ("run", "mend it"), ("run", "mend", "it", "--effort", "low")])
def test_a_task_on_the_command_line_is_done_on_the_screen(tmp_path: Path, words: tuple[str, ...]) -> None:
    script = ({"blocks": [{"text": "Mended."}], "when": "mend it"},)
    with service(tmp_path, script) as known, heartbit(tmp_path, *words, **known) as screen:
        screen.until(r"Mended\..*tokens")
        screen.keys(LEAVE)
        assert screen.ended() == 0
        restored(screen)


def test_the_mode_of_the_command_line_is_painted_first(tmp_path: Path) -> None:
    with heartbit(tmp_path, "--demo", "--permission-mode", "plan") as screen:
        screen.until("─ plan ─")
        assert "─ ask ─" not in screen.text
        screen.keys("\x03")
        screen.ended()
        restored(screen)


@pytest.mark.parametrize(
    ("words", "more", "said"),
    [
        ((), {"TERM": "dumb"}, r"cannot move its cursor.*heartbit chat --plain"),
        (("a task",), {"TERM": ""}, r"cannot move its cursor.*heartbit chat --plain"),
        (("--cwd", "nowhere"), {}, r"there is no such directory"),
        (("--fork",), {}, r"--fork needs the session"),
        (("--permision-mode", "plan"), {}, r"did you mean --permission-mode\?"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_normal_screen(
    tmp_path: Path, words: tuple[str, ...], more: dict[str, str], said: str
) -> None:
    with heartbit(tmp_path, *words, **more) as screen:
        assert screen.ended() == 2
        restored(screen)
        screen.until(said)


def test_a_terminal_that_is_too_small_is_told(tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    with Screen(HEARTBIT, cwd=tmp_path, env=env, rows=3, columns=12) as screen:
        assert screen.ended() == 2
        assert "12 columns and 3 rows" in screen.text


def test_who_wants_plain_lines_gets_them(tmp_path: Path) -> None:
    settings = tmp_path / "home" / ".config/heartbit/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[ui]\nplain = true\n")
    with heartbit(tmp_path, "--demo") as screen:
        screen.until("No model is behind it")
        assert b"\x1b[?1049h" not in screen.raw
        screen.keys("\x04")
        assert screen.ended() == 0


def test_without_a_screen_at_stdout_a_task_is_done_headless(tmp_path: Path) -> None:
    with service(tmp_path, ({"blocks": [{"text": "Done."}], "when": "do it"},)) as known:
        command = f"{sys.executable} -m heartbit_tui 'do it' | cat"
        env = environment(tmp_path / "home", **known)
        with Screen(("/bin/sh", "-c", command), cwd=tmp_path, env=env) as screen:
            screen.until(r"Done\.")
            screen.ended()
            assert b"\x1b[?1049h" not in screen.raw


@pytest.mark.parametrize("flag", ["--headless", "-p"])
def test_headless_is_headless_at_a_terminal_too(tmp_path: Path, flag: str) -> None:
    script = ({"blocks": [{"text": "Done."}], "when": "do it"},)
    with service(tmp_path, script) as known, heartbit(tmp_path, flag, "do it", **known) as screen:
        assert screen.ended() == 0
        assert b"\x1b[?1049h" not in screen.raw
        assert "Done." in screen.text


def test_ctrl_c_at_once_leaves_no_file_behind(tmp_path: Path) -> None:
    with heartbit(tmp_path) as screen:
        screen.until("╯")
        screen.keys("\x03")
        assert screen.ended() in (0, 130)
        restored(screen)
    assert list((tmp_path / "project").iterdir()) == []
