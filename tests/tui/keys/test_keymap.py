"""A keymap file counts as far as it can, and never takes the way out."""

import random
from pathlib import Path

import pytest
from textual.binding import Binding

from heartbit_tui.tui.keys import names
from heartbit_tui.tui.keys.actions import ACTIONS, WHERES
from heartbit_tui.tui.keys.keymap import Keymap, Use, clashes, keymap
from heartbit_tui.tui.keys.override import Overrides
from heartbit_tui.tui.keys.overrides import LARGEST, parse, read

ODD_KEYS = (
    *(f"ctrl+{letter}" for letter in "abcdefghijklmnopqrstuvwxyz[]\\@_1"),
    *(f"alt+{letter}" for letter in "abcxyz123"),
    *("f2", "f13", "x", "G", "?", "escape", "enter", "tab", "escape escape", "a b c", "", "ctrl+shift+p", "ctrl+enter"),
    *("ctrl+backslash", "super+x", "\\u001b", "日本", "ctrl+😀", "+", "++", "ctrl+", "-", " ", "shift+tab", "space"),
)


def laid(text: str) -> Keymap:
    return keymap(overrides=parse(text, "keymap.toml"))


def test_an_entry_replaces_the_keys_of_its_action() -> None:
    live = laid('[keys]\npalette = "ctrl+y"\nmouse = ["alt+q", "F11"]\nstash = false\n')
    assert live.faults == ()
    assert (live.keys_for("palette"), live.keys_for("mouse"), live.keys_for("stash")) == (
        ("ctrl+y",),
        ("alt+q", "f11"),
        (),
    )
    assert live.action_for("ctrl+p", "draft") == ""
    assert live.action_for("ctrl+y", "reader") == "palette"


def test_two_actions_can_swap_their_keys() -> None:
    live = laid('[keys]\npalette = "ctrl+o"\nreader = "ctrl+p"\n')
    assert live.faults == ()
    assert (live.key_for("palette"), live.key_for("reader")) == ("ctrl+o", "ctrl+p")


def test_a_table_of_a_place_counts_there_alone() -> None:
    live = laid('[reader]\nopen-place = "O"\n')
    assert (live.keys_for("open-place", "reader"), live.keys_for("open-place", "side")) == (("O",), ("o",))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[keys]\npallete = "ctrl+y"', "keymap.toml:2: there is no action pallete. Did you mean palette?"),
        ('[key]\npalette = "ctrl+y"', "keymap.toml:1: there is no table [key]. Did you mean keys?"),
        ('[keys]\npalette = "ctl+y"', "keymap.toml:2: 'ctl+y' is no key. Did you mean ctrl+y?"),
        (
            "[keys]\n\npalette = 3",
            'keymap.toml:3: the keys of palette are a text such as "ctrl+p", a list of them, or false.',
        ),
        (
            '[keys]\npalette = "ctrl+shift+p"',
            "keymap.toml:2: Ctrl+Shift+P cannot be used: terminals lose Shift beside Ctrl.",
        ),
        (
            '[keys]\npalette = "ctrl+enter"',
            "keymap.toml:2: Ctrl+Enter cannot be used: most terminals send Enter for it.",
        ),
        (
            '[keys]\npalette = "ctrl+backslash"',
            "keymap.toml:2: Ctrl+\\ cannot be used: terminals end a program with it.",
        ),
        (
            '[keys]\npalette = "x"',
            "keymap.toml:2: x alone is a letter of the draft; give palette a key with Ctrl or Alt, or one of F2 to F12.",
        ),
        (
            '[keys]\npalette = "ctrl+j"',
            "keymap.toml:2: Ctrl+J is always a new line, since some terminals send it for Shift+Enter.",
        ),
        (
            '[keys]\npalette = "ctrl+o"',
            "keymap.toml:2: Ctrl+O is the key of reader; give that another key too, or take this one from palette.",
        ),
        ("[keys]\ninterrupt = false", "keymap.toml:2: interrupt needs a key, so it keeps Esc."),
        ("[keys]\nsend = false", "keymap.toml:2: send needs a key, so it keeps Enter."),
        ('[draft]\nfind = "f11"', "keymap.toml:2: find has no keys in [draft], but in reader."),
    ],
)
def test_a_bad_entry_is_told_with_its_line_and_left_out(text: str, fault: str) -> None:
    live = laid(f'{text}\n[sheet]\nsplit-diff = "x"\n')
    assert live.faults == (fault,)
    assert live.key_for("palette") == "ctrl+p"
    assert live.key_for("split-diff") == "x"


