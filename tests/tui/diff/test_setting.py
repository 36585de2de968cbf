import random
import time

import pytest
from rich.cells import cell_len
from rich.style import Style

from heartbit_tui.tui.diff import split, unified
from heartbit_tui.tui.diff.language import colouring, language
from heartbit_tui.tui.diff.parse import parse
from heartbit_tui.tui.diff.pieces import BULK, CHARACTERS, ROWS, pieces
from heartbit_tui.tui.diff.source import DiffSource
from heartbit_tui.tui.diff.types import Piece
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.setting import copied
from heartbit_tui.tui.markdown.syntax import syntax
from heartbit_tui.tui.theme.ink import ink as ink_of
from heartbit_tui.tui.theme.load import load, names as theme_names

DIFF = """--- a/src/a.py
+++ b/src/a.py
@@ -9,4 +9,5 @@ class A:
 def f():
-    return old
+    value = 1
+    return new
 \x20
 # end
@@ -100,2 +101,1 @@
-gone
 last
\\ No newline at end of file
"""


@pytest.fixture
def ink() -> Ink:
    return ink_of(load("heartbit"))


def texts(lines: list[Line]) -> list[str]:
    return [line.text.rstrip() for line in lines]


def all_unified(text: str, look: Look, *, reveal: bool = False) -> list[Line]:
    return [line for piece in pieces(parse(text)) for line in unified.lines(piece, look, reveal=reveal)]


def test_one_column_has_numbers_signs_and_places(ink: Ink) -> None:
    lines = all_unified(DIFF, Look(60, ink))
    assert texts(lines) == [
        "src/a.py                                               +2 -2",
        "  ⋯   class A:",
        "  9   def f():",
        " 10 -     return old",
        " 10 +     value = 1",
        " 11 +     return new",
        " 12",
        " 13   # end",
        "  ⋯",
        "100 - gone",
        "101   last",
        "      no line end at the end of the file",
    ]
    assert [line.place for line in lines] == [
        "",
        *(f"src/a.py:{number}" for number in (9, 9, 10, 10, 11, 12, 13, 101, 100, 101, 101)),
    ]


def test_a_copy_has_the_code_without_numbers_and_signs(ink: Ink) -> None:
    lines = [line for line in all_unified(DIFF, Look(24, ink)) if line.place == "src/a.py:11"]
    assert copied(lines) == "    return new"


def test_two_columns_stand_beside_each_other_and_fill_the_width(ink: Ink) -> None:
    lines = [line for piece in pieces(parse(DIFF)) for line in split.lines(piece, Look(101, ink))]
    assert {cell_len(line.text) for line in lines[2:7]} == {101}
    assert [tuple(side.rstrip() for side in line.text.split("│")) for line in lines[2:7]] == [
        ("  9   def f():", "  9   def f():"),
        ("", " 10 +     value = 1"),
        (" 10 -     return old", " 11 +     return new"),
        (" 11", " 12"),
        (" 12   # end", " 13   # end"),
    ]


def test_long_rows_are_wrapped_to_the_same_height_on_both_sides(ink: Ink) -> None:
    text = f"--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-{'word ' * 60}\n+short\n same\n"
    lines = [line for piece in pieces(parse(text)) for line in split.lines(piece, Look(100, ink))][1:]
    assert {cell_len(line.text) for line in lines} == {100}
    assert len(lines) == 8
    assert [line.text.split("│")[1].strip() for line in lines] == ["1 + short", *[""] * 6, "2   same"]


def test_two_columns_hold_every_row_once(ink: Ink) -> None:
    chance = random.Random(2)
    for _ in range(200):
        kinds = chance.choices(("-", "+", " "), k=chance.randrange(1, 30))
        rows = "".join(f"{kind}row{number}x {chance.choice('abc')}\n" for number, kind in enumerate(kinds))
        counts = f"-1,{30 - kinds.count('+')} +1,{30 - kinds.count('-')}"
        found = pieces(parse(f"--- a/a\n+++ b/a\n@@ {counts} @@\n{rows}"))
        sides = [line.text.split("│") for piece in found[1:] for line in split.lines(piece, Look(100, ink))]
        for side, without in ((0, "+"), (1, "-")):
            shown = [one[side].split()[-2] for one in sides if one[side].strip()]
            assert shown == [f"row{number}x" for number, kind in enumerate(kinds) if kind != without]


def test_two_columns_become_one_where_they_do_not_fit(ink: Ink) -> None:
    for piece in pieces(parse(DIFF)):
        assert split.lines(piece, Look(99, ink)) == unified.lines(piece, Look(99, ink))


def test_signs_tell_what_colours_tell_in_every_theme() -> None:
    for name in theme_names():
        lines = all_unified(DIFF, Look(60, ink_of(load(name))))
        signs = {line.text[4] for line in lines[2:] if line.place}
        assert signs == {" ", "+", "-"}


def test_rows_have_the_ground_of_their_kind_to_the_edge(ink: Ink) -> None:
    kinds = {line.place: line.fill for line in all_unified(DIFF, Look(60, ink))}
    assert (kinds["src/a.py:11"], kinds["src/a.py:100"], kinds["src/a.py:9"]) == (ink.added, ink.removed, None)


def test_code_has_its_colours_on_the_ground_of_its_row(ink: Ink) -> None:
    piece = pieces(parse(DIFF))[1]
    lines = unified.lines(piece, Look(60, ink), colour=colouring(syntax, ink))
    keyword = next(part for part in lines[4].parts if "return" in part.text)
    assert keyword.style is not None
    assert (keyword.style.color, keyword.style.bgcolor) == (ink.syntax["keyword"].color, ink.added.bgcolor)
    assert texts(lines) == texts(unified.lines(piece, Look(60, ink)))


