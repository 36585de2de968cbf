import pytest

from heartbit_tui.client.commands import COMMANDS, Parsed, Typed, Unknown, named, parse
from heartbit_tui.tui.complete.sources import command_items
from heartbit_tui.tui.keys.actions import ACTIONS

WANTED = (
    "new clear model effort mode resume fork rename export search diff status cost todos tools permissions theme keys "
    "config doctor init login copy help quit compact rewind undo redo vim mouse timeline reader"
)


def test_every_command_of_the_screen_is_there_once_and_says_what_it_does() -> None:
    names = [command.name for command in COMMANDS]
    assert set(WANTED.split()) <= set(names)
    asked_for = {action.command.partition(" ")[0] for action in ACTIONS if action.command}
    assert asked_for == set(names), "the list of actions and that of commands name the same commands"
    assert len(set(names)) == len(names)
    assert all(command.does and len(command.does) < 60 for command in COMMANDS)
    aliases = [alias for command in COMMANDS for alias in command.aliases]
    assert len({*names, *aliases}) == len(names) + len(aliases) == len(named())


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("/model opus", Typed(name="model", argument="opus")),
        ("  /model   a b ", Typed(name="model", argument="a b")),
        ("/EXIT", Typed(name="quit")),
        ("/?", Typed(name="help")),
        ("/modle", Unknown(name="modle", nearest="model")),
        ("/permission", Unknown(name="permission", nearest="permissions")),
        ("/zzzz", Unknown(name="zzzz")),
        ("/etc/hosts is broken", None),
        ("/usr", Unknown(name="usr")),
        ("/tmp/x", None),
        ("/v2", None),
        ("model", None),
        ("/new\nmore", None),
        ("/", None),
        ("", None),
    ],
)
def test_a_line_is_a_command_a_misspelt_one_or_none(line: str, parsed: Parsed) -> None:
    assert parse(line) == parsed


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", "help"),
        ("perm", "permissions"),
        ("cost", "cost"),
        ("mo", "mode"),
        ("model", "model"),
        ("exit", "quit"),
        ("undo", "undo"),
        ("colours", "theme"),
        ("money", "cost"),
        ("tmln", "timeline"),
        ("RES", "resume"),
    ],
)
def test_a_command_is_found_by_name_alias_and_what_it_does(text: str, first: str) -> None:
    items = command_items(COMMANDS, text)
    assert items[0].label.split()[0] == f"/{first}"
    assert items[0].replaces == (0, len(text) + 1)


def test_a_bare_slash_lists_all_commands_in_their_order() -> None:
    assert [item.label for item in command_items(COMMANDS, "")] == [command.usage for command in COMMANDS]


def test_what_answers_nothing_is_not_offered() -> None:
    assert command_items(COMMANDS, "xyzzy") == ()
