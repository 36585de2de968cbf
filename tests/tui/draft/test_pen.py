"""Editing without a screen: nothing is lost, and everything can be taken back."""

import random

from heartbit_tui.kernel.messages import Image
from heartbit_tui.tui.draft.chips import PastedImage, PastedText, full, labelled
from heartbit_tui.tui.draft.cleaning import FIRST_CHIP, cleaned
from heartbit_tui.tui.draft.motions import MOTIONS, left, right, word_at
from heartbit_tui.tui.draft.passage import Passage, written
from heartbit_tui.tui.draft.pen import Pen
from heartbit_tui.tui.draft.state import DraftState, dumped, loaded

LARGE = "\n".join(f"line {number}" for number in range(42))
PICTURE = Image(media_type="image/png", data="aGk=")
CHARACTERS = "ab c_-\n\t 1é中😀👍🏽🇩🇪e\u0301\u200d\u202e👩‍👧"


def pen_with(text: str) -> Pen:
    pen = Pen()
    pen.put(written(text))
    return pen


def test_what_is_cut_in_a_row_is_put_back_as_one() -> None:
    pen = pen_with("one two three")
    pen.kill("blank left")
    pen.kill("blank left")
    assert pen.passage.text == "one "
    pen.yank()
    assert pen.passage == written("one two three")


def test_alt_y_goes_round_the_ring() -> None:
    pen = pen_with("first second")
    pen.kill("blank left")
    pen.move("line start")
    pen.kill("rest")
    pen.yank()
    assert pen.passage.text == "first "
    pen.yank(older=True)
    assert pen.passage.text == "second"
    pen.yank(older=True)
    assert pen.passage.text == "first "
    pen.move("left")
    pen.yank(older=True)
    assert pen.passage.text == "first "


def test_cutting_to_the_end_of_a_line_takes_the_line_end_when_it_stands_there() -> None:
    pen = pen_with("ab\ncd")
    pen.place(Passage("ab\ncd", 1))
    pen.kill("rest")
    assert pen.passage == Passage("a\ncd", 1)
    pen.kill("rest")
    assert pen.passage == Passage("acd", 1)
    pen.yank()
    assert pen.passage.text == "ab\ncd"


def test_letters_in_a_row_are_taken_back_word_by_word() -> None:
    pen = Pen()
    for letter in "one two":
        pen.type(letter)
    pen.undo()
    assert pen.passage.text == "one"
    pen.undo()
    assert pen.passage.text == ""
    pen.undo(forth=True)
    pen.undo(forth=True)
    assert pen.passage.text == "one two"


def test_thousands_of_random_edits_can_all_be_taken_back_and_made_again() -> None:
    chance = random.Random(5)
    motions = sorted(MOTIONS)
    edits = 0
    for _ in range(40):
        pen = Pen()
        for _ in range(60):
            _edit(pen, chance, motions)
            edits += 1
        last = pen.passage.text
        depth = pen.depth
        for _ in range(depth):
            pen.undo()
        assert (pen.passage.text, pen.depth) == ("", 0)
        for _ in range(depth):
            pen.undo(forth=True)
        assert pen.passage.text == last
    assert edits == 2400


def _edit(pen: Pen, chance: random.Random, motions: list[str]) -> None:
    match chance.randrange(7):
        case 0 | 1:
            pen.type(chance.choice(CHARACTERS))
        case 2:
            pen.move(chance.choice(motions), select=chance.random() < 0.3)
        case 3:
            pen.delete(chance.choice(["left", "right"]))
        case 4:
            pen.kill(chance.choice(["rest", "line start", "blank left", "word right"]))
        case 5:
            pen.yank(older=chance.random() < 0.5)
        case _:
            pen.paste(LARGE if chance.random() < 0.5 else "small\npaste")
    text, cursor = pen.passage.text, pen.passage.cursor
    assert 0 <= cursor <= len(text)
    assert 0 <= pen.passage.span[0] <= pen.passage.span[1] <= len(text)


def test_motions_stay_within_the_text_and_left_is_the_way_back_of_right() -> None:
    chance = random.Random(6)
    for _ in range(500):
        text = "".join(chance.choice(CHARACTERS) for _ in range(chance.randrange(12)))
        places = [0]
        while places[-1] < len(text):
            places.append(right(text, places[-1]))
        back = [len(text)]
        while back[-1] > 0:
            back.append(left(text, back[-1]))
        assert places == back[::-1]
        for motion in MOTIONS.values():
            assert all(0 <= motion(text, at) <= len(text) for at in places)
        assert all(word_at(text, at)[0] <= at for at in places)


