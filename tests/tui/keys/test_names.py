"""Keys have one name each, and it is known which a terminal sends."""

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from heartbit_tui.tui.keys import names
from heartbit_tui.tui.keys.actions import ACTIONS

SENT = {
    "ctrl+p": "\x10",
    "ctrl+j": "\n",
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "f1": "\x1bOP",
    "f12": "\x1b[24~",
    "pageup": "\x1b[5~",
    "home": "\x1b[H",
    "up": "\x1b[A",
    "question_mark": "?",
    "slash": "/",
    "left_curly_bracket": "{",
    "left_square_bracket": "[",
    "G": "G",
    "alt+p": "\x1bp",
    "alt+up": "\x1b[1;3A",
    "ctrl+home": "\x1b[1;5H",
}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ctrl+P", "ctrl+p"),
        ("ctrl-p", "ctrl+p"),
        ("CONTROL+p", "ctrl+p"),
        ("Alt+Shift+P", "alt+shift+p"),
        ("shift+alt+p", "alt+shift+p"),
        ("?", "question_mark"),
        ("/", "slash"),
        ("-", "minus"),
        ("+", "plus"),
        ("alt++", "alt+plus"),
        ("alt+-", "alt+minus"),
        ("shift+g", "G"),
        ("Esc Esc", "escape escape"),
        ("PgUp", "pageup"),
        ("Return", "enter"),
        ("F12", "f12"),
        ("f13", ""),
        ("ctl+p", ""),
        ("", ""),
        ("ctrl+", ""),
        ("+p", ""),
        ("\x1b", ""),
        ("shift+?", ""),
        ("ctrl+é", ""),
    ],
)
def test_a_written_key_gets_the_name_that_textual_has_for_it(written: str, name: str) -> None:
    assert names.normal(written) == name


def test_a_label_is_read_back_as_the_same_key() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    assert [key for key in keys if names.normal(names.label(key)) != key] == []


def test_labels_are_as_people_write_keys() -> None:
    keys = ("ctrl+p", "alt+shift+p", "escape escape", "question_mark", "pagedown", "G", "ctrl+home", "shift+tab")
    assert " ".join(map(names.label, keys)) == "Ctrl+P Alt+Shift+P Esc Esc ? PgDn G Ctrl+Home Shift+Tab"


@pytest.mark.parametrize("name", SENT)
def test_names_are_those_under_which_keys_arrive(name: str) -> None:
    parser = XTermParser()
    arrived = [each.key for each in [*parser.feed(SENT[name]), *parser.feed("")] if isinstance(each, Key)]
    assert arrived == [name]


@pytest.mark.parametrize("key", ["ctrl+a", "f5", "tab", "shift+tab", "escape escape", "question_mark", "up"])
def test_keys_that_every_terminal_sends_are_sure(key: str) -> None:
    assert names.is_sure(key)


@pytest.mark.parametrize("key", ["alt+p", "shift+enter", "ctrl+home", "alt+up", "ctrl+i", "alt+1", "shift+up"])
def test_keys_that_some_terminals_lose_are_not_sure(key: str) -> None:
    assert not names.is_sure(key)


@pytest.mark.parametrize("key", ["ctrl+shift+p", "ctrl+enter", "ctrl+backslash", "ctrl+i", "ctrl+1", "ctrl+slash"])
def test_keys_that_no_program_gets_are_refused(key: str) -> None:
    assert names.refusal(key)
