import random

import pytest

from heartbit_tui.tui.sheets.entry import KEYS, Entry


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("ab|", ("left", "x"), "ax|b"),
        ("|ab", ("left", "right", "right", "right"), "ab|"),
        ("ab cd|", ("home", "x", "end", "y"), "xab cdy|"),
        ("ab cd|", ("ctrl+a", "delete"), "|b cd"),
        ("ab|cd", ("backspace", "delete"), "a|d"),
        ("git push origin|", ("ctrl+w", "ctrl+w"), "git |"),
        ("git push origin|", ("alt+b", "ctrl+left"), "git |push origin"),
        ("|git push", ("alt+f", "ctrl+right"), "git push|"),
        ("|git push", ("alt+d",), "| push"),
        ("git |push", ("ctrl+u",), "|push"),
        ("git |push", ("ctrl+k",), "git |"),
        ("|", ("backspace", "delete", "ctrl+w", "alt+d", "left", "right"), "|"),
        ("git push (|", ("ctrl+w",), "git |"),
    ],
)
def test_keys_edit_as_in_every_line(before: str, keys: tuple[str, ...], after: str) -> None:
    entry = Entry(before.replace("|", ""), before.index("|"))
    for key in keys:
        pressed = entry.press(key, key if len(key) == 1 else None)
        assert pressed is not None
        entry = pressed
    assert f"{entry.text[: entry.at]}|{entry.text[entry.at :]}" == after


def test_control_characters_and_unknown_keys_write_nothing() -> None:
    keys = [("ctrl+c", "\x03"), ("escape", "\x1b"), ("tab", "\t"), ("f5", None), ("enter", "\r"), ("x", "\u202e")]
    assert [Entry.of("a").press(key, character) for key, character in keys] == [None] * len(keys)


def test_no_keys_put_the_cursor_outside_of_the_text() -> None:
    chance = random.Random(5)
    keys = [*KEYS, "a", " ", "é", "漢"]
    for _ in range(200):
        entry = Entry.of("rm -rf (build)")
        for _ in range(50):
            key = chance.choice(keys)
            entry = entry.press(key, key if len(key) == 1 else None) or entry
            assert 0 <= entry.at <= len(entry.text)
