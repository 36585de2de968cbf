"""Plans, goals and judgements on the screen, at a real terminal."""

import os
import signal
from pathlib import Path
from typing import Any

from tests.judging.services import JUDGE
from tests.tui.journeys.application import Place, place

PLAN = "# Round the total\n\nBecause cents are lost.\n\n1. Write the test\n2. Mend the sum\n"
HANDED = {"blocks": [{"call": "present_plan", "input": {"plan": PLAN}}]}
WRITES = {"blocks": [{"call": "write", "input": {"file_path": "sum.py", "content": "total = 1\n"}}]}


def judged(outcome: str, **traits: Any) -> dict[str, Any]:
    """The judge's answer on one criterion."""
    answer = f'{{"grades": [{{"criterion": 1, "outcome": "{outcome}", "reason": "it says so", "place": "sum.py:1"}}]}}'
    return {"blocks": [{"text": answer}], "when_system": "You judge a change", **traits}


def plans(here: Place) -> list[Path]:
    """The files of plans."""
    return sorted((here.folder / "home/.local/share/heartbit/plans").glob("*.md"))


def test_a_plan_is_edited_in_an_editor_and_started_as_it_was_left(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "3. Tell the changelog\\n" >> "$1"\n')
    editor.chmod(0o755)
    with place(tmp_path, HANDED, WRITES, "Carried out.") as here:
        here.environment["EDITOR"] = str(editor)
        with here.application(columns=140, rows=50) as app:
            app.command("/plan round it")
            app.asked("Carry out “Round the total”")
            app.see("Because cents are lost.")
            assert "(2 steps)" in app.words
            app.decide("3", "Carry out “Round the total”")
            app.see(lambda: "Tell the changelog" in plans(here)[0].read_text(), "the edited file")
            app.decide("2", "Carry out “Round the total”")
            app.see("Carried out.")
            app.see("todo 0/3")
            assert "as it was edited" in app.words
            assert (here.project / "sum.py").read_text() == "total = 1\n"
            app.leave()


def test_a_plan_outlives_a_kill_and_is_started_later_as_its_file_says_then(tmp_path: Path) -> None:
    with place(tmp_path, HANDED, {**WRITES, "when": "3. Added by hand"}, "Carried out.") as here:
        with here.application("--permission-mode", "plan", columns=140, rows=50) as app:
            app.keys("round it\r")
            app.asked("Carry out “Round the total”")
            os.kill(app.pid, signal.SIGKILL)
            app.ended()
        (file,) = plans(here)
        assert file.read_text() == PLAN
        file.write_text(PLAN + "3. Added by hand\n")
        with here.application("-c", columns=140, rows=50) as app:
            app.command("/plan")
            app.decide("2", "Carry out “Round the total”")
            app.see("Carried out.")
            app.see("todo 0/3")
            app.leave()


def test_a_remark_keeps_planning_and_leaving_changes_nothing(tmp_path: Path) -> None:
    again = {"blocks": [{"call": "present_plan", "input": {"plan": PLAN + "3. More\n"}}], "when": "shorter, please"}
    with place(tmp_path, HANDED, again, "As you like.") as here:
        with here.application("--permission-mode", "plan", columns=140, rows=50) as app:
            app.keys("round it\r")
            app.decide("w", "Carry out “Round the total”")
            app.keys("shorter, please\r")
            app.asked("(3 steps)")
            app.decide("5")
            app.see("As you like.")
            app.leave()
        (file,) = plans(here)
        assert file.read_text().endswith("3. More\n")
        assert list(here.project.iterdir()) == []


def test_a_goal_stands_in_the_side_panel_and_a_judgement_in_the_chat(tmp_path: Path) -> None:
    script = (judged("unmet"), judged("met"), WRITES, "Done.", "Really done.")
    words = ("--permission-mode", "accept-edits")
    with place(tmp_path, *script) as here, here.application(*words, columns=140, rows=50) as app:
        app.command("/goal The total is rounded")
        app.see("goal 0/1")
        app.keys("go\r")
        app.see("Really done.")
        app.see("unmet: The total is rounded")
        assert f"by {JUDGE}" in app.words
        app.command("/judge")
        app.see("goal 1/1")
        app.see("met: The total is rounded")
        app.command("/cost")
        app.see(f"{JUDGE} (judge)")
        app.keys("q")
        app.see_no_more(f"{JUDGE} (judge)")
        app.leave()


def test_escape_ends_a_judgement_that_takes_long(tmp_path: Path) -> None:
    with place(tmp_path, judged("met", wait=60.0), "Hello.") as here, here.application(columns=140, rows=50) as app:
        app.keys("hi\r")
        app.see("Hello.")
        app.command("/judge")
        app.see("judging")
        app.keys("\x1b[27u")
        app.see_no_more("judging ·")
        app.leave()
