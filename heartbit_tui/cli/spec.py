"""What a command is made of; parsers, help and completions are made from it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["switch", "text", "maybe", "file", "folder", "count", "amount", "many", "files", "folders"]
"""`maybe` is a text that may be left out, `count` a whole number from 1, `amount` a number above 0, the plurals may be repeated."""


class Flag(NamedTuple):
    """A flag: its names, the first long one of which names its value."""

    names: tuple[str, ...]
    help: str
    kind: Kind = "switch"
    value: str = ""
    choices: tuple[str, ...] = ()
    default: object = None

    @property
    def takes_value(self) -> bool:
        """Whether the word after it belongs to it."""
        return self.kind not in ("switch", "maybe")

    @property
    def repeats(self) -> bool:
        """Whether it may be given several times."""
        return self.kind in ("many", "files", "folders")


class Word(NamedTuple):
    """A word that is no flag: one that is needed, one that may be left out (`?`), or any number (`*`)."""

    name: str
    help: str
    amount: Literal["", "?", "*"] = ""
    choices: tuple[str, ...] = ()


class Command(NamedTuple):
    """A command: `name` has one word or two, `module` is its file in this folder."""

    name: str
    module: str
    summary: str
    words: tuple[Word, ...] = ()
    groups: Mapping[str, tuple[Flag, ...]] = MappingProxyType({})
    examples: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[Flag, ...]:
        """All flags, in the order of the help."""
        return tuple(flag for group in self.groups.values() for flag in group)
