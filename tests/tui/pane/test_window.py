"""A window over random sources: no gap, no line twice, and every move can be taken back."""

import random

from heartbit_tui.tui.pane.window import Row, Top, View, Window
from tests.tui.pane.made import LOOK, Made, source

CASES = 1_000


def is_part(view: View, made: Made, height: int) -> bool:
    """Whether a view is a whole stretch of the source's lines, told rightly."""
    rows, every = list(view.rows), made.rows()
    if not rows:
        return not every
    start = every.index(rows[0])
    end = start + len(rows)
    whole = rows == every[start:end] and len(rows) == min(height, len(every))
    return whole and view.at_end == (end == len(every)) and view.at_start == (start == 0)


def test_1000_views_are_stretches_without_a_gap_wherever_they_begin() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        made, height = source(dice), dice.randint(1, 12)
        window = Window(made, LOOK, height)
        assert is_part(window.end(), made, height), seed
        row = dice.choice(made.rows() or [Row((0, 0), 0, None)])  # pyright: ignore[reportArgumentType] never looked at
        assert is_part(window.at(Top(row.key, row.index)), made, height), seed
        gone = Top((dice.randint(0, 14), dice.randint(0, 5)), dice.randint(0, 9))
        assert is_part(window.at(gone), made, height), seed


def test_1000_moves_go_as_far_as_they_say_and_back() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        made = source(dice)
        every = made.rows()
        if not every:
            continue
        window = Window(made, LOOK, dice.randint(1, 12))
        start, by = dice.randrange(len(every)), dice.randint(-40, 40)
        top = Top(every[start].key, every[start].index)
        there = window.moved(top, by)
        wanted = every[min(max(start + by, 0), len(every) - 1)]
        assert there == Top(wanted.key, wanted.index), seed
        if 0 <= start + by < len(every):
            assert window.moved(there, -by) == top, seed


def test_1000_pieces_come_into_view_by_the_smallest_move() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        made, height = source(dice), dice.randint(1, 12)
        every = made.rows()
        if not every:
            continue
        window = Window(made, LOOK, height)
        row = dice.choice(every)
        view = window.at(Top(row.key, row.index))
        key = dice.choice(every).key
        size = len(made.pieces[key])
        around, showing = window.around(view, key), window.showing(view, key)
        assert is_part(around, made, height), seed
        assert is_part(showing, made, height), seed
        assert sum(each.key == key for each in around.rows) == min(size, height), seed
        assert any(each.key == key and each.index == 0 for each in showing.rows), seed
        if sum(each.key == key for each in view.rows) == size:
            assert around == view, seed
