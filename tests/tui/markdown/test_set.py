import random
from pathlib import Path

import pytest
from rich.style import Style

from heartbit_tui.tui.lines import setting
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.markdown.set import lines
from heartbit_tui.tui.markdown.split import Pieces, pieces_of
from heartbit_tui.tui.markdown.syntax import syntax
from heartbit_tui.tui.theme.ink import ink
from heartbit_tui.tui.theme.load import load

INK = ink(load("heartbit"))


def drawn(text: str, width: int = 60, *, open: bool = False, colours: bool = True) -> list[Line]:
    look = Look(width, INK)
    return [
        line for piece in pieces_of(text) for line in lines(piece, look, open=open, syntax=syntax if colours else None)
    ]


def shown(text: str, width: int = 60) -> list[str]:
    return [line.text.rstrip() for line in drawn(text, width)]


def styles(text: str) -> list[tuple[str, Style | None]]:
    return [(part.text, part.style) for line in drawn(text) for part in line.parts]


def test_words_have_the_styles_that_their_signs_ask_for() -> None:
    ink, base = INK, INK.text
    assert styles("a **b** *c* ~~d~~ `e` **f `g`**") == [
        ("a ", base),
        ("b", base + ink.strong),
        (" ", base),
        ("c", base + ink.emphasis),
        (" ", base),
        ("d", base + Style(strike=True)),
        (" ", base),
        ("e", base + ink.code),
        (" ", base),
        ("f ", base + ink.strong),
        ("g", base + ink.strong + ink.code),
    ]


def test_an_address_is_always_visible() -> None:
    assert shown("see [the docs](https://a.example/x), <https://b.example>, https://c.example/y.", 100) == [
        "see the docs (https://a.example/x), https://b.example, https://c.example/y."
    ]
    assert shown("[https://good.example](https://evil.example)", 100) == ["https://good.example (https://evil.example)"]
    assert shown("![a cat](cat.png) ![](dog.png) [x]() <me@a.example>", 100) == [
        "a cat (cat.png) dog.png x () me@a.example"
    ]
    assert ("https://c.example/y", INK.text + INK.link) in styles("at https://c.example/y.")
    assert all(
        part.style is None or part.style.link is None for line in drawn("[a](http://b.example)") for part in line.parts
    )


def test_tags_and_entities_are_text() -> None:
    assert shown("a <b>b</b> &lt;c&gt; &amp; &#x202e;d &#10;e") == ["a <b>b</b> <c> & <U+202E>d  e"]
    assert shown("<details>\n  <b>**x**</b>\n</details>") == ["<details>", "  <b>**x**</b>", "</details>"]


def test_headings_are_distinct_without_their_signs() -> None:
    assert shown("# One\n## Two\n### Three ###\ntext") == ["One", "───", "", "Two", "", "Three", "", "text"]
    assert setting.copied(drawn("# One\ntext")) == "One\n\ntext"
    assert styles("## Two") == [("Two", INK.heading)]


def test_short_lines_end_where_they_were_ended_and_long_ones_flow() -> None:
    assert shown("Name: x\nLine: 42\n`code`: y\nend") == ["Name: x", "Line: 42", "code: y", "end"]
    long = "a sentence that was broken at the usual place near eighty letters, and goes on"
    assert shown(f"{long}\nhere", 100) == [f"{long} here"]
    assert shown(f"{long} `x`\nhere", 100) == [f"{long} x here"]
    assert shown(f"{long}  \nhere", 100) == [long, "here"]
    assert shown(f"{long} `x`\\\nhere", 100) == [f"{long} x", "here"]


def test_what_goes_on_below_hangs_under_its_text() -> None:
    text = "- one two three four five\n  - six seven eight nine\n    1. ten eleven twelve\n\n   more\n12. last one two three"
    assert shown(text, 15) == [
        *(
            "• one two three",
            "  four five",
            "  ◦ six seven",
            "    eight nine",
            "    1. ten",
            "       eleven",
            "       twelve",
        ),
        *("", "  more", "12. last one", "    two three"),
    ]


def test_tasks_have_boxes() -> None:
    assert shown("- [ ] a\n- [x] b\n- [X] c\n- [y] d") == ["☐ a", "☑ b", "☑ c", "• [y] d"]


def test_quotes_have_a_bar_that_no_copy_has() -> None:
    text = "> one two three four\n>\n> - five six seven\n>   > eight"
    assert shown(text, 12) == ["▌ one two", "▌ three four", "▌", "▌ • five six", "▌   seven", "▌   ▌ eight"]
    assert setting.copied(drawn(text, 12)) == "one two three four\n\n• five six seven\n  ▌ eight"


def test_a_copy_of_a_list_keeps_its_shape_and_its_long_lines() -> None:
    text = "- one two three four five six\n  - seven eight nine ten eleven\n\n  twelve"
    assert setting.copied(drawn(text, 14)) == (
        "• one two three four five six\n  ◦ seven eight nine ten eleven\n\n  twelve"
    )


