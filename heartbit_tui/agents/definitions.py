"""Agents as people define them: in the settings, or as a Markdown file with a table at its head."""

from collections.abc import Sequence
from pathlib import Path

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills.frontmatter import read
from heartbit_tui.skills.types import Value

NO_NAME = "It has no name."
NO_DESCRIPTION = "It has no description, so nobody could know what to give it."
NO_PROMPT = "It says nothing below its table, so the agent would not know what it is."
INHERITED = frozenset({"", "inherit", "sonnet", "opus", "haiku"})
"""What a file writes for the model of whoever hands out the task; short names of another program's models say no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One agent that can be given tasks.

    `number` is its place in `[[agents]]`, None for one of a file. `tools` are the names of all that it may use, empty for
    all that there are. `model` is empty for the session's own. `source` tells where it stands. One that `leads` can hand
    out tasks itself.
    """

    name: str
    description: str
    prompt: str
    source: str
    number: int | None = None
    tools: tuple[str, ...] = ()
    model: str = ""
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A file that defines no agent, and why."""

    file: Path
    reason: str


def of_file(text: str, file: Path) -> Definition | Withheld:
    """The agent in the text of a Markdown file: `name`, `description`, `tools` and `model` above, its prompt below."""
    found = read(text)
    name, description = _words(found.table.get("name")) or file.stem, _words(found.table.get("description"))
    faults = (found.fault, "" if name else NO_NAME, "" if description else NO_DESCRIPTION)
    reason = next(filter(None, (*faults, "" if found.body.strip() else NO_PROMPT)), "")
    if reason:
        return Withheld(file=file, reason=reason)
    model = _words(found.table.get("model"))
    return Definition(
        name=name,
        description=description,
        prompt=found.body.strip(),
        source=str(file),
        tools=tuple(tool.lower() for tool in _listed(found.table.get("tools"))),
        model="" if model in INHERITED else model,
    )


def _words(value: Value | None) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _listed(value: Value | None) -> Sequence[str]:
    """Names of a list, or with commas or blanks between them."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(each) for each in value] if isinstance(value, Sequence) else ()
