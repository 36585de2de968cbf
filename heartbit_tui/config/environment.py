"""Environment variables that set keys, under the names that the seed gave them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.config import tree
from heartbit_tui.config.entry import Entry, Layer, Problem, Source
from heartbit_tui.config.keys import Key, Path, Value, undotted

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "HEARTBIT_PROVIDER": "provider.name",
        "HEARTBIT_MODEL": "provider.model",
        "HEARTBIT_PROMPT_CACHING": "provider.prompt_caching",
        "HEARTBIT_REASONING_EFFORT": "provider.effort",
        "ANTHROPIC_BASE_URL": "providers.anthropic.base_url",
        "OPENAI_BASE_URL": "providers.openai.base_url",
        "OPENROUTER_BASE_URL": "providers.openrouter.base_url",
        "HEARTBIT_MAX_TURNS": "limits.max_turns",
        "HEARTBIT_MAX_TOOL_OUTPUT_BYTES": "limits.max_tool_output_bytes",
        "HEARTBIT_TOOL_TIMEOUT": "limits.tool_timeout",
        "HEARTBIT_MAX_IDENTICAL_TOOL_CALLS": "limits.max_identical_tool_calls",
        "HEARTBIT_SANDBOX": "sandbox.enabled",
        "HEARTBIT_TOOL_PROFILE": "tools.profile",
        "HEARTBIT_MAX_TOOLS_PER_TURN": "tools.max_per_turn",
        "EXA_API_KEY": "tools.websearch.api_key",
        "HEARTBIT_SUMMARIZE_THRESHOLD": "context.summarize_threshold",
        "HEARTBIT_RECURSIVE_SUMMARIZATION": "context.recursive_summarization",
        "HEARTBIT_COMPRESSION_THRESHOLD": "context.tool_output_compression_threshold",
        "HEARTBIT_SESSION_PRUNE": "context.session_prune",
        "HEARTBIT_ENABLE_REFLECTION": "context.reflection",
        "HEARTBIT_REFLECTION_THRESHOLD": "memory.reflection_threshold",
        "HEARTBIT_CONSOLIDATE_ON_EXIT": "memory.consolidate_on_exit",
        "HEARTBIT_MEMORY": "memory.type",
        "HEARTBIT_MCP_SERVERS": "mcp_servers",
        "HEARTBIT_A2A_AGENTS": "a2a_agents",
        "HEARTBIT_LSP_ENABLED": "lsp.enabled",
        "HEARTBIT_ROUTING": "orchestrator.routing",
        "HEARTBIT_TELEGRAM_TOKEN": "daemon.telegram.token",
        "HEARTBIT_OBSERVABILITY": "telemetry.observability_mode",
        "HEARTBIT_LOG": "log.level",
    }
)
LENIENT = frozenset({"HEARTBIT_ROUTING"})
"""Variables whose unknown values are told and ignored, as the seed did."""

OTHERS = frozenset({"HEARTBIT_HOME", "HEARTBIT_API_KEY"})
"""Variables that others read."""

PREFIX = "HEARTBIT_"
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})
SPELLINGS: Mapping[str, str] = MappingProxyType(
    {"prod": "production", "analyze": "analysis", "dbg": "debug", "warn": "warning", "trace": "debug"}
)
POSTGRES = ("postgres://", "postgresql://")


def entries_from(environment: Mapping[str, str]) -> Iterator[Entry | Problem]:
    """An entry for each variable that sets a key; an empty one sets nothing but a switch, to off."""
    for name in VARIABLES.keys() & environment.keys():
        path = undotted(VARIABLES[name])
        key = tree.key_at(path)
        source = Source(layer=Layer.ENVIRONMENT, name=f"environment {name}")
        text = environment[name].strip()
        if key is None or (not text and key.kind != "boolean") or _is_ignored(name, text, key):
            continue
        if name == "HEARTBIT_MEMORY" and text.startswith(POSTGRES):
            yield from _database(text, source)
        else:
            yield entry_from(text, key, path, source)


def entry_from(text: str, key: Key, path: Path, source: Source) -> Entry | Problem:
    """The entry that a text sets, read as the key's type wants it."""
    value = read_text(text, key)
    if value is not None:
        return Entry(path=path, key=key, value=value, source=source)
    wanted = "1, true, yes, on, 0, false, no or off" if key.kind == "boolean" else f"a {_NAMES[key.kind]}"
    return Problem(path=path, text=f"{text!r} is not understood; write {wanted}.", source=source)


def read_text(text: str, key: Key) -> Value:
    """The value that a text stands for, or None where it stands for none of the key's type."""
    match key.kind:
        case "boolean":
            word = text.strip().lower()
            return True if word in TRUE else False if word in FALSE else None
        case "integer" | "number":
            return _number(text, whole=key.kind == "integer")
        case "strings" | "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        case "string":
            word = text.lower()
            return SPELLINGS.get(word, word) if key.choices else text
        case "table":
            return None


def likely_typos(environment: Mapping[str, str]) -> Iterator[str]:
    """A warning for each HEARTBIT_ variable that nobody reads, or whose value is not known and does not matter."""
    for name in sorted(LENIENT & environment.keys()):
        key = tree.key_at(undotted(VARIABLES[name]))
        if key is not None and _is_ignored(name, environment[name].strip(), key):
            yield f"environment {name}: {environment[name]!r} is not one of {', '.join(key.choices)}; it is ignored."
    strange = [name for name in environment if name.startswith(PREFIX) and name not in VARIABLES.keys() | OTHERS]
    for name in strange:
        known = (other.removeprefix(PREFIX).lower() for other in (*VARIABLES, *OTHERS))
        if near := tree.closest(name.removeprefix(PREFIX), known):
            yield f"environment {name}: no such variable is read. Did you mean {PREFIX}{near.upper()}?"


_NAMES: Mapping[str, str] = MappingProxyType({"integer": "whole number", "number": "number", "table": "table"})


def _is_ignored(name: str, text: str, key: Key) -> bool:
    return name in LENIENT and bool(text) and read_text(text, key) not in key.choices


def _database(text: str, source: Source) -> Iterator[Entry]:
    for name, value in (("memory.type", "postgres"), ("memory.database_url", text)):
        path = undotted(name)
        if key := tree.key_at(path):
            yield Entry(path=path, key=key, value=value, source=source)


def _number(text: str, *, whole: bool) -> Value:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return None
