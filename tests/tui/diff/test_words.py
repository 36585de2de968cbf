import random
import time
from collections.abc import Mapping

from heartbit_tui.tui.diff.types import Kind, Row
from heartbit_tui.tui.diff.words import changed, pairs


def parts(line: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [line[start:stop] for start, stop in spans]


def test_only_the_words_that_differ_are_marked() -> None:
    old, new = "return sum(item.price for item in items)", "return sum(item.price * 2 for item in items)"
    gone, come = changed(old, new)
    assert (parts(old, gone), parts(new, come)) == ([], ["* 2 "])


def test_lines_with_little_in_common_are_not_marked() -> None:
    assert changed("import os", "raise ValueError(name)") == ((), ())


def test_what_is_not_marked_is_the_same_on_both_sides() -> None:
    chance = random.Random(3)
    words = ("a", "if", "(", ")", " ", "  ", "é漢", "x1", "==", "\t")
    for _ in range(500):
        old, new = ("".join(chance.choices(words, k=chance.randrange(30))) for _ in range(2))
        gone, come = changed(old, new)
        if gone or come:
            assert left(old, gone) == left(new, come)


def left(line: str, spans: tuple[tuple[int, int], ...]) -> str:
    for start, stop in reversed(spans):
        line = line[:start] + line[stop:]
    return line


def test_long_lines_cost_nothing() -> None:
    begun = time.process_time()
    for size in (10_000, 1_000_000):
        assert changed("x y " * size, "x z " * size) == ((), ())
    chance = random.Random(1)
    for _ in range(20):
        old, new = (" ".join(chance.choices("abcdefgh", k=290)) for _ in range(2))
        changed(old, new)
    assert time.process_time() - begun < 2


def rows(text: str) -> list[Row]:
    kinds: Mapping[str, Kind] = {"+": "added", "-": "removed", " ": "same"}
    return [Row(kind=kinds[line[0]], text=line[1:]) for line in text.split("\n")]


def test_as_many_rows_on_both_sides_are_paired_in_order() -> None:
    assert pairs(rows("-a\n-b\n+c\n+d\n e\n-f\n+g\n+h")) == [(0, 2), (1, 3), (5, 6)]


def test_a_row_is_paired_with_the_one_that_is_most_like_it() -> None:
    text = "-    return sum(price)\n+    if not items:\n+        return 0\n+    return sum(price * count)"
    assert pairs(rows(text)) == [(0, 3)]
    text = "-alpha beta\n-gamma delta\n-last words\n+gamma delta!\n+last words!"
    assert pairs(rows(text)) == [(1, 3), (2, 4)]
