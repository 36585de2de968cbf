"""`heartbit completions`: what a shell may complete, made from the table of commands."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from heartbit_tui.cli.commands import COMMANDS, FIRST_WORDS, seconds_of
from heartbit_tui.cli.spec import Command, Flag


def main(values: Namespace) -> int:
    """Print the completions for the shell that is named; the exit code."""
    makers = {"bash": for_bash, "zsh": for_zsh, "fish": for_fish}
    sys.stdout.write(makers[values.shell]())
    return 0


def for_bash() -> str:
    """A function for bash, which knows commands, flags, choices, files and directories."""
    return _BASH.format(
        commands=" ".join(FIRST_WORDS),
        seconds="\n".join(f"        {first}) words='{' '.join(words)}' ;;" for first, words in _followers()),
        flags="\n".join(f"        '{command.name}') flags='{' '.join(_names(command))}' ;;" for command in COMMANDS),
        choices="\n".join(f"        {'|'.join(flag.names)}) {_bash_values(flag)}; return ;;" for flag in _valued()),
    )


def for_zsh() -> str:
    """The same through zsh's own reading of bash completions."""
    return f"#compdef heartbit\nautoload -U +X bashcompinit && bashcompinit\n{for_bash()}"


def for_fish() -> str:
    """A line for each command and flag, with its help."""
    lines = ["complete -c heartbit -f"]
    for first in FIRST_WORDS:
        lines.append(f"complete -c heartbit -n __fish_use_subcommand -a {first} -d {_quoted(_summary(first))}")
        for second in seconds_of(first):
            after = f"'__fish_seen_subcommand_from {first}'"
            summary = next(each.summary for each in COMMANDS if each.name == f"{first} {second}")
            lines.append(f"complete -c heartbit -n {after} -a {second} -d {_quoted(summary)}")
    lines += [line for command in COMMANDS for line in _fish_flags(command)]
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _fish_flags(command: Command) -> Iterator[str]:
    after = f"'__fish_seen_subcommand_from {command.name.partition(' ')[0]}'"
    for flag in command.flags:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
        condition = "" if command.name == "run" else f" -n {after}"
        yield f"complete -c heartbit{condition} {names}{_fish_values(flag)} -d {_quoted(flag.help)}"


def _fish_values(flag: Flag) -> str:
    if flag.choices:
        return f" -x -a {_quoted(' '.join(flag.choices))}"
    if flag.kind in ("file", "files"):
        return " -r -F"
    if flag.kind in ("folder", "folders"):
        return " -x -a '(__fish_complete_directories)'"
    return " -x" if flag.takes_value else ""


def _bash_values(flag: Flag) -> str:
    if flag.choices:
        return f"COMPREPLY=($(compgen -W '{' '.join(flag.choices)}' -- \"$current\"))"
    if flag.kind in ("folder", "folders"):
        return 'COMPREPLY=($(compgen -d -- "$current"))'
    return 'COMPREPLY=($(compgen -f -- "$current"))' if flag.kind in ("file", "files") else "COMPREPLY=()"


def _followers() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words that may follow a first one: the second words of commands, or what a command chooses from."""
    for first in FIRST_WORDS:
        chosen = (choice for each in COMMANDS if each.name == first for word in each.words for choice in word.choices)
        if words := seconds_of(first) or tuple(chosen):
            yield first, words


def _names(command: Command) -> Iterator[str]:
    return (name for flag in command.flags for name in flag.names)


def _valued() -> tuple[Flag, ...]:
    """Every flag that takes a value, once by its names."""
    found = {flag.names: flag for command in reversed(COMMANDS) for flag in command.flags if flag.takes_value}
    return tuple(found.values())


def _summary(first: str) -> str:
    return next((each.summary for each in COMMANDS if each.name == first), ", ".join(seconds_of(first)))


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_BASH = """\
_heartbit() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" name='' words='' flags='' word
    case "$before" in
{choices}
    esac
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$word" in
        -*) ;;
        *) name="${{name:+$name }}$word" ;;
        esac
    done
    case "$name" in
        '') words='{commands}' ;;
{seconds}
    esac
    case "$name" in
{flags}
    esac
    [ -n "$flags" ] || flags='--headless --demo --cwd --config --verbose --help --version --print'
    case "$current" in
        -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
        *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    esac
}}
complete -o default -F _heartbit heartbit
"""
