"""What servers of tools have ready for a person: prompts as commands, texts and pictures by their address."""

from collections.abc import Sequence

from heartbit_tui.client.commands import Command
from heartbit_tui.client.serving import DOWN, LEFT_OUT, Address
from heartbit_tui.mcp.names import tool_names
from heartbit_tui.mcp.tools import visible
from heartbit_tui.mcp.types import OfferedPrompt, OfferedResource, Status


def prompts(statuses: Sequence[Status]) -> tuple[Command, ...]:
    """The prompts of servers as commands, `/mcp__SERVER__PROMPT`."""
    found: list[Command] = []
    for status in statuses:
        offered = status.offer.prompts if status.offer and status.phase not in LEFT_OUT | DOWN else ()
        names = tool_names(status.name, [prompt.name for prompt in offered])
        found += [_command(names[each.name], status.name, each) for each in offered if each.name in names]
    return tuple(found)


def addresses(statuses: Sequence[Status]) -> tuple[Address, ...]:
    """The texts and pictures of servers, `@SERVER:URI`; of those with gaps what stands before the first one."""
    usable = (status for status in statuses if status.offer and status.phase not in LEFT_OUT | DOWN)
    return tuple(
        _address(status.name, each)
        for status in usable
        for each in (status.offer.resources if status.offer else ())
        if not any(sign.isspace() or sign == '"' for sign in each.uri)
    )


def _command(name: str, server: str, prompt: OfferedPrompt) -> Command:
    takes = " ".join(each if each in prompt.required else f"[{each}]" for each in map(visible, prompt.arguments))
    does = _line(prompt.description) or f"a prompt of the MCP server “{visible(server)}”"
    return Command(name=name, does=does, takes=takes)


def _address(server: str, resource: OfferedResource) -> Address:
    known, gap, _ = resource.uri.partition("{")
    does = _line(resource.description if resource.description else resource.name)
    return Address(text=f"{server}:{known}", does=does, open=bool(gap))


def _line(text: str) -> str:
    return " ".join(visible(text).split())[:120]
