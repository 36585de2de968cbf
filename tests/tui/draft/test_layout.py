"""Rows of a draft: no row is too wide, every place has a cell, and every character is in one row."""

import random

from rich.cells import cell_len

from heartbit_tui.tui.draft.layout import Layout, Row, cuts
from heartbit_tui.tui.draft.motions import right

CHARACTERS = "abc de  f\n\t.中文字😀👍🏽🇩🇪e\u0301ñ\u202e\u200d"
CHIP = "\U0010fe00"
LABELS = {CHIP: "[Pasted text #1 +42 lines]"}


def random_text(chance: random.Random) -> str:
    return "".join(chance.choice(CHARACTERS + CHIP) for _ in range(chance.randrange(60)))


def test_rows_hold_all_of_the_text_and_fit() -> None:
    chance = random.Random(1)
    for _ in range(800):
        text, width = random_text(chance), chance.randrange(1, 20)
        layout = Layout(text, width, LABELS)
        parts = [text[row.start : row.end] + ("" if row.soft else "\n") for row in layout.rows]
        assert "".join(parts) == text + "\n"
        for row in layout.rows:
            size = cell_len(layout.shown(row.start, row.end))
            blank = text[row.end - 1 : row.end] == " "
            alone = right(text, row.start) >= row.end - blank
            assert size <= width + blank or alone


def test_every_place_has_a_cell_that_leads_back_to_it() -> None:
    chance = random.Random(2)
    checked = 0
    for _ in range(400):
        text, width = random_text(chance), chance.randrange(3, 30)
        layout = Layout(text, width, LABELS)
        at = 0
        while at <= len(text):
            row, column = layout.place(at)
            following = right(text, at) if at < len(text) else at + 1
            if layout.shown(at, following) and cell_len(layout.shown(at, following)):
                assert layout.at(row, column) == at
                checked += 1
            at = following
    assert checked > 5000


def test_lines_break_between_words_and_a_word_that_is_too_long_in_itself() -> None:
    layout = Layout("the quick brown fox jumps", 10, {})
    assert [layout.shown(row.start, row.end) for row in layout.rows] == ["the quick ", "brown fox ", "jumps"]
    layout = Layout("supercalifragilistic", 8, {})
    assert [layout.shown(row.start, row.end) for row in layout.rows] == ["supercal", "ifragili", "stic"]


def test_a_chip_is_one_character_with_a_label_that_fits() -> None:
    layout = Layout(f"a{CHIP}b", 12, LABELS)
    assert [layout.shown(row.start, row.end) for row in layout.rows] == ["a", "[Pasted tex…", "b"]
    assert layout.place(2) == (2, 0)


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert Layout("a\u202eb", 40, {}).row_text(0) == "a<U+202E>b"
    assert Layout("a\tb", 40, {}).row_text(0) == "a    b"


def test_a_row_is_cut_where_its_looks_change() -> None:
    assert cuts(Row(0, 10), 3, 5, 5, -1, 30) == [(0, 3), (3, 5), (5, 10)]
    assert cuts(Row(4, 4), 4) == []