def test_a_file_that_is_no_toml_leaves_the_usual_keys() -> None:
    live = laid("[keys\n")
    assert len(live.faults) == 1
    assert live.faults[0].startswith("keymap.toml is not valid TOML: ")
    assert live.key_for("palette") == "ctrl+p"


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    assert read(tmp_path / "none.toml") == Overrides()
    assert read(tmp_path).faults == (f"{tmp_path} was not read: Is a directory. The usual keys count.",)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (LARGEST + 1))
    assert read(large).faults == (f"{large} has more than 1 MB, so it was not read. The usual keys count.",)
    small = tmp_path / "keymap.toml"
    small.write_text('[keys]\npalette = "ctrl+y"\n')
    assert keymap(overrides=read(small)).key_for("palette") == "ctrl+y"


def odd_file(chance: random.Random) -> str:
    """A keymap of entries that are right, wrong and at odds with each other."""
    lines = ["[keys]"]
    for action in chance.sample(ACTIONS, chance.randint(0, 40)):
        keys = [f'"{chance.choice(ODD_KEYS)}"'.replace("\\u", "\\u").replace("+\\", "+\\\\") for _ in range(3)]
        value = chance.choice([keys[0], f"[{', '.join(keys)}]", "false", "true", "3", "[]", "[1]", "{}"])
        lines.append(f"{chance.choice([action.name, action.name, action.name[1:]])} = {value}")
        if chance.random() < 0.1:
            lines.append(f"[{chance.choice([*WHERES, 'nowhere'])}]")
    text = "\n".join(dict.fromkeys(lines))
    return text[: chance.randint(0, len(text))] if chance.random() < 0.2 else text


def test_no_keymap_takes_the_way_out() -> None:
    chance = random.Random(7)
    told = 0
    for _ in range(200):
        live = laid(odd_file(chance))
        told += len(live.faults)
        keys = {Use(each.name, place): live.keys_for(each.name, place) for each in ACTIONS for place in each.where}
        assert list(clashes(keys)) == []
        assert [live.action_for("escape", where) for where in WHERES] == ["interrupt"] * 8
        assert [live.action_for("ctrl+c", where) for where in WHERES] == ["clear-or-quit"] * 8
        assert live.action_for("ctrl+j", "draft") == "newline"
        assert live.action_for("enter", "list") == "choose"
        assert live.keys_for("send", "draft")
        assert not any(names.refusal(key) for held in keys.values() for key in held if key != "ctrl+z")
    assert told > 200


def test_a_place_has_its_own_bindings_and_sequences_are_left_out() -> None:
    live = keymap()
    sheet = live.bindings("sheet")
    assert sheet[0] == Binding("y", "act('allow-once')", "yes, this once", show=False)
    assert len(sheet) == 13
    assert "escape escape" not in [each.key for each in live.bindings("draft")]


def test_hints_leave_out_what_has_no_key() -> None:
    live = laid("[keys]\npalette = false\n")
    assert live.hints(("help", "keys"), ("palette", "all"), ("sessions", "sessions")) == (
        ("?", "keys"),
        ("Ctrl+S", "sessions"),
    )
    assert (live.label_for("palette"), live.labels_for("mouse"), live.label("alt+1..9")) == (
        "",
        "Alt+M  F9",
        "Alt+1..9",
    )
    assert (live.keys_for("no-such"), live.action("no-such")) == ((), None)
