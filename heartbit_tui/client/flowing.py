"""A workflow started by a person, and the list of those that there are; the same on every surface."""

from heartbit_tui.client.types import About
from heartbit_tui.client.visible import one_line
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Prompt

NONE = "No workflow is defined. `[[workflows]]` in the settings defines one."
HOW = "/workflow NAME TEXT does one of them."
UNKNOWN = "There is no workflow “{name}”. /workflow lists them."


def listed(about: About) -> str:
    """The workflows, one a line."""
    if not about.workflows:
        return NONE
    width = max(len(each.name) for each in about.workflows)
    rows = (one_line(f"{each.name:<{width}}  {each.description}", 160).rstrip() for each in about.workflows)
    return "\n".join((*rows, HOW))


def prompt(argument: str, about: About) -> Prompt | str:
    """The prompt for `NAME TEXT`, or the sentence for a name that there is not."""
    name, _, text = argument.partition(" ")
    if name not in {each.name for each in about.workflows}:
        return UNKNOWN.format(name=one_line(name, 80))
    return Prompt(content=(Text(text=text.strip()),), workflow=name)
