import random

import pytest

from heartbit_tui.tui.markdown.leaf import COLOURED, DEEPEST, LONGEST, ROWS
from heartbit_tui.tui.markdown.piece import Piece
from heartbit_tui.tui.markdown.split import Pieces, pieces_of

MIXED = """# Title
Some text:
- one
- two
  - nested
    more
1. a
  - b

2. c

   para

   ```python
   x = 1

     y
   ```
> quote
> - in
lazy

| a | b |
|---|---|
| 1 | 2 |

Heading
=======
---
- [ ] todo
- [x] done
-
- e

    indented

~~~
```
~~~
<details>
  foo
</details>

\tcode

end\r
of it
"""


def shape(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.kind, each.text, each.marks) for each in pieces_of(text)]


def test_each_block_is_a_piece() -> None:
    assert shape(MIXED) == [
        ("heading", "Title", ()),
        ("paragraph", "Some text:", ()),
        ("paragraph", "one", ("-",)),
        ("paragraph", "two", ("-",)),
        ("paragraph", "nested\nmore", ("-", "-")),
        ("paragraph", "a", ("1.",)),
        ("paragraph", "b", ("1.", "-")),
        ("paragraph", "c", ("2.",)),
        ("paragraph", "para", ("2.",)),
        ("code", "x = 1\n\n  y", ("2.",)),
        ("paragraph", "quote", (">",)),
        ("paragraph", "in\nlazy", (">", "-")),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", ()),
        ("heading", "Heading", ()),
        ("rule", "", ()),
        ("paragraph", "todo", ("[ ]",)),
        ("paragraph", "done", ("[x]",)),
        ("paragraph", "", ("-",)),
        ("paragraph", "e", ("-",)),
        ("paragraph", "indented", ("-",)),
        ("code", "```", ()),
        ("html", "<details>\n  foo\n</details>", ()),
        ("code", "code", ()),
        ("paragraph", "end\nof it", ()),
    ]


def fed(text: str, seed: int) -> Pieces:
    chance, pieces, at = random.Random(seed), Pieces(), 0
    seen: list[Piece] = []
    while at < len(text):
        size = chance.choice((1, 2, 3, 7, 40))
        pieces.feed(text[at : at + size])
        at += size
        if chance.random() < 0.5:
            assert list(pieces.pieces[: len(seen)]) == seen
            seen = list(pieces.pieces[: pieces.frozen])
            assert all(each.open for each in pieces.open)
    assert list(pieces.pieces[: len(seen)]) == seen
    pieces.finish()
    return pieces


def test_streamed_text_gives_the_pieces_of_the_whole_and_frozen_ones_stay() -> None:
    whole = pieces_of(MIXED)
    for seed in range(60):
        pieces = fed(MIXED, seed)
        assert list(pieces.pieces) == whole
        assert pieces.frozen == len(whole)
        assert list(pieces.open) == []


def test_any_text_can_be_streamed() -> None:
    chance = random.Random(7)
    bits = (
        "- ",
        "> ",
        "1. ",
        "```",
        "`",
        "\n",
        "\n\n",
        "    ",
        "word ",
        "|a|b|\n",
        "|-|-|\n",
        "# ",
        "---",
        "\t",
        "<div>",
        "* ",
    )
    for seed in range(200):
        text = "".join(chance.choice(bits) for _ in range(chance.randrange(40)))
        assert list(fed(text, seed).pieces) == pieces_of(text), text


def test_a_mark_whose_meaning_is_open_is_not_shown_yet() -> None:
    for text in ("Text:\n-", "Text:\n#", "Text:\n1.", "Text:\n``", "Text:\n- [", "Text:\n|", "Text:\n--", "Text:\n- "):
        pieces = Pieces()
        pieces.feed(text)
        assert [each.text for each in pieces.pieces] == ["Text:"], text
    pieces = Pieces()
    pieces.feed("```py\nx = 1\n``")
    assert [(each.kind, each.text, each.info) for each in pieces.pieces] == [("code", "x = 1", "py")]


def test_feeding_after_the_end_of_nothing_is_nothing() -> None:
    pieces = Pieces()
    assert list(pieces.pieces) == []
    pieces.feed("")
    pieces.finish()
    pieces.finish()
    assert (list(pieces.pieces), pieces.frozen) == ([], 0)


