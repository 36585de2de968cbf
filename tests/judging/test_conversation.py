"""Plans, goals and judgements line by line."""

from pathlib import Path

from tests.judging.test_screen import HANDED, PLAN, WRITES, judged
from tests.repl.service import desk


def test_a_plan_is_asked_about_and_started(tmp_path: Path) -> None:
    with desk(tmp_path, HANDED, WRITES, "Carried out.") as made, made.screen(mode="plan") as screen:
        screen.keys("round it\r")
        screen.until(r"Because cents are lost.*Carry out “Round the total” .2 steps.*1-4 · w own words")
        screen.keys("2")
        screen.until(r"The plan is started in the mode accept-edits.*Carried out\.")
        screen.keys("/todos\r")
        screen.until(r"Write the test.*Mend the sum")
        assert (made.project / "sum.py").read_text() == "total = 1\n"


def test_a_plan_that_was_left_is_started_by_its_command_as_its_file_is_then(tmp_path: Path) -> None:
    script = (PLAN, {**WRITES, "when": "3. By hand"}, "Carried out.")
    with desk(tmp_path, *script) as made, made.screen(mode="plan") as screen:
        screen.keys("round it\r")
        screen.until(r"Carry out “Round the total”.*1-4 · w own words")
        screen.keys("4")
        screen.until("plan>")
        (file,) = (tmp_path / "home/.local/share/heartbit/plans").glob("*.md")
        file.write_text(PLAN + "3. By hand\n")
        screen.keys("/plan\r")
        screen.until(r"Carry out “Round the total”.*1-4 · w own words")
        screen.keys("2")
        screen.until(r"as it was edited.*Carried out\.")


def test_a_goal_is_set_looked_at_and_judged(tmp_path: Path) -> None:
    script = (judged("unmet"), judged("met"), WRITES, "Done.", "Still done.")
    with desk(tmp_path, *script) as made, made.screen(mode="accept-edits") as screen:
        screen.keys("/goal\r")
        screen.until("There is no goal")
        screen.keys("/goal The total is rounded\r")
        screen.until("The goal: The total is rounded")
        screen.keys("go\r")
        screen.until(r"Judged: 0 of 1 met, by claude-haiku-4-5.*unmet: The total is rounded.*Still done\.")
        screen.until("The goal is not reached: 1 of 1")
        screen.keys("/judge\r")
        screen.until(r"Judged: 1 of 1 met.*met: The total is rounded — it says so \(sum.py:1\)")
        screen.keys("/goal\r")
        screen.until(r"1\. ✓ met: The total is rounded")


def test_criteria_are_added_dropped_and_proposed(tmp_path: Path) -> None:
    proposal = {"blocks": [{"text": "- It has a test\n- run: make test\n"}], "when_system": "You write acceptance"}
    with desk(tmp_path, proposal) as made:
        done = made.lines(
            "/goal Round the total",
            "/goal add README tells it",
            "/goal propose",
            "/goal drop 1",
            "/goal",
            "/goal drop 7",
            "/goal clear",
            "/goal",
            "/quit",
        )
    assert "1. · not judged yet: It has a test" in done.stdout
    assert "2. · not judged yet: run: make test" in done.stdout
    assert "There is no criterion 7" in done.stdout
    assert "There is no goal any more." in done.stdout
    assert done.returncode == 0
