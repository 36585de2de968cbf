"""What agents leave for each other: bounded, by name, with who wrote it and when."""

import pytest

from heartbit_tui.agents.board import MOST, MOST_VALUE, Board, BoardError, Note, told
from heartbit_tui.testing.clock import EPOCH, FakeClock


def test_a_later_note_takes_the_place_of_an_earlier_one_and_names_are_sorted() -> None:
    board = Board(FakeClock())
    board.write("b", 1, by="one")
    board.write("a", {"x": [1]}, by="one")
    board.write("b", "two", by="other")
    assert board.keys() == ("a", "b")
    assert board.read("b") == Note(value="two", by="other", at=EPOCH)
    assert board.read("c") is None
    board.clear()
    assert board.notes == {}


def test_what_is_too_long_is_refused_and_nothing_is_lost_by_it() -> None:
    board = Board(FakeClock())
    board.write("a", "kept", by="one")
    with pytest.raises(BoardError, match="too long"):
        board.write("a", "x" * MOST_VALUE, by="one")
    with pytest.raises(BoardError, match="1 to 200"):
        board.write("", "x", by="one")
    assert told(board.notes["a"].value) == "kept"


def test_a_board_has_a_bound_and_what_is_written_over_makes_room() -> None:
    board = Board(FakeClock())
    piece = "x" * (MOST_VALUE - 2)
    for number in range(MOST // MOST_VALUE):
        board.write(str(number), piece, by="one")
    with pytest.raises(BoardError, match="full"):
        board.write("more", "x", by="one")
    board.write("0", "short", by="one")
    board.write("more", "x", by="one")


def test_a_report_that_is_too_long_is_left_as_far_as_it_fits() -> None:
    board = Board(FakeClock())
    board.leave("agent:a", "ü" * MOST_VALUE, by="a")
    left = board.notes["agent:a"].value
    assert isinstance(left, str)
    assert 0 < len(left.encode()) <= MOST_VALUE
    assert set(left) == {"ü"}


def test_texts_are_told_as_they_are_and_anything_else_as_json() -> None:
    assert told("plain “text”") == "plain “text”"
    assert told({"ä": [1, None]}) == '{\n  "ä": [\n    1,\n    null\n  ]\n}'
