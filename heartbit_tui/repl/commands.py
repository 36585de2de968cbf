"""The commands of a conversation: those of the screen that need no screen."""

from collections.abc import Sequence
from dataclasses import replace

from heartbit_tui.client import commands
from heartbit_tui.client.commands import Command

_ALL = commands.named()

COMMANDS: tuple[Command, ...] = (
    *(
        _ALL[name]
        for name in (
            "help",
            "mode",
            "model",
            "effort",
            "escalate",
            "status",
            "safety",
            "context",
            "drop",
            "cost",
            "cap",
        )
    ),
    *(_ALL[name] for name in ("todos", "tools", "new")),
    replace(_ALL["resume"], does="take up a session of this folder; without ID the list of them"),
    *(_ALL[name] for name in ("fork", "rename")),
    replace(_ALL["export"], does="write this session to a file: md, html or jsonl"),
    *(_ALL[name] for name in ("plan", "goal", "judge", "workflow", "background")),
    replace(_ALL["jobs"], takes="[wait|stop] [ID]"),
    replace(_ALL["agents"], does="the agents at work: how each stands, what it took"),
    _ALL["steer"],
    replace(_ALL["stop"], takes="NAME"),
    replace(_ALL["search"], takes="TEXT", does="find what was said and done in all sessions"),
    *(_ALL[name] for name in ("compact", "expand", "uncompact")),
    replace(
        _ALL["memory"],
        takes="[VERB …]",
        does="what is remembered; /memory search WORDS, note WORDS, show, pin, unpin, edit or forget ID",
    ),
    replace(_ALL["inbox"], takes="[[VERB] N …]"),
    replace(_ALL["beats"], takes="[[VERB] NAME]"),
    *(_ALL[name] for name in ("mcp", "lsp", "a2a")),
    replace(_ALL["rewind"], does="the chat goes back to before your prompt N; without N the list of them"),
    replace(
        _ALL["undo"],
        takes="[N[.M]] [files|chat|both]",
        does="what undoing your last prompt, or all from N on, would change; /undo yes does it",
    ),
    replace(_ALL["redo"], does="what taking the last undo back would change; /redo yes does it"),
    *(_ALL[name] for name in ("clear", "vim", "quit")),
)


def parse(line: str) -> commands.Parsed:
    """The command in a line; None where the line is none."""
    return commands.parse(line, COMMANDS)


def table(of: Sequence[Command] = COMMANDS) -> str:
    """The commands, one a line."""
    width = max(len(command.usage) for command in of)
    return "\n".join(f"{command.usage:<{width}}  {command.does}" for command in of)
