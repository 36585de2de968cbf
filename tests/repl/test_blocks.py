from hypothesis import given, strategies as st

from heartbit_tui.repl.blocks import LONGEST, Blocks


def fed(text: str, size: int) -> list[str]:
    blocks = Blocks()
    found = [block for start in range(0, len(text), size) for block in blocks.feed(text[start : start + size])]
    return found + blocks.finish()


def test_paragraphs_and_fences_are_blocks() -> None:
    text = "one\ntwo\n\nthree\n```py\nx = 1\n\ny = 2\n```\nfour"
    assert fed(text, 1000) == ["one\ntwo", "three", "```py\nx = 1\n\ny = 2\n```", "four"]


@given(st.text(alphabet="ab \n`~#-", max_size=200), st.integers(1, 20))
def test_how_the_text_is_cut_into_pieces_changes_nothing(text: str, size: int) -> None:
    assert fed(text, size) == fed(text, 10_000)


@given(st.text(alphabet="ab\n`~", max_size=200), st.integers(1, 20))
def test_no_word_is_lost(text: str, size: int) -> None:
    assert "".join("".join(fed(text, size)).split()) == "".join(text.split())


def test_what_is_open_is_known() -> None:
    blocks = Blocks()
    assert blocks.feed("one\n\ntwo\nthr") == ["one"]
    assert blocks.open == "two\nthr"
    assert blocks.finish() == ["two\nthr"]
    assert blocks.open == ""


def test_a_long_fence_is_drawn_in_parts_that_are_each_a_fence() -> None:
    text = "```py\n" + "x = 1\n" * 2000 + "```\n"
    parts = fed(text, 100)
    assert len(parts) > 2
    assert all(part.startswith("```py\n") and part.endswith("```") for part in parts)
    assert sum(part.count("x = 1") for part in parts) == 2000


def test_neither_an_endless_line_nor_an_endless_paragraph_is_held_back() -> None:
    for text in ("x" * 5 * LONGEST, "word\n" * LONGEST):
        blocks = Blocks()
        shown = [block for start in range(0, len(text), 500) for block in blocks.feed(text[start : start + 500])]
        assert len(shown) > 2
        assert len(blocks.open) <= LONGEST
