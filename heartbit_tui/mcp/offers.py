"""What a server offers, bounded, as JSON to be kept, and as a digest for each tool."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TypeVar, cast

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.mcp.types import Json, Offer, OfferedPrompt, OfferedResource, OfferedTool

MOST_TOOLS = 1_000
"""Tools of one server that are kept; a server with more is broken or hostile."""

MOST_OTHERS = 2_000
MOST_DESCRIPTION = 4_096
"""Characters of a description that are kept."""

MOST_SCHEMA = 65_536
"""Characters of a schema, as JSON, beyond which a tool is offered as taking anything."""

T = TypeVar("T")


def bounded(offer: Offer) -> Offer:
    """The offer without what is too much of it."""
    tools, prompts, resources = (
        _first(offer.tools, MOST_TOOLS),
        offer.prompts[:MOST_OTHERS],
        offer.resources[:MOST_OTHERS],
    )
    return Offer(
        title=offer.title[:200],
        version=offer.version[:100],
        protocol=offer.protocol,
        instructions=offer.instructions[:MOST_DESCRIPTION],
        tools=tuple(map(_bounded, tools)),
        prompts=tuple(prompts),
        resources=tuple(resources),
        left_out=offer.left_out + len(offer.tools) - len(tools),
    )


def digest_of(tool: OfferedTool) -> str:
    """What changes with anything that a model is told of the tool."""
    text = json.dumps([tool.description, tool.schema, tool.reads], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def written(offer: Offer) -> JsonObject:
    """The offer as JSON."""
    return {
        **{name: getattr(offer, name) for name in ("title", "version", "protocol", "instructions", "left_out")},
        "tools": [asdict(tool) for tool in offer.tools],
        "prompts": [asdict(prompt) for prompt in offer.prompts],
        "resources": [asdict(resource) for resource in offer.resources],
    }


def read(value: Json) -> Offer:
    """The offer of `written`. Raises `ValueError`, `TypeError` or `KeyError` for anything else."""
    table = cast("dict[str, Json]", value)
    return Offer(
        title=str(table["title"]),
        version=str(table["version"]),
        protocol=str(table["protocol"]),
        instructions=str(table["instructions"]),
        left_out=int(table["left_out"]),
        tools=tuple(OfferedTool(**each) for each in table["tools"]),
        prompts=tuple(map(_prompt, table["prompts"])),
        resources=tuple(OfferedResource(**each) for each in table["resources"]),
    )


def _first(tools: Sequence[OfferedTool], most: int) -> tuple[OfferedTool, ...]:
    """The first tools, each name once."""
    return tuple({tool.name: tool for tool in reversed(tools) if tool.name}.values())[::-1][:most]


def _bounded(tool: OfferedTool) -> OfferedTool:
    return OfferedTool(
        name=tool.name,
        description=tool.description[:MOST_DESCRIPTION],
        schema=_usable(tool.schema),
        reads=tool.reads,
    )


def _usable(schema: JsonObject) -> JsonObject:
    """The schema as every model service takes it: of an object, and of a size that can be sent."""
    try:
        size = len(json.dumps(schema))
    except (ValueError, RecursionError):
        return {"type": "object"}
    if size > MOST_SCHEMA:
        return {"type": "object"}
    return schema if schema.get("type") == "object" else {**schema, "type": "object"}


def _prompt(value: Json) -> OfferedPrompt:
    table = cast("dict[str, Json]", value)
    return OfferedPrompt(
        name=table["name"],
        description=table["description"],
        arguments=tuple(table["arguments"]),
        required=tuple(table["required"]),
    )
