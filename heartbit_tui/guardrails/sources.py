"""Where a tool's text comes from, told by the tool's name."""

from types import MappingProxyType
from typing import Literal, TypeAlias, cast

Source: TypeAlias = Literal["file", "web", "mcp", "memory", "mail", "command", "tool", "model"]
"""`tool` is any other tool, `model` the answer of a model."""

SOURCES: tuple[Source, ...] = ("file", "web", "mcp", "memory", "mail", "command", "tool", "model")

MAIL_TOOLS = ("get_message", "search_messages", "list_messages")
"""Tools that read mail; a gateway puts its own name and `_` in front."""

_BY_NAME = MappingProxyType(
    {
        **dict.fromkeys(("read", "grep", "glob", "list", "lsp"), "file"),
        **dict.fromkeys(("webfetch", "websearch"), "web"),
        **dict.fromkeys(("bash", "bash_output", "kill_shell"), "command"),
    }
)
_BY_START = (
    ("mcp_", "mcp"),
    ("a2a_", "mcp"),
    ("memory_", "memory"),
    ("shared_memory_", "memory"),
    ("knowledge_", "memory"),
)


def source_of(tool: str) -> Source:
    """The source of what a tool of this name tells."""
    if is_one_of(tool, MAIL_TOOLS):
        return "mail"
    started = (kind for start, kind in _BY_START if tool.startswith(start))
    return cast("Source", _BY_NAME.get(tool) or next(started, "tool"))


def is_one_of(tool: str, names: tuple[str, ...]) -> bool:
    """Whether a tool has one of these names, bare or behind a gateway's name."""
    return any(tool == name or tool.endswith(f"_{name}") for name in names)
