"""Calls of tools as an editor shows them: what kind they are, what they are called, where they are at work; pure."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from acp.helpers import text_block, tool_content
from acp.schema import (
    ContentToolCallContent,
    FileEditToolCallContent,
    TerminalToolCallContent,
    ToolCallLocation,
    ToolKind,
)

from heartbit_tui.acp.diffs import edits
from heartbit_tui.client import titles
from heartbit_tui.client.visible import harmless, one_line
from heartbit_tui.kernel.messages import JsonObject, ToolCall

Piece: TypeAlias = ContentToolCallContent | FileEditToolCallContent | TerminalToolCallContent

KINDS: Mapping[str, ToolKind] = MappingProxyType(
    {
        **dict.fromkeys(("read", "list", "skill", "memory_recall", "shared_memory_read", "recall_context"), "read"),
        **dict.fromkeys(("write", "edit", "patch", "lsp_rename"), "edit"),
        **dict.fromkeys(("glob", "grep", "lsp", "knowledge_search", "tool_search"), "search"),
        **dict.fromkeys(("bash", "bash_output", "kill_shell"), "execute"),
        **dict.fromkeys(("webfetch", "websearch"), "fetch"),
        **dict.fromkeys(("todowrite", "todoread", "memory_store", "memory_update"), "think"),
    }
)
"""What is in none of these is `other`, as tools of servers are: what they do is not known."""

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "read": "Read",
        "write": "Write",
        "edit": "Edit",
        "patch": "Patch files",
        "list": "List",
        "glob": "Find files",
        "grep": "Search for",
        "webfetch": "Fetch",
        "websearch": "Search the web for",
        "question": "Ask",
        "skill": "Use the skill",
        "bash_output": "Look at the output of",
        "kill_shell": "Stop",
        "lsp": "Look up",
        "lsp_rename": "Rename",
    }
)

PLANNING = frozenset({"todowrite", "todoread"})
"""Tools whose effect is the plan, which is told by itself."""

LONGEST_TITLE = 200
SHOWN = 16_000
"""Characters of the end of an output that an editor is shown."""

_TICKS = re.compile(r"`{3,}")


def kind(tool: str) -> ToolKind:
    """The kind of a tool, by which clients choose an icon."""
    return KINDS.get(tool, "other")


def title(call: ToolCall) -> str:
    """A call in one line."""
    told = titles.title(call.name, call.input)
    if call.name == "bash":
        return one_line(told, LONGEST_TITLE) or "bash"
    return one_line(f"{VERBS.get(call.name, call.name)} {told}".strip(), LONGEST_TITLE)


def locations(input: JsonObject, cwd: str) -> list[ToolCallLocation]:
    """The file that a call is about, with its line where it begins further down."""
    path = next((input[key] for key in ("file_path", "path") if isinstance(input.get(key), str)), "")
    if not path or "\0" in path:
        return []
    offset = input.get("offset")
    line = offset if isinstance(offset, int) and offset > 0 else None
    return [ToolCallLocation(path=str(Path(cwd, path)), line=line)]


def changed(paths: Sequence[str]) -> list[ToolCallLocation]:
    """The files that a call has changed."""
    return [ToolCallLocation(path=path) for path in paths]


def preview(tool: str, text: str, cwd: str) -> list[Piece]:
    """What a call would do: its diff, or the words for it."""
    found: list[Piece] = list(edits(text, cwd)) if kind(tool) == "edit" else []
    return found or ([block(text)] if text.strip() else [])


def outcome(output: str, details: JsonObject, cwd: str) -> list[Piece]:
    """What came of a call: the changes that it made, and what it told beyond them."""
    diff = details.get("diff")
    found: list[Piece] = list(edits(diff, cwd)) if isinstance(diff, str) else []
    told = output.partition("\n\n")[2] if found else output  # the first part says of a change what its diff shows
    return [*found, block(told)] if told.strip() else found


def words(text: str) -> ContentToolCallContent:
    """A sentence or two."""
    return tool_content(text_block(harmless(text)))


def block(text: str) -> ContentToolCallContent:
    """Output as it was written, its end where it is long."""
    kept = harmless(text.strip("\n"))
    if len(kept) > SHOWN:
        kept = f"… {len(kept) - SHOWN:,} characters before\n{kept[-SHOWN:]}"
    fence = "`" * max((len(ticks) + 1 for ticks in _TICKS.findall(kept)), default=3)
    return tool_content(text_block(f"{fence}\n{kept}\n{fence}"))


def terminal(id: str) -> TerminalToolCallContent:
    """The place of a terminal that only shows; what is written there comes beside the updates of its call."""
    return TerminalToolCallContent(type="terminal", terminal_id=id)