def test_a_table_fits_its_columns_to_the_width() -> None:
    text = (
        "| Case | before | what it means |\n|:--|--:|:-:|\n| empty | 1.2 | `a|b` |\n| 日本 | 48 | **wide** one |\n| x |"
    )
    assert shown(text) == [
        "Case  │ before │ what it means",
        "──────┼────────┼──────────────",
        "empty │    1.2 │      `a",
        "日本  │     48 │   wide one",
        "x     │        │",
    ]
    assert shown("|a|what this is for|\n|-|-|\n|long words here|b c d e f g h|", 20) == [
        *("a        │ what this", "         │ is for", "─────────┼──────────"),
        *("long     │ b c d e f", "words    │ g h", "here     │"),
    ]


def test_a_table_without_room_is_shown_as_it_was_written() -> None:
    text = "|a|b|c|\n|-|-|-|\n|1|2|3|"
    assert shown(text, 9) == ["a │ b │ c", "──┼───┼──", "1 │ 2 │ 3"]
    assert shown(text, 8) == ["|a|b|c|", "|-|-|-|", "|1|2|3|"]


CODE = 'def f(x: int = 1) -> str:\n\n    """Say it."""\n    return "x" * x  # as often as you like, and then some more of it\n'


def test_code_stands_on_its_ground_under_its_language() -> None:
    found = drawn(f"```python\n{CODE}```", 40)
    assert [line.text.rstrip() for line in found] == [
        *("  python", "  def f(x: int = 1) -> str:", "", '      """Say it."""'),
        *('      return "x" * x  # as often as you', "↪ like, and then some more of it"),
    ]
    assert {line.fill and line.fill.bgcolor for line in found} == {INK.block.bgcolor}
    assert setting.copied(found) == CODE.removesuffix("\n")


@pytest.mark.parametrize("width", [4, 11, 17, 30, 80])
@pytest.mark.parametrize("around", ["{}", "- a\n\n{}", "> {}", "1. a\n   > {}"])
def test_a_copy_of_code_is_the_code(width: int, around: str) -> None:
    prefix = {"{}": "", "- a\n\n{}": "  ", "> {}": "> ", "1. a\n   > {}": "   > "}[around]
    inside = f"\n{prefix}".join(f"```python\n{CODE}```".split("\n"))
    text = around.format(inside) if not around.startswith("- ") else f"- a\n\n  {inside}"
    code = [piece for piece in pieces_of(text) if piece.kind == "code"]
    found = [line for piece in code for line in lines(piece, Look(width, INK), open=False)][code[0].gap :]
    assert setting.copied(found) == CODE.removesuffix("\n")


def test_colours_change_no_line() -> None:
    whole = Path(__file__).read_text(encoding="utf-8")
    for language in ("python", "js", "rust", "yaml", "html", "made-up", ""):
        text = f"```{language}\n{whole[:6_000]}\n```"
        plain, coloured = drawn(text, colours=False), drawn(text)
        assert [line.text for line in plain] == [line.text for line in coloured]
        assert (plain != coloured) == (language not in ("made-up", "")), language
    assert drawn("```python\nx = 1\n```", open=True) == drawn("```python\nx = 1\n```", colours=False)


def test_code_is_coloured_with_the_theme() -> None:
    found = [(text, style) for text, style in styles("```python\nreturn 'x'  # why\n```") if text.strip()]
    base = INK.text + INK.block
    assert found == [
        ("python", INK.block + INK.faint),
        ("return", base + INK.syntax["keyword"]),
        ("'x'", base + INK.syntax["string"]),
        ("# why", base + INK.syntax["comment"]),
    ]
    assert ("+ b", base + INK.added) in styles("```diff\n- a\n+ b\n```")


def test_a_line_shows_the_place_that_it_names() -> None:
    assert [line.place for line in drawn("see `src/a.py:12` and b.py:3\n\nor not\n\n- at x/y-z.rs:7:1 a:b 10:30")] == [
        *("src/a.py:12", "", "", "", "x/y-z.rs:7"),
    ]


def test_no_sign_flickers_while_an_answer_is_written() -> None:
    text = "A **bold** word, `code`, *so* and **more `code` here** end."
    bare = "A bold word, code, so and more code here end."
    look, pieces = Look(200, INK), Pieces()
    for letter in text:
        pieces.feed(letter)
        said = "".join(line.text for piece in pieces.pieces for line in lines(piece, look, open=True))
        assert bare.startswith(said)


def test_every_line_fits_at_any_width() -> None:
    text = Path(__file__).with_name("sample.md").read_text(encoding="utf-8")
    for width in range(1, 130):
        assert [line for line in drawn(text, width) if setting.cells(line.text) > width] == [], width


def test_nothing_is_lost_at_any_width() -> None:
    chance = random.Random(3)
    words = [f"word{number}" for number in range(400)]
    text = "".join(f"{'- ' * chance.randrange(3)}{word}{chance.choice((' ', chr(10), chr(10) * 2))}" for word in words)
    for width in (12, 20, 33, 80, 200):
        copied = setting.copied(drawn(text, width))
        assert [word for word in copied.split() if word.startswith("word")] == words, width
