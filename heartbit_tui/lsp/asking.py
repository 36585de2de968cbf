"""What a model wants to know of code, asked of the servers, and told in lines."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from lsprotocol import types as lsp

from heartbit_tui.lsp import sayings, texts
from heartbit_tui.lsp.applying import applied, place_of
from heartbit_tui.lsp.delta import line_of, shown, standing
from heartbit_tui.lsp.find import first_file
from heartbit_tui.lsp.languages import language_of
from heartbit_tui.lsp.sayings import Symbol
from heartbit_tui.lsp.server import Server
from heartbit_tui.lsp.servers import Place, Servers
from heartbit_tui.lsp.types import Counts, LanguageError, Named, Spot

MOST = 100
"""Places, names or diagnostics that are told at once."""

LONGEST = 4_000
"""Characters of what a server says that something is."""

LINE = 200
NOBODY = "No language server serves {path}. The lsp tool is for: {kinds}."
CANNOT = "The language servers for {path} ({names}) cannot tell that."
SILENT = "The language servers for {path} do not run ({names}); try again later, or search with grep."
INCOMPLETE = (
    "The language server would leave out places where this is used, in {files}. Nothing was changed. Try again in a moment, or "
    "rename by hand."
)
OUTSIDE = "{path} is not a file of this project that can be read as text."


class Questions:
    """Asks; paths are absolute with links resolved, and shown from `folder`. All of it raises `LanguageError`.

    `withheld` says which files a model is not shown.
    """

    def __init__(self, servers: Servers, folder: str, roots: Sequence[str], withheld: Callable[[str], bool]) -> None:
        self._servers = servers
        self._folder = folder
        self._roots = tuple(roots)
        self._withheld = withheld

    async def diagnostics(self, path: str) -> str:
        """All that is said of a file as it is now; of all files looked at so far where none is named."""
        if not path:
            return self._everything()
        self._checked(path)
        found = await self._servers.known(path)
        if found is None:
            raise LanguageError(SILENT.format(path=shown(path, self._folder), names=self._names(path)))
        lines = [line_of(each, shown(path, self._folder)) for each in found]
        return _listed(lines, f"{shown(path, self._folder)}: {standing(Counts.of(found))}")

    async def definition(self, path: str, line: int, symbol: str) -> str:
        """Where something is defined."""
        return await self._where(lsp.TEXT_DOCUMENT_DEFINITION, path, line, symbol)

    async def references(self, path: str, line: int, symbol: str) -> str:
        """Where it is used."""
        return await self._where(lsp.TEXT_DOCUMENT_REFERENCES, path, line, symbol)

    async def hover(self, path: str, line: int, symbol: str) -> str:
        """What it is: its type, its signature, its documentation."""
        server, text = await self._opened(path, lsp.TEXT_DOCUMENT_HOVER)
        at, _ = self._at(path, text, line, symbol, server)
        answer = await server.ask(
            lsp.TEXT_DOCUMENT_HOVER, lsp.HoverParams(text_document=at.text_document, position=at.position)
        )
        said = sayings.words(answer)
        return said[:LONGEST] if said else f"The language server says nothing of {symbol} there."

    async def outline(self, path: str) -> str:
        """The names in a file."""
        server, _ = await self._opened(path, lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
        params = lsp.DocumentSymbolParams(text_document=lsp.TextDocumentIdentifier(uri=texts.uri_of(path)))
        answer = await server.ask(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, params)
        found = await self._symbols(answer, path, server)
        lines = [f"{'  ' * each.depth}{each.kind} {each.name} (line {each.spot.line})" for each in found]
        return _listed(lines, f"{shown(path, self._folder)}: {len(found)} names")

    async def named(self, name: str) -> str:
        """Where something of this name, or one like it, is defined in the project."""
        found = await self._like(name)
        lines = [f"{self._placed(each.spot)}: {each.kind} {_inside(each)}" for each in found]
        return _listed(list(dict.fromkeys(lines)), f"{len(lines)} names like {name}")

    async def names(self, name: str) -> tuple[Named, ...]:
        """The same for a person who names it in a prompt: what stands in files of the project that a model may see."""
        found = {
            Named(
                name=each.name,
                kind=each.kind,
                path=shown(each.spot.path, self._folder),
                first=each.spot.line,
                last=each.last,
                inside=each.inside,
            ): None
            for each in await self._like(name)
            if self._may_see(each.spot.path)
        }
        return tuple(found)

    async def _like(self, name: str) -> list[Symbol]:
        found: list[Symbol] = []
        for server in await self._some():
            if server.offers(lsp.WORKSPACE_SYMBOL):
                answer = await server.ask(lsp.WORKSPACE_SYMBOL, lsp.WorkspaceSymbolParams(query=name))
                found += await self._symbols(answer, "", server)
        return found

    async def rename(self, path: str, line: int, symbol: str, new: str) -> Mapping[str, tuple[str, str]]:
        """What giving something another name would do: the text of each file before and after it."""
        server, text = await self._opened(path, lsp.TEXT_DOCUMENT_RENAME)
        at, _ = self._at(path, text, line, symbol, server)
        params = lsp.RenameParams(text_document=at.text_document, position=at.position, new_name=new)
        # A server that has just begun may not know all files before it is asked where something is used.
        used = await self._used_in(server, at)
        answer = await server.ask(lsp.TEXT_DOCUMENT_RENAME, params)
        if left := sorted(used - set(sayings.named_in(answer))):
            raise LanguageError(INCOMPLETE.format(files=", ".join(shown(each, self._folder) for each in left)))
        read = _Lines()
        await read.ahead(sayings.named_in(answer))
        try:
            edits = sayings.edits(answer, read, server.encoding)
        except ValueError as error:
            raise LanguageError(f"This rename would do more than change texts: {error}.") from error
        return {each: self._applied(each, read.text(each), edits[each]) for each in edits}

    async def _used_in(self, server: Server, at: lsp.TextDocumentPositionParams) -> set[str]:
        """The files of the project in which something is used, as far as the server can tell."""
        if not server.offers(lsp.TEXT_DOCUMENT_REFERENCES):
            return set()
        context = lsp.ReferenceContext(include_declaration=True)
        params = lsp.ReferenceParams(context=context, text_document=at.text_document, position=at.position)
        found = sayings.named_in(await server.ask(lsp.TEXT_DOCUMENT_REFERENCES, params))
        return {path for path in found if any(path.startswith(root.rstrip("/") + "/") for root in self._roots)}

    def _applied(self, path: str, text: str | None, edits: Sequence[sayings.TextEdit]) -> tuple[str, str]:
        if text is None or not any(path.startswith(root.rstrip("/") + "/") for root in self._roots):
            raise LanguageError(f"This rename would change {path}, which is not a text of this project.")
        return text, applied(text, edits)

    async def _where(self, method: str, path: str, line: int, symbol: str) -> str:
        server, text = await self._opened(path, method)
        at, _ = self._at(path, text, line, symbol, server)
        if method == lsp.TEXT_DOCUMENT_REFERENCES:
            context = lsp.ReferenceContext(include_declaration=True)
            params: object = lsp.ReferenceParams(context=context, text_document=at.text_document, position=at.position)
        else:
            params = lsp.DefinitionParams(text_document=at.text_document, position=at.position)
        answer = await server.ask(method, params)
        read = _Lines()
        await read.ahead(sayings.named_in(answer))
        spots = sayings.spots(answer, read, server.encoding)
        found = sorted(spots, key=lambda spot: (spot.path, spot.line, spot.column))
        lines = [f"{self._placed(spot)}{self._text(read, spot)}" for spot in found]
        return _listed(lines, f"{len(found)} {'place' if len(found) == 1 else 'places'} for {symbol}")

    async def _symbols(self, answer: object, path: str, server: Server) -> tuple[Symbol, ...]:
        read = _Lines()
        await read.ahead([path] if path else sayings.named_in(answer))
        return sayings.symbols(answer, path, read, server.encoding)

    async def _opened(self, path: str, method: str) -> tuple[Server, str]:
        """A server that can answer, with the file open as it is now."""
        self._checked(path)
        text = await asyncio.to_thread(texts.read, path)
        if text is None:
            raise LanguageError(OUTSIDE.format(path=shown(path, self._folder)))
        running = [(place, each) for place in self._places(path) if (each := await self._running(place)) is not None]
        if not running:
            raise LanguageError(SILENT.format(path=shown(path, self._folder), names=self._names(path)))
        for place, server in running:
            if server.offers(method):
                await self._servers.based(place)
                server.show(path, language_of(path), text, await asyncio.to_thread(texts.stamp_of, path))
                return server, text
        raise LanguageError(CANNOT.format(path=shown(path, self._folder), names=self._names(path)))

    async def _running(self, place: Place) -> Server | None:
        server = await self._servers.server(place)
        return server if await server.ready() else None

    async def _some(self) -> list[Server]:
        """Servers that run; where none does, those for a file of the project."""
        path = await asyncio.to_thread(first_file, self._roots, self._servers.inventory.endings)
        known = [*self._servers.everywhere(), *([path] if path else [])]
        places = {place.server: place for each in known for place in self._places(each)}
        started = [await self._running(place) for place in places.values()]
        return [server for server in started if server is not None]

    def _at(
        self, path: str, text: str, line: int, symbol: str, server: Server
    ) -> tuple[lsp.TextDocumentPositionParams, Spot]:
        spot = place_of(path, text, line, symbol)
        return sayings.position(path, texts.lines_of(text)[spot.line - 1], spot, server.encoding), spot

    def _checked(self, path: str) -> None:
        if not self._places(path):
            kinds = ", ".join(self._servers.inventory.kinds)
            raise LanguageError(NOBODY.format(path=shown(path, self._folder), kinds=kinds))

    def _places(self, path: str) -> tuple[Place, ...]:
        """Who serves a file, those that know types first."""
        return tuple(sorted(self._servers.places(path), key=lambda place: place.found.program.part != "types"))

    def _names(self, path: str) -> str:
        return ", ".join(place.found.program.name for place in self._places(path))

    def _everything(self) -> str:
        known = self._servers.everywhere()
        lines = [line_of(each, shown(path, self._folder)) for path in sorted(known) for each in known[path]]
        counts = Counts.of(each for found in known.values() for each in found)
        return _listed(lines, f"{len(known)} files looked at so far: {standing(counts)}")

    def _placed(self, spot: Spot) -> str:
        return f"{shown(spot.path, self._folder)}:{spot.line}:{spot.column}"

    def _text(self, read: "_Lines", spot: Spot) -> str:
        """The line, where it is one that a model may see."""
        if not self._may_see(spot.path):
            return ""
        return f": {read(spot.path, spot.line - 1).strip()[:LINE]}"

    def _may_see(self, path: str) -> bool:
        inside = any(path.startswith(root.rstrip("/") + "/") for root in self._roots)
        return inside and not self._withheld(path)


class _Lines:
    """Lines of files, which are read ahead."""

    def __init__(self) -> None:
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, list[str]] = {}

    async def ahead(self, paths: Sequence[str]) -> None:
        wanted = tuple(dict.fromkeys(paths))[:MOST]
        found = await asyncio.to_thread(lambda: {path: texts.read(path) for path in wanted})
        self._texts |= found
        self._lines |= {path: texts.lines_of(text) for path, text in found.items() if text is not None}

    def text(self, path: str) -> str | None:
        return self._texts.get(path)

    def __call__(self, path: str, number: int) -> str:
        lines = self._lines.get(path, [])
        return lines[number] if number < len(lines) else ""


def _inside(symbol: Symbol) -> str:
    return f"{symbol.inside}.{symbol.name}" if symbol.inside else symbol.name


def _listed(lines: Sequence[str], head: str) -> str:
    more = [f"… {len(lines) - MOST} more"] if len(lines) > MOST else []
    return "\n".join([head, *lines[:MOST], *more])
