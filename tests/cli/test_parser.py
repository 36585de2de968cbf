"""Flags become values, and what is wrong about them is said."""

import re
from typing import Any

import pytest

from heartbit_tui.cli import flags
from heartbit_tui.cli.commands import BY_NAME, COMMANDS
from heartbit_tui.cli.front import HELP
from heartbit_tui.cli.lookup import UsageFault, find
from heartbit_tui.cli.parser import help_of, name_of, parse, parser_of
from heartbit_tui.cli.spec import Flag

PROMISED = frozenset(
    (
        "--output-format",
        "--json",
        "--include-partial-messages",
        "--output-schema",
        "--json-schema",
        "-o",
        "--max-turns",
        "--max-cost",
        "--max-tokens",
        "--timeout",
        "--permission-mode",
        "--allow",
        "--deny",
        "--on-ask",
        "--session",
        "-c",
        "--resume",
        "--fork",
        "--ephemeral",
        "--provider",
        "--model",
        "--effort",
        "--config",
        "--cwd",
        "--add-dir",
        "--append-system-prompt",
        "--image",
        "--approve",
        "--bare",
        "--input-format",
        "-v",
        "--verbose",
        "-p",
        "--headless",
        "--demo",
    )
)


def test_every_promised_flag_is_there() -> None:
    names = {name for flag in BY_NAME["run"].flags for name in flag.names}
    assert names >= PROMISED


def example(flag: Flag) -> tuple[tuple[str, ...], Any]:
    """A value as it is written, and as it is read."""
    match flag.kind:
        case "switch":
            return (), True
        case "count":
            return ("7",), 7
        case "amount":
            return ("0.5",), 0.5
        case "many" | "files" | "folders":
            return ("x",), ["x"]
        case _:
            value = flag.choices[-1] if flag.choices else "x"
            return (value,), value


@pytest.mark.parametrize("name", BY_NAME)
def test_every_flag_by_every_name_gives_its_value(name: str) -> None:
    command = BY_NAME[name]
    words = [each.choices[0] if each.choices else "w" for each in command.words if each.amount != "*"]
    for flag in command.flags:
        written, value = example(flag)
        for spelt in flag.names:
            before = parse(command, [spelt, *written, *words])
            after = parse(command, [*words, spelt, *written])
            assert getattr(before, name_of(flag)) == getattr(after, name_of(flag)) == value


def test_what_repeats_is_gathered_and_nothing_leaks_into_the_next_parse() -> None:
    run = BY_NAME["run"]
    assert parse(run, ["--allow", "a", "hi", "--allow", "b"]).allow == ["a", "b"]
    assert parse(run, ["hi"]).allow == []


@pytest.mark.parametrize(
    ("words", "task", "printed"),
    [
        (["hi"], ["hi"], None),
        (["fix", "the", "bug"], ["fix", "the", "bug"], None),
        (["-p", "hi"], [], "hi"),
        (["-p", "--json", "hi"], ["hi"], ""),
        (["--json", "-p"], [], ""),
        (["-p", "fix", "it", "--json"], ["it"], "fix"),
        (["-p", "--", "--odd"], ["--odd"], ""),
        (["-p=--odd"], [], "--odd"),
        (["-"], ["-"], None),
        (["-p", "review", "-"], ["-"], "review"),
    ],
)
def test_the_task_may_be_words_or_the_value_of_p(words: list[str], task: list[str], printed: str | None) -> None:
    values = parse(BY_NAME["run"], words)
    assert (values.task, values.print) == (task, printed)


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("run", ["--modle", "x"], "did you mean --model?"),
        ("run", ["--outputformat=json"], "did you mean --output-format?"),
        ("run", ["--max-turns", "1.5"], "whole number"),
        ("run", ["--max-turns", "٣"], "whole number"),
        ("run", ["--max-cost", "free"], "above 0"),
        ("run", ["--mod", "x"], "no flag --mod"),
        ("sessions show", [], "ID"),
        ("sessions show", ["a", "b"], "one word too many"),
        ("completions", ["csh"], "csh"),
    ],
)
def test_what_is_wrong_is_said(name: str, words: list[str], said: str) -> None:
    with pytest.raises(UsageFault) as found:
        parse(BY_NAME[name], words)
    assert said in str(found.value)
    assert found.value.command is BY_NAME[name]


def test_help_shows_every_flag_and_the_examples_can_be_parsed() -> None:
    for command in COMMANDS:
        text = parser_of(command).format_help()
        assert command.summary[1:] in re.sub(r"\s+", " ", text)
        assert [flag.help for flag in command.flags if flag.help.split()[0] not in text] == []
        assert all(example in text for example in command.examples)
        assert all(len(line) <= 100 or "heartbit" in line for line in text.splitlines())


def test_the_first_page_names_every_command() -> None:
    for command in COMMANDS:
        assert all(re.search(rf"\b{word}\b", HELP) for word in command.name.split())
    assert all(len(line) <= 100 for line in HELP.splitlines())


def test_no_two_flags_of_a_command_share_a_name() -> None:
    for command in COMMANDS:
        names = [name for flag in command.flags for name in flag.names]
        assert len(names) == len(set(names))


def test_a_name_takes_a_value_in_all_commands_or_in_none() -> None:
    takes: dict[str, set[bool]] = {}
    for command in COMMANDS:
        for flag in command.flags:
            for name in flag.names:
                takes.setdefault(name, set()).add(flag.takes_value)
    assert [name for name, kinds in takes.items() if len(kinds) > 1] == []
    assert len(flags.EVERYWHERE) == 6


def test_a_first_word_alone_tells_of_all_that_begin_with_it() -> None:
    alone, told = find(("daemon", "--help")), find(("daemon", "run", "--help"))
    assert [each.name for each in alone.others] == [
        f"daemon {name}" for name in ("install", "uninstall", "status", "logs")
    ]
    text = help_of(alone.command, alone.others)
    assert text.startswith(help_of(told.command, told.others))
    assert [line for line in text.splitlines() if len(line) > 100] == []
    assert all(f"\n  heartbit {each.name}  " in text and each.summary[:40] in text for each in alone.others)


def test_every_command_for_a_daemon_shows_how_it_is_called() -> None:
    first = ("daemon", "submit", "status", "result", "approve", "attach", "cancel", "schedule", "heartbeat", "inbox")
    of_daemon = [each for each in COMMANDS if each.name.partition(" ")[0] in first]
    assert [each.name for each in of_daemon if not each.examples] == []
