"""Goals, plans and diffs as text: read, told, cut."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from heartbit_tui.goals import Piece, Written, command_of, split, told, written
from heartbit_tui.goals.choosing import JUDGES, choose
from heartbit_tui.goals.pieces import MOST
from heartbit_tui.plans import digest, is_plan, name_for, steps, title
from heartbit_tui.providers.models import known
from heartbit_tui.providers.pricing import Prices
from heartbit_tui.providers.table import PROVIDERS

LINE = st.text(alphabet="abc +-@", min_size=1, max_size=30)


def piece(name: str, lines: list[str]) -> Piece:
    return Piece(name=name, text="".join(f"{line}\n" for line in lines))


FILE = st.builds(piece, st.sampled_from(["a.py", "b.py", "c.py"]), st.lists(LINE, min_size=1, max_size=20))


def test_a_goal_is_its_words_and_the_items_of_its_lists() -> None:
    text = "# Round totals\nin shop.py\n\n- it has a test\n* [ ] run: make test\n3. it has a test\n"
    assert written(text) == Written(goal="Round totals in shop.py", criteria=("it has a test", "run: make test"))
    assert written("- run: make test") == Written(goal="", criteria=("run: make test",))


@given(st.lists(st.text(alphabet="abc .:", min_size=1).map(str.strip).filter(bool), unique=True, max_size=5))
def test_a_goal_that_was_told_is_read_as_it_was(criteria: list[str]) -> None:
    kept = tuple(dict.fromkeys(" ".join(each.split()) for each in criteria))
    assert written(told("A goal", kept)) == Written(goal="A goal", criteria=kept)


def test_a_criterion_is_a_command_where_it_says_run() -> None:
    found = [command_of(each) for each in ("run: make test", "Run:pytest -q", "running tests pass", "run tests")]
    assert found == ["make test", "pytest -q", "", ""]


@given(st.lists(FILE, max_size=6), st.integers(min_value=120, max_value=400))
def test_a_diff_in_parts_is_the_whole_diff_in_its_order(pieces: list[Piece], size: int) -> None:
    cut = split(pieces, size, most=1_000)
    lines = [line for part in cut.parts for line in part.splitlines() if not line.startswith("(the diff of ")]
    assert lines == [line for piece in pieces for line in piece.text.splitlines()]
    assert all(len(part) <= size + 100 for part in cut.parts)
    assert cut.left_out == ()


def test_files_of_which_some_was_left_out_are_named() -> None:
    pieces = [Piece(name=f"{number}.py", text="x" * 90 + "\n") for number in range(MOST + 2)]
    cut = split(pieces, 100)
    assert (len(cut.parts), cut.left_out) == (MOST, (f"{MOST}.py", f"{MOST + 1}.py"))


@pytest.mark.parametrize("name", JUDGES)
def test_a_judge_of_each_service_is_known_priced_and_never_the_sessions_own(name: str) -> None:
    for model in (*JUDGES[name], PROVIDERS[name].model):
        chosen = choose(name, model).model
        assert chosen in JUDGES[name]
        assert chosen != model
        assert known(chosen) is not None
        assert Prices().price(chosen) is not None


def test_a_service_of_which_no_other_model_is_known_is_judged_by_its_own() -> None:
    assert choose("ollama", "qwen3").model == ""


PLAN = (
    "Intro.\n\n# Round *totals*\n\n```sh\n1. no step\n```\n1. **Write** the test\n   1. within\n2) Mend `sum`\n- note\n"
)


def test_the_steps_of_a_plan_are_its_numbered_lines_outside_of_code() -> None:
    assert steps(PLAN) == ("Write the test", "Mend sum")
    assert steps("## Step 1: Look\n## Step 2: Do") == ("Look", "Do")
    assert steps("- [ ] one\n- [x] two") == ("one", "two")
    assert steps("Nothing to do.") == ()


def test_an_answer_is_a_plan_where_it_has_steps() -> None:
    assert [is_plan(text) for text in (PLAN, "1. only one", "Yes.")] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PLAN, "2026-01-02-round-totals"),
        ("# Größe ändern: ../../etc", "2026-01-02-groe-andern-etc"),
        ("# 計画", "2026-01-02-plan"),
        ("# " + "long " * 40, "2026-01-02-long-long-long-long-long-long-long-long"),
    ],
)
def test_the_name_of_a_plan_fits_every_file_system(text: str, name: str) -> None:
    assert name_for(text, date(2026, 1, 2)) == name


def test_the_title_and_the_digest_are_those_of_the_text() -> None:
    assert title(PLAN) == "Round *totals*"
    assert digest("a") != digest("b")