def test_a_blank_line_stands_between_blocks_but_not_between_the_points_of_a_list() -> None:
    found = pieces_of("text\n- a\n- b\n\n- c\n  ```\n  x\n  ```\n- d\n\n# h\ntext\n> q\n> - l")
    assert [each.gap for each in found] == [False, True, False, True, True, True, True, True, True, False]


def test_lists_count_on_from_their_first_number() -> None:
    assert [each.marks for each in pieces_of("7. a\n7. b\n1. c\n1) d")] == [("7.",), ("8.",), ("9.",), ("1)",)]
    assert [each.marks for each in pieces_of("1. a\n\n   more\n\n2. b\n\ntext\n\n5. c")] == [
        *(("1.",), ("1.",), ("2.",), (), ("5.",)),
    ]


def test_what_is_drawn_already_is_not_drawn_again() -> None:
    found = pieces_of("- a\n\n  b\n  - c\n  - d\n- e")
    assert [(each.text, each.marks, each.shown) for each in found] == [
        ("a", ("-",), 0),
        ("b", ("-",), 1),
        ("c", ("-", "-"), 1),
        ("d", ("-", "-"), 1),
        ("e", ("-",), 0),
    ]


@pytest.mark.parametrize("opening", ["```py", "~~~py", "````py", "``` py  ", "```{.py}"])
def test_a_fence_names_its_language(opening: str) -> None:
    (only,) = pieces_of(f"{opening}\n  x\n\n  y")
    assert (only.kind, only.info, only.text) == ("code", "py", "  x\n\n  y")


def test_what_else_is_said_of_code_is_kept() -> None:
    assert pieces_of("```py src/a.py:3\n```")[0].info == "py src/a.py:3"


def test_a_long_fence_is_cut_between_declarations() -> None:
    code = "\n\n".join(f"def f{number}():\n    return {number}" for number in range(30))
    found = pieces_of(f"```python\n{code}\n```\nafter")
    *parts, after = found
    assert "\n".join(each.text for each in parts) == code
    assert all(each.text.startswith("def ") and each.info == "python" for each in parts)
    assert [each.first for each in parts] == [True, *[False] * (len(parts) - 1)]
    assert [each.last for each in parts] == [*[False] * (len(parts) - 1), True]
    assert (after.text, after.gap) == ("after", True)


def test_code_is_not_cut_within_a_long_string_while_it_is_short() -> None:
    text = '"""\n' + "words\n\n" * 12 + '"""\n'
    (only,) = pieces_of(f"```python\n{text}```")
    assert only.text == text.removesuffix("\n")


def test_no_piece_is_large_whatever_comes() -> None:
    large = (
        "word " * 200_000,
        "x" * 1_000_000,
        "```py\n" + "x = 1\n" * 200_000,
        "```\n" + "x" * 1_000_000,
        "- " * 200_000,
    )
    large = (
        *large,
        "|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000,
        "> " * 10_000 + "x",
        "日本語" * 100_000,
        "a\n" * 100_000,
        "#" * 100_000,
    )
    for text in large:
        found = pieces_of(text)
        assert max(len(each.text) for each in found) <= 2 * LONGEST + 2
        assert max(each.text.count("\n") for each in found) <= ROWS
        assert max(len(each.marks) for each in found) <= DEEPEST


def test_a_text_without_line_ends_is_cut_between_words_and_put_together_again() -> None:
    text = "word " * 2_000
    found = pieces_of(text)
    assert len(found) > 4
    assert "".join(each.text for each in found) == text
    assert [each.joined for each in found] == [*[True] * (len(found) - 1), False]
    assert all(each.text.endswith(" ") for each in found)


def test_code_beyond_a_size_has_no_language() -> None:
    found = pieces_of("```python\n" + "x = 1\n" * 20_000)
    coloured = sum(len(each.text) for each in found if each.info)
    assert COLOURED - LONGEST < coloured < COLOURED + LONGEST
    assert found[0].info == "python"
    assert found[-1].info == ""


def test_a_long_table_repeats_its_head() -> None:
    found = pieces_of("| a |\n|---|\n" + "| x |\n" * 100)
    assert [each.text.split("\n")[:2] for each in found] == [["| a |", "|---|"]] * len(found)
    assert sum(each.text.count("x") for each in found) == 100
