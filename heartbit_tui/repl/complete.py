"""What Tab offers: commands, their choices, sessions, files."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from heartbit_tui.client.commands import Command
from heartbit_tui.client.fuzzy import Match
from heartbit_tui.client.serving import Address
from heartbit_tui.client.types import nothing
from heartbit_tui.client.visible import harmless, one_line
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.repl.acts import Known
from heartbit_tui.repl.commands import COMMANDS

_FILE = re.compile(r"(?:^|\s)@(\S*)$")


class Files(Protocol):
    """The files of the folder in which the session works."""

    async def find(self, text: str, limit: int = 50) -> tuple[Match, ...]:
        """The paths that `text` may mean, the likeliest first. Raises `HeartbitError` where nobody can be asked."""
        ...


class Completions(Completer):
    """Completes the draft; sessions are asked for only when `/resume` is typed."""

    def __init__(
        self,
        files: Files,
        sessions: Callable[[], Awaitable[Sequence[Known]]],
        offers: Callable[[], Awaitable[Sequence[Command]]] = nothing,
        resources: Callable[[], Sequence[Address]] = tuple,
    ) -> None:
        self._files = files
        self._sessions = sessions
        self._offers = offers
        self._resources = resources

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What is known at once: all but the files, the sessions, and the commands of files."""
        text = document.text_before_cursor
        if text.startswith("/"):
            yield from _commands(text)
        elif match := _FILE.search(text):
            wanted = match.group(1)
            for each in self._resources() if wanted else ():
                if each.text.startswith(wanted):
                    meta = one_line(each.does, 80)
                    yield Completion(each.text, -len(wanted), display=harmless(each.text), display_meta=meta)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Everything."""
        text = document.text_before_cursor
        if not text.startswith("/resume "):
            async for completion in self._found(text):
                yield completion
            for completion in self.get_completions(document, complete_event):
                yield completion
            if text.startswith("/") and " " not in text:
                for command in await self._offers():
                    if command.name.startswith(text[1:]):
                        meta = one_line(command.does, 80)
                        yield Completion(command.name, start_position=1 - len(text), display_meta=meta)
            return
        async for completion in self._kept(text):
            yield completion

    async def _found(self, text: str) -> AsyncGenerator[Completion, None]:
        """The files, where one is being named."""
        match = None if text.startswith("/") else _FILE.search(text)
        if match is not None:
            wanted = match.group(1)
            with suppress(HeartbitError):
                for each in await self._files.find(wanted):
                    yield Completion(each.text, start_position=-len(wanted), display=harmless(each.text))

    async def _kept(self, text: str) -> AsyncGenerator[Completion, None]:
        """The sessions that can be taken up."""
        wanted = text.removeprefix("/resume ")
        for known in await self._sessions():
            if known.id.startswith(wanted) or known.id.rpartition("-")[2].startswith(wanted):
                meta = one_line(known.title, 40)
                yield Completion(known.id, start_position=-len(wanted), display_meta=meta)


def completes(text: str) -> bool:
    """Whether the text before the cursor is something that is completed while it is typed."""
    return (text.startswith("/") and "\n" not in text) or _FILE.search(text) is not None


def _commands(text: str) -> Iterable[Completion]:
    name, space, argument = text[1:].partition(" ")
    if not space:
        for command in COMMANDS:
            if command.name.startswith(name):
                yield Completion(command.name, start_position=-len(name), display_meta=command.does)
        return
    choices = next((command.choices for command in COMMANDS if command.name == name), ())
    for choice in choices:
        if choice.startswith(argument):
            yield Completion(choice, start_position=-len(argument))
