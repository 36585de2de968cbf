"""The steps of a workflow have rows of their own: as long as they go on, and as they ended."""

from heartbit_tui.kernel.events import RunInterrupted, StepEnded, StepStarted
from tests.tui.timeline.story import Story


def told(story: Story) -> list[tuple[str, str, str, int]]:
    return [(row.name, row.title, row.state, row.working) for row in story.timeline.rows()]


def test_a_step_is_a_row_from_its_beginning_to_its_end() -> None:
    story = Story().begin()
    story.tell(StepStarted(id="step-1", name="all", kind="loop"))
    story.tell(StepStarted(id="step-2", name="tests", kind="command", within="step-1", round=2), 5)
    assert told(story) == [("flow", "all (loop)", "running", 0), ("step", "tests (command, round 2)", "running", 0)]
    story.tell(
        StepEnded(id="step-2", name="tests", kind="command", how="failed", error="no", duration_ms=7, cost_usd=0.5)
    )
    story.tell(StepEnded(id="step-1", name="all", kind="loop", how="done", duration_ms=12, cost_usd=0.5))
    assert told(story) == [("flow", "all (loop)", "ok", 12), ("step", "tests (command, round 2)", "failed", 7)]
    assert [(row.outcome, row.cost) for row in story.timeline.rows()] == [("", 0.5), ("no", 0.5)]


def test_what_a_run_leaves_open_is_cut_off_with_it() -> None:
    story = Story().begin()
    story.tell(StepStarted(id="step-1", name="all", kind="sequential"))
    story.tell(RunInterrupted(reason="a crash"), 40)
    assert told(story) == [("flow", "all (sequential)", "cut", 40)]
