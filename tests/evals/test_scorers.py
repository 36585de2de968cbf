"""What scorers say, with the golden values of the specification among it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from heartbit_tui.evals import EvalCase, ExpectedTool, Outcome, Ran, Rated, Scorer
from heartbit_tui.evals.scorers import (
    CommandScorer,
    JudgeScorer,
    KeywordScorer,
    SimilarityScorer,
    TrajectoryScorer,
    TreeScorer,
)
from heartbit_tui.evals.scorers.judge import verdicts
from heartbit_tui.evals.scorers.similarity import cosine, unigram_f1
from heartbit_tui.evals.types import NOTHING_EXPECTED
from heartbit_tui.kernel.messages import Text, Usage
from heartbit_tui.kernel.protocols import Spent
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing import FakeClock, ScriptedProvider
from tests.evals.subjects import Told

BARE = EvalCase(name="bare", input="Do nothing.")


def outcome(output: str = "", tools: Sequence[str] = (), folder: Path = Path("/nowhere")) -> Outcome:
    return Outcome(output=output, tools=tuple(tools), folder=folder)


def tools(*names: str | tuple[str, int]) -> EvalCase:
    wanted = tuple(ExpectedTool(name=e) if isinstance(e, str) else ExpectedTool(name=e[0], order=e[1]) for e in names)
    return EvalCase(name="tools", input="…", expected_tools=wanted)


@pytest.mark.parametrize(
    ("case", "called", "value", "details"),
    [
        (tools("read", "edit"), ["read", "bash"], 0.5, "ok read at 0; FAIL edit was not called"),
        (tools("edit", "read"), ["read", "edit"], 1.0, "ok edit at 1; ok read at 0"),
        (tools(("read", 0)), ["edit", "read"], 0.0, "FAIL read is expected at 0, where edit was called"),
        (tools(("read", 1)), ["edit", "read"], 1.0, "ok read at 1"),
        (tools(("read", 5)), ["read"], 0.0, "FAIL read is expected at 5, and there were 1 calls"),
        (tools("read", "read"), ["read"], 0.5, "ok read at 0; FAIL read was not called"),
        (tools("read", ("read", 0)), ["read", "read"], 1.0, "ok read at 0; ok read at 1"),
        (tools(), [], 1.0, "ok no tool was called"),
        (tools(), ["read"], 0.0, "FAIL no tool is allowed, and read was called"),
    ],
)
async def test_a_trajectory_is_worth_the_part_of_the_calls_that_were_made(
    case: EvalCase, called: list[str], value: float, details: str
) -> None:
    assert await TrajectoryScorer().rate(case, outcome(tools=called)) == Rated(value=value, details=details)


async def test_words_count_without_regard_to_case_and_unwanted_ones_against_it() -> None:
    case = EvalCase(name="words", input="…", output_contains=("Done", "tests"), output_not_contains=("sorry", "cannot"))
    rated = await KeywordScorer().rate(case, outcome("DONE. Sorry."))
    told = "ok has 'Done'; FAIL has 'tests'; FAIL is without 'sorry'; ok is without 'cannot'"
    assert rated == Rated(value=0.5, details=told)


@pytest.mark.parametrize(
    ("candidate", "reference", "value"),
    [
        ("the cat", "the dog", 0.5),
        ("", "the dog", 0.0),
        ("the dog", "  ", 0.0),
        ("The Dog", "the dog", 1.0),
        ("a a a b", "a c", 0.5),
        ("one two three", "four", 0.0),
    ],
)
def test_similarity_is_the_f1_of_two_sets_of_words(candidate: str, reference: str, value: float) -> None:
    assert unigram_f1(candidate, reference) == pytest.approx(value)


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [([1, 0], [2, 0], 1.0), ([1, 0], [0, 1], 0.0), ([1, 0], [-1, 0], 0.0), ([1, 1], [1, 0], 0.5**0.5), ([0], [1], 0.0)],
)
def test_cosine_is_that_of_the_angle_and_never_below_zero(one: list[float], other: list[float], value: float) -> None:
    assert cosine(one, other) == pytest.approx(value)


class Vectors:
    """Makes a vector of the letters a and b."""

    model = "letters"
    dimension = 2

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[float(text.count("a")), float(text.count("b"))] for text in texts]


async def test_with_an_embedder_similarity_is_the_cosine_of_its_vectors() -> None:
    case = EvalCase(name="like", input="…", reference_output="aa")
    scorer = SimilarityScorer(Vectors())
    assert await scorer.rate(case, outcome("a")) == Rated(value=1.0, details="cosine by letters")
    assert await scorer.rate(case, outcome("b")) == Rated(value=0.0, details="cosine by letters")
    assert await scorer.rate(case, outcome(" ")) == Rated(value=0.0, details="one of both is empty")


async def test_a_tree_has_to_be_exactly_as_expected_but_for_what_running_leaves(tmp_path: Path) -> None:
    (tmp_path / "src/__pycache__").mkdir(parents=True)
    (tmp_path / "src/__pycache__/app.pyc").write_bytes(b"\0")
    (tmp_path / "src/app.py").write_text("x = 1\n")
    (tmp_path / "raw").write_bytes(b"\xff\n")
    case = EvalCase(name="tree", input="…", tree={"src/app.py": "x = 1\n", "raw": "\udcff\n"})
    assert await TreeScorer().rate(case, outcome(folder=tmp_path)) == Rated(value=1.0, details="ok 2 files")
    (tmp_path / "raw").unlink()
    (tmp_path / "link").symlink_to("src")
    (tmp_path / "src/app.py").write_text("x = 2\n")
    told = "FAIL unexpected link, missing raw, other src/app.py"
    assert await TreeScorer().rate(case, outcome(folder=tmp_path)) == Rated(value=0.0, details=told)


async def test_a_command_passes_by_its_exit_code_with_its_checks_in_place(tmp_path: Path) -> None:
    (tmp_path / "check.py").write_text("bent by the agent\n")
    case = EvalCase(name="c", input="…", command="make", command_seconds=7.0, checks={"check.py": "right\n", "t/a": ""})
    commands = Told(Ran(status=0, output=""), Ran(status=1, output="Oh no.\n"), Ran(status=None, output="late"))
    scorer = CommandScorer(commands)
    found = [await scorer.rate(case, outcome(folder=tmp_path)) for _ in range(3)]
    assert found == [
        Rated(value=1.0, details="ok exit code 0"),
        Rated(value=0.0, details="FAIL exit code 1 of `make`: Oh no."),
        Rated(value=0.0, details="FAIL no exit code of `make`: late"),
    ]
    assert commands.asked == [("make", 7.0, ["check.py", "t"])] * 3
    assert (tmp_path / "check.py").read_text() == "right\n"


async def test_a_check_is_never_written_through_a_link_that_an_agent_made(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "kept").write_text("mine\n")
    (folder / "a").symlink_to(outside)
    (folder / "b").symlink_to(outside / "kept")
    case = EvalCase(name="c", input="…", command="true", checks={"a/kept": "other\n", "b": "other\n"})
    await CommandScorer(Told(Ran(status=0, output=""))).rate(case, outcome(folder=folder))
    assert (outside / "kept").read_text() == "mine\n"
    assert ((folder / "a/kept").read_text(), (folder / "b").read_text()) == ("other\n", "other\n")


async def test_a_judge_is_asked_about_each_criterion_and_its_cost_is_told() -> None:
    usage = Usage(input_tokens=70, output_tokens=9)
    said = Text(text="1. yes: the file is named\n2. No - nothing was run")
    model = ScriptedProvider([Reply(blocks=(said,), usage=usage, cost_usd=0.02)])
    case = EvalCase(name="j", input="Why?", criteria=("names a file", "ran a test", "is short"))
    rated = await JudgeScorer(model, FakeClock()).rate(case, outcome("In app.py.", ["read"]))
    assert rated == Rated(
        value=1 / 3,
        details="ok names a file (the file is named); FAIL ran a test (nothing was run); "
        "FAIL is short (the judge gave no verdict)",
        spent=(Spent(purpose="eval", model="scripted", usage=usage, cost_usd=0.02),),
    )
    (asked,) = model.requests
    assert "1. names a file\n2. ran a test\n3. is short" in asked.system
    (message,) = asked.messages
    (block,) = message.content
    assert isinstance(block, Text)
    assert "Why?" in block.text
    assert "In app.py." in block.text


async def test_a_judge_that_is_silent_for_too_long_costs_an_unknown_amount_and_gives_nothing() -> None:
    clock = FakeClock()
    slow = ScriptedProvider([Reply(blocks=(Text(text="1. yes"),), wait=1_000.0)], clock=FakeClock())
    case = EvalCase(name="j", input="Why?", criteria=("is short",))

    class Quick:
        def now(self) -> object:
            return clock.now()

        def monotonic(self) -> float:
            return clock.monotonic()

        async def sleep(self, seconds: float) -> None:
            return

    rated = await JudgeScorer(slow, Quick()).rate(case, outcome("…"))  # type: ignore[arg-type] - now() is not called
    assert (rated.value, rated.details) == (0.0, "the judge gave no answer within 120 s")
    assert [each.cost_usd for each in rated.spent] == [None]


def test_what_stands_beside_the_verdicts_of_a_judge_is_not_read_as_one() -> None:
    text = "Let me see.\n**1:** YES, it does\n2) yes\n3. maybe\nyes to all of it"
    assert verdicts(("a", "b", "c"), text) == Rated(
        value=2 / 3, details="ok a (it does); ok b; FAIL c (the judge gave no verdict)"
    )


@pytest.mark.parametrize(
    "scorer",
    [
        TrajectoryScorer(),
        KeywordScorer(),
        SimilarityScorer(),
        TreeScorer(),
        CommandScorer(Told()),
        JudgeScorer(ScriptedProvider(), FakeClock()),
    ],
)
async def test_where_nothing_is_expected_every_scorer_gives_one(scorer: Scorer) -> None:
    assert await scorer.rate(BARE, outcome("anything", ["bash"])) == NOTHING_EXPECTED
    assert NOTHING_EXPECTED.value >= scorer.threshold


def test_the_thresholds_are_the_specified_ones() -> None:
    scorers: tuple[Scorer, ...] = (TrajectoryScorer(), KeywordScorer(), SimilarityScorer())
    assert [(each.name, each.threshold) for each in scorers] == [
        ("trajectory", 1.0),
        ("keyword", 1.0),
        ("similarity", 0.3),
    ]
