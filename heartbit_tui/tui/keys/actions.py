"""The one list of what a person can do on the screen: names, titles, usual keys, slash commands."""

from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from heartbit_tui.kernel.dataclass import dataclass

Where: TypeAlias = Literal["everywhere", "draft", "chat", "side", "reader", "sheet", "list", "page"]
"""Where a key counts: sheet is an approval or a question, list a picker, page what was opened from one; everywhere is all of them."""

WHERES: tuple[Where, ...] = get_args(Where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a person can do.

    `keys` are named as Textual names them; two with a blank between are pressed one after the other. `fixed` ones
    stay whatever a keymap says, and an action that is `needed` cannot be without a key. `command` is the slash command that does the same, without its slash. Actions of
    one `series` are told as one. `takes` names what the command may be given.
    """

    name: str
    title: str
    keys: tuple[str, ...] = ()
    where: tuple[Where, ...] = ("everywhere",)
    group: str = ""
    command: str = ""
    takes: str = ""
    fixed: tuple[str, ...] = ()
    needed: bool = False
    series: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """What is typed at the beginning of a draft, or at its end, to mean more than itself."""

    text: str
    title: str


SIGNS: tuple[Sign, ...] = (
    Sign("/", "a command"),
    Sign("@", "a file"),
    Sign("!", "run a shell command; the model sees it"),
    Sign("!!", "run a shell command; the model does not see it"),
    Sign("#", "note something in memory"),
    Sign("\\ Enter", "a new line"),
)

_MAIN: tuple[Where, ...] = ("draft", "chat", "side")
_READ: tuple[Where, ...] = ("reader", "side")


def _action(name: str, title: str, *keys: str, command: str = "", takes: str = "") -> Action:
    return Action(name=name, title=title, keys=keys, command=command, takes=takes)


def _grouped(group: str, where: tuple[Where, ...], *actions: Action) -> tuple[Action, ...]:
    """Actions of one group that count in the same places."""
    return tuple(replace(each, where=where, group=group) for each in actions)


def _tab(number: int) -> Action:
    title = f"go to tab {number}"
    return Action(name=f"tab-{number}", title=title, keys=(f"alt+{number}",), command=f"tab {number}", series="tab")


_DRAFT = _grouped(
    "Draft",
    ("draft",),
    Action(name="send", title="send; while a run is active, steer it", keys=("enter",), needed=True),
    _action("queue", "queue for after the run", "alt+enter", "f4"),
    Action(name="newline", title="a new line", keys=("shift+enter", "ctrl+j"), fixed=("ctrl+j",)),
    _action("history", "search what was typed before", "ctrl+r"),
    _action("editor", "write the draft in your editor", "ctrl+g"),
    _action("paste", "paste text or an image", "ctrl+v"),
    _action("stash", "put the draft aside, or take it back", "alt+s", "f12"),
    _action("rewind", "go back to an earlier prompt or call", "escape escape", command="rewind", takes="[N]"),
    _action("leave", "leave heartbit, pressed twice on an empty draft", "ctrl+d"),
)

_RUN = _grouped(
    "Run",
    ("everywhere",),
    Action(
        name="interrupt",
        title="close what is open, an agent's tab too, else stop the run",
        keys=("escape",),
        fixed=("escape",),
    ),
    Action(
        name="clear-or-quit",
        title="clear the draft; with none stop the run, or the agent of this tab; idle, twice to leave",
        keys=("ctrl+c",),
        fixed=("ctrl+c",),
    ),
    _action("next-mode", "the next mode", "shift+tab", command="mode", takes="[MODE]"),
    _action("background", "let the running command go on in the background", "ctrl+b", command="background"),
    _action("jobs", "the commands in the background", command="jobs", takes="[ID]"),
    _action("workflow", "do a workflow of the settings, or list them", command="workflow", takes="[NAME [TEXT]]"),
    _action("agents", "the agents at work: follow, steer, stop one", "alt+a", "f10", command="agents", takes="[NAME]"),
    _action("steer", "tell an agent at work something", command="steer", takes="NAME WORDS"),
    _action("stop", "stop one agent at work; the others go on", command="stop", takes="[NAME]"),
    _action("escalate", "let the stronger model take this turn", "alt+e", "f5", command="escalate"),
    _action("model", "choose the model", "alt+p", "f2", command="model", takes="[[PROVIDER:]MODEL]"),
    _action("effort", "how much the model thinks", "alt+t", "f3", command="effort", takes="[LEVEL]"),
)

_SCREEN = _grouped(
    "Screen",
    ("everywhere",),
    _action("palette", "every action with its key", "ctrl+p", command="palette"),
    _action("help", "help", "question_mark", "f1", command="help"),
    _action("reader", "read the whole transcript", "ctrl+o", command="reader"),
    _action("side-panel", "timeline, todo, context", "ctrl+t"),
    _action("timeline-screen", "every call in its order, on the whole screen", command="timeline"),
    _action("next-pane", "the next pane: chat, side panel, draft", "f6"),
    _action("mouse", "give the mouse to the terminal, or take it back", "alt+m", "f9", command="mouse"),
    _action("redraw", "draw the screen anew", "ctrl+l", command="redraw"),
    _action("suspend", "back to the shell; `fg` returns", "ctrl+z"),
    _action("theme", "choose the colours", command="theme", takes="[NAME]"),
    _action("keys", "the keys, and what is wrong with the keymap", command="keys"),
    _action("vim", "edit the draft with the keys of vi, or no more", command="vim"),
)

_MOVING = _grouped(
    "Moving",
    (*_MAIN, "reader"),
    _action("page-up", "a page up", "pageup"),
    _action("page-down", "a page down", "pagedown"),
    _action("to-top", "to the beginning", "ctrl+home", command="top"),
    _action("to-end", "to the end, and follow", "ctrl+end", command="end"),
    _action("previous-prompt", "your prompt before", "alt+up", "f7"),
    _action("next-prompt", "your next prompt", "alt+down", "f8"),
)

_ROWS = (
    *_grouped(
        "Chat",
        ("chat", "side"),
        _action("line-up", "a line up", "up"),
        _action("line-down", "a line down", "down"),
        _action("toggle-fold", "open or close a row", "enter"),
    ),
    *_grouped(
        "Reader and side panel",
        _READ,
        _action("open-place", "open the file at its line", "o"),
        _action("copy-block", "copy the block", "y"),
        _action("drop", "drop the result from the context, or put it back", "d", command="drop", takes="N"),
        _action("follow-agent", "follow the agent of this row in a tab of its own", "a"),
    ),
)

_SESSION = _grouped(
    "Session",
    ("everywhere",),
    _action("sessions", "the sessions", "ctrl+s", command="resume", takes="[ID]"),
    _action("new", "a new session", command="new"),
    _action("fork", "go on in a copy of this session", command="fork"),
    _action("undo", "undo the last prompt, or all from prompt N on: chat, files or both", command="undo", takes="[N]"),
    _action("redo", "take the last undo back", command="redo"),
    _action("rename", "give this session a title", command="rename", takes="TITLE"),
    _action("export", "write this session to a file: md, html or jsonl", command="export", takes="FORMAT [FILE]"),
    _action("compact", "shorten the conversation for the model", command="compact", takes="[FOCUS]"),
    _action("expand", "what a summary stands for, word for word", command="expand", takes="[N]"),
    _action("uncompact", "tell the model again what was summarised", command="uncompact", takes="[N]"),
    _action("search", "search this conversation and all sessions", command="search", takes="[WORDS]"),
    _action("diff", "what was changed in the files", command="diff"),
    _action("plan", "plan before anything is changed", command="plan", takes="[TASK]"),
    _action("goal", "what has to hold before the work is done", command="goal", takes="[TEXT]"),
    _action("judge", "hold what was changed against the goal", command="judge"),
    _action("todos", "the agent's list of things to do", command="todos"),
    _action("memory", "what is remembered: look, search, pin, edit, forget", command="memory", takes="[WORDS]"),
    _action("inbox", "what came of work that nobody watched", "alt+n", command="inbox", takes="[N]"),
    _action("beats", "heartbeats, schedules and the pulse: when each is next, and how it went", command="beats"),
    _action("context", "what fills the model's window", command="context"),
    _action("copy", "copy the last answer", command="copy"),
    _action("clear", "clear the screen; the conversation stays", command="clear"),
    *(_tab(number) for number in range(1, 10)),
    _action("new-tab", "open another session beside this one", command="tab new", takes="[TASK]"),
    _action("next-tab", "the next tab", "ctrl+pagedown", command="tab next"),
    _action("previous-tab", "the tab before", "ctrl+pageup", command="tab previous"),
    _action("waiting-tab", "the next tab that waits for you", command="tab waiting"),
    _action("close-tab", "close this tab", command="close", takes="[N]"),
)

_HEARTBIT = _grouped(
    "heartbit",
    ("everywhere",),
    _action("status", "the session, its model, its mode, its context", command="status"),
    _action("safety", "what protects you: sandbox, trust, rules, guardrails, audit", command="safety"),
    _action("cost", "tokens and money so far", command="cost"),
    _action("cap", "ask before a run, this session or a day costs more", command="cap", takes="PERIOD USD"),
    _action("tools", "the tools that the agent has", command="tools"),
    _action(
        "mcp", "the MCP servers: how each stands, what it offers, approve or restart one", command="mcp", takes="[NAME]"
    ),
    _action(
        "lsp",
        "the language servers: which are there, which are at work, what they count",
        command="lsp",
        takes="[NAME]",
    ),
    _action("a2a", "the agents of others: how each stands, what it offers", command="a2a", takes="[NAME]"),
    _action("permissions", "the rules that were learned from your answers", command="permissions"),
    _action("config", "the settings, and where each comes from", command="config"),
    _action("doctor", "check what heartbit needs", command="doctor"),
    _action("repair", "look for damage in the file of sessions, and mend it", command="repair"),
    _action("init", "write an AGENTS.md for this project", command="init"),
    _action("login", "keep the key of a model service", command="login", takes="[PROVIDER]"),
    _action("quit", "leave; the session is kept", command="quit"),
)

_READER = _grouped(
    "Reader",
    ("reader",),
    _action("find", "search", "slash"),
    _action("next-hit", "the next hit", "n"),
    _action("previous-hit", "the hit before", "N"),
    _action("reader-down", "a line down", "j", "down"),
    _action("reader-up", "a line up", "k", "up"),
    _action("reader-top", "to the beginning", "g", "home"),
    _action("reader-end", "to the end", "G", "end"),
    _action("block-before", "the block before", "left_curly_bracket"),
    _action("block-after", "the next block", "right_curly_bracket"),
    _action("half-up", "half a page up", "ctrl+u"),
    _action("half-down", "half a page down", "ctrl+d"),
    _action("fold", "open or close the block", "enter", "space"),
    _action("print", "print the conversation to the terminal's own scrollback", "left_square_bracket"),
    _action("in-editor", "the conversation in your editor", "v"),
    _action("close-reader", "back to the chat", "q"),
)

_SHEET = _grouped(
    "Approval",
    ("sheet",),
    _action("allow-once", "yes, this once", "y", "1"),
    _action("allow-session", "yes, for this session", "s", "2"),
    _action("allow-always", "yes, always; the pattern can be edited first", "a", "3"),
    _action("refuse", "no", "n", "4"),
    _action("refuse-saying", "no, with words for the model", "e", "tab"),
    _action("split-diff", "the diff in one column or in two", "t"),
    _action("full-screen", "the whole screen for it", "f"),
    _action("explain", "which rule asked, and why", "ctrl+e"),
)

_LIST = _grouped(
    "Lists",
    ("list",),
    Action(name="choose", title="take this one", keys=("enter",), fixed=("enter",)),
    _action("row-before", "the row before", "up"),
    _action("row-after", "the next row", "down"),
    _action("rows-page-up", "a page up", "pageup"),
    _action("rows-page-down", "a page down", "pagedown"),
    _action("first-row", "the first row", "home"),
    _action("last-row", "the last row", "end"),
    _action("other-rows", "show more, or fewer: this folder or all", "tab"),
    _action("less", "less of it", "left"),
    _action("more", "more of it", "right"),
    _action("rename-row", "rename it", "ctrl+r"),
    _action("fork-row", "a copy of it", "ctrl+f"),
    _action("export-row", "write it to a file", "ctrl+e"),
    _action("delete-row", "delete it", "ctrl+d"),
    _action("pin-row", "hold it: against fading, as new, or paused; or no longer", "ctrl+k"),
    _action("say-row", "tell it something", "ctrl+g"),
)

_PAGE = _grouped(
    "Inbox and beats",
    ("page",),
    _action("accept-this", "accept it: the draft of a skill, or what was changed", "y"),
    _action("refuse-this", "refuse it: the draft, or what was changed, which is taken back", "n"),
    _action("edit-this", "edit the draft in your editor", "e"),
    _action("see-changes", "the changes on the whole screen", "c"),
    _action("go-to-session", "go to its session", "o"),
    _action("done-with", "be done with it, or take it back", "d"),
    _action("mark-unread", "let it count as new", "u"),
    _action("run-now", "do it now", "r"),
    _action("pause", "pause it, or let it go on", "p"),
)

ACTIONS: tuple[Action, ...] = (
    *_DRAFT,
    *_RUN,
    *_SESSION,
    *_SCREEN,
    *_MOVING,
    *_ROWS,
    *_READER,
    *_SHEET,
    *_LIST,
    *_PAGE,
    *_HEARTBIT,
)
"""All of them, in the order in which help tells them."""
