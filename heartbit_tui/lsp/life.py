"""One process of a language server, from its greeting to its end."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import field

from lsprotocol import types as lsp

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp import sayings
from heartbit_tui.lsp.client import Client
from heartbit_tui.lsp.documents import Document
from heartbit_tui.lsp.types import LanguageError, Program, Running

GREETING = 20.0
"""Seconds that a server may take to begin."""

LEAVING = 0.5
"""Seconds in which one that is told to end has to do so."""

ENCODINGS = ("utf-8", "utf-16", "utf-32")
_OFFERS = (
    (lsp.TEXT_DOCUMENT_DEFINITION, "definition_provider"),
    (lsp.TEXT_DOCUMENT_REFERENCES, "references_provider"),
    (lsp.TEXT_DOCUMENT_HOVER, "hover_provider"),
    (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, "document_symbol_provider"),
    (lsp.WORKSPACE_SYMBOL, "workspace_symbol_provider"),
    (lsp.TEXT_DOCUMENT_RENAME, "rename_provider"),
)


@dataclass(slots=True, kw_only=True)
class Life:
    """One process, and what it said that it can do.

    `pulls` says that it answers when it is asked for diagnostics, and `across` that what it says of one file may then
    depend on others; one that does not pull publishes them.
    """

    running: Running
    client: Client
    listening: "asyncio.Task[str]"
    encoding: str = "utf-16"
    pulls: bool = False
    identifier: str | None = None
    across: bool = False
    offers: frozenset[str] = field(default_factory=frozenset[str])

    async def greet(
        self, program: Program, root: str, options: Mapping[str, object], settings: Mapping[str, object]
    ) -> None:
        """Begin, with what a server is told first. Raises `LanguageError`."""
        answer = await self.client.ask(lsp.INITIALIZE, sayings.initialize(program, root, options), GREETING)
        if not isinstance(answer, lsp.InitializeResult):
            raise LanguageError("it does not answer as a language server does")
        offered = answer.capabilities
        provider = offered.diagnostic_provider
        self.encoding = str(getattr(offered.position_encoding, "value", offered.position_encoding) or "utf-16")
        if self.encoding not in ENCODINGS:
            raise LanguageError(f"it counts in {self.encoding}, which is not known")
        self.pulls = provider is not None
        self.identifier = provider.identifier if provider else None
        self.across = bool(provider and provider.inter_file_dependencies)
        self.offers = frozenset(method for method, name in _OFFERS if getattr(offered, name, None))
        self.client.tell(lsp.INITIALIZED, lsp.InitializedParams())
        if settings:
            told = lsp.DidChangeConfigurationParams(settings=sayings.plain(settings))
            self.client.tell(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, told)

    async def end(self, documents: Sequence[Document] = ()) -> None:
        """Close these, tell it to end, wait a moment, and end whatever is left."""
        try:
            if not self.listening.done():
                await self._part(documents)
        finally:
            await asyncio.shield(self._cut())

    def cause(self, why: str) -> str:
        """Why it ended, with the last line that it wrote to its error output."""
        last = self.running.errors.strip().splitlines()[-1:]
        return f"{why}; it said: {last[0][:200]}" if last else why

    async def _part(self, documents: Sequence[Document]) -> None:
        for document in documents:
            self.client.tell(lsp.TEXT_DOCUMENT_DID_CLOSE, sayings.closed(document.path))
        with suppress(LanguageError, TimeoutError):
            await self.client.ask(lsp.SHUTDOWN, None, LEAVING)
            self.client.tell(lsp.EXIT, None)
            async with asyncio.timeout(LEAVING):
                await self.running.ended()

    async def _cut(self) -> None:
        await self.running.end()
        if not self.listening.done():
            self.listening.cancel()
        await asyncio.wait([self.listening])
