"""The words of an import: a peer, where one looks, and the pieces that are found."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from heartbit_tui.kernel.dataclass import dataclass

Kind: TypeAlias = Literal[
    "setting", "list", "rule", "server", "skill", "command", "hooks", "instructions", "key", "other"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of what a peer was set up with.

    `value` by kind: a simple value for the key `name`; strings that the list `name` gets; the ruling of the rule
    `name`; the table of a server; the folder of a skill; the text of a command or of instructions; the table of
    hooks. `why` says why it cannot be taken over, empty where it can. `note` is what a person should know beside it.
    A `private` one belongs into a file of the project that is not shared.
    """

    kind: Kind
    name: str
    source: str
    value: Any = None
    why: str = ""
    note: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Where to look: the person's home with the environment, and the project, None for the person's own settings.

    `secret` says whether a text holds something that looks like a key or a password.
    """

    home: Path
    environment: Mapping[str, str]
    project: Path | None
    secret: Callable[[str], bool]


Read: TypeAlias = "Callable[[Looked], tuple[Item, ...]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another agent: its name for the command line, its name for people, where it keeps things, and what reads that."""

    name: str
    title: str
    places: str
    read: Read
