"""Text that wants to take the terminal over: from the model, from tools, from files, from names."""

import re
import subprocess
from pathlib import Path
from typing import Any

from tests.repl.service import call, desk

EVIL = (
    "\x1b]0;owned\x07 \x1b[2J\x1b[H \x1b[?1049h \x1b]52;c;b3duZWQ=\x07 \x1bP+q544e\x1b\\ \x9b31m \x07\x08\x08 \x1b[6n "
    "\u202egnp.exe\u2066 [bold red]markup[/bold red] [link=http://evil]x[/link] \x1b]8;;http://evil\x1b\\here\x1b]8;;\x1b\\ "
    "\r overwritten \ud83d\x00 [/] [[ {0} %s \\[x]"
)
SHOWN = ("[bold red]markup[/bold red]", "[link=http://evil]x[/link]", "<U+202E>", "[/]")
FORBIDDEN = (
    b"\x1b]0;owned",
    b"\x1b[?1049h",
    b"\x1b]52",
    b"\x1bP",
    b"\x1b[6n",
    b"\x1b]8;;",
    b"\x07",
    b"\x9b31m",
    "\u202e".encode(),
    "\u2066".encode(),
    b"\r overwritten",
)


def script() -> tuple[dict[str, Any], ...]:
    evil = EVIL.replace("\ud83d", "")
    command = "cat evil.txt; exit 3"
    return (
        {
            "blocks": [
                {"thinking": evil},
                {"text": f"{evil}\n\n```py\n{evil}\n```\n\n- {evil}\n"},
                call("bash", command=command),
            ]
        },
        {"blocks": [call("todowrite", todos=[{"content": evil, "status": "pending", "priority": "low"}])]},
        {"blocks": [call("read", file_path=f"no{evil}".replace("\0", ""))]},
        {"blocks": [call("write", file_path="e.txt", content=evil)]},
        {"blocks": [call(f"no{evil}", x=evil)]},
        {"blocks": [call("question", questions=[{"question": evil, "options": [{"label": "a"}, {"label": evil}]}])]},
        {"blocks": [{"text": "All seen."}]},
    )


def test_nothing_that_is_shown_at_the_terminal_is_obeyed(tmp_path: Path) -> None:
    with desk(tmp_path, *script()) as made, made.screen(rows=50, columns=160) as screen:
        (made.project / "evil.txt").write_bytes(EVIL.encode("utf-8", "surrogatepass") + b"\xff\xfe\x1b[31mred\x1b[0m")
        screen.keys("show\r")
        screen.until("y once")
        screen.keys("y")
        screen.until("exit 3.*y once")
        screen.keys("y")
        screen.until(r"1-2.*w own words")
        screen.keys("1")
        screen.until(r"All seen\..*ask>")
        screen.keys("/todos\r/status\r/rewind\r")
        screen.until("takes the chat back to before prompt N")
        screen.keys("\x04")
        assert screen.ended() == 0
        assert [each for each in FORBIDDEN if each in screen.raw] == []
        assert [each for each in SHOWN if each not in screen.text] == []
        assert screen.text.count("␛[2J") >= 5


def test_nothing_that_is_said_in_plain_lines_is_obeyed(tmp_path: Path) -> None:
    with desk(tmp_path, *script()) as made:
        (made.project / "evil.txt").write_bytes(EVIL.encode("utf-8", "surrogatepass"))
        done: subprocess.CompletedProcess[str] = made.lines("show", "y", "y", "1", "/todos")
        assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout) == []
    assert "All seen." in done.stdout
    assert done.stdout.count("␛[2J") >= 5
