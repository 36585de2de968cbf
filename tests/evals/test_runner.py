"""Attempts are made in folders of their own, heard as they happen, judged, and counted."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from heartbit_tui.evals import EvalCase, EvalResult, EvalRunner, EvalSummary, ExpectedTool, Outcome, Rated, Score, shown
from heartbit_tui.evals.scorers import KeywordScorer, TrajectoryScorer
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Envelope, RunFailed
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.kernel.protocols import Spent
from heartbit_tui.testing import FakeClock
from tests.evals.subjects import DONE, FAILED, STARTED, Played, Unopened, repaired, says

CASE = EvalCase(
    name="mend",
    input="Mend it.",
    expected_tools=(ExpectedTool(name="read", order=0), ExpectedTool(name="edit")),
    output_contains=("mended",),
    files={"src/app.py": "x = 1\n"},
)
SCORERS = (TrajectoryScorer(), KeywordScorer())


async def test_a_run_is_heard_call_by_call_with_its_tokens_and_its_cost() -> None:
    subject = Played(STARTED, *says("I look.", "reed", "edit"), repaired("I look.", 0, "read"), *says("Mended."), DONE)
    heard: list[EvalResult] = []
    summary = await EvalRunner(FakeClock(), scorers=SCORERS).run(subject, [CASE], heard.append)
    assert summary.results == tuple(heard)
    assert heard == [
        EvalResult(
            case_name="mend",
            passed=True,
            scores=(
                Score(scorer="trajectory", score=1.0, passed=True, details="ok read at 0; ok edit at 1"),
                Score(scorer="keyword", score=1.0, passed=True, details="ok has 'mended'"),
            ),
            actual_tools=("read", "edit"),
            actual_output="Mended.",
            turns=2,
            tokens=230,
            cost_usd=0.02,
        )
    ]


async def test_a_call_whose_price_is_not_known_makes_the_whole_unknown_and_so_does_one_that_was_cut_off() -> None:
    unpriced = Played(STARTED, *says("Mended.", cost=None), DONE)
    late = RunFailed(error="Too late.", partial_usage=Usage(), kind="timeout")
    cut = Played(STARTED, *says("…"), says("…")[0], late)
    found = [(await EvalRunner(FakeClock()).run(subject, [CASE])).results[0].cost_usd for subject in (unpriced, cut)]
    assert found == [None, None]


async def test_errors_are_counted_beside_failures_and_show_the_pass_rate() -> None:
    cases = [EvalCase(name=name, input=name) for name in ("good", "bad", "broken")]
    ends = {"good": (*says("mended"), DONE), "bad": (*says("no"), DONE), "broken": (FAILED,)}

    class Varied:
        async def attempt(self, case: EvalCase, folder: Path) -> AsyncGenerator[Envelope]:
            async for envelope in Played(STARTED, *ends[case.name]).attempt(case, folder):
                yield envelope

    wanting = [EvalCase(name=case.name, input="…", output_contains=("mended",)) for case in cases]
    summary = await EvalRunner(FakeClock()).scorer(KeywordScorer()).run(Varied(), wanting)
    assert (summary.total, summary.passed, summary.failed, summary.errors) == (3, 1, 1, 1)
    assert summary.pass_rate() == pytest.approx(1 / 3)
    assert ("passed", "1 of 3 (33%)") in shown.facts(summary)
    assert [line.cells[:2] for line in shown.lines(summary)] == [("good", "yes"), ("bad", "no"), ("broken", "no")]
    assert summary.avg_score == pytest.approx(1 / 3)
    assert summary.scorer_averages == (("keyword", pytest.approx(1 / 3)),)
    assert [each.error for each in summary.results] == ["", "", "The service is gone."]
    assert (summary.tokens, summary.cost_usd, summary.attempts) == (230, pytest.approx(0.02), 1)


def test_a_summary_of_nothing_is_all_zero() -> None:
    empty = EvalSummary(results=())
    assert (empty.total, empty.pass_rate(), empty.avg_score, empty.scorer_averages, empty.attempts) == (0, 0, 0, (), 0)


async def test_each_attempt_has_a_folder_of_its_own_that_is_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "start").mkdir()
    (tmp_path / "start/notes.txt").write_text("a\n")
    case = EvalCase(name="own", input="…", folder=tmp_path / "start", files={"new.txt": "b\n"})
    seen: list[list[str]] = []

    def act(folder: Path) -> None:
        seen.append(sorted(each.name for each in folder.iterdir()))
        (folder / "notes.txt").write_text("changed\n")

    subject = Played(STARTED, *says("ok"), DONE, act=act)
    await EvalRunner(FakeClock(), repeat=3).run(subject, [case])
    assert seen == [["new.txt", "notes.txt"]] * 3
    assert len(set(subject.folders)) == 3
    assert not any(folder.parent.exists() for folder in subject.folders)
    assert (tmp_path / "start/notes.txt").read_text() == "a\n"


async def test_attempts_run_side_by_side_and_results_stand_in_the_order_of_the_cases() -> None:
    meeting = asyncio.Barrier(3)
    ended: list[str] = []

    class Meeting:
        async def attempt(self, case: EvalCase, folder: Path) -> AsyncGenerator[Envelope]:
            await meeting.wait()
            for _ in range(20 if case.name == "first" else 0):
                await asyncio.sleep(0)
            async for envelope in Played(STARTED, *says(case.name), DONE).attempt(case, folder):
                yield envelope

    cases = [EvalCase(name=name, input="…") for name in ("first", "second", "third")]
    runner = EvalRunner(FakeClock(), repeat=2, parallel=3)
    summary = await runner.run(Meeting(), cases, lambda result: ended.append(result.case_name))
    assert [(each.case_name, each.attempt) for each in summary.results] == [
        (case.name, number) for case in cases for number in (1, 2)
    ]
    assert sorted(ended) == ["first", "first", "second", "second", "third", "third"]
    assert summary.attempts == 2


async def test_a_scorer_that_breaks_fails_the_attempt_and_nothing_else() -> None:
    class Broken:
        name = "broken"
        threshold = 0.5

        async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
            raise ZeroDivisionError("by nothing")

    class Costly:
        name = "costly"
        threshold = 0.5

        async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
            return Rated(value=0.5, spent=(Spent(purpose="eval", model="m", usage=Usage(), cost_usd=0.25),))

    subject = Played(STARTED, *says("ok"), DONE)
    (result,) = (await EvalRunner(FakeClock(), scorers=(Broken(), Costly())).run(subject, [CASE])).results
    assert not result.passed
    assert result.scores == (
        Score(scorer="broken", score=0.0, passed=False, details="the scorer failed: ZeroDivisionError: by nothing"),
        Score(scorer="costly", score=0.5, passed=True),
    )
    assert (result.cost_usd, result.judge_cost_usd, EvalSummary(results=(result,)).cost_usd) == (0.01, 0.25, 0.26)


async def test_a_session_that_cannot_be_opened_ends_the_evaluation_with_its_reason() -> None:
    with pytest.raises(HeartbitError, match="There is no model"):
        await EvalRunner(FakeClock(), parallel=2).run(Unopened(), [CASE, CASE])


async def test_a_folder_that_cannot_be_copied_is_an_error_of_its_case_alone(tmp_path: Path) -> None:
    gone = EvalCase(name="gone", input="…", folder=tmp_path / "gone")
    summary = await EvalRunner(FakeClock()).run(Played(STARTED, *says("ok"), DONE), [gone, CASE])
    assert [(each.case_name, each.passed, "gone" in each.error) for each in summary.results] == [
        ("gone", False, True),
        ("mend", True, False),
    ]
