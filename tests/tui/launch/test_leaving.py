"""Whatever ends the process, at whatever moment: the terminal is as it was."""

import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest

from heartbit_tui.tui.launch.sequences import LEAVE
from tests.samples import share
from tests.tui.launch.desk import Desk

SIGNALLED, PRESSED = share(range(40), 3), share(range(30), 3)
"""The times at which something comes, in steps of some milliseconds after the first frame."""

MOMENTS = ("painted", "imported", "made", "mounted", "ready")
SIGNALS = ((signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130))


def restored(desk: Desk) -> None:
    """The settings are the first ones, and every mode that was switched on is off again."""
    assert desk.modes == desk.first
    assert desk.raw.count(b"\x1b[?1049h") == desk.raw.count(b"\x1b[?1049l")
    assert desk.seen.modes <= {"7", "25"}
    assert {"7", "25"} <= desk.seen.modes


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_at_any_moment_leaves_the_terminal_as_it_was(
    tmp_path: Path, moment: str, number: signal.Signals, code: int
) -> None:
    with Desk(tmp_path, moment) as desk:
        desk.until_reached()
        desk.signal(number)
        assert desk.ended() == code
        restored(desk)
        assert "Traceback" not in desk.text


@pytest.mark.security("T6", n=len(SIGNALLED))
@pytest.mark.slow
def test_a_signal_at_40_random_times_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    ended: list[int] = []
    for turn, place in enumerate(SIGNALLED):
        number, code = SIGNALS[turn % len(SIGNALS)]
        with Desk(tmp_path) as desk:
            desk.until_painted()
            desk.reading(time.monotonic() + place * 0.012)
            desk.signal(number)
            ended.append(desk.ended() - code)
            restored(desk)
    assert ended == [0] * len(SIGNALLED)


@pytest.mark.parametrize("moment", ["painted", "imported", "made"])
def test_ctrl_c_while_the_screen_is_imported_leaves_at_once(tmp_path: Path, moment: str) -> None:
    with Desk(tmp_path, moment) as desk:
        desk.until_reached()
        desk.keys("half a word\x03")
        assert desk.ended() == 130
        restored(desk)


@pytest.mark.slow
def test_ctrl_c_at_30_times_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    ended: list[int] = []
    for place in PRESSED:
        with Desk(tmp_path) as desk:
            desk.until_painted()
            desk.reading(time.monotonic() + place * 0.016)
            desk.keys("\x03")
            ended.append(desk.ended())
            restored(desk)
    assert ended == [130] * len(PRESSED)


def test_ctrl_c_in_a_paste_is_text(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.typed((0.0, "\x1b[200~a\x03b\x1b[201~"))
        assert desk.quit()[-1][0] == "draft"


def test_a_fault_of_the_application_is_told_on_the_normal_screen(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.until_listening()
        desk.keys("\x18")
        assert desk.ended() == 1
        restored(desk)
        told = desk.raw.partition(LEAVE[-16:].encode())[2].decode()
        assert "a fault in the application" in told


def test_words_of_goodbye_stand_on_the_normal_screen(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.quit()
        restored(desk)
        assert "heartbit --resume abc" in desk.seen.lines


@pytest.mark.security("T7")
@pytest.mark.parametrize("moment", ["", "painted", "imported"])
@pytest.mark.security("K35")
def test_a_terminal_that_is_gone_ends_the_process_within_five_seconds(tmp_path: Path, moment: str) -> None:
    with Desk(tmp_path, moment, hang_up=True) as desk:
        if moment:
            desk.until_reached()
        else:
            desk.until_listening()
        began = time.monotonic()
        code = desk.gone()
        assert (code, time.monotonic() - began < 5) == (129, True)


def test_ctrl_z_stops_the_process_with_the_terminal_given_back_and_comes_back_whole(tmp_path: Path) -> None:
    with Desk(tmp_path, jobs=True) as desk:
        desk.keys("before")
        desk.until_listening()
        desk.until_shown("before")
        shown = desk.seen.lines
        desk.keys("\x1a")
        desk.until("STOPPED")
        restored(desk)
        desk.wipe()
        desk.keys("\n")
        desk.until_shown("before")
        assert desk.seen.lines == shown
        desk.keys(" after")
        desk.until_shown("before after")
        assert desk.quit()[-1] == ["draft", "before after"]
        restored(desk)


def test_where_no_shell_could_continue_it_ctrl_z_stops_nothing(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.until_listening()
        desk.keys("\x1agoing on")
        desk.until_shown("going on")
        assert desk.quit()[-1] == ["draft", "going on"]


def test_an_application_that_hangs_is_ended_by_a_signal_all_the_same(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.until_listening()
        desk.keys("\x1b[19~")
        desk.reading(time.monotonic() + 0.2)
        desk.signal(signal.SIGTERM)
        assert desk.ended() == 143
        restored(desk)


def test_a_process_that_something_else_stopped_redraws_itself(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.keys("before")
        desk.until_listening()
        desk.until_shown("before")
        desk.signal(signal.SIGSTOP)
        desk.until_stopped()
        termios.tcsetattr(desk.descriptor, termios.TCSANOW, desk.first)
        desk.wipe()
        desk.signal(signal.SIGCONT)
        desk.until_shown("before")
        desk.keys("\x13")
        assert desk.quit()[-1] == ["draft", "before"]
        assert ["key", "ctrl+s"] in desk.told


def test_the_mouse_is_given_to_the_terminal_and_taken_back(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.until_listening()
        desk.until_modes("1000", "1002", "1006", "1004", "2004")
        desk.keys("\x1b[20~")
        desk.until_modes("1000", "1002", "1006", on=False)
        desk.keys("\x1b[21~")
        desk.until_modes("1000", "1002", "1006")
        desk.quit()
        restored(desk)


def test_a_terminal_without_a_cursor_or_too_small_is_told_apart(tmp_path: Path) -> None:
    for columns, rows, term in ((19, 20, "xterm"), (80, 4, "xterm"), (80, 24, "dumb"), (80, 24, "")):
        with Desk(tmp_path, columns=columns, rows=rows, TERM=term) as desk:
            assert desk.ended() == 1
            assert "heartbit chat --plain" in desk.text
            assert desk.modes == desk.first
            assert b"\x1b[?1049h" not in desk.raw


@pytest.mark.parametrize(("columns", "rows"), [(20, 5), (40, 8), (99, 30), (250, 70)])
def test_every_size_is_painted_to_its_edges(tmp_path: Path, columns: int, rows: int) -> None:
    with Desk(tmp_path, columns=columns, rows=rows) as desk:
        desk.keys("x" * 300)
        desk.until_listening()
        assert desk.seen.frames[0][rows - 4] == f"╭─ ask {'─' * (columns - 8)}╮"
        assert all(len(line) <= columns for frame in desk.seen.frames for line in frame)
        assert desk.quit()[-1] == ["draft", "x" * 300]


def test_the_settings_of_the_terminal_are_the_same_as_stty_says(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        before = stty(desk)
        desk.quit()
        assert stty(desk) == before


def stty(desk: Desk) -> str:
    done = subprocess.run(("stty", "-a"), stdin=desk.descriptor, capture_output=True, text=True, check=True)
    return done.stdout
