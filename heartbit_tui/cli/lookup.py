"""Finds the command that is meant in a list of words, wherever its flags stand."""

from collections.abc import Sequence
from typing import NamedTuple

from heartbit_tui.cli.commands import BY_NAME, COMMANDS, DEFAULTS, FIRST_WORDS, seconds_of
from heartbit_tui.cli.spec import Command, Flag


class UsageFault(Exception):
    """The command line is not understood; the message says what to do instead."""

    def __init__(self, message: str, command: Command | None = None) -> None:
        super().__init__(message)
        self.command = command


class Meant(NamedTuple):
    """A command and the words and flags for it; `others` are those of a first word that stood alone, which means this one."""

    command: Command
    rest: tuple[str, ...]
    others: tuple[Command, ...] = ()


def find(words: Sequence[str]) -> Meant:
    """The command, or `run` where the words are a task. Raises `UsageFault`."""
    at = first_word(words)
    if at is None or words[at] not in FIRST_WORDS:
        _refuse_misspelt(words, at)
        return Meant(BY_NAME["run"], tuple(words))
    first, rest = words[at], (*words[:at], *words[at + 1 :])
    if first not in DEFAULTS:
        return Meant(BY_NAME[first], rest)
    return _second(first, rest)


def first_word(words: Sequence[str]) -> int | None:
    """Where the first word stands that is neither a flag nor a flag's value; None where a task was given by flag."""
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word in ("-p", "--print", "--", "-"):
            return None
        elif not word.startswith("-"):
            return index
        else:
            skip = any(word in flag.names for flag in _with_values())
    return None


def alike(word: str, known: Sequence[str]) -> str:
    """The known word that is most like this one, or empty."""
    from difflib import get_close_matches  # only what is misspelt needs it

    return next(iter(get_close_matches(word, known, n=1, cutoff=0.7)), "")


def _second(first: str, rest: tuple[str, ...]) -> Meant:
    at = first_word(rest)
    known = seconds_of(first)
    if at is None:
        others = tuple(BY_NAME[f"{first} {second}"] for second in known if second != DEFAULTS[first])
        return Meant(BY_NAME[f"{first} {DEFAULTS[first]}"], rest, others)
    if rest[at] not in known:
        near = alike(rest[at], known)
        hint = f"did you mean `heartbit {first} {near}`?" if near else f"it has {', '.join(known)}."
        raise UsageFault(f"`heartbit {first}` has no `{rest[at]}`; {hint}")
    return Meant(BY_NAME[f"{first} {rest[at]}"], (*rest[:at], *rest[at + 1 :]))


def _refuse_misspelt(words: Sequence[str], at: int | None) -> None:
    """A word that is nearly a command, alone or before a second word of that command, is no task for a model."""
    near = "" if at is None else alike(words[at], FIRST_WORDS)
    if at is None or not near:
        return
    after = [word for word in words[at + 1 :] if not word.startswith("-")]
    if after and not alike(after[0], seconds_of(near)):
        return
    meant = " ".join((near, *(alike(word, seconds_of(near)) for word in after[:1])))
    task = " ".join((words[at], *after))
    raise UsageFault(
        f"there is no command `{words[at]}`; did you mean `heartbit {meant}`? As a task: heartbit run {task}"
    )


def _with_values() -> tuple[Flag, ...]:
    return tuple(flag for command in COMMANDS for flag in command.flags if flag.takes_value)
