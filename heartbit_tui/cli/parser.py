"""Makes the parser of a command from its table, with errors that suggest what was meant."""

import argparse
from collections.abc import Sequence
from textwrap import wrap
from typing import Any, NoReturn

from heartbit_tui.cli.lookup import UsageFault, alike
from heartbit_tui.cli.spec import Command, Flag, Word

_WIDTH = 100


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageFault` in place of ending the process."""

    def __init__(self, command: Command) -> None:
        super().__init__(
            prog=f"heartbit {command.name}",
            usage=" ".join((f"heartbit {command.name}", *map(_shown, command.words), "[FLAGS]")),
            description=f"{command.summary[:1].upper()}{command.summary[1:]}.",
            epilog=_examples(command),
            add_help=False,
            allow_abbrev=False,
            formatter_class=_Layout,
        )
        self._command = command

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong."""
        raise UsageFault(message, self._command)


def parse(command: Command, rest: Sequence[str]) -> argparse.Namespace:
    """The values of a command's flags and words. Raises `UsageFault`."""
    head, tail = _at_dashes(rest, command)
    values, unknown = parser_of(command).parse_known_intermixed_args(head)
    for word in unknown:
        _refuse(word, command)
    if tail:
        name = command.words[-1].name
        setattr(values, name, [*getattr(values, name), *tail])
    return values


def _at_dashes(rest: Sequence[str], command: Command) -> tuple[Sequence[str], Sequence[str]]:
    """The words before and after `--`, behind which nothing is a flag; argparse forgets that where flags may follow."""
    if "--" not in rest or not command.words or command.words[-1].amount != "*":
        return rest, ()
    at = list(rest).index("--")
    return rest[:at], rest[at + 1 :]


def parser_of(command: Command) -> Parser:
    """The parser of a command."""
    parser = Parser(command)
    for word in command.words:
        _add_word(parser, word)
    for title, flags in command.groups.items():
        group = parser.add_argument_group(title)
        for flag in flags:
            group.add_argument(*flag.names, dest=name_of(flag), help=flag.help, **_traits(flag))
    return parser


def help_of(command: Command, others: Sequence[Command] = ()) -> str:
    """The help of a command, and what `others` do that begin with the same word."""
    text = parser_of(command).format_help()
    if not others:
        return text
    room = max(len(each.name) for each in others) + len("heartbit ") + 4
    lines = [
        f"{f'  heartbit {each.name}':{room}}{line}" if number == 0 else f"{'':{room}}{line}"
        for each in others
        for number, line in enumerate(wrap(each.summary, _WIDTH - room))
    ]
    return "\n".join((text, "also:", *lines, f"\nFor the flags of one: heartbit {others[0].name} --help\n"))


def name_of(flag: Flag) -> str:
    """The name of a flag's value: its first long name, with what a keyword of Python needs."""
    long = next(name for name in flag.names if name.startswith("--"))
    return long.removeprefix("--").replace("-", "_")


def _shown(word: Word) -> str:
    name = word.name.upper().replace("_", " ")
    return {"": name, "?": f"[{name}]", "*": f"[{name} ...]"}[word.amount]


def _add_word(parser: Parser, word: Word) -> None:
    traits: dict[str, Any] = {"nargs": word.amount} if word.amount else {}
    if word.choices:
        traits["choices"] = word.choices
    parser.add_argument(word.name, help=word.help, metavar=word.name.upper(), **traits)


def _traits(flag: Flag) -> dict[str, Any]:
    if flag.kind == "switch":
        return {"action": "store_true"}
    traits: dict[str, Any] = {"metavar": flag.value, "default": flag.default}
    if flag.choices:
        traits |= {"choices": flag.choices, "metavar": "|".join(flag.choices)}
    if flag.kind == "maybe":
        traits |= {"nargs": "?", "const": ""}
    if flag.repeats:
        traits |= {"action": "append", "default": []}
    match flag.kind:
        case "count":
            traits["type"] = _count
        case "amount":
            traits["type"] = _amount
        case _:
            pass
    return traits


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"needs a whole number from 1 on, not {text!r}")
    return int(text)


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"needs a number above 0, not {text!r}")
    return value


def _refuse(word: str, command: Command) -> NoReturn:
    name = word.partition("=")[0]
    if not name.startswith("-"):
        raise UsageFault(f"`{word}` is one word too many", command)
    near = alike(name, [each for flag in command.flags for each in flag.names])
    raise UsageFault(f"there is no flag {name}" + (f"; did you mean {near}?" if near else ""), command)


def _examples(command: Command) -> str:
    return "\n".join(("examples:", *(f"  {example}" for example in command.examples))) if command.examples else ""


class _Layout(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34, width=_WIDTH)
