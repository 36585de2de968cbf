"""What a person's words name of servers: `@server:uri` for a text of theirs, `/mcp__server__prompt` for a prompt; pure."""

import re
import shlex
from collections.abc import Collection, Mapping, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.mcp.names import START, tool_names
from heartbit_tui.mcp.types import OfferedPrompt, Status

MOST = 8
"""Texts that one prompt can name."""

_RESOURCE = re.compile(r"(?<![^\s(\[{<,;'])@([^\s@:\"]+):([A-Za-z][A-Za-z0-9+.-]*:[^\s\"]+)")
_TRAILING = ".,;!?)]}>'`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A prompt of a server, with what is put into it."""

    server: str
    prompt: str
    arguments: Mapping[str, str]


def resources_in(text: str, servers: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The server and the address of each text that is named, each once."""
    found = ((at[1], at[2].rstrip(_TRAILING)) for at in _RESOURCE.finditer(text))
    return tuple(dict.fromkeys((server, uri) for server, uri in found if server in servers))[:MOST]


def prompt_in(text: str, statuses: Sequence[Status]) -> Wanted | None:
    """The prompt that a text begins with; None where it names none that there is."""
    if not text.startswith(f"/{START}"):
        return None
    name, _, rest = text[1:].partition(" ")
    for status in statuses:
        prompts = status.offer.prompts if status.offer else ()
        names = tool_names(status.name, [prompt.name for prompt in prompts])
        for prompt in prompts:
            if names.get(prompt.name) == name:
                return Wanted(server=status.name, prompt=prompt.name, arguments=arguments_of(prompt, rest))
    return None


def arguments_of(prompt: OfferedPrompt, rest: str) -> Mapping[str, str]:
    """What stands behind the name: `name=value`, or values in their order, of which the last takes the rest."""
    given: dict[str, str] = {}
    values: list[str] = []
    for word in _words(rest):
        name, sign, value = word.partition("=")
        if sign and name in prompt.arguments:
            given[name] = value
        else:
            values.append(word)
    open_names = [name for name in prompt.arguments if name not in given]
    for name in open_names[:-1]:
        if values:
            given[name] = values.pop(0)
    if open_names and values:
        given[open_names[-1]] = " ".join(values)
    return given


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
