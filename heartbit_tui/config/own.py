"""What holds for one agent: its own settings laid over those of all, so that it is built like every other one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from heartbit_tui.config import tree
from heartbit_tui.config.entry import Entry
from heartbit_tui.config.keys import Path, undotted
from heartbit_tui.config.settings import Config

SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "summarize_threshold": "context.summarize_threshold",
        "tool_timeout_seconds": "limits.tool_timeout",
        "max_tool_output_bytes": "limits.max_tool_output_bytes",
        "max_turns": "limits.max_turns",
        "max_tokens": "limits.max_output_tokens",
        "run_timeout_seconds": "limits.run_timeout",
        "reasoning_effort": "provider.effort",
        "enable_reflection": "context.reflection",
        "tool_output_compression_threshold": "context.tool_output_compression_threshold",
        "max_tools_per_turn": "tools.max_per_turn",
        "tool_profile": "tools.profile",
        "max_identical_tool_calls": "limits.max_identical_tool_calls",
        "recursive_summarization": "context.recursive_summarization",
        "max_total_tokens": "limits.max_total_tokens",
        "session_prune.keep_recent_n": "context.session_prune_keep_recent_n",
        "session_prune.pruned_tool_result_max_bytes": "context.session_prune_max_bytes",
        "session_prune.preserve_task": "context.session_prune_preserve_task",
    }
)
"""Where a key of `[[agents]]` stands for all agents; one that is not named here and has no table of `TABLES` is its own."""

TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {"context_strategy": "orchestrator.context_strategy", "provider": "provider", "guardrails": "guardrails"}
)
"""Tables of an agent that take the place of a whole table."""

PRUNES: Final = "context.session_prune"
KEPT: Final = ("retry", "timeouts", "effort", "cache_ttl", "script")
"""What an agent's own provider shares with everybody's."""


def of_agent(config: Config, number: int) -> Config:
    """The configuration as it is for entry `number` of `[[agents]]`.

    What a higher layer sets for all, such as a flag, counts more than what a file sets for one.
    """
    own = {entry.path[2:]: entry for entry in config.entries.values() if entry.path[:2] == ("agents", number)}
    entries = dict(config.entries)
    for table in {str(path[0]) for path in own} & set(TABLES):
        entries = {place: each for place, each in entries.items() if not _replaced(place, each, table, own)}
    for place, entry in _placed(own):
        general = entries.get(place)
        if general is None or entry.source.layer >= general.source.layer:
            entries[place] = entry
    return replace(config, entries=MappingProxyType(entries))


def _replaced(place: Path, entry: Entry, table: str, own: Mapping[Path, Entry]) -> bool:
    """Whether an entry for all stands in a table that an agent has for itself, from no higher layer."""
    above = undotted(TABLES[table])
    if place[: len(above)] != above or (table == "provider" and place[1:2] and place[1] in KEPT):
        return False
    return entry.source.layer <= max(each.source.layer for path, each in own.items() if path[0] == table)


def _placed(own: Mapping[Path, Entry]) -> Iterator[tuple[Path, Entry]]:
    """An agent's entries at the places where those of all stand."""
    for path, entry in own.items():
        place = _place(path)
        key = tree.key_at(place) if place else None
        if key is not None:
            yield place, replace(entry, path=place, key=key)
        if path[0] == "session_prune" and (switch := tree.key_at(undotted(PRUNES))) is not None:
            yield undotted(PRUNES), replace(entry, path=undotted(PRUNES), key=switch, value=True)


def _place(path: Path) -> Path:
    if (table := TABLES.get(str(path[0]))) is not None:
        return (*undotted(table), *path[1:])
    general = SPELLINGS.get(".".join(map(str, path)))
    return undotted(general) if general else ()
