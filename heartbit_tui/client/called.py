"""Skills and commands of files, as a person calls them: by a slash and their name."""

from typing import TYPE_CHECKING

from heartbit_tui.client.commands import COMMANDS, Command, named

if TYPE_CHECKING:
    from heartbit_tui.skills.types import Catalogue

SKILL = "skill:"
"""Stands before a skill's name where heartbit has a command of that name."""


def called(catalogue: "Catalogue") -> tuple[Command, ...]:
    """All that may be called, by name; what has the name of one of heartbit's commands is a skill with `skill:` before it."""
    taken = named(COMMANDS)
    skills = {skill.name for skill in catalogue.skills}
    found: list[Command] = []
    for each in catalogue.for_people:
        hidden = each.name in taken
        if hidden and each.name not in skills:
            continue
        name = f"{SKILL}{each.name}" if hidden else each.name
        found.append(Command(name=name, does=each.description, takes=_takes(each.hint)))
    return tuple(found)


def names(catalogue: "Catalogue") -> tuple[str, ...]:
    """The names of all skills that a model or a person may call."""
    return tuple(skill.name for skill in catalogue.skills if skill.models or skill.people)


def _takes(hint: str) -> str:
    """What it takes, so that nothing has to be typed."""
    return f"[{hint.strip('[]')}]" if hint else ""
