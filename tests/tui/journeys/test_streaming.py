"""While an answer is written: the window changes its size, somebody scrolls, something is marked and copied."""

import random
from pathlib import Path

import pytest

from heartbit_tui.tui.lines.look import SIGNS
from tests.repl.service import call
from tests.tui.journeys.application import place

RESIZES = 40
WAITS = "until [ -e go ]; do sleep 0.02; done"
PARAGRAPHS = "\n\n".join(
    f"Paragraph {number} says **something** of `code {number}` and goes on for about two lines of a usual screen, so "
    f"that it has to be broken where it does not fit, at {number}."
    for number in range(60)
)
CODE = "\n\n```python\ndef spread(values):\n    return max(values) - min(values)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
LONG = f"{PARAGRAPHS}{CODE}The very end."


@pytest.mark.slow
def test_forty_sizes_while_an_answer_streams_end_in_the_right_frame(tmp_path: Path) -> None:
    dice = random.Random(7)
    streamed = {"blocks": [{"text": LONG}], "chunk": 40, "pace": 0.012}
    with place(tmp_path, streamed) as here, here.application() as app:
        app.keys("write\r")
        app.see("Paragraph 1 ")
        for _ in range(RESIZES):
            app.size(dice.randint(20, 200), dice.randint(6, 60))
            until = len(app.raw) + dice.randint(1, 6000)
            app.see(lambda: len(app.raw) >= until or "The very end." in app.shown, "output")  # noqa: B023
        app.size(110, 34)
        app.see(lambda: "The very end." in app.chat and "tokens" in app.chat, "the end")
        app.see(lambda: app.lines[-1].endswith("? keys") and "─ context" in app.shown, "the last size")
        shown, rows = app.lines, app.rows
        app.redraw()
        assert app.lines == shown
        app.leave()
        with here.application("--resume", app.session, columns=110, rows=34) as again:
            again.see(lambda: again.rows == rows, "the same rows in another process")
            again.leave()


def test_scrolling_up_holds_the_place_and_the_badge_leads_back(tmp_path: Path) -> None:
    script = (
        {"blocks": [{"text": PARAGRAPHS}, call("bash", command=WAITS)]},
        {"blocks": [{"text": "What is new."}], "chunk": 1, "pace": 0.01},
    )
    with place(tmp_path, *script) as here, here.application("--permission-mode", "yolo") as app:
        app.keys("write\r")
        app.see(lambda: "at 59." in app.words and SIGNS["running"] in app.chat, "the running call")
        app.wheel((5, 10), -6)
        app.see(" ↓ ")
        app.redraw()
        held = app.rows[:10]
        (here.project / "go").touch()
        app.see("2 new  ↓")
        assert app.rows[:10] == held
        app.click(app.paper.find("new  ↓"))
        app.see("What is new.")
        app.see_no_more("new  ↓")
        app.leave()


def test_what_is_dragged_over_is_copied_as_it_was_written(tmp_path: Path) -> None:
    words = "The quick brown fox jumps over the lazy dog, " * 6
    with place(tmp_path, f"{words}end.") as here, here.application(columns=72) as app:
        app.keys("write\r")
        app.see(lambda: "dog, end." in app.words and "tokens" in app.chat, "the answer")
        row, cell = app.paper.find("The quick")
        last, end = next((row, line.index("end.")) for row, line in enumerate(app.lines) if "end." in line)
        assert last > row + 2
        app.drag((row, cell), (last, end + 3))
        app.see(lambda: bool(app.paper.copies), "a copy")
        assert app.paper.copies == [f"{words}end."]
        app.see("OSC 52")
        app.leave()
