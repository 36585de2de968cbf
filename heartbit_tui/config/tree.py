"""Every key that the configuration may have, and which of them this release acts on."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from types import MappingProxyType

from heartbit_tui.config import agent_keys, daemon_keys, evolution_keys, team_keys
from heartbit_tui.config.keys import ANY, ELEMENT, Key, Path
from heartbit_tui.kernel.dataclass import dataclass

BUILT = frozenset(
    {
        "providers",
        "cascade",
        "skills",
        "hooks",
        "limits",
        "tools",
        "permissions",
        "guardrails",
        "context",
        "instructions",
        "sessions",
        "log",
        "conversation",
        "screen",
        "sandbox",
        "trust_budget",
        "memory",
        "knowledge",
        "embedding",
        "undo",
        "lsp",
        "mcp",
        "plugins",
        "a2a",
        "agents",
        "workflows",
        "exchange",
        "telemetry",
        "client",
        "daemon",
        "workspace",
        "heartbeats",
        "evolution",
        "goals",
    }
)
"""The capabilities of this release; a key of any other one is known and has no effect yet."""

SECTIONS = ("provider", "orchestrator", "agents", "knowledge", "daemon")
"""The order in which problems are reported; sections that are not named come last."""

TABLES: Mapping[str, Callable[[], tuple[Key, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(("provider", "providers", "pricing"), agent_keys.provider),
        "limits": agent_keys.limits,
        "tools": agent_keys.tools,
        **dict.fromkeys(("mode", "permissions", "workspace", "sandbox", "auto", "guardrails"), agent_keys.permissions),
        **dict.fromkeys(("context", "sessions"), agent_keys.context),
        "judge": agent_keys.judging,
        **dict.fromkeys(("memory", "knowledge"), agent_keys.memory),
        **dict.fromkeys(("lsp", "mcp", "mcp_servers", "mcpServers", "a2a_agents"), agent_keys.reach),
        **dict.fromkeys(("hooks", "skills", "undo"), agent_keys.reach),
        "plugins": agent_keys.plugins,
        **dict.fromkeys(("orchestrator", "agents"), team_keys.team),
        "workflows": team_keys.workflows,
        **dict.fromkeys(("telemetry", "log"), team_keys.telling),
        **dict.fromkeys(("ui", "editor", "status_line", "commands"), team_keys.screen),
        **dict.fromkeys(("daemon", "restate", "client"), daemon_keys.daemon),
        **dict.fromkeys(("heartbeat", "evolution"), evolution_keys.evolution),
    }
)
"""The function that knows the keys below each name of the top level; called when the name is first used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One place of the tree: a key, a table of further places, or an array of them."""

    key: Key | None = None
    below: Mapping[str, "Node"] = field(default_factory=lambda: MappingProxyType({}))

    def child(self, part: str | int) -> "Node | None":
        """The place one step further down; the elements of an array are all alike."""
        if isinstance(part, int):
            return self.below.get(ELEMENT)
        return self.below.get(part) or self.below.get(ANY)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that may stand here."""
        return tuple(name for name in self.below if name not in (ELEMENT, ANY))


ROOT = Node(below=MappingProxyType(dict.fromkeys(TABLES, Node())))
"""The top of the tree, where only names stand; `node_at` looks below them."""


@cache
def every() -> tuple[Key, ...]:
    """All keys."""
    return tuple(key for table in dict.fromkeys(TABLES.values()) for key in _keys(table))


def key_at(path: Path) -> Key | None:
    """The key at a place, or None where none may stand."""
    node = node_at(path)
    return node.key if node else None


def node_at(path: Path) -> Node | None:
    """The place in the tree, or None where nothing may stand."""
    if not path:
        return ROOT
    table = TABLES.get(str(path[0]))
    node = _nodes(table).below[str(path[0])] if table else None
    for part in path[1:]:
        node = node.child(part) if node else None
    return node


def nearest(name: str, node: Node) -> str:
    """The name at this place that is most like a wrong one, or empty."""
    return closest(name.replace("-", "_"), node.names)


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like another one; empty where none is like it."""
    found = difflib.get_close_matches(name.lower(), tuple(known), n=1, cutoff=0.7)
    return found[0] if found else ""


def elsewhere(name: str) -> str:
    """A key of this very name in another table, or empty."""
    return next((key.pattern for key in every() if key.parts[-1] == name and key.single), "")


def singles(section: str = "") -> Iterator[Key]:
    """The keys that stand at one place, spelt as they are shown; of one name of the top level where that is given."""
    keys = _keys(TABLES[section]) if section in TABLES else every()
    return (key for key in keys if key.single and not key.same_as)


def rank(path: Path) -> tuple[int, int]:
    """Where the problems of a place stand in the report: the models before the sensors before the daemon."""
    section = str(path[0]) if path else ""
    place = SECTIONS.index(section) if section in SECTIONS else len(SECTIONS)
    inner = str(path[1]) if len(path) > 1 else ""
    return place, {"cascade": 1, "retry": 2}.get(inner, 0) + (inner != "sensors" and section == "daemon")


@cache
def _keys(table: Callable[[], tuple[Key, ...]]) -> tuple[Key, ...]:
    return table()


@cache
def _nodes(table: Callable[[], tuple[Key, ...]]) -> Node:
    return _node(tuple((key.parts, key) for key in _keys(table)))


def _node(keys: tuple[tuple[tuple[str, ...], Key], ...]) -> Node:
    branches: dict[str, list[tuple[tuple[str, ...], Key]]] = {}
    leaf = None
    for parts, key in keys:
        if parts:
            branches.setdefault(parts[0], []).append((parts[1:], key))
        else:
            leaf = key
    below = {name: _node(tuple(inner)) for name, inner in branches.items()}
    return Node(key=leaf, below=MappingProxyType(below))
