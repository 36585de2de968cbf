"""What skills and commands are, where they lie, and what is needed of the world around."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Layer: TypeAlias = Literal["built-in", "user", "settings", "project"]
"""Who wrote what lies in a folder: heartbit, the person, whom the settings name, or the project's authors."""


Kind: TypeAlias = Literal["skills", "commands"]
"""What a folder is looked through for."""


Value: TypeAlias = str | tuple[str, ...] | None
"""What a key of a table holds: words, a list of them, or None for what is neither."""


def nothing() -> Mapping[str, str]:
    """No further keys."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder in which skills or commands may lie; `title` is how it is written for a person."""

    folder: Path
    layer: Layer
    title: str
    kind: Kind = "skills"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Instructions for a kind of task.

    `models` and `people` say who may call it, `hint` what it takes as arguments, `paths` for which files it is meant.
    `apart` says that an agent of its own follows it, `agent` which one, empty for any.
    `allowed` are tools that its author expects and `barred` those that it goes without; neither permits anything. `more`
    holds all other keys as text, `warnings` say what is not as the specification wants it.
    """

    name: str
    description: str
    file: Path
    place: Place
    hint: str = ""
    models: bool = True
    people: bool = True
    paths: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    apart: bool = False
    agent: str = ""
    more: Mapping[str, str] = field(default_factory=nothing)
    warnings: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its scripts and references lie."""
        return self.file.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Words of a person that are kept under a name; `$ARGUMENTS` and `$1` in them stand for what is typed behind it."""

    name: str
    description: str
    file: Path
    place: Place
    hint: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A skill or command that does not count, and why, in one sentence."""

    name: str
    file: Path
    place: Place
    reason: str
    intended: bool = False
    """Whether somebody wants it so: another one of its name counts, or the settings leave it out."""


Found: TypeAlias = Skill | Command | Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that counts, by name in order, and what does not."""

    skills: tuple[Skill, ...] = ()
    commands: tuple[Command, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def for_models(self) -> tuple[Skill, ...]:
        """The skills that a model may load."""
        return tuple(skill for skill in self.skills if skill.models)

    @property
    def for_people(self) -> tuple[Skill | Command, ...]:
        """What a person may call by `/name`; a skill hides a command of its name."""
        skills = {skill.name: skill for skill in self.skills if skill.people}
        commands = {command.name: command for command in self.commands}
        every: dict[str, Skill | Command] = {**commands, **skills}
        return tuple(every[name] for name in sorted(every))

    def skill(self, name: str) -> Skill | None:
        """The skill of this name."""
        return next((each for each in self.skills if each.name == name), None)

    def called(self, name: str) -> Skill | Command | None:
        """What a person calls by this name; `skill:NAME` is a skill, whatever else is called so."""
        wanted = name.removeprefix("skill:")
        if wanted != name:
            found = self.skill(wanted)
            return found if found is not None and found.people else None
        return next((each for each in self.for_people if each.name == name), None)

    def refused(self, name: str) -> Withheld | None:
        """What has this name but does not count."""
        return next((each for each in reversed(self.withheld) if each.name == name.removeprefix("skill:")), None)


class Warrant(Protocol):
    """Knows which files of a project a person trusts."""

    def refused(self, file: Path, data: bytes) -> str:
        """Why this file of the project does not count, in one sentence; empty where it does."""
        ...
