"""Rules of other agents become rules of heartbit's."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from heartbit_tui.peers.gathering import Gathered

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "bash": "bash",
        "shell": "bash",
        "shelltool": "bash",
        "run_shell_command": "bash",
        "read": "read",
        "read_file": "read",
        "readfiletool": "read",
        "read_many_files": "read",
        "edit": "edit",
        "multiedit": "edit",
        "notebookedit": "edit",
        "replace": "edit",
        "edittool": "edit",
        "search_replace": "edit",
        "write": "write",
        "write_file": "write",
        "writefiletool": "write",
        "patch": "patch",
        "glob": "glob",
        "grep": "grep",
        "search_file_content": "grep",
        "ls": "list",
        "list": "list",
        "list_directory": "list",
        "webfetch": "webfetch",
        "web_fetch": "webfetch",
        "websearch": "websearch",
        "web_search": "websearch",
        "google_web_search": "websearch",
        "todowrite": "todowrite",
        "todo": "todowrite",
        "todoread": "todoread",
        "question": "question",
        "askuserquestion": "question",
        "skill": "skill",
        "lsp": "lsp",
    }
)
"""What tools of other agents are called here, lower case."""

RULE = re.compile(r"([A-Za-z0-9_.*-]+)(?:\((.*)\))?", re.DOTALL)
NO_TOOL = "heartbit has no tool {name}."
ODD = "it is no rule of the form Tool(pattern)."


def own_name(name: str) -> str:
    """What a tool is called here; empty for one that heartbit has not."""
    if name == "*":
        return "*"
    if name.startswith("mcp__"):
        return name if name.count("__") > 1 else f"{name}__*"
    return NAMES.get(name.lower(), "")


def give(gathered: Gathered, ruling: str, text: str, source: str, *, private: bool = False) -> None:
    """Tell of a rule such as `Bash(git status)`."""
    shape = RULE.fullmatch(text.strip())
    if shape is None:
        gathered.leave(text[:80], source, ODD, "rule")
        return
    tool, pattern = own_name(shape[1]), shape[2]
    if not tool:
        gathered.leave(text[:80], source, NO_TOOL.format(name=shape[1]), "rule")
        return
    if gathered.looked.secret(text):
        gathered.leave(shape[1], source, "it holds what looks like a key or a password.", "rule")
        return
    rule = tool if pattern in (None, "", "*", "**") else f"{tool}({pattern})"
    gathered.add("rule", rule, source, ruling, private=private)


def all_of(gathered: Gathered, ruling: str, texts: Iterable[str], source: str, *, private: bool = False) -> None:
    """Tell of several."""
    for text in dict.fromkeys(texts):
        give(gathered, ruling, text, source, private=private)
