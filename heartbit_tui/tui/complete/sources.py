"""What can be completed before the cursor, and what is offered for it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from heartbit_tui.client import fuzzy
from heartbit_tui.client.commands import COMMANDS, Command, named
from heartbit_tui.client.fuzzy import Kind, Match
from heartbit_tui.client.types import nameless, nothing
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tui.complete import mentions
from heartbit_tui.tui.complete.item import Item

if TYPE_CHECKING:
    from heartbit_tui.lsp.types import Named

MOST = 50
"""Items that are offered at most."""

_NAME = re.compile(r"[^\W\d]\w+")
"""What may be the beginning of a name; a single letter begins too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a command may be given: `text` is what is typed, `label` what is shown of it, `text` where that is empty."""

    text: str
    label: str = ""
    meta: str = ""


Chooser: TypeAlias = Callable[[], Awaitable[Sequence[Choice]]]


class Files(Protocol):
    """The files of the project."""

    def freshen(self) -> None:
        """Read them anew where that was long ago."""
        ...

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        """The paths that `text` may mean, the likeliest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandName:
    """The name of a command is being typed; `text` is what is there of it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """What a command is given is being typed, from `start` on."""

    command: Command
    text: str
    start: int


class Addressed(Protocol):
    """A text of a server, as `SERVER:URI`; `open` where the rest of it is still to be written."""

    @property
    def text(self) -> str:
        """How it is named."""
        ...

    @property
    def does(self) -> str:
        """What it is."""
        ...

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        ...


def _no_texts() -> Sequence[Addressed]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file is being named; `start` is where its @ stands."""

    text: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A text of a server is being named, whose own name stands there; `start` is where its @ stands."""

    text: str
    start: int


Asked: TypeAlias = CommandName | Argument | File | Resource | None


def asked(before: str, commands: Sequence[Command] = COMMANDS) -> Asked:
    """What is being typed at the end of `before`, the draft up to the cursor; None where nothing is completed."""
    if before.startswith("/") and "\n" not in before:
        name, space, argument = before[1:].partition(" ")
        if not space and "/" not in name:
            return CommandName(text=name)
        command = named(commands).get(name.lower())
        if space and command is not None and " " not in argument:
            return Argument(command=command, text=argument, start=len(name) + 2)
    begun = mentions.begun(before)
    return File(text=begun.path, start=begun.start) if begun is not None else None


class Sources:
    """Finds what to offer. `choosers` give what a command may be given, by its name, where its table does not tell.

    `offers` tells the commands of files, `names` what has a name in the project, `resources` the texts of servers.
    """

    def __init__(
        self,
        files: Files,
        choosers: Mapping[str, Chooser],
        *,
        commands: Sequence[Command] = COMMANDS,
        offers: Callable[[], Awaitable[Sequence[Command]]] = nothing,
        names: Callable[[str], Awaitable[Sequence["Named"]]] = nameless,
        resources: Callable[[], Sequence[Addressed]] = _no_texts,
    ) -> None:
        self._files = files
        self._choosers = choosers
        self._commands = commands
        self._offers = offers
        self._names = names
        self._resources = resources

    def asked(self, before: str) -> Asked:
        """What is being typed at the end of `before`."""
        at = mentions.addressed(before)
        if at is not None and any(each.text.startswith(f"{at.server}:") for each in self._resources()):
            return Resource(text=at.text, start=at.start)
        return asked(before, self._commands)

    def whole(self, before: str) -> Command | None:
        """The command whose name stands there in full and that needs nothing more; None for any other text."""
        command = named(self._commands).get(before.removeprefix("/").lower())
        return command if command is not None and not command.needs else None

    async def items(self, before: str) -> tuple[Item, ...]:
        """What is offered for the draft up to the cursor, the likeliest first."""
        match self.asked(before):
            case CommandName(text=text):
                return command_items((*self._commands, *await self._offers()), text)
            case Argument(command=command, text=text, start=start):
                chooser = self._choosers.get(command.name)
                choices = await chooser() if chooser else [Choice(text=each) for each in command.choices]
                return choice_items(choices, text, start)
            case File(text=text, start=start):
                self._files.freshen()
                found = await self._files.find(text, MOST)
                files = tuple(file_item(each, start, len(before)) for each in found)
                return (*files, *resource_items(self._resources(), text, start))[:MOST]
            case Resource(text=text, start=start):
                return resource_items(self._resources(), text, start)
            case None:
                return ()

    async def late(self, before: str) -> tuple[Item, ...]:
        """What is offered beside, and takes its time: what has a name like that in the project."""
        match self.asked(before):
            case File(text=text, start=start) if _NAME.fullmatch(text):
                found = [(fuzzy.match(each.name, text), each) for each in await self._names(text)]
                ranked = [(answer.rank, number, answer, each) for number, (answer, each) in enumerate(found) if answer]
                ranked.sort(key=lambda each: each[:2])
                return tuple(name_item(each, answer, start, len(before)) for *_, answer, each in ranked[:MOST])
            case _:
                return ()


def command_items(commands: Sequence[Command], text: str) -> tuple[Item, ...]:
    """The commands whose name, alias or description answers `text`; all of them where it is empty."""
    if not text:
        return tuple(_command_item(each, (), 1) for each in commands)
    answers = ((_answer(each, text), each) for each in commands)
    found = [(answer, each) for answer, each in answers if answer is not None]
    found.sort(key=lambda each: each[0].rank)
    return tuple(_command_item(each, answer.positions, len(text) + 1) for answer, each in found)


def _answer(command: Command, text: str) -> Match | None:
    """How a command answers: by its name, by another name of it, by a word of what it does, by letters of its name."""
    name = fuzzy.match(command.name, text)
    if name is not None and name.rank[0] != Kind.SPREAD:
        return name
    if any(alias.startswith(text.lower()) for alias in command.aliases):
        return Match(text=command.name, rank=(Kind.PREFIX, 1))
    if f" {text.lower()}" in f" {command.does.lower()}":
        return Match(text=command.name, rank=(Kind.WITHIN, 1))
    return name


def _command_item(command: Command, positions: tuple[int, ...], end: int) -> Item:
    takes = bool(command.takes)
    return Item(
        insert=f"/{command.name}{' ' if takes else ''}",
        label=command.usage,
        meta=command.does,
        positions=tuple(at + 1 for at in positions),
        replaces=(0, end),
        strong=(0, len(command.name) + 1),
        open=takes,
    )


def choice_items(choices: Sequence[Choice], text: str, start: int) -> tuple[Item, ...]:
    """The choices that answer `text`, by what is typed or what is shown."""
    found: list[tuple[tuple[int, ...], int, Item]] = []
    for number, choice in enumerate(choices):
        label = choice.label or choice.text
        shown = fuzzy.match(label, text) if text else Match(text=label)
        typed = fuzzy.match(choice.text, text) if text else None
        ranks = [each.rank[:2] for each in (shown, typed) if each is not None]
        if ranks:
            item = Item(
                insert=choice.text,
                label=label,
                meta=choice.meta,
                positions=shown.positions if shown else (),
                replaces=(start, start + len(text)),
            )
            found.append((min(ranks), number, item))
    found.sort(key=lambda each: each[:2])
    return tuple(item for _, _, item in found[:MOST])


def name_item(named: "Named", answer: Match, start: int, end: int) -> Item:
    """Something that has a name: the lines of the file are mentioned in which it stands."""
    lines = f"{named.first}-{named.last}" if named.last else f"{named.first}"
    kind = f"{named.kind} of {named.inside}" if named.inside else named.kind
    return Item(
        insert=f"{mentions.written(named.path)}:{lines} ",
        label=named.name,
        meta=f"{kind} · {named.path}:{named.first}",
        positions=answer.positions,
        replaces=(start, end),
    )


def resource_items(known: Sequence[Addressed], text: str, start: int) -> tuple[Item, ...]:
    """The texts of servers that answer `text`, the likeliest first; none while nothing is typed."""
    answers = ((fuzzy.match(each.text, text), each) for each in (known if text else ()))
    found = sorted(((answer.rank, number, answer, each) for number, (answer, each) in enumerate(answers) if answer))
    return tuple(
        Item(
            insert=f"@{each.text}{'' if each.open else ' '}",
            label=each.text,
            meta=each.does,
            positions=answer.positions,
            replaces=(start, start + 1 + len(text)),
            open=each.open,
        )
        for _, _, answer, each in found[:MOST]
    )


def file_item(found: Match, start: int, end: int) -> Item:
    """A file as it is mentioned; after a folder its contents can be asked for at once."""
    mention = mentions.written(found.text)
    is_folder = found.text.endswith("/")
    insert = mention.removesuffix('"') if is_folder else f"{mention} "
    return Item(
        insert=insert,
        label=found.text,
        positions=found.positions,
        replaces=(start, end),
        strong=(found.text.rfind("/", 0, -1) + 1, len(found.text)),
        open=is_folder,
    )
