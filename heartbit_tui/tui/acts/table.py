"""Where the function of each action stands; it is imported when the action is first asked for."""

from collections.abc import Callable, Coroutine, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from textual.message import Message

from heartbit_tui.tui.chat.tints import Painter

if TYPE_CHECKING:
    from heartbit_tui.client.letters import Letters
    from heartbit_tui.tui.app import HeartbitApp

Act: TypeAlias = "Callable[[HeartbitApp, str], Coroutine[Any, Any, None] | None]"

PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "run": ("interrupt", "clear-or-quit", "leave", "quit", "next-mode", "escalate", "suspend"),
        "draft": ("queue", "history", "editor", "paste", "stash", "vim", "copy", "copy-text"),
        "session": ("new", "fork", "rename", "export", "compact", "clear"),
        "listed": ("sessions",),
        "undoing": ("rewind", "undo", "redo"),
        "seen": ("reader", "search", "diff", "timeline-screen", "previous-prompt", "next-prompt", "toggle-fold"),
        "moving": ("page-up", "page-down", "to-top", "to-end", "line-up", "line-down", "next-pane", "side-panel"),
        "look": ("palette", "help", "keys", "theme", "mouse", "redraw"),
        "pages": ("status", "safety", "cost", "todos", "tools", "permissions", "config", "doctor", "context", "cap"),
        "remembering": ("memory",),
        "inbox": ("inbox",),
        "beats": ("beats",),
        "reaching": ("mcp", "lsp", "a2a"),
        "summaries": ("expand", "uncompact"),
        "pursuing": ("plan", "goal", "judge"),
        "jobs": ("background", "jobs"),
        "flows": ("workflow",),
        "agents": ("agents", "steer", "stop", "follow-agent"),
        "service": ("model", "effort", "login", "init"),
        "tabs": (
            "tab",
            "new-tab",
            "next-tab",
            "previous-tab",
            "waiting-tab",
            "close-tab",
            *(f"tab-{number}" for number in range(1, 10)),
        ),
        "mending": ("repair",),
        "rows": ("open-place", "copy-block", "drop"),
    }
)
"""Which module of this folder has the function of which action."""

_MODULES: Mapping[str, str] = MappingProxyType({name: module for module, names in PLACES.items() for name in names})

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "mode": "next-mode",
        "resume": "sessions",
        "timeline": "timeline-screen",
        "top": "to-top",
        "end": "to-end",
        "close": "close-tab",
    }
)
"""Slash commands whose action has another name."""


def known(name: str) -> bool:
    """Whether there is such an action, or a slash command for one."""
    return ALIASES.get(name, name) in _MODULES


def act(name: str) -> Act:
    """The function of an action."""
    name = ALIASES.get(name, name)
    module = import_module(f"heartbit_tui.tui.acts.{_MODULES[name]}")
    if name.startswith("tab-"):
        return lambda app, _: module.tab(app, name.removeprefix("tab-"))
    return module.ACTS[name]


async def note(app: "HeartbitApp", text: str, put_back: Callable[[], None]) -> None:
    """Keep what the person noted; `put_back` where it could not be kept."""
    await import_module("heartbit_tui.tui.acts.remembering").note(app, text, put_back)


def letters(app: "HeartbitApp") -> "Letters":
    """The inbox that the session which is seen has to do with. Raises `HeartbitError` where there is none."""
    return import_module("heartbit_tui.tui.acts.joining").letters_of(app)


def joined(app: "HeartbitApp") -> bool:
    """Whether the session that is seen is a daemon's."""
    return import_module("heartbit_tui.tui.acts.joining").remote_of(app) is not None


def data_file(app: "HeartbitApp") -> Path:
    """This machine's data file."""
    return import_module("heartbit_tui.tui.acts.joining").data_file(app)


async def edit(app: "HeartbitApp", path: Path) -> str:
    """Let the person change a file that a session asks about; what went wrong, or empty."""
    return await import_module("heartbit_tui.tui.acts.pursuing").editing(app)(path)


def show(app: "HeartbitApp", call: str) -> None:
    """Show a call in the chat."""
    import_module("heartbit_tui.tui.acts.seen").show(app, call)


def wish(app: "HeartbitApp", message: Message) -> None:
    """Do what the reader asks for with a block."""
    app.start(import_module("heartbit_tui.tui.acts.rows").wished(app, message))


def warmed_up() -> Painter:
    """Load what most people soon need: the colours of code, and the lists. Takes long: call it in a thread."""
    import_module("heartbit_tui.tui.markdown.inline")
    import_module("heartbit_tui.providers.http").load()
    for name in PLACES:
        import_module(f"heartbit_tui.tui.acts.{name}")
    found = import_module("heartbit_tui.tui.markdown.syntax")
    return Painter(found.syntax, found.is_known, found.load)
