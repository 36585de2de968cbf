"""Whatever stands on the command line, the command that is meant is found, or what is wrong is said."""

import pytest

from heartbit_tui.cli.commands import BY_NAME, COMMANDS, DEFAULTS, FIRST_WORDS
from heartbit_tui.cli.lookup import UsageFault, find


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("run hi", "run", "hi"),
        ("hi there", "run", "hi there"),
        ("-p hi", "run", "-p hi"),
        ("-p chat", "run", "-p chat"),
        ("-c -p hi", "run", "-c -p hi"),
        ("--headless run hi", "run", "--headless hi"),
        ("--headless --demo run", "run", "--headless --demo"),
        ("run --headless --demo", "run", "--headless --demo"),
        ("--model chat hi", "run", "--model chat hi"),
        ("--model=x chat", "chat", "--model=x"),
        ("-o sessions hi", "run", "-o sessions hi"),
        ("--resume chat run hi", "run", "--resume chat hi"),
        ("chat --demo", "chat", "--demo"),
        ("--demo chat", "chat", "--demo"),
        ("sessions", "sessions list", ""),
        ("sessions --json", "sessions list", "--json"),
        ("sessions --search chat", "sessions list", "--search chat"),
        ("--cwd x sessions show abc", "sessions show", "--cwd x abc"),
        ("sessions --cwd x show abc", "sessions show", "--cwd x abc"),
        ("config", "config explain", ""),
        ("auth", "auth status", ""),
        ("-", "run", "-"),
        ("-- chat", "run", "-- chat"),
        ("", "run", ""),
    ],
)
def test_the_command_is_found_and_its_name_taken_out(line: str, name: str, rest: str) -> None:
    meant = find(line.split())
    assert (meant.command.name, " ".join(meant.rest)) == (name, rest)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sesions", "did you mean `heartbit sessions`?"),
        ("sesions list", "did you mean `heartbit sessions list`?"),
        ("sesion --all lst", "did you mean `heartbit sessions list`? As a task: heartbit run sesion lst"),
        ("doctr", "did you mean `heartbit doctor`?"),
        ("sessions lst", "did you mean `heartbit sessions list`?"),
        ("auth frobnicate", "it has login, logout, status"),
    ],
)
def test_a_misspelt_command_is_named(line: str, said: str) -> None:
    with pytest.raises(UsageFault) as found:
        find(line.split())
    assert said in str(found.value)


def test_a_task_that_looks_like_a_command_is_a_task_where_more_follows() -> None:
    assert find(["sesions", "are", "broken"]).command.name == "run"


def test_every_command_is_found_by_its_name() -> None:
    assert len(COMMANDS) == len(BY_NAME) > 30
    for command in COMMANDS:
        assert find(command.name.split()).command is command


def test_every_command_of_two_words_has_a_default() -> None:
    pairs = {name.split()[0] for name in BY_NAME if " " in name}
    assert pairs == set(DEFAULTS)
    assert all(f"{first} {second}" in BY_NAME for first, second in DEFAULTS.items())
    assert set(DEFAULTS) < set(FIRST_WORDS)
