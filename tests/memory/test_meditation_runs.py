"""Runs that took work become drafts of skills, each way of working once, where a person wants that."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heartbit_tui.kernel.events import ModelCalled
from heartbit_tui.memory.meditation_report import told
from heartbit_tui.memory.meditation_runs import Distilling, Step, Worked, circle, difficulty, shown, signature
from tests.memory.meditation_rig import AT, SKILL, Bench, bench, says
from tests.memory.rig import SCREEN

ON = Distilling(enabled=True, least=0.3)


def run(calls: int, tools: int, errors: int, seconds: float, streak: int = 0) -> Worked:
    """A run of so many calls to so many tools, of which some failed, with one call made again and again."""
    steps = [Step(tool=f"tool{n % tools}", input=str(n), failed=n < errors, said="no such file") for n in range(calls)]
    steps[len(steps) - streak :] = [steps[-1]] * streak
    return Worked(session="s", folder="/w", task="Make a release.", steps=tuple(steps), seconds=seconds, ended=AT)


def worked(*commands: str, minutes: int = 0, folder: str = "/w") -> Worked:
    """A run of commands, the first of which failed."""
    steps = [
        Step(tool="bash", input=command, failed=not number, said="error: no tag")
        for number, command in enumerate(commands)
    ]
    reading = [Step(tool=tool, input="x") for tool in ("read", "grep", "edit", "glob", "write")]
    return Worked(
        session="01SESSION",
        folder=folder,
        task="Make a release as jane.doe@example.com wants it.",
        steps=(*steps, *reading),
        seconds=120.0,
        ended=AT + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize(
    ("hard", "expected"),
    [(run(8, 4, 1, 60), 0.343), (run(20, 6, 1, 120, streak=3), 0.76), (run(20, 6, 2, 120), 0.67)],
)
def test_the_difficulty_is_that_of_the_specification(hard: Worked, expected: float) -> None:
    assert difficulty(hard) == pytest.approx(expected, abs=0.0005)


def test_a_circle_is_the_same_call_again_right_after_itself() -> None:
    one, other = Step(tool="read", input="a"), Step(tool="read", input="b")
    assert [circle(each) for each in ((), (one,), (one, other, one), (one, one, other), (one,) * 4)] == [0, 0, 0, 2, 4]


def test_a_way_of_working_is_known_by_the_programs_not_by_what_they_were_given() -> None:
    one = signature(worked("A=1 git tag v1", "make dist"))
    assert one == signature(worked("git tag v2", "make dist", "git push", minutes=5))
    others = {signature(each) for each in (worked("make dist", "git tag"), worked("git tag", "make dist", folder="/x"))}
    assert len({one, *others}) == 3


def test_of_a_long_run_both_ends_are_told_and_of_what_failed_the_reason() -> None:
    text = shown(run(100, 5, 1, 10))
    assert "- tool0 0\n  failed: no such file\n- tool1 1\n" in text
    assert "(40 calls are left out)" in text
    assert text.endswith("- tool4 99")


async def drafted(on: Bench, **terms: object) -> list[str]:
    report = await on.meditate(distilling=replace(ON, **terms))
    return [each.name for each in report.drafts]


async def test_a_run_that_took_work_becomes_a_draft_once_and_only_where_it_is_wanted(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, cost_usd=0.02, times=0)) as on:
        on.worked = [worked("git tag", "make dist")]
        assert await drafted(on, enabled=False) == []
        assert await drafted(on) == ["release-notes"]
        on.worked.append(worked("git tag v2", "make dist", minutes=30))
        assert await drafted(on) == []
        (draft,) = await on.drafts.list()
    assert (draft.run, draft.made_of, draft.cost_usd) == (signature(on.worked[0]), "one run", 0.02)
    assert [each.id for each in draft.sources] == ["01SESSION"]
    (request,) = on.provider.requests
    assert "error: no tag" in str(request.messages)
    assert "jane.doe" not in str(request.messages)
    assert SCREEN(str(draft)).found == ()
    assert [event.purpose for event in on.told if isinstance(event, ModelCalled)] == ["distillation"]


async def test_easy_runs_and_those_without_an_error_become_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        hard = worked("git tag", "make dist")
        smooth = replace(hard, steps=tuple(replace(each, failed=False) for each in hard.steps))
        on.worked = [smooth, replace(hard, steps=hard.steps[:4])]
        assert await drafted(on) == []
        on.worked = [replace(hard, ended=AT + timedelta(minutes=1))]
        assert await drafted(on, least=0.9) == []
    assert on.provider.requests == []


async def test_no_more_than_so_many_in_an_hour_and_the_rest_with_a_later_cycle(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        on.worked = [worked(f"tool{n}", "make", minutes=n) for n in range(5)]
        counts = [len(await drafted(on)), len(await drafted(on))]
        await on.clock.advance(3_600)
        counts.append(len(await drafted(on)))
        await on.clock.advance(3_600)
        counts.append(len(await drafted(on)))
    assert counts == [3, 0, 2, 0]


async def test_a_dry_run_tells_which_runs_and_asks_nobody(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        on.worked = [worked("git tag", "make dist")]
        one, two = [await on.meditate(dry=True, distilling=ON) for _ in range(2)]
        assert (one.runs, one, on.provider.requests) == ((on.worked[0],), two, [])
        assert told(one) == "1 skill would be drafted."


async def test_what_the_model_got_wrong_gives_its_place_back_and_is_put_off(tmp_path: Path) -> None:
    async with bench(tmp_path, says("No table here."), says(SKILL, times=0)) as on:
        on.worked = [worked("git tag", "make dist")]
        report = await on.meditate(distilling=ON)
        assert (report.drafts, len(report.troubles)) == ((), 1)
        assert report.troubles[0].startswith("Of a run no skill was made: ")
        on.worked.append(worked("git tag", "make dist", minutes=10))
        assert await drafted(on) == []
        await on.clock.advance(6 * 3_600)
        on.worked.append(worked("git tag", "make dist", minutes=20))
        assert await drafted(on) == ["release-notes"]


async def test_what_was_refused_is_not_drafted_again_and_old_runs_are_let_be(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        on.worked = [worked("old", "make", minutes=-8 * 24 * 60), worked("git tag", "make dist")]
        assert await drafted(on) == ["release-notes"]
        (draft,) = await on.drafts.list()
        await on.drafts.refuse(draft.id)
        on.worked.append(worked("git tag", "make dist", minutes=9))
        assert await drafted(on) == []


async def test_where_money_is_up_nobody_is_asked_and_the_run_waits(tmp_path: Path) -> None:
    async with bench(tmp_path, says(SKILL, times=0)) as on:
        on.worked = [worked("git tag", "make dist")]
        on.refusal = "2.00 US dollars were spent today."
        assert await drafted(on) == []
        on.refusal = ""
        assert await drafted(on) == ["release-notes"]
