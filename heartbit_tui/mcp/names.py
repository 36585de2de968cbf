"""What tools, servers and prompts are called towards a model: no name can be that of a built-in tool."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence

START = "mcp__"
MOST = 64
"""Characters that every provider takes in the name of a tool."""

_SERVER_MOST = 24
_HASH = 6
_STRANGE = re.compile(r"[^A-Za-z0-9_-]+")


def plain(name: str) -> str:
    """The name with all other signs than letters, digits, `_` and `-` of ASCII as one `_`, which ends nothing."""
    return _STRANGE.sub("_", name).strip("_") or "x"


def prefix(server: str) -> str:
    """How the names of all tools of a server begin."""
    name = re.sub("__+", "_", plain(server))
    return f"{START}{_cut(name, server, _SERVER_MOST)}__"


def tool_names(server: str, tools: Sequence[str]) -> Mapping[str, str]:
    """The name of each tool of a server towards a model; no two are alike, and the first of a name has it."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    begin = prefix(server)
    alike = Counter(plain(tool) for tool in set(tools))
    for tool in tools:
        name = plain(tool)
        if alike[name] > 1 and name != tool:
            name = f"{name}_{_mark(tool)}"
        full = begin + _cut(name, tool, MOST - len(begin))
        if tool not in given and full not in taken:
            given[tool] = full
            taken.add(full)
    return given


def _cut(name: str, whole: str, most: int) -> str:
    """The name, or as much of it as leaves room for what tells it from others that begin alike."""
    if len(name) <= most:
        return name
    return f"{name[: most - _HASH - 1].rstrip('_')}_{_mark(whole)}"


def _mark(whole: str) -> str:
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
