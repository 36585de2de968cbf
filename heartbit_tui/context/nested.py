"""The context policy that tells the instructions of a folder once work begins there, and again after a summary."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from heartbit_tui.context.instructions import Found, nested
from heartbit_tui.kernel.bases import Whole
from heartbit_tui.kernel.events import Notice, UserMessage
from heartbit_tui.kernel.messages import Assistant, JsonObject, Text, User, user
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.protocols import Request, Scene

TOLD = "[Instructions of {path}, for work in its folder]\n\n"
MANY = 1_000
"""Events since the last look from which on it is taken in a thread: a long conversation that was taken up has more."""

PATHS = ("file_path", "path")
"""Arguments in which tools take a file or a folder."""


class Nested(Whole):
    """A `ContextPolicy`: instruction files below `cwd` count from when a file beside or under them is used.

    `spent` is how many bytes of instructions the system prompt has already; all together have at most `most`.
    """

    def __init__(self, cwd: Path, names: tuple[str, ...], *, most: int, spent: int) -> None:
        self._cwd = cwd
        self._names = names
        self._left = max(most - spent, 0)
        self._seen = 0
        self._folders: set[Path] = set()
        self._texts: dict[str, str] = {}

    async def prepare(self, request: Request, scene: Scene, *, turn: int) -> bool:
        past = scene.past()
        last = past.entries[-1].seq if past.entries else 0
        fresh = await asyncio.to_thread(self._fresh, past) if last - self._seen > MANY else self._fresh(past)
        self._seen = last
        if fresh:
            self._folders |= fresh
            await self._read(fresh, scene)
        missing = self._missing(past)
        for path, text in missing.items():
            scene.emit(UserMessage(message=user(TOLD.format(path=path) + text), origin="heartbit"))
        return bool(missing)

    def _fresh(self, past: Past) -> set[Path]:
        """The folders in which work began since the last look."""
        return {folder for given in self._given(past) for folder in self._folder(given)} - self._folders

    def _given(self, past: Past) -> Iterator[JsonObject]:
        """The arguments of the calls since the last look."""
        for placed in reversed(past.entries):
            if placed.seq <= self._seen:
                return
            if isinstance(placed.entry, Assistant):
                yield from (call.input for call in placed.entry.calls)

    def _folder(self, given: JsonObject) -> Iterator[Path]:
        """Where a call works: the folder of a file that it names, or the folder itself."""
        for name in PATHS:
            value = given.get(name)
            if isinstance(value, str) and value and "\0" not in value:
                yield Path(_plain(self._cwd / value)) if name == "path" else Path(_plain(self._cwd / value)).parent

    async def _read(self, folders: set[Path], scene: Scene) -> None:
        for folder in sorted(folders):
            for file in await asyncio.to_thread(nested, folder, self._cwd, names=self._names, most=self._left):
                self._take(file, scene)

    def _take(self, file: Found, scene: Scene) -> None:
        path = str(file.path)
        if file.problem:
            scene.emit(Notice(level="warning", text=file.problem))
        if not file.text or path in self._texts or not self._left:
            return
        data = file.text.encode()[: self._left]
        self._left -= len(data)
        self._texts[path] = data.decode("utf-8", "ignore")
        if len(data) < len(file.text.encode()):
            scene.emit(Notice(level="warning", text=f"{path} was cut: the bytes for instructions are used up."))

    def _missing(self, past: Past) -> Mapping[str, str]:
        """The instructions that hold but that the model does not see (any more)."""
        if not self._texts:
            return {}
        seen = {_first_line(placed.entry) for placed in past.told() if placed.origin == "heartbit"}
        return {path: text for path, text in self._texts.items() if TOLD.format(path=path).strip() not in seen}


def _first_line(message: object) -> str:
    block = message.content[0] if isinstance(message, User) and message.content else None
    return block.text.partition("\n")[0] if isinstance(block, Text) else ""


def _plain(path: Path) -> str:
    """A path without `..`, links not resolved: reading follows none out of the project."""
    return os.path.normpath(path)
