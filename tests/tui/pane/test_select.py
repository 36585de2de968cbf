"""What is marked, copied: lines that were broken to fit give back the text that they were broken from."""

import random

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.pane.select import Selection, Spot, copied, whole, word
from tests.tui.pane.made import LOOK, Made, line

CASES = 1_000
WORDS = ("a", "word", "longer-than-most", "漢字", "ünï", "🙂", "x" * 50, "1,000", "(end)")


def text_of(dice: random.Random) -> str:
    """Lines of words with one or several blanks between, none at a line's end."""
    lines = (
        "".join(dice.choice(WORDS) + " " * dice.randint(1, 3) for _ in range(dice.randint(1, 14))).rstrip()
        for _ in range(dice.randint(1, 4))
    )
    return "\n".join(lines)


def everything(made: Made) -> Selection:
    rows = made.rows()
    return Selection(Spot(rows[0].key, 0, 0), Spot(rows[-1].key, rows[-1].index, 500))


def test_1000_texts_are_copied_as_they_were_before_they_were_broken() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        text, look = text_of(dice), Look(dice.randint(8, 60), LOOK.ink)
        first = [("> ", look.ink.muted)] if dice.random() < 0.5 else []
        rest = [("  ", look.ink.muted)] if first else []
        lines = setting.wrapped([(text, look.ink.text)], look.width, first=first, rest=rest)
        made = Made({(0, 0): lines})
        assert copied(made, look, everything(made)) == text, seed


def test_a_mark_can_be_drawn_upwards_and_leaves_the_gutters_out() -> None:
    made = Made({(0, 0): [line("> one", gutter=2), line("> two", gutter=2)], (1, 0): [line("three")]})
    down = Selection(Spot((0, 0), 0, 3), Spot((1, 0), 0, 1))
    assert copied(made, LOOK, down) == copied(made, LOOK, Selection(down.end, down.start)) == "ne\ntwo\nth"


def test_a_word_and_a_whole_line_are_found_where_the_mouse_is() -> None:
    here = line("  see src/app.py:12 (漢字)", gutter=2)
    made = Made({(0, 0): [here]})
    for cell in range(6, 19):
        assert copied(made, LOOK, word((0, 0), 0, here, cell)) == "src/app.py:12"
    assert copied(made, LOOK, word((0, 0), 0, here, 22)) == "漢字"
    assert copied(made, LOOK, whole((0, 0), 0, here)) == "see src/app.py:12 (漢字)"


def test_random_marks_are_never_an_exception_and_always_a_part_of_the_text() -> None:
    for seed in range(CASES):
        dice = random.Random(seed)
        text = text_of(dice)
        lines: list[Line] = list(setting.wrapped([(text, LOOK.ink.text)], LOOK.width))
        made = Made({(number, 0): [each] for number, each in enumerate(lines)})
        spots = [Spot((dice.randint(0, len(lines)), 0), dice.randint(0, 1), dice.randint(0, 45)) for _ in range(2)]
        part = copied(made, LOOK, Selection(*spots))
        assert all(piece.strip() in text for piece in part.split("\n")), seed
