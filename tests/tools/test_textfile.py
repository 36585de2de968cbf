"""Text and its line endings survive the way to a string and back."""

import pytest
from hypothesis import given, strategies

from heartbit_tui.tools.arguments import Unable
from heartbit_tui.tools.diffs import unified
from heartbit_tui.tools.endings import plain, restyle, split_lines
from heartbit_tui.tools.hunks import apply
from heartbit_tui.tools.textfile import decode
from heartbit_tui.tools.unified import parse

LINES = strategies.lists(strategies.sampled_from(["a", "b", "", " c", "d\r", "é", "-- x", "++ y"]), max_size=12)
ENDINGS = strategies.sampled_from(["\n", "\r\n"])


@given(strategies.binary(max_size=64), strategies.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]))
def test_what_can_be_decoded_gives_the_same_bytes_again(body: bytes, mark: bytes) -> None:
    try:
        text = decode(mark + body)
    except Unable:
        return
    assert text.encode(text.words) == mark + body


@given(LINES, ENDINGS)
def test_a_text_keeps_its_endings_when_it_comes_back_without(lines: list[str], ending: str) -> None:
    text = ending.join(line.removesuffix("\r") for line in lines)
    assert restyle(text, plain(text), "\n") == text


@given(strategies.lists(strategies.tuples(strategies.sampled_from("abcde"), ENDINGS), max_size=12))
def test_mixed_endings_stay_line_by_line(rows: list[tuple[str, str]]) -> None:
    text = "".join(line + ending for line, ending in rows)
    assert restyle(text, plain(text), "\n") == text


@given(LINES, LINES, strategies.booleans())
def test_a_diff_that_is_shown_can_be_applied(old: list[str], new: list[str], ended: bool) -> None:
    """The diff for the screen is a real one: patch makes the new text of it."""
    end = "\n" if ended else ""
    before, after = plain("\n".join(old) + end), plain("\n".join(new) + end)
    diff = unified(before, after, "f")
    lines = split_lines(before), split_lines(after)
    assert len(lines[1]) - len(lines[0]) == diff.added - diff.removed
    if not diff.text:
        assert before == after
        return
    (part,) = parse(diff.text)
    assert apply(before, part.hunks, "f")[0] == after


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfe\x00", b"\xff\xfe\0\0a\0\0\0", bytes(range(32)) * 4])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unable):
        decode(data)
