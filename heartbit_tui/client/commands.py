"""The slash commands: their names, what they take, what they do. A surface may have some of them only."""

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Effort, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command; `takes` names its argument, `choices` holds what the argument may be where that is known."""

    name: str
    does: str
    takes: str = ""
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def needs(self) -> bool:
        """Whether it does nothing without its argument."""
        return bool(self.takes) and not self.takes.startswith("[")

    @property
    def usage(self) -> str:
        """The command as it is typed."""
        return f"/{self.name} {self.takes}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command line taken apart; `name` is the command's own where an alias was typed."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No such command; `nearest` is the one that was probably meant, or empty."""

    name: str
    nearest: str = ""


Parsed: TypeAlias = Typed | Unknown | None

COMMANDS: tuple[Command, ...] = (
    Command(name="help", does="the keys and the commands", aliases=("?",)),
    Command(name="new", does="a new session"),
    Command(name="clear", does="clear the screen; the conversation stays"),
    Command(name="resume", takes="[ID]", does="take up a session of this folder", aliases=("sessions", "continue")),
    Command(name="fork", does="go on in a copy of this session"),
    Command(name="rewind", takes="[N]", does="go back to before a prompt or a call: chat, files or both"),
    Command(name="undo", takes="[N]", does="undo the last prompt, or all from N on"),
    Command(name="redo", does="take the last undo back"),
    Command(name="rename", takes="TITLE", does="give this session a title"),
    Command(
        name="export",
        takes="FORMAT [FILE]",
        does="write this session to a file",
        choices=("md", "html", "jsonl"),
    ),
    Command(name="copy", does="copy the last answer"),
    Command(
        name="tab",
        takes="N",
        does="see tab N, or open one more session",
        choices=("new", "next", "previous", "waiting", "close"),
    ),
    Command(name="close", takes="[N]", does="close this tab, or tab N"),
    Command(name="search", takes="[TEXT]", does="search this conversation and all sessions"),
    Command(name="reader", does="read the whole conversation"),
    Command(name="timeline", does="all tool calls in order"),
    Command(name="diff", does="what this session changed in the files"),
    Command(name="model", takes="[[PROVIDER:]MODEL]", does="which model answers from the next turn on"),
    Command(name="escalate", does="let the strongest model take this turn, or the next"),
    Command(name="effort", takes="LEVEL", does="how much the model thinks", choices=tuple(Effort)),
    Command(
        name="mode",
        takes="[MODE]",
        does="how much passes without asking",
        choices=tuple(mode for mode in Mode if mode is not Mode.YOLO),
    ),
    Command(name="plan", takes="[TASK]", does="plan before anything is changed"),
    Command(name="goal", takes="[TEXT]", does="what has to hold before the work is done"),
    Command(name="judge", does="hold what was changed against the goal"),
    Command(name="background", does="let the running command go on in the background"),
    Command(name="jobs", takes="[ID]", does="the commands in the background: read, wait, stop"),
    Command(name="workflow", takes="[NAME [TEXT]]", does="do a workflow of the settings, or list them"),
    Command(name="agents", takes="[NAME]", does="the agents at work: follow one, steer it, stop it"),
    Command(name="steer", takes="NAME WORDS", does="tell an agent at work something"),
    Command(name="stop", takes="[NAME]", does="stop one agent at work; the others go on"),
    Command(name="permissions", does="what is allowed, denied or asked about", aliases=("rules", "allow")),
    Command(name="tools", does="the tools that the agent has"),
    Command(
        name="mcp",
        takes="[VERB] [NAME]",
        does="MCP servers: how they stand; approve, refuse, restart",
    ),
    Command(name="lsp", takes="[NAME]", does="language servers: which are there, and what they count"),
    Command(name="a2a", takes="[NAME]", does="agents of others: how they stand, and what they offer"),
    Command(name="todos", does="the agent's list of things to do"),
    Command(name="memory", takes="[WORDS]", does="what is remembered: look, search, pin, edit, forget"),
    Command(name="inbox", takes="[N]", does="what came of work that nobody watched", aliases=("letters",)),
    Command(name="beats", does="heartbeats, schedules, the pulse: when each is next", aliases=("heartbeats",)),
    Command(name="compact", takes="[FOCUS]", does="shorten the conversation for the model"),
    Command(name="expand", takes="[N]", does="what a summary stands for, word for word"),
    Command(name="uncompact", takes="[N]", does="tell the model again what was summarised, or part N of it"),
    Command(name="status", does="the session, its model, its mode, its context"),
    Command(name="safety", does="what protects you: sandbox, trust, rules, guardrails, audit"),
    Command(name="context", does="what fills the model's window"),
    Command(name="drop", takes="N", does="take item N out of what the model is told, or put it back"),
    Command(name="cost", does="tokens and money so far", aliases=("usage",)),
    Command(name="cap", takes="PERIOD USD", does="ask before a run, this session or a day costs more"),
    Command(name="init", does="write an AGENTS.md for this project"),
    Command(name="theme", takes="[NAME]", does="choose the colours"),
    Command(name="palette", does="every action with its key"),
    Command(name="redraw", does="draw the screen anew"),
    Command(name="top", does="to the beginning of the conversation"),
    Command(name="end", does="to its end, and follow it"),
    Command(name="keys", does="the keys, and what is wrong with the keymap", aliases=("keymap",)),
    Command(name="vim", does="edit the draft with the keys of vi, or no more"),
    Command(name="mouse", does="leave the mouse to the terminal, or take it back"),
    Command(name="config", does="the settings, and where each comes from", aliases=("settings",)),
    Command(name="doctor", does="check what heartbit needs"),
    Command(name="repair", does="look for damage in the file of sessions, and mend it"),
    Command(name="login", takes="[PROVIDER]", does="keep a key for a provider"),
    Command(name="quit", does="leave; the session is kept", aliases=("exit", "q")),
)


def named(commands: Sequence[Command] = COMMANDS) -> Mapping[str, Command]:
    """The commands by their names and aliases."""
    aliases = {alias: command for command in commands for alias in command.aliases}
    return MappingProxyType(aliases | {command.name: command for command in commands})


def parse(line: str, commands: Sequence[Command] = COMMANDS) -> Parsed:
    """The command in a line; None where the line is none: no slash first, or a path such as `/etc/hosts`."""
    text = line.strip()
    if not text.startswith("/") or "\n" in text:
        return None
    name, _, argument = text[1:].partition(" ")
    known = named(commands)
    if name.lower() in known:
        return Typed(name=known[name.lower()].name, argument=argument.strip())
    if not name.replace("-", "").isalpha():
        return None
    return Unknown(name=name, nearest=_nearest(name.lower(), known))


def _nearest(name: str, known: Mapping[str, Command]) -> str:
    """The command that was probably meant; of two as near, the one with the same letters in another order."""
    near = difflib.get_close_matches(name, known, n=3)
    near.sort(key=lambda each: sorted(each) != sorted(name))
    return known[near[0]].name if near else ""
