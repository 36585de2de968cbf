"""Far too much text from a command: the screen goes on, memory stays bounded, the terminal gets none of it raw."""

import time
from pathlib import Path

import pytest

from tests.repl.service import call
from tests.tui.hostile.wire import strangers
from tests.tui.journeys.application import Application, place

MOST = 150 * 1024
"""KiB that heartbit may grow by."""

ENDS = "Esc ends it"
"""What stands above the draft while a command of the person's own runs."""

EMPTY = "What is to be done?"
REFUSED = "A command of yours still runs"
ECHO = 2.5
"""Seconds in which a letter stands in the draft, on a machine that does other things at the same time."""

COMMANDS = (
    "head -c 50000000 /dev/zero | tr '\\0' x",
    "head -c 10000000 /dev/urandom",
    "yes 'a line of a hundred megabytes of text' | head -c 100000000",
    "for n in $(seq 3000); do printf '\\033[31m%s\\033]0;x\\007\\r' $n; done",
)


def resident(app: Application) -> int:
    """KiB of the process."""
    lines = Path(f"/proc/{app.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.security("T5", n=len(COMMANDS))
@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("own", [False, True])
def test_far_too_much_output_neither_stops_the_screen_nor_fills_the_memory(tmp_path: Path, own: bool) -> None:
    replies = [
        {"blocks": [call("bash", command=command), {"text": f"END{number}"}]} for number, command in enumerate(COMMANDS)
    ]
    with place(tmp_path, *replies, "All done.") as here, here.application("--permission-mode", "yolo") as app:
        before = most = resident(app)
        slowest = 0.0
        app.keys("go\r") if not own else None
        for number, command in enumerate(COMMANDS if own else [""]):
            mark = here.project / f"done{number}"
            if own:
                app.keys(f"!{command}; touch {mark.name}")
                app.see(f"touch {mark.name} ")
                enter(app)
            for letter in "abcdefgh":
                began = time.monotonic()
                app.keys(letter)
                app.see(lambda letter=letter: f"{letter}" in draft(app))
                slowest = max(slowest, time.monotonic() - began)
                most = max(most, resident(app))
            app.see(lambda mark=mark: mark.exists() and ENDS not in app.shown if own else "All done." in app.chat)
            app.keys("\x03")
            app.see(EMPTY)
            most = max(most, resident(app))
        found = strangers(app.raw.decode("utf-8", "surrogateescape"))
        assert found == {}
        assert slowest < ECHO
        assert most - before < MOST
        app.leave()


def enter(app: Application) -> None:
    """Press Enter; once more where what ran before was still ending."""
    app.keys("\r")
    app.see(lambda: EMPTY in app.shown or REFUSED in app.shown)
    if EMPTY not in app.shown:
        app.see_no_more(ENDS)
        app.keys("\r")
        app.see(EMPTY)


def draft(app: Application) -> str:
    """What stands in the draft."""
    return "".join(line for line in app.lines if line.startswith("│ ❯"))
