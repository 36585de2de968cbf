import subprocess
from pathlib import Path

from tests.repl.terminal import Screen, environment, talk


def demo(tmp_path: Path, *, rows: int = 24, columns: int = 80, **more: str) -> Screen:
    env = environment(tmp_path / "home", **more)
    return Screen(talk(tmp_path, demo=True), cwd=tmp_path, env=env, rows=rows, columns=columns)


def play(screen: Screen) -> None:
    screen.until(r"No model is behind\s+it.*ask>")
    screen.keys("\r")
    screen.until(r"\? bash python3 -B -m unittest.*y once")
    screen.keys("y")
    screen.until(r"exit 1.*\? edit pulse\.py.*-    return 60 \* len\(beats\).*\+    gaps = len\(beats\) - 1.*y once")
    screen.keys("y")
    screen.until(r"edit pulse\.py  \+2 -1.*\? bash.*y once")
    screen.keys("s")
    screen.until(r"\[x\] Run the tests again.*The tests pass now.*no model is behind.*throw-away copy.*ask>")
    screen.keys("\x04")


def test_the_demo_is_played_with_approvals_at_a_small_terminal(tmp_path: Path) -> None:
    with demo(tmp_path) as screen:
        play(screen)
        assert screen.ended() == 0
        assert screen.modes == screen.first
        assert "heartbit chat --resume" not in screen.text
    assert list((tmp_path / "home").rglob("*")) == []


def test_the_demo_is_played_at_a_narrow_terminal(tmp_path: Path) -> None:
    with demo(tmp_path, rows=10, columns=40) as screen:
        screen.until("ask>")
        screen.keys("\r")
        screen.until(r"\? bash python3.*y once")
        screen.keys("n")
        screen.until(r"You refused.*ask>")
        screen.keys("/quit\r")
        assert screen.ended() == 0


def test_without_colour_nothing_is_coloured(tmp_path: Path) -> None:
    with demo(tmp_path, NO_COLOR="1") as screen:
        play(screen)
        assert screen.ended() == 0
        assert [part for part in screen.raw.split(b"\x1b[")[1:] if _is_colour(part)] == []


def test_plain_lines_in_a_pipe_play_the_whole_demo(tmp_path: Path) -> None:
    done = subprocess.run(
        talk(tmp_path, demo=True),
        input="\ny\nmaybe\ny\nno not again\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert {line.partition(": ")[0].partition("> ")[0] for line in lines if line} <= {
        *("info", "you", "heartbit", "tool", "todo", "approval", "preview", "output", "output:", "thinking", "warning"),
        *("preview:",),
    }
    assert "approval: that was not understood." in lines
    assert lines[-1].startswith("heartbit: You refused")


def _is_colour(part: bytes) -> bool:
    codes, end, _ = part.partition(b"m")
    numbers = (
        [int(code) for code in codes.split(b";") if code.isdigit()]
        if end and codes.replace(b";", b"").isdigit()
        else []
    )
    return any(30 <= number <= 49 or 90 <= number <= 107 for number in numbers)
