"""One line for a tool call: the argument that says most, and what came of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import cast

from heartbit_tui.kernel.messages import JsonObject

TELLING: Mapping[str, str] = MappingProxyType(
    {
        "bash": "command",
        "bash_output": "id",
        "kill_shell": "id",
        "read": "file_path",
        "write": "file_path",
        "edit": "file_path",
        "glob": "pattern",
        "grep": "pattern",
        "list": "path",
        "lsp": "symbol",
        "lsp_rename": "symbol",
        "webfetch": "url",
        "websearch": "query",
        "knowledge_search": "query",
        "skill": "name",
        "memory_store": "content",
        "memory_recall": "query",
        "memory_update": "content",
        "memory_forget": "id",
        "memory_consolidate": "content",
        "shared_memory_read": "query",
        "shared_memory_write": "content",
        "blackboard_read": "key",
        "blackboard_write": "key",
    }
)
"""Which argument tells most about a call."""

COUNTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "grep": ("match", "matches"),
        "glob": ("file", "files"),
        "list": ("entry", "entries"),
        "websearch": ("result", "results"),
        "memory_recall": ("memory", "memories"),
        "shared_memory_read": ("memory", "memories"),
        "knowledge_search": ("passage", "passages"),
    }
)
"""What a tool counts: one of it, and many."""

SILENT = frozenset({"todowrite", "todoread", "question", "patch"})
"""Tools whose arguments are shown in another way, or say nothing on one line."""

HANDING = frozenset({"delegate_task", "form_squad"})
"""Tools that hand tasks to agents."""

TAIL_LINES = 8
"""How much of a failed call's output is shown."""


def title(tool: str, input: JsonObject) -> str:
    """The argument that says most, or all of them as JSON."""
    if tool in SILENT or not input:
        return ""
    if tool in HANDING:
        return ", ".join(_agents(input.get("tasks")))
    told = input.get(TELLING.get(tool, ""))
    return told if isinstance(told, str) else json.dumps(dict(input), ensure_ascii=False)


def _agents(tasks: object) -> Iterator[str]:
    """Who gets tasks."""
    for task in cast("Sequence[object]", tasks) if isinstance(tasks, list | tuple) else ():
        match task:
            case {"agent": str(name)}:
                yield name
            case _:
                pass


def outcome(details: JsonObject, tool: str = "") -> str:
    """What the details of a result say in a word or two; `tool` says what it is that they count."""
    match details:
        case {"job": str(id)}:
            return _of_job(details, id)
        case {"agents": [*agents]}:
            return _of_agents(agents)
        case {"timed_out": True}:
            return "timed out"
        case {"exit_code": int(code)} if code:
            return f"exit {code}"
        case {"added": int(added), "removed": int(removed)}:
            return f"+{added} -{removed}"
        case {"lines": int(lines), "total": int(total)} if 0 < lines < total:
            return f"{lines} of {total} lines"
        case {"lines": int(lines)}:
            return f"{lines} line{'' if lines == 1 else 's'}"
        case _:
            return _counted(details, tool)


def _of_agents(agents: Sequence[object]) -> str:
    """How many tasks were done."""
    failed = sum(isinstance(each, Mapping) and cast("JsonObject", each).get("success") is False for each in agents)
    if failed:
        return f"{failed} of {len(agents)} failed"
    return f"{len(agents)} task{'' if len(agents) == 1 else 's'} done"


def _of_job(details: JsonObject, id: str) -> str:
    """That a command went into the background, or how it stands there."""
    match details:
        case {"running": True}:
            return "still runs"
        case {"running": False, "exit_code": int(code)}:
            return f"exit {code}"
        case {"running": False}:
            return "stopped"
        case _:
            return f"in the background as {id}"


def _counted(details: JsonObject, tool: str) -> str:
    """What came of asking, how much was found, or done."""
    one, many = COUNTED.get(tool, ("item", "items"))
    match details:
        case {"status": int(status)} if not 200 <= status < 300:
            return f"HTTP {status}"
        case {"bytes": int(size)}:
            return bytes_told(size)
        case {"count": int(count)}:
            return f"{count}{'+' if details.get('truncated') else ''} {one if count == 1 else many}"
        case {"results": int(count)} | {"todos": int(count)}:
            return f"{count} {one if count == 1 else many}"
        case {"answered": bool(answered)}:
            return "answered" if answered else "not answered"
        case _:
            return ""


def tail(output: str) -> str:
    """The last lines of an output."""
    lines = output.strip("\n").splitlines()
    left_out = len(lines) - TAIL_LINES
    kept = lines[-TAIL_LINES:]
    return "\n".join([f"… {left_out} lines before" if left_out > 1 else lines[0], *kept] if left_out > 0 else kept)


def span(milliseconds: int) -> str:
    """A duration as people say it: 12 ms, 2.1 s, 3 min 5 s."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def amount(count: int) -> str:
    """A large number as people say it: 950, 12.3k, 1.2M."""
    if count < 1000:
        return str(count)
    if count < 999_950:
        return f"{count / 1000:.1f}k"
    return f"{count / 1_000_000:.1f}M"


def bytes_told(size: int) -> str:
    """A size as people say it: 812 B, 12 kB, 3.4 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
