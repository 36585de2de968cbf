"""Keys mean what was pressed, however their bytes are cut; pastes are whole; nothing makes the keyboard deaf."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from textual import events
from textual.message import Message

from heartbit_tui.tui.terminal.keys import Keys
from heartbit_tui.tui.terminal.translate import PASTE_PATIENCE, SPLIT_PATIENCE

PATIENCE = 0.1
Told = list[tuple[str, str | None]]

PRESSED: Sequence[tuple[str, Told]] = (
    ("a", [("a", "a")]),
    ("A", [("A", "A")]),
    ("ä", [("ä", "ä")]),
    ("漢", [("漢", "漢")]),
    ("\r", [("enter", "\r")]),
    ("\n", [("ctrl+j", "\n")]),
    ("\t", [("tab", "\t")]),
    ("\x7f", [("backspace", "\x7f")]),
    ("\x13", [("ctrl+s", "\x13")]),
    ("\x11", [("ctrl+q", "\x11")]),
    ("\x1a", [("ctrl+z", "\x1a")]),
    ("\x1b\r", [("alt+enter", None)]),
    ("\x1b\x7f", [("alt+backspace", None)]),
    ("\x1bb", [("alt+b", None)]),
    ("\x1bf", [("alt+f", None)]),
    ("\x1b1", [("alt+1", None)]),
    ("\x1bé", [("alt+é", None)]),
    ("\x1bT", [("alt+shift+t", None)]),
    ("\x1b\x0a", [("alt+ctrl+j", None)]),
    ("\x1b[A", [("up", None)]),
    ("\x1bOA", [("up", None)]),
    ("\x1b[1;3A", [("alt+up", None)]),
    ("\x1b\x1b[A", [("alt+up", None)]),
    ("\x1b[1;2D", [("shift+left", None)]),
    ("\x1b[1;129A", [("up", None)]),
    ("\x1b[1;1:3A", []),
    ("\x1b[3~", [("delete", None)]),
    ("\x1b[3;5~", [("ctrl+delete", None)]),
    ("\x1bOP", [("f1", None)]),
    ("\x1b[Z", [("shift+tab", None)]),
    ("\x1b[9;2u", [("shift+tab", None)]),
    ("\x1b[13;2u", [("shift+enter", None)]),
    ("\x1b[27;2;13~", [("shift+enter", None)]),
    ("\x1b[27;5;9~", [("ctrl+tab", None)]),
    ("\x1b[13;130u", [("shift+enter", None)]),
    ("\x1b[27u", [("escape", None)]),
    ("\x1b[27;129u", [("escape", None)]),
    ("\x1b[99;5u", [("ctrl+c", None)]),
    ("\x1b[99;69u", [("ctrl+c", None)]),
    ("\x1b[1089::99;5u", [("ctrl+c", None)]),
    ("\x1b[99;5:3u", []),
    ("\x1b[97;;97u", [("a", "a")]),
    ("\x1b[97:65;2u", [("A", "A")]),
    ("\x1b[97;2;65u", [("A", "A")]),
    ("\x1b[246;;246u", [("ö", "ö")]),
    ("\x1b[57414u", [("enter", "\r")]),
    ("\x1b[57441;2u", [("left_shift", None)]),
    ("\x1b[201~", []),
    ("\x1b[:u", []),
    ("\x1b[;:5u", []),
    ("\x1b[99999999999u", []),
    ("\x1b[55296u", []),
    ("\x1b[>1;10;0c", []),
    ("\x1b[?62;4c", []),
    ("\x1b]11;rgb:1717/1111/0f0f\x1b\\", []),
    ("\x1bP1+r544e\x1b\\", []),
)
"""What comes from a terminal, and the keys that it is."""


def told(pieces: Iterable[tuple[bytes, float]], *, until: float = 100.0) -> Told:
    """What these bytes at these times mean, up to the end of all patience."""
    messages: list[Message] = []
    keys = Keys(0, messages.append, lambda: None)
    for data, when in pieces:
        keys.late(when)
        keys.feed(data, when)
    for _ in range(4):
        keys.late(until)
    return [each for message in messages if (each := shown(message))]


def shown(message: Message) -> tuple[str, str | None] | None:
    match message:
        case events.Key(key=key, character=character):
            return key, character
        case events.Paste(text=text):
            return "paste", text
        case events.MouseEvent():
            return "mouse", f"{type(message).__name__} {int(message.x)} {int(message.y)}"
        case events.AppFocus() | events.AppBlur():
            return "focus", type(message).__name__
        case _:
            return None


def cut(data: bytes, dice: random.Random) -> list[tuple[bytes, float]]:
    """The same bytes in random pieces, all within the patience for one key."""
    places = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randrange(4)))
    ends = [0, *places, len(data)]
    return [(data[start:end], 0.001 * place) for place, (start, end) in enumerate(pairwise(ends)) if end > start]


@pytest.mark.parametrize(("typed", "keys"), PRESSED)
def test_a_key_is_what_was_pressed_and_the_next_one_too(typed: str, keys: Told) -> None:
    assert told([(typed.encode(), 0.0)]) == keys
    assert told([(typed.encode() + b"x", 0.0)]) == [*keys, ("x", "x")]
    assert told([(bytes([byte]), 0.001) for byte in typed.encode()] + [(b"x", 0.002)]) == [*keys, ("x", "x")]


def test_1000_random_rows_of_keys_mean_the_same_however_they_are_cut() -> None:
    dice, same = random.Random(7), 0
    for _ in range(1000):
        chosen = [dice.choice(PRESSED) for _ in range(dice.randrange(1, 9))]
        data = "".join(typed for typed, _ in chosen).encode()
        expected = [key for _, keys in chosen for key in keys]
        assert told(cut(data, dice)) == expected, data
        same += 1
    assert same == 1000


def test_escape_alone_is_escape_and_twice_is_twice() -> None:
    assert told([(b"\x1b", 0.0)]) == [("escape", None)]
    assert told([(b"\x1b\x1b", 0.0)]) == [("escape", None)] * 2
    assert told([(b"\x1b", 0.0), (b"\x1b", 0.3)]) == [("escape", None)] * 2
    assert told([(b"\x1b", 0.0), (b"x", PATIENCE + 0.01)]) == [("escape", None), ("x", "x")]


def test_alt_and_a_bracket_is_a_key_where_nothing_follows() -> None:
    assert told([(b"\x1b[", 0.0)]) == [("alt+left_square_bracket", None)]
    assert told([(b"\x1bO", 0.0)]) == [("alt+shift+o", None)]
    assert told([(b"\x1b]", 0.0)]) == [("alt+right_square_bracket", None)]


def test_a_sequence_that_loses_its_end_is_no_text() -> None:
    assert told([(b"\x1b[1;5", 0.0), (b"x", SPLIT_PATIENCE + 0.01)]) == [("x", "x")]
    assert told([(b"\x1b[1;5", 0.0), (b"A", SPLIT_PATIENCE - 0.01)]) == [("ctrl+up", None)]


@pytest.mark.parametrize(
    "inside", ["", "one", "one\ntwo", "a\x1b[Ab", "\x1b", "\x1b[20", "rm -rf ~\r", "漢\x03字", "x" * 100_000]
)
def test_a_paste_is_one_paste_whatever_stands_in_it(inside: str) -> None:
    dice = random.Random(3)
    whole = f"a\x1b[200~{inside}\x1b[201~b".encode()
    expected = [("a", "a"), ("paste", inside.replace("\r", "\n")), ("b", "b")]
    assert all(told(cut(whole, dice)) == expected for _ in range(100))


def test_a_paste_has_line_feeds_and_no_null() -> None:
    assert told([(b"\x1b[200~a\r\nb\rc\0d\x1b[201~", 0.0)]) == [("paste", "a\nb\ncd")]


def test_a_paste_without_an_end_is_whole_after_a_while() -> None:
    pieces = [(b"\x1b[200~one\r", 0.0), (b"two", 4.0), (b"x", 4.0 + PASTE_PATIENCE + 0.1)]
    assert told(pieces) == [("paste", "one\ntwo"), ("x", "x")]


def test_characters_that_are_no_key_arrive_as_text() -> None:
    assert told([("👩‍🚀".encode(), 0.0)]) == [("paste", "👩‍🚀")]


def test_mouse_and_focus_are_reports() -> None:
    pieces = [(b"\x1b[<0;3;4M\x1b[<0;3;4m\x1b[<64;1;1M\x1b[I\x1b[O", 0.0)]
    assert told(pieces) == [
        ("mouse", "MouseDown 2 3"),
        ("mouse", "MouseUp 2 3"),
        ("mouse", "MouseScrollUp 0 0"),
        ("focus", "AppFocus"),
        ("focus", "AppBlur"),
    ]


def test_2000_rows_of_any_bytes_leave_the_keyboard_alive() -> None:
    dice, alive = random.Random(11), 0
    alphabet = b"\x1b\x1b\x1b[[[]POX~u;:0123456789?<>AMmRctyI\r\n\x07\x9c\\ab\xc3\xa4\xe6\xf0\x00\xff"
    for _ in range(2000):
        data = bytes(dice.choice(alphabet) for _ in range(dice.randrange(1, 60)))
        quiet = [(data, 0.0), *((b"", 10.0 * turn) for turn in range(1, 5)), (b"ok", 50.0)]
        assert told(quiet)[-2:] == [("o", "o"), ("k", "k")], data
        alive += 1
    assert alive == 2000
