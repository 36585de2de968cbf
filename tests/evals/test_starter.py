"""The tasks that come with heartbit fail before their scripted run and pass after it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from heartbit_tui import Agent, evaluate
from heartbit_tui.evals import EvalCase, cases
from heartbit_tui.providers.script import text
from heartbit_tui.runtime.evaluating import elsewhere, options_for

CASES = cases.starter()


def agent(home: Path) -> Agent:
    """The scripted agent of a person with an empty home."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    own = Agent(provider="scripted", mode="accept-edits", bare=True, environment=environment)
    with elsewhere(own.options()) as options:
        return replace(own, settings=options_for(options).flags)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_task_fails_before_its_scripted_run_and_passes_after_it(case: EvalCase, tmp_path: Path) -> None:
    idle = replace(case, script=text("I do nothing."))
    (before,) = (await evaluate([idle], agent(tmp_path))).results
    (after,) = (await evaluate([case], agent(tmp_path))).results
    assert (before.error, before.passed) == ("", False)
    assert {each.scorer: each.passed for each in before.scores}["command"] is False
    assert (after.error, after.passed) == ("", True), after
    assert {each.scorer for each in after.scores} >= {"command"}


def test_there_are_enough_tasks_of_more_than_one_kind_and_each_has_all_it_needs() -> None:
    assert len(CASES) >= 12
    assert all(case.command and case.files and case.checks and case.script for case in CASES)
    written = {Path(name).suffix for case in CASES for name in case.files}
    assert {".py", ".sh", ".json", ".md", ".txt"} <= written
