"""Tools of servers that a model finds when it looks for them, where telling it of all would fill its window."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from heartbit_tui.kernel.bases import Simple
from heartbit_tui.kernel.messages import JsonObject, Message, ToolCall, ToolResult
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, Tool, ToolSpec
from heartbit_tui.mcp.names import START

NAME = "tool_search"
SHARE = 0.05
"""The part of a model's window that the tools of servers may take."""

USUAL_WINDOW = 32_768
"""Tokens of a window that is not known."""

MOST = 8
"""Tools that one search tells of."""

_NAMED = re.compile(rf"^## ({re.escape(START)}[A-Za-z0-9_-]+)$", re.MULTILINE)
_WORD = re.compile(r"[a-z0-9]{2,}")
TAKES: JsonObject = MappingProxyType(
    {"query": {"type": "string", "description": "what the tool has to do, or its name"}}
)
NONE_FOUND = "No tool fits “{query}”. There are {count} tools, of the servers {servers}. Try other words, or the name of a server."
FOUND = "You can call these from now on, by these names:"


def offering(
    specs: Sequence[ToolSpec],
    messages: Sequence[Message],
    cost: Callable[[Iterable[ToolSpec]], int],
    window: int | None,
) -> tuple[ToolSpec, ...]:
    """The tools that a model is told of: all, or beside the built-in ones only those found or called, and the search."""
    outside = [spec for spec in specs if spec.name.startswith(START)]
    if cost(outside) <= SHARE * (window or USUAL_WINDOW):
        return tuple(spec for spec in specs if spec.name != NAME)
    known = found_in(messages)
    return tuple(spec for spec in specs if not spec.name.startswith(START) or spec.name in known)


def found_in(messages: Sequence[Message]) -> frozenset[str]:
    """The tools of servers that these messages tell of: those that were called, and those that a search found."""
    blocks = [block for message in messages for block in message.content]
    calls = [block for block in blocks if isinstance(block, ToolCall)]
    searches = frozenset(call.id for call in calls if call.name == NAME)
    told = (block.content for block in blocks if isinstance(block, ToolResult) and block.call_id in searches)
    return frozenset(name for text in told for name in _NAMED.findall(text)) | frozenset(call.name for call in calls)


def ranked(specs: Iterable[ToolSpec], query: str) -> tuple[ToolSpec, ...]:
    """The specs that fit best, the best first: an exact name alone, else those with most of the words."""
    known = tuple(specs)
    wanted = query.strip()
    if exact := tuple(spec for spec in known if spec.name == wanted):
        return exact
    words = frozenset(_WORD.findall(query.lower().replace("_", " ")))
    scored = [(_score(spec, words), spec) for spec in known]
    return tuple(spec for score, spec in sorted(scored, key=lambda pair: -pair[0]) if score)[:MOST]


def _score(spec: ToolSpec, words: frozenset[str]) -> float:
    """How many of the words are in the name, counted thrice, in the description, and in what the tool takes."""
    name = spec.name.lower().replace("_", " ")
    told, takes = spec.description.lower(), json.dumps(spec.input_schema).lower()
    return sum(3.0 * (word in name) + 1.0 * (word in told) + 0.3 * (word in takes) for word in words)


class ToolSearch(Simple):
    """The tool that finds tools."""

    def __init__(self, tools: Callable[[], Sequence[Tool]]) -> None:
        self._tools = tools
        text = Path(__file__).with_name(f"{NAME}.md").read_text(encoding="utf-8").strip()
        schema: JsonObject = {"type": "object", "properties": dict(TAKES), "required": ["query"]}
        super().__init__(ToolSpec(name=NAME, description=text, input_schema=schema), Effects.NONE)

    def check(self, input: JsonObject) -> str:
        query = input.get("query")
        return "" if isinstance(query, str) and query.strip() else "query: say in a few words what the tool has to do."

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        query = str(input["query"])
        specs = [tool.spec for tool in self._tools()]
        found = ranked(specs, query)
        if not found:
            servers = sorted({spec.name.removeprefix(START).partition("__")[0] for spec in specs})
            return Output(
                content=NONE_FOUND.format(query=query, count=len(specs), servers=", ".join(servers) or "none")
            )
        return Output(content="\n\n".join((FOUND, *map(_told, found))))


def _told(spec: ToolSpec) -> str:
    return f"## {spec.name}\n{spec.description}\nInput: {json.dumps(spec.input_schema, ensure_ascii=False)}"
