import pytest

from heartbit_tui.client.commands import Parsed, Typed, Unknown
from heartbit_tui.repl.commands import COMMANDS, parse, table


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("/help", Typed(name="help")),
        ("  /mode  plan ", Typed(name="mode", argument="plan")),
        ("/exit", Typed(name="quit")),
        ("/Q", Typed(name="quit")),
        ("/timeline", Unknown(name="timeline")),
        ("/modle x", Unknown(name="modle", nearest="model")),
        ("/xyz", Unknown(name="xyz")),
        ("/etc/hosts is wrong", None),
        ("/usr/bin", None),
        ("say /help", None),
        ("/help\nand more", None),
        ("", None),
    ],
)
def test_a_line_is_a_command_only_when_it_looks_like_one(line: str, parsed: Parsed) -> None:
    assert parse(line) == parsed


def test_every_command_stands_in_the_help() -> None:
    assert [line.split()[0] for line in table().splitlines()] == [f"/{command.name}" for command in COMMANDS]