def test_colours_that_do_not_fit_the_text_are_not_used(ink: Ink) -> None:
    piece = pieces(parse(DIFF))[1]
    lied = unified.lines(piece, Look(60, ink), colour=lambda code, path: [[("something else", Style(bold=True))]])
    assert lied == unified.lines(piece, Look(60, ink))


def test_the_language_of_a_file_is_known_by_its_name() -> None:
    paths = ("a/b.py", "x.pyi", "Makefile", "src/Dockerfile", "no.dot/name", ".bashrc", "a.b/c.TS")
    assert [language(path) for path in paths] == ["py", "py", "makefile", "dockerfile", "name", "bash", "ts"]


def test_windows_line_ends_are_shown_only_where_they_change(ink: Ink) -> None:
    all_of_it = "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n same\r\n-old\r\n+new\r\n"
    mixed = "--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-old\r\n+old\n"
    assert texts(all_unified(all_of_it, Look(60, ink)))[1:] == ["1   same", "2 - old", "2 + new"]
    assert texts(all_unified(mixed, Look(60, ink)))[1:] == ["1 - old␍", "1 + old"]


def test_pieces_are_small_and_hold_every_row_once() -> None:
    rows = "".join(f"-{number}\n+{number}!\n {number}\n" for number in range(1000))
    files = parse(f"--- a/a\n+++ b/a\n@@ -1,2000 +1,2000 @@\n{rows}")
    found = pieces(files)
    assert max(len(piece.rows) for piece in found) <= ROWS
    assert [row for piece in found for row in piece.rows] == list(files[0].rows)


def test_a_line_of_fifty_megabytes_is_cut_into_pieces_that_lose_nothing(ink: Ink) -> None:
    begun = time.process_time()
    source = DiffSource(parse(f"--- a/a\n+++ b/a\n@@ -0,0 +1,1 @@\n+{'x' * 50_000_000}\n"))
    first = source.first()
    assert first is not None
    second = source.after(first)
    assert second is not None
    assert 10 < len(source.lines(second, Look(80, ink))) <= BULK // 70 + 8
    last = source.last()
    assert last is not None
    assert source.share(last) > 0.99
    assert time.process_time() - begun < 3


def test_a_long_line_is_set_whole_over_its_pieces(ink: Ink) -> None:
    whole = "".join(f"{number:06}" for number in range(3000))
    text = f"--- a/a\n+++ b/a\n@@ -0,0 +1,1 @@\n+{whole}\n"
    found = pieces(parse(text))
    assert max(len(row.text) for piece in found for row in piece.rows) == CHARACTERS
    lines = [line for piece in found[1:] for line in unified.lines(piece, Look(80, ink))]
    assert "".join(line.text[line.gutter :] for line in lines) == whole
    assert sum(line.text.startswith("1 +") for line in lines) == 1


@pytest.fixture
def source() -> DiffSource:
    two = DIFF.replace("src/a.py", "src/b.py")
    return DiffSource(parse(DIFF + two))


def test_a_source_goes_forth_and_back_over_all_pieces(source: DiffSource) -> None:
    keys = [source.first()]
    while (key := keys[-1]) is not None:
        keys.append(source.after(key))
    assert keys == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), None]
    back = [source.last()]
    while (key := back[-1]) is not None:
        back.append(source.before(key))
    assert back == [*reversed(keys[:-1]), None]
    assert source.first() == keys[0]


def test_hunks_are_gone_through_over_all_files(source: DiffSource) -> None:
    assert [source.hunk_after(key) for key in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2))] == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
        None,
    ]
    assert [source.hunk_before(key) for key in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2))] == [
        None,
        None,
        (0, 1),
        (0, 2),
        (1, 1),
    ]


def test_toggling_changes_between_one_column_and_two(source: DiffSource, ink: Ink) -> None:
    look = Look(120, ink)
    one = source.lines((0, 1), look)
    source.toggle()
    two = source.lines((0, 1), look)
    source.toggle()
    assert ("│" in one[1].text, "│" in two[1].text) == (False, True)
    assert source.lines((0, 1), look) == one


def test_a_piece_that_is_not_there_has_no_lines(source: DiffSource, ink: Ink) -> None:
    assert [list(source.lines(key, Look(80, ink))) for key in ((0, 9), (5, 0))] == [[], []]
    empty = DiffSource(())
    assert (empty.first(), empty.last(), empty.share((0, 0))) == (None, None, 0.0)


def test_no_line_is_wider_than_the_screen_from_two_cells_up(ink: Ink) -> None:
    text = DIFF.replace("return new", "漢字 e\u0301 👩‍👩‍👧 " * 20)
    found = pieces(parse(text))
    for width in (*range(2, 40), 99, 100, 101, 137):
        for piece in found:
            for draw in (unified.lines, split.lines):
                wide = [line.text for line in draw(piece, Look(width, ink)) if cell_len(line.text) > width]
                assert wide == [], width


def test_a_piece_is_set_in_little_time(ink: Ink) -> None:
    rows = "".join(f"-    value_{n} = call(a, {n})\n+    value_{n} = call(b, {n})\n" for n in range(50))
    piece: Piece = pieces(parse(f"--- a/a.py\n+++ b/a.py\n@@ -1,50 +1,50 @@\n{rows}"))[1]
    begun = time.process_time()
    for _ in range(5):
        unified.lines(piece, Look(100, ink))
    assert time.process_time() - begun < 0.5
