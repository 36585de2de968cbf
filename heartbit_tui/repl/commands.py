"""The commands of a conversation: their names, what they take, what they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.kernel.ops import Effort, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command; `takes` names its argument, `choices` holds what the argument may be where that is known."""

    name: str
    does: str
    takes: str = ""
    choices: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """The command as it is typed."""
        return f"/{self.name} {self.takes}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command line taken apart."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No such command; `nearest` is the one that was probably meant, or empty."""

    name: str
    nearest: str = ""


Parsed: TypeAlias = Typed | Unknown | None

COMMANDS: tuple[Command, ...] = (
    Command(name="help", does="the keys and the commands"),
    Command(
        name="mode",
        takes="[MODE]",
        does="how much passes without asking",
        choices=tuple(mode for mode in Mode if mode is not Mode.YOLO),
    ),
    Command(name="model", takes="[[PROVIDER:]MODEL]", does="which model answers from the next turn on"),
    Command(name="effort", takes="LEVEL", does="how much the model thinks", choices=tuple(Effort)),
    Command(name="status", does="the session, its model, its mode, its context"),
    Command(name="cost", does="tokens and money so far"),
    Command(name="todos", does="the agent's list of things to do"),
    Command(name="tools", does="the tools that the agent has"),
    Command(name="new", does="a new session"),
    Command(name="resume", takes="[ID]", does="take up a session of this folder; without ID the list of them"),
    Command(name="fork", does="go on in a copy of this session"),
    Command(name="rename", takes="TITLE", does="give this session a title"),
    Command(
        name="export",
        takes="FORMAT [FILE]",
        does="write this session to a file: md, html or jsonl",
        choices=("md", "html", "jsonl"),
    ),
    Command(name="compact", takes="[FOCUS]", does="shorten the conversation for the model"),
    Command(name="rewind", takes="[N]", does="go back to before your prompt N; without N the list of them"),
    Command(name="clear", does="clear the screen; the conversation stays"),
    Command(name="vim", does="edit the draft with the keys of vi, or no more"),
    Command(name="quit", does="leave; the session is kept"),
)
ALIASES: Mapping[str, str] = MappingProxyType({"exit": "quit", "q": "quit", "?": "help"})


def parse(line: str) -> Parsed:
    """The command in a line; None where the line is none: no slash first, or a path such as `/etc/hosts`."""
    text = line.strip()
    if not text.startswith("/") or "\n" in text:
        return None
    name, _, argument = text[1:].partition(" ")
    name = ALIASES.get(name, name)
    if name in {command.name for command in COMMANDS}:
        return Typed(name=name, argument=argument.strip())
    if not name.replace("-", "").isalpha():
        return None
    return Unknown(name=name, nearest=_nearest(name))


def table(commands: Sequence[Command] = COMMANDS) -> str:
    """The commands, one a line."""
    width = max(len(command.usage) for command in commands)
    return "\n".join(f"{command.usage:<{width}}  {command.does}" for command in commands)


def _nearest(name: str) -> str:
    found = (command.name for command in COMMANDS if command.name.startswith(name[:2]))
    return next(found, "")
