"""The list of actions holds what the design's table of keys promises, and nothing twice."""

import re
from collections import Counter

from heartbit_tui.tui.keys import names
from heartbit_tui.tui.keys.actions import ACTIONS, SIGNS, Where
from heartbit_tui.tui.keys.keymap import Use, clashes, keymap

TABLE = """
| Enter / Alt+Enter | send queue | Esc | interrupt |
| Shift+Enter, Ctrl+J, `\\` Enter | newline | Esc Esc (idle, empty draft) | rewind |
| Shift+Tab | next-mode | Ctrl+C | clear-or-quit |
| `/` `@` `!` `!!` `#` | signs | Ctrl+D twice (empty) | leave |
| Ctrl+P | palette | Ctrl+R | history |
| Ctrl+O | reader | Ctrl+G | editor |
| Ctrl+T | side-panel | Ctrl+B | background |
| Alt+P / Alt+T | model effort | Ctrl+V | paste |
| Alt+Up / Alt+Down | previous-prompt next-prompt | Alt+M | mouse |
| `?` (empty), F1 | help | Ctrl+S | sessions |
| F6 | next-pane | Alt+1..9 | tab-1 |
| Alt+E | escalate | Alt+S | stash |
| Ctrl+L | redraw | `o` `y` `d` | open-place copy-block drop |
"""
"""The design's table, with the names of the actions in the place of what they do."""

READER = "/ n N j k g G { } Ctrl+U Ctrl+D q [ v"
SHEET = "y 1 s 2 a 3 n 4 e Tab t f Ctrl+E"
SCROLL = "PgUp PgDn Ctrl+Home Ctrl+End"


def cells() -> list[tuple[str, list[str]]]:
    """What the table says: keys as they are written there, and names of actions."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE.strip().splitlines()]
    return [(row[at], row[at + 1].split()) for row in rows for at in (0, 2)]


def keys_in(cell: str) -> set[str]:
    plain = re.sub(r"\([^)]*\)|twice|`\\` Enter|\.\.9|`|,", "", cell).replace(" / ", " ")
    words = ["Esc Esc"] if plain.strip() == "Esc Esc" else plain.split()
    return {names.normal(word) for word in words}


def test_each_key_of_the_table_does_what_the_table_says() -> None:
    live = keymap()
    told = [(keys_in(cell), wanted) for cell, wanted in cells() if wanted != ["signs"]]
    missing = [
        (keys, wanted) for keys, wanted in told if not keys <= {k for name in wanted for k in live.keys_for(name)}
    ]
    assert missing == []
    assert (len(told), sum(len(keys) for keys, _ in told)) == (25, 32)
    assert all(key for keys, _ in told for key in keys)


def test_the_signs_of_the_draft_are_those_of_the_table() -> None:
    assert [sign.text for sign in SIGNS] == ["/", "@", "!", "!!", "#", "\\ Enter"]


def test_reader_sheet_and_scrolling_have_their_keys() -> None:
    live = keymap()
    places: tuple[tuple[str, Where], ...] = (
        (READER, "reader"),
        (SHEET, "sheet"),
        (SCROLL, "chat"),
        (SCROLL, "reader"),
    )
    for keys, where in places:
        assert [key for key in keys.split() if not live.action_for(names.normal(key), where)] == []
    assert [live.action_for(f"alt+{number}", "draft") for number in range(1, 10)] == [f"tab-{n}" for n in range(1, 10)]


def test_the_usual_keys_mean_one_thing_each() -> None:
    live = keymap()
    keys = {Use(action.name, place): live.keys_for(action.name, place) for action in ACTIONS for place in action.where}
    assert list(clashes(keys)) == []


def test_each_action_that_has_a_key_has_one_that_every_terminal_sends() -> None:
    """What is reached by a slash command, which is typed, needs no second key."""
    lost = [each.name for each in ACTIONS if each.keys and not any(map(names.is_sure, each.keys)) and not each.command]
    assert lost == ["suspend"]
    assert names.refusal("ctrl+z"), "Ctrl+Z is sent by every terminal; it is kept for this one action"


def test_names_and_commands_are_there_once() -> None:
    assert [name for name, count in Counter(each.name for each in ACTIONS).items() if count > 1] == []
    commands = Counter(each.command for each in ACTIONS if each.command)
    assert [name for name, count in commands.items() if count > 1] == []


def test_each_action_can_be_told_and_reached() -> None:
    assert [each.name for each in ACTIONS if not each.title or not each.group] == []
    assert [each.name for each in ACTIONS if not each.keys and not each.command] == []
