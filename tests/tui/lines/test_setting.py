import random
import time

from rich.segment import Segment
from rich.style import Style

from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.measure import cells, clusters
from heartbit_tui.tui.lines.setting import beside, copied, cut, fitted, line, rows, wrapped

PLAIN, BOLD, RED = Style(), Style(bold=True), Style(color="red")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WORDS = (
    "a",
    "of",
    "word",
    "  ",
    "longer-word",
    "日本語",
    "naïve",
    "→",
    FAMILY,
    "e\u0301",
    "x" * 30,
    "\n",
    "\n\n",
    "🇩🇪",
    "क्ष",
    "한국",
)


def text_of(seed: int) -> str:
    chance = random.Random(seed)
    chosen = WORDS[:5] if seed % 3 == 0 else WORDS
    return "".join(chance.choice(chosen) + chance.choice(("", " ", " ", "  ")) for _ in range(chance.randrange(30)))


def texts(lines: list[Line]) -> list[str]:
    return [each.text for each in lines]


def test_what_was_broken_gives_the_text_back_and_is_never_too_wide() -> None:
    count = 0
    for seed in range(300):
        text = text_of(seed)
        for width in (1, 2, 7, 20, 80):
            count += 1
            found = wrapped([(text, PLAIN)], width)
            assert copied(found) == text, (seed, width)
            assert max(cells(each.text) for each in found) <= width, (seed, width)
    assert count == 1_500


def test_no_line_ends_within_a_cluster() -> None:
    for seed in range(200):
        text = text_of(seed).replace("\n", " ")
        whole = {0, *(stop for stop, _ in clusters(text))}
        at = 0
        for each in wrapped([(text, PLAIN)], 2 + seed % 9):
            assert at in whole, seed
            at += len(each.text) + len(each.lost)
        assert at == len(text)


def test_words_stay_whole_and_the_blank_between_lines_is_not_shown() -> None:
    found = wrapped([("the quick brown fox jumps", PLAIN)], 9)
    assert texts(found) == ["the quick", "brown fox", "jumps"]
    assert [(each.joined, each.lost) for each in found] == [(True, " "), (True, " "), (False, "")]


def test_a_word_that_is_too_long_is_cut_where_the_line_ends() -> None:
    assert texts(wrapped([("ab " + "x" * 12, PLAIN)], 5)) == ["ab", "xxxxx", "xxxxx", "xx"]
    assert texts(wrapped([("日本語の文章", PLAIN)], 5)) == ["日本", "語の", "文章"]
    assert texts(wrapped([("終わり。次", PLAIN)], 6)) == ["終わ", "り。次"]


def test_blanks_at_the_beginning_of_a_line_stay() -> None:
    assert texts(wrapped([("    if x:\n        yes", PLAIN)], 40)) == ["    if x:", "        yes"]
    assert texts(wrapped([("    " + "y" * 8, PLAIN)], 6)) == ["    yy", "yyyyyy"]


def test_neighbours_of_one_style_are_one_segment() -> None:
    parts = [
        ("one ", PLAIN),
        ("two ", PLAIN),
        ("three", Style(bold=True)),
        (" four", BOLD),
        ("", RED),
        (" five", PLAIN),
    ]
    (only,) = wrapped(parts, 80)
    assert only.parts == (Segment("one two ", PLAIN), Segment("three four", BOLD), Segment(" five", PLAIN))
    many = wrapped([(letter, PLAIN) for letter in "many single letters of one style in rows"], 10)
    assert {len(each.parts) for each in many} == {1}


def test_marks_stand_before_the_first_line_and_blanks_before_the_others() -> None:
    found = wrapped([("one two three\nfour", RED)], 7, first=[("• ", BOLD)])
    assert texts(found) == ["• one", "  two", "  three", "  four"]
    assert [each.gutter for each in found] == [2, 2, 2, 2]
    assert copied(found) == "one two three\nfour"
    barred = wrapped([("one two", RED)], 6, first=[("日", BOLD)], rest=[("| ", RED)], fill=BOLD)
    assert texts(barred) == ["日one", "| two"]
    assert copied(barred) == "one two"
    assert [each.fill for each in barred] == [BOLD, BOLD]


def test_nothing_is_still_a_line() -> None:
    assert wrapped([], 10) == [Line()]
    assert texts(wrapped([("", PLAIN)], 10, first=[("> ", BOLD)])) == ["> "]
    assert texts(wrapped([("\n", PLAIN)], 10)) == ["", ""]


def test_of_an_endless_line_only_what_is_needed_is_looked_at() -> None:
    for letter, width in (("x", 100), ("日", 50), ("e\u0301", 100)):
        endless = letter * (50_000_000 // len(letter))
        start = time.process_time()
        found = wrapped([(endless, PLAIN)], 100, limit=200)
        assert time.process_time() - start < 1.0
        assert [each.text for each in found] == [letter * width] * 200
    assert next(rows([("y" * 50_000_000, PLAIN)], 10))[0] == (Segment("y" * 10, PLAIN),)


def test_cut_text_fits_and_says_that_something_is_missing() -> None:
    assert [cut("hello world", width) for width in (11, 10, 7, 6, 1, 0)] == [
        "hello world",
        "hello wor…",
        "hello…",
        "hello…",
        "…",
        "",
    ]
    assert [cut("日本語", width) for width in (6, 5, 4, 2, 1)] == ["日本語", "日本…", "日…", "…", "…"]
    assert cut(f"{FAMILY}{FAMILY}", 3) == f"{FAMILY}…"
    assert [
        seed for seed in range(300) for width in range(12) if cells(cut(text_of(seed).replace("\n", ""), width)) > width
    ] == []


def test_parts_are_fitted_into_one_line() -> None:
    assert fitted([("one", PLAIN), ("", BOLD), ("two three", RED)], 8).parts == (
        Segment("one", PLAIN),
        Segment("two…", RED),
    )
    assert fitted([("one", PLAIN), ("two", RED)], 3).parts == (Segment("one", PLAIN),)


def test_two_ends_share_a_line() -> None:
    assert beside([("left", PLAIN)], [("right", RED)], 12, PLAIN).text == "left   right"
    assert beside([("a long left", PLAIN)], [("right", RED)], 12, PLAIN).text == "a lon… right"
    assert cells(beside([("日本語", PLAIN)], [("語", RED)], 5, PLAIN).text) <= 5


def test_a_copy_leaves_gutters_and_frames_out() -> None:
    header = Line((Segment(" python", RED),), gutter=7, joined=True)
    code = line((" ", PLAIN), ("x = 1", RED), gutter=1)
    assert copied([header, code, Line(gutter=0), code]) == "x = 1\n\nx = 1"
