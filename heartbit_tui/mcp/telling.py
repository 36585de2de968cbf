"""How servers stand, in words for a person; pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.mcp.names import tool_names
from heartbit_tui.mcp.tools import visible
from heartbit_tui.mcp.types import Json, Phase, Status

WORDS: Mapping[Phase, str] = MappingProxyType(
    {
        "waiting": "not connected yet",
        "connecting": "connecting",
        "ready": "connected",
        "failed": "not there",
        "off": "switched off",
        "unapproved": "waits for your word",
        "refused": "refused",
        "faulty": "cannot be used",
    }
)


def state(status: Status) -> str:
    """How it stands, in a word or two."""
    return WORDS[status.phase]


def offered(status: Status) -> str:
    """How much it offers, or offered when it was reached last; empty where that is not known."""
    offer = status.offer
    if offer is None:
        return ""
    counts = ((len(offer.tools), "tool"), (len(offer.prompts), "prompt"), (len(offer.resources), "resource"))
    said = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)
    held = f", {len(status.withheld)} withheld" if status.withheld else ""
    return (said or "nothing") + held


def facts(status: Status) -> Iterator[tuple[str, str]]:
    """All that is known of it, by name."""
    offer = status.offer
    yield "state", state(status)
    if status.told:
        yield "why", visible(status.told)
    if status.way:
        yield "runs" if "://" not in status.way.partition(" ")[0] else "at", visible(status.way)
    yield "defined", status.origin.where
    if status.log and status.phase in ("failed", "ready"):
        yield "log", status.log
    if offer is not None:
        yield "server", visible(" ".join(filter(None, (offer.title, offer.version))))
        yield "protocol", offer.protocol
        names = tool_names(status.name, [tool.name for tool in offer.tools])
        for tool in offer.tools:
            mark = " (changed, withheld)" if tool.name in status.withheld else ""
            yield "tool", f"{names.get(tool.name, tool.name)}{mark}: {visible(_line(tool.description))}"
        named = tool_names(status.name, [prompt.name for prompt in offer.prompts])
        for prompt in offer.prompts:
            takes = " ".join(argument.upper() for argument in prompt.arguments)
            usage = f"/{named.get(prompt.name, prompt.name)} {takes}".rstrip()
            yield "prompt", visible(f"{usage}: {_line(prompt.description)}")
        for resource in offer.resources:
            yield "resource", visible(f"@{status.name}:{resource.uri} {_line(resource.description or resource.name)}")
    if status.withheld:
        yield "withheld", ", ".join(map(visible, status.withheld))


def as_json(status: Status) -> dict[str, Json]:
    """The same for programs."""
    offer = status.offer
    return {
        "name": status.name,
        "status": status.phase,
        "told": status.told,
        "way": status.way,
        "defined": status.origin.where,
        "project": status.origin.project,
        "tools": [tool.name for tool in offer.tools] if offer else [],
        "prompts": [prompt.name for prompt in offer.prompts] if offer else [],
        "resources": [resource.uri for resource in offer.resources] if offer else [],
        "withheld": list(status.withheld),
    }


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