def test_what_is_drawn_together_is_deleted_together() -> None:
    for text in ("e\u0301", "👍🏽", "👩‍👧", "🇩🇪", "❤️"):
        pen = pen_with(f"a{text}")
        pen.delete("left")
        assert pen.passage.text == "a", text


def test_a_large_paste_is_a_chip_and_is_sent_in_full() -> None:
    pen = pen_with("see ")
    assert pen.paste(LARGE) == "[Pasted text #1 +42 lines]"
    assert len(pen.passage.text) == 5
    assert full(pen.passage.text, pen.attached).text == f"see {LARGE}"
    pen.delete("left")
    assert pen.passage.text == "see "
    pen.undo()
    assert full(pen.passage.text, pen.attached).text == f"see {LARGE}"


def test_the_same_paste_again_writes_it_out() -> None:
    pen = Pen()
    pen.paste(LARGE)
    assert pen.paste(LARGE) == ""
    assert pen.passage.text == LARGE
    assert pen.paste(LARGE) == "[Pasted text #2 +42 lines]"


def test_small_pastes_and_those_at_the_limit_stay_text() -> None:
    for text in ("x" * 800, "1\n2\n3\n4\n5"):
        pen = Pen()
        assert pen.paste(text) == ""
        assert pen.passage.text == text
    for text in ("x" * 801, "1\n2\n3\n4\n5\n6"):
        assert Pen().paste(text) != ""


def test_images_are_numbered_in_the_order_in_which_they_are_sent() -> None:
    pen = Pen()
    one, two, three = (Image(media_type="image/png", data=data) for data in ("MQ==", "Mg==", "Mw=="))
    for image in (one, two, three):
        pen.add_image(image)
    pen.place(Passage(pen.passage.text, 1))
    pen.delete("left")
    assert labelled(pen.passage.text, pen.attached) == "[Image #2][Image #3]"
    sent = full(pen.passage.text, pen.attached)
    assert (sent.text, sent.images) == ("[Image #1][Image #2]", (two, three))


def test_a_state_goes_through_json_and_into_another_draft() -> None:
    pen = pen_with("a")
    pen.paste(LARGE)
    pen.add_image(PICTURE)
    other = Pen()
    other.paste(LARGE.replace("line", "other"))
    other.restore(loaded(dumped(pen.state())))
    assert full(other.passage.text, other.attached) == full(pen.passage.text, pen.attached)
    other.undo()
    assert full(other.passage.text, other.attached).text == LARGE.replace("line", "other")


def test_a_state_that_makes_no_sense_is_empty_or_left_out() -> None:
    for data in ({}, {"text": 3}, {"text": None}, {"cursor": 4}):
        assert loaded(data) == DraftState()
    chip, other = chr(FIRST_CHIP), chr(FIRST_CHIP + 1)
    held = [[chip, "text", 1, "held", ""], ["y", "text", 1, "", ""], [other, "sound"], 7, None, ["", "image"]]
    state = loaded({"text": f"ab{chip}{other}", "cursor": 99, "attached": held})
    assert state == DraftState(f"ab{chip}{other}", 4, ((chip, PastedText(1, "held")),))
    pen = Pen()
    pen.restore(state)
    assert full(pen.passage.text, pen.attached).text == "abheld"
    assert loaded({"text": "ab", "cursor": -5}) == DraftState("ab", 0)


def test_a_character_that_stands_for_a_chip_means_nothing_from_outside() -> None:
    assert cleaned(f"a{chr(FIRST_CHIP)}b") == ("ab", 1)


def test_too_many_chips_leave_a_paste_as_text() -> None:
    pen = Pen()
    while pen.add_image(PICTURE):
        pass
    assert pen.paste(LARGE) == ""
    assert pen.passage.text.endswith(LARGE)
    assert sum(isinstance(each, PastedImage) for each in pen.attached.values()) == 510


def test_a_long_history_of_steps_is_bounded() -> None:
    pen = Pen()
    for number in range(1000):
        pen.put(written(str(number)))
    assert pen.depth == 300
    pen = Pen()
    for number in range(10):
        pen.put(written(str(number) * 1_000_000))
    assert pen.depth <= 4
