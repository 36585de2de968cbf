"""What a judge answers, read strictly."""

import json

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.goals import graded
from heartbit_tui.goals.grades import SILENT
from heartbit_tui.kernel.events import GoalJudged, Grade

CRITERIA = ("It is rounded", "It has a test")
NAMES = frozenset({"shop.py", "a b.py"})


def entry(criterion: object, outcome: object, place: object = "") -> dict[str, object]:
    return {"criterion": criterion, "outcome": outcome, "reason": "so", "place": place}


def outcomes(answer: str) -> list[str]:
    return [grade.outcome for grade in graded(answer, CRITERIA, NAMES)]


def test_grades_come_in_the_order_of_the_criteria_with_reason_and_place() -> None:
    answer = json.dumps({"grades": [entry(2, "unmet"), entry(1, "met", "b/shop.py:12")]})
    assert graded(f"Here:\n```json\n{answer}\n```", CRITERIA, NAMES) == (
        Grade(criterion="It is rounded", outcome="met", reason="so", place="shop.py:12"),
        Grade(criterion="It has a test", outcome="unmet", reason="so"),
    )


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "All criteria are met.",
        "VERDICT: met",
        "{",
        '{"grades": [{"criterion": 1, "outcome": "met"',
        json.dumps({"grades": [entry(1, "probably"), entry(2, True)]}),
        json.dumps({"grades": [entry(3, "met"), entry(0, "met"), entry(True, "met"), entry("one", "met")]}),
        json.dumps([[1, "met"], [2, "met"]]),
        "[" * 5_000,
    ],
)
def test_what_is_no_plain_yes_meets_nothing(answer: str) -> None:
    assert outcomes(answer) == ["unsure", "unsure"]


def test_of_several_grades_for_one_criterion_the_strictest_counts() -> None:
    said = [entry(1, "met"), entry(1, "unsure"), entry(2, "met"), entry("2", "UNMET ")]
    assert outcomes(json.dumps({"grades": said})) == ["unsure", "unmet"]
    assert outcomes(json.dumps(entry(2, "met")) + " but then " + json.dumps([entry(2, "unmet")])) == ["unsure", "unmet"]


def test_a_criterion_that_is_left_out_says_so() -> None:
    second = graded(json.dumps([entry(1, "met")]), CRITERIA, NAMES)[1]
    assert second == Grade(criterion="It has a test", outcome="unsure", reason=SILENT)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("shop.py", "shop.py"),
        ("`shop.py:3-9`", "shop.py:3"),
        ("a b.py:1", "a b.py:1"),
        ("other.py:1", ""),
        ("/etc", ""),
    ],
)
def test_a_place_is_a_file_of_the_diff_or_none(said: str, place: str) -> None:
    assert graded(json.dumps([entry(1, "met", said)]), CRITERIA, NAMES)[0].place == place


@given(st.text())
def test_any_answer_gives_a_grade_for_each_criterion(answer: str) -> None:
    assert [grade.criterion for grade in graded(answer, CRITERIA, NAMES)] == list(CRITERIA)


def test_a_goal_is_reached_only_by_criteria_that_are_all_met() -> None:
    met, unsure = (Grade(criterion="c", outcome=outcome) for outcome in ("met", "unsure"))
    assert [GoalJudged(grades=each).is_reached for each in ((met,), (met, unsure), ())] == [True, False, False]
