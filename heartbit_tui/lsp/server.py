"""One language server at work in one folder: started when it is needed, started anew when it crashes, ended."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from lsprotocol import types as lsp

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp import sayings, texts
from heartbit_tui.lsp.client import Client, Heard
from heartbit_tui.lsp.documents import Document, Documents
from heartbit_tui.lsp.life import Life
from heartbit_tui.lsp.types import Around, Diagnostic, Found, LanguageError

LONGEST = 20.0
"""Seconds after which nobody waits any longer for what it says of a file."""

ASKED = 10.0
"""Seconds for an answer to a question about the code."""

EMPTY = 0.1
"""Seconds in which one that clears what it said of a file, as it is opened, says what it thinks of it."""

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before it is started anew, the first, second and third time within `WITHIN`; after that no more."""

WITHIN = 600.0
MOST_OTHERS = 1_000
"""Files that are not open of which it is kept what was said."""

BROKEN = "The language server {name} is not started any more in {root}: it ended {times} times ({why})."

State: TypeAlias = Literal["idle", "starting", "ready", "down", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What it said last of a file, of which version, and how often it has said anything of it."""

    diagnostics: tuple[Diagnostic, ...] = ()
    version: int | None = None
    times: int = 0


class Server:
    """Started by the first that waits for `ready`; `close` ends it for good."""

    def __init__(self, found: Found, root: str, around: Around) -> None:
        self.found = found
        self.root = root
        self._around = around
        self._documents = Documents()
        self._said: dict[str, Said] = {}
        self._news = asyncio.Event()
        self._life: Life | None = None
        self._starting: asyncio.Task[bool] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._ends: list[float] = []
        self._closing = False

    @property
    def name(self) -> str:
        """The program's name."""
        return self.found.program.name

    @property
    def state(self) -> State:
        """How it is."""
        if self._life is not None:
            return "ready"
        if self._starting is not None:
            return "starting"
        if len(self._recent()) > len(PAUSES):
            return "broken"
        return "down" if self._ends else "idle"

    @property
    def said(self) -> Mapping[str, Said]:
        """What it said last of each file."""
        return self._said

    @property
    def across(self) -> bool:
        """Whether an edit of one file may change what it says of others when it is asked."""
        return self._life is not None and self._life.pulls and self._life.across

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files that it has open, the one used last at the end."""
        return self._documents.every()

    def begin(self) -> None:
        """Start it, if it can be started now; nobody waits."""
        if self._life is None and self._starting is None and self._may_start():
            self._starting = asyncio.get_running_loop().create_task(self._start(), name=f"start of {self.name}")

    async def ready(self) -> bool:
        """Wait until it is there; whether it is."""
        self.begin()
        if self._starting is not None:
            await asyncio.wait([self._starting])
        return self._life is not None

    async def check(self, path: str, language: str, text: str, *, written: bool = True) -> bool:
        """Tell it what a file holds, and wait until it has said what it thinks of that; whether it did.

        `written` is false for a text that does not stand on the disk.
        """
        if not await self.ready() or (life := self._life) is None:
            return False
        stamp = await asyncio.to_thread(texts.stamp_of, path) if written else None
        times = self._said.get(path, Said()).times
        document = self.show(path, language, text, stamp)
        if document is None:
            return False
        if self._is_known(document, life):
            return True
        with suppress(LanguageError, TimeoutError):
            async with asyncio.timeout(LONGEST):
                await self._hears(life, document, times)
                return True
        if life.client.hangs:
            self._give_up(life, "it does not answer any more")
        return False

    def show(self, path: str, language: str, text: str, stamp: texts.Stamp | None = None) -> Document | None:
        """Tell it what a file holds, without waiting; the file as it knows it, None where it does not run."""
        life = self._life
        if life is None:
            return None
        how, document = self._documents.put(path, language, text, stamp)
        self._send(life, how, document)
        return document

    async def again(self, path: str) -> bool:
        """Ask anew for what it says of an open file; whether it answered."""
        life, document = self._life, self._documents.get(path)
        if life is None or document is None or not life.pulls:
            return False
        with suppress(LanguageError):
            await self._pull(life, document)
            return True
        return False

    def touched(self, changes: Mapping[str, str]) -> None:
        """Files on the disk were `created`, `changed` or `deleted`."""
        if self._life is not None and changes:
            self._life.client.tell(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, sayings.watched(changes))
        for path in [path for path, how in changes.items() if how == "deleted"]:
            if self._life is not None and path in self._documents:
                self._close(self._life, path)
            self._said.pop(path, None)

    def offers(self, method: str) -> bool:
        """Whether it can answer such a question."""
        return self._life is not None and method in self._life.offers

    async def ask(self, method: str, params: object) -> Any:
        """The answer to a question. Raises `LanguageError`."""
        life = self._life
        if life is None:
            raise LanguageError(f"{self.name} does not run")
        try:
            return await life.client.ask(method, params, ASKED)
        finally:
            if life.client.hangs:
                self._give_up(life, "it does not answer any more")

    @property
    def encoding(self) -> str:
        """In which units it counts the characters of a line."""
        return self._life.encoding if self._life is not None else "utf-16"

    async def close(self) -> None:
        """End it for good: told to at first, and then with everything that it started."""
        self._closing = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        life, self._life = self._life, None
        if life is not None:
            await life.end(self._documents.every())
        if self._ending is not None:
            await asyncio.wait([self._ending])

    def _may_start(self) -> bool:
        recent = self._recent()
        if self._closing or len(recent) > len(PAUSES):
            return False
        return not recent or self._around.monotonic() - recent[-1] >= PAUSES[len(recent) - 1]

    def _recent(self) -> list[float]:
        now = self._around.monotonic()
        return [end for end in self._ends if now - end < WITHIN]

    async def _start(self) -> bool:
        """Start a process and greet it; whether that went well."""
        try:
            if self._ending is not None:
                await asyncio.wait([self._ending])
            life = await self._launched()
            try:
                await life.greet(self.found.program, self.root, self._options(), self._settings())
            except LanguageError as error:
                await life.end()
                self._failed(life.cause(str(error)))
                return False
            except asyncio.CancelledError:
                await asyncio.shield(life.end())
                raise
        except OSError as error:
            self._failed(f"it cannot be started: {error.strerror or error}")
            return False
        finally:
            self._starting = None
        self._life = life
        life.listening.add_done_callback(lambda _: self._over(life))
        return True

    async def _launched(self) -> Life:
        running = await self._around.launch(self.found.command, Path(self.root), self._variables())
        client = Client(running, self._heard())
        listening = asyncio.get_running_loop().create_task(client.listen(), name=f"what {self.name} says")
        return Life(running=running, client=client, listening=listening)

    def _options(self) -> Mapping[str, object]:
        program = self.found.program
        return {**program.options, **({} if self._around.trusted else program.careful)}

    def _settings(self) -> Mapping[str, object]:
        program = self.found.program
        return {**program.settings, **({} if self._around.trusted else program.careful_settings)}

    def _variables(self) -> Mapping[str, str]:
        program = self.found.program
        return {**program.environment, **({} if self._around.trusted else program.careful_environment)}

    def _heard(self) -> Heard:
        return Heard(
            diagnostics=self._publish,
            refreshed=self._wake,
            settings=lambda name: sayings.section(self._settings(), name),
            folders=lambda: sayings.folders(self.root),
        )

    def _publish(self, params: lsp.PublishDiagnosticsParams) -> None:
        path = texts.path_of(params.uri)
        document = self._documents.get(path)
        known = self._said.get(path)
        if not path or (document is None and known is None and len(self._said) >= MOST_OTHERS):
            return
        if document is not None and params.version is not None and params.version < document.version:
            return
        self._keep(path, params.diagnostics, params.version)
        self._wake()

    def _keep(self, path: str, found: Sequence[lsp.Diagnostic], version: int | None) -> None:
        document = self._documents.get(path)
        text = document.text if document else None
        times = self._said.get(path, Said()).times + 1
        self._said[path] = Said(
            diagnostics=sayings.diagnostics(found, text, self.encoding), version=version, times=times
        )

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _is_known(self, document: Document, life: Life) -> bool:
        said = self._said.get(document.path)
        return said is not None and said.version == document.version and not life.across

    def _send(self, life: Life, how: str, document: Document) -> None:
        tell = life.client.tell
        if how == "opened":
            tell(lsp.TEXT_DOCUMENT_DID_OPEN, sayings.opened(document))
        elif how == "changed":
            tell(lsp.TEXT_DOCUMENT_DID_CHANGE, sayings.changed(document))
        if document.stamp is not None and how != "same" and self.found.program.saves:
            tell(lsp.TEXT_DOCUMENT_DID_SAVE, sayings.saved(document.path))
        for path in self._documents.surplus():
            self._close(life, path)

    def _close(self, life: Life, path: str) -> None:
        self._documents.close(path)
        life.client.tell(lsp.TEXT_DOCUMENT_DID_CLOSE, sayings.closed(path))

    async def _pull(self, life: Life, document: Document) -> None:
        """Ask for what it says of a file, which is all once it has answered."""
        wanted = sayings.wanted(document.path, life.identifier)
        answer = await life.client.ask(lsp.TEXT_DOCUMENT_DIAGNOSTIC, wanted, LONGEST)
        found, others = sayings.reported(answer)
        now = self._documents.get(document.path)
        if now is not None and now.version == document.version and found is not None:
            self._keep(document.path, found, document.version)
        for path, each in others.items():
            self._keep(path, each, None)

    async def _hears(self, life: Life, document: Document, times: int) -> None:
        """Wait until it has said what it thinks of this version, in the way in which it says that."""
        if life.pulls:
            await self._pull(life, document)
        elif self.found.program.quiet:
            await self._overhear(life, document, times)
        else:
            await self._hear(document, times)

    async def _overhear(self, life: Life, document: Document, times: int) -> None:
        """The same as `_hear`, for one whose silence means that what it said last still holds."""
        await life.client.ask(lsp.TEXT_DOCUMENT_HOVER, sayings.beginning(document.path), LONGEST)
        while self._said.get(document.path, Said()).times == times:
            if await _silent(self._news, self.found.program.quiet):
                said = self._said.get(document.path, Said())
                self._said[document.path] = replace(said, version=document.version)
                return
        await self._hear(document, times)

    async def _hear(self, document: Document, times: int) -> None:
        """Wait until it has published what it says of this version; without versions until it has been silent."""
        program = self.found.program
        while True:
            news = self._news
            said = self._said.get(document.path, Said())
            if said.version is not None and said.version >= document.version and not program.several:
                if said.diagnostics or document.version > 1 or await _silent(news, EMPTY):
                    return
                continue
            if said.times > times:
                times = said.times
                if await _silent(news, program.rests):
                    self._said[document.path] = replace(said, version=document.version)
                    return
                continue
            await _either(news, self._life)

    def _over(self, life: Life) -> None:
        """The process has ended by itself."""
        if self._life is life:
            self._give_up(life, life.listening.result())

    def _give_up(self, life: Life, why: str) -> None:
        """This process is of no use any more."""
        if self._life is life:
            self._life = None
            self._ending = asyncio.get_running_loop().create_task(life.end(), name=f"end of {self.name}")
            self._failed(life.cause(why))
            self._wake()

    def _failed(self, why: str) -> None:
        self._ends = [*self._recent(), self._around.monotonic()]
        self._documents.clear()
        self._said.clear()
        if len(self._ends) > len(PAUSES):
            told = BROKEN.format(name=self.name, root=self.root, times=len(self._ends), why=why)
            self._around.say(told, True)


async def _silent(news: asyncio.Event, seconds: float) -> bool:
    """Whether nothing more is said for so long."""
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return True
    return False


async def _either(news: asyncio.Event, life: Life | None) -> None:
    """Wait for news. Raises `LanguageError` where none can come."""
    if life is None:
        raise LanguageError("it has ended")
    await news.wait()
