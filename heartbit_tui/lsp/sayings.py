"""What is said to servers and what they say, between the protocol's types and our own."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from lsprotocol import types as lsp

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.lsp.documents import Document
from heartbit_tui.lsp.texts import lines_of, path_of, to_characters, to_units, uri_of
from heartbit_tui.lsp.types import SEVERITIES, Diagnostic, Program, Spot

MOST_KEPT = 1_000
"""Diagnostics of one file that are kept, errors first."""

LONGEST_MESSAGE = 2_000

_SYMBOLS: Mapping[int, str] = MappingProxyType({kind.value: kind.name.lower() for kind in lsp.SymbolKind})
_CHANGES = MappingProxyType(
    {
        "created": lsp.FileChangeType.Created,
        "changed": lsp.FileChangeType.Changed,
        "deleted": lsp.FileChangeType.Deleted,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """Something that has a name, where it stands, and inside of what."""

    name: str
    kind: str
    spot: Spot
    inside: str = ""
    depth: int = 0
    last: int = 0
    """The last line of it, where more than one is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEdit:
    """A part of a file from one place to another, both from 0 in lines and characters, and what comes there."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


Line = Callable[[str, int], str]
"""Gives a line of a file by its number from 0; empty where there is none."""


def initialize(program: Program, root: str, options: Mapping[str, object]) -> lsp.InitializeParams:
    """What a server is told first."""
    return lsp.InitializeParams(
        process_id=os.getpid(),
        client_info=lsp.ClientInfo(name="heartbit"),
        root_path=root,
        root_uri=uri_of(root),
        capabilities=_capabilities(),
        initialization_options=plain(options) if options else None,
        workspace_folders=folders(root),
    )


def folders(root: str) -> list[lsp.WorkspaceFolder]:
    """The folder that a server works in."""
    return [lsp.WorkspaceFolder(uri=uri_of(root), name=Path(root).name or root)]


def _capabilities() -> lsp.ClientCapabilities:
    document = lsp.TextDocumentClientCapabilities(
        synchronization=lsp.TextDocumentSyncClientCapabilities(did_save=True),
        publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(version_support=True),
        # Only as the server's own: what it registers later would come after the first questions.
        diagnostic=lsp.DiagnosticClientCapabilities(dynamic_registration=False, related_document_support=True),
        definition=lsp.DefinitionClientCapabilities(link_support=True),
        references=lsp.ReferenceClientCapabilities(),
        hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.PlainText, lsp.MarkupKind.Markdown]),
        document_symbol=lsp.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=True),
        rename=lsp.RenameClientCapabilities(prepare_support=False),
    )
    workspace = lsp.WorkspaceClientCapabilities(
        configuration=True,
        workspace_folders=True,
        did_change_configuration=lsp.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
        did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
        symbol=lsp.WorkspaceSymbolClientCapabilities(),
        diagnostics=lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
    )
    encodings: list[lsp.PositionEncodingKind | str] = [lsp.PositionEncodingKind.Utf32, lsp.PositionEncodingKind.Utf16]
    return lsp.ClientCapabilities(
        text_document=document,
        workspace=workspace,
        window=lsp.WindowClientCapabilities(work_done_progress=True),
        general=lsp.GeneralClientCapabilities(position_encodings=encodings),
    )


def plain(value: object) -> Any:
    """Settings as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in cast("Sequence[object]", value)]
    return value


def section(settings: Mapping[str, object], name: str) -> object:
    """The part of the settings that a server asks for by a dotted name; None where there is none."""
    found: object = settings
    for part in filter(None, name.split(".")):
        found = _inner(found, part)
    return plain(found)


def _inner(value: object, part: str) -> object:
    return cast("Mapping[str, object]", value).get(part) if isinstance(value, Mapping) else None


def opened(document: Document) -> lsp.DidOpenTextDocumentParams:
    """A file is opened."""
    item = lsp.TextDocumentItem(
        uri=uri_of(document.path), language_id=document.language, version=document.version, text=document.text
    )
    return lsp.DidOpenTextDocumentParams(text_document=item)


def changed(document: Document) -> lsp.DidChangeTextDocumentParams:
    """An open file holds another text."""
    return lsp.DidChangeTextDocumentParams(
        text_document=lsp.VersionedTextDocumentIdentifier(uri=uri_of(document.path), version=document.version),
        content_changes=[lsp.TextDocumentContentChangeWholeDocument(text=document.text)],
    )


def saved(path: str) -> lsp.DidSaveTextDocumentParams:
    """An open file was written."""
    return lsp.DidSaveTextDocumentParams(text_document=_of(path))


def beginning(path: str) -> lsp.HoverParams:
    """What stands at the very beginning of a file: the question whose answer shows that the file was read."""
    return lsp.HoverParams(text_document=_of(path), position=lsp.Position(line=0, character=0))


def closed(path: str) -> lsp.DidCloseTextDocumentParams:
    """A file is closed."""
    return lsp.DidCloseTextDocumentParams(text_document=_of(path))


def watched(changes: Mapping[str, str]) -> lsp.DidChangeWatchedFilesParams:
    """Files on the disk were created, changed or deleted."""
    events = [lsp.FileEvent(uri=uri_of(path), type=_CHANGES[how]) for path, how in changes.items()]
    return lsp.DidChangeWatchedFilesParams(changes=events)


def wanted(path: str, identifier: str | None) -> lsp.DocumentDiagnosticParams:
    """Asks for the diagnostics of a file."""
    return lsp.DocumentDiagnosticParams(text_document=_of(path), identifier=identifier)


def position(path: str, line: str, spot: Spot, encoding: str) -> lsp.TextDocumentPositionParams:
    """A place in a file, whose line is given."""
    at = lsp.Position(line=spot.line - 1, character=to_units(line, spot.column - 1, encoding))
    return lsp.TextDocumentPositionParams(text_document=_of(path), position=at)


def diagnostics(found: Sequence[lsp.Diagnostic], text: str | None, encoding: str) -> tuple[Diagnostic, ...]:
    """Our own for the protocol's, errors first."""
    ranked = sorted(found, key=lambda each: _number(each.severity)) if len(found) > MOST_KEPT else found
    lines = lines_of(text) if text is not None else []
    return tuple(_diagnostic(each, lines, encoding) for each in ranked[:MOST_KEPT])


def reported(report: object) -> tuple[Sequence[lsp.Diagnostic] | None, Mapping[str, Sequence[lsp.Diagnostic]]]:
    """What an answer to such a question holds: of the file itself, None where it is as before, and of others by path."""
    related: dict[str, Sequence[lsp.Diagnostic]] = {}
    for uri, each in _related(report):
        items = getattr(each, "items", None)
        if items is not None and path_of(uri):
            related[path_of(uri)] = items
    return getattr(report, "items", None), related


def _related(report: object) -> Iterable[tuple[str, object]]:
    match report:
        case lsp.RelatedFullDocumentDiagnosticReport() | lsp.RelatedUnchangedDocumentDiagnosticReport():
            yield from (report.related_documents or {}).items()
        case _:
            return


def spots(answer: object, line: Line, encoding: str) -> tuple[Spot, ...]:
    """The places in an answer to where something is, each once."""
    listed = cast("Sequence[object]", answer) if isinstance(answer, list | tuple) else [answer] if answer else []
    found: dict[Spot, None] = {}
    for each in listed:
        match each:
            case lsp.Location():
                found[_spot(each.uri, each.range.start, line, encoding)] = None
            case lsp.LocationLink():
                found[_spot(each.target_uri, each.target_selection_range.start, line, encoding)] = None
            case _:
                pass
    return tuple(spot for spot in found if spot.path)


def named_in(answer: object) -> tuple[str, ...]:
    """The files that an answer has places in, each once."""
    found: list[str] = []
    listed = cast("Sequence[object]", answer) if isinstance(answer, list | tuple) else [answer]
    for each in listed:
        match each:
            case lsp.Location():
                found.append(each.uri)
            case lsp.LocationLink():
                found.append(each.target_uri)
            case lsp.SymbolInformation() | lsp.WorkspaceSymbol():
                found.append(each.location.uri)
            case lsp.WorkspaceEdit():
                with suppress(ValueError):
                    found += [uri for uri, _ in _changes(each)]
            case _:
                pass
    return tuple(dict.fromkeys(path for path in map(path_of, found) if path))


def words(answer: object) -> str:
    """The text of an answer to what something is."""
    if not isinstance(answer, lsp.Hover):
        return ""
    contents: object = answer.contents
    listed = cast("Sequence[object]", contents) if isinstance(contents, list | tuple) else [contents]
    return "\n\n".join(each if isinstance(each, str) else str(getattr(each, "value", "")) for each in listed).strip()


def symbols(answer: object, path: str, line: Line, encoding: str) -> tuple[Symbol, ...]:
    """The names in an answer, those inside of others after them."""
    listed = cast("Sequence[object]", answer) if isinstance(answer, list | tuple) else ()
    return tuple(symbol for each in listed for symbol in _symbols(each, path, line, encoding, ""))


def edits(answer: object, line: Line, encoding: str) -> Mapping[str, tuple[TextEdit, ...]]:
    """What a rename does, by path. Raises `ValueError` where it would do more than change texts."""
    if not isinstance(answer, lsp.WorkspaceEdit):
        return {}
    found: dict[str, list[TextEdit]] = {}
    for uri, changes in _changes(answer):
        path = path_of(uri)
        if not path:
            raise ValueError(uri)
        for each in changes:
            start, end = each.range.start, each.range.end
            edit = TextEdit(
                start=_place(path, start, line, encoding), end=_place(path, end, line, encoding), text=_new(each)
            )
            found.setdefault(path, []).append(edit)
    return {path: tuple(each) for path, each in found.items()}


def _changes(edit: lsp.WorkspaceEdit) -> Iterable[tuple[str, Sequence[Any]]]:
    if edit.document_changes is None:
        yield from (edit.changes or {}).items()
        return
    for each in edit.document_changes:
        if not isinstance(each, lsp.TextDocumentEdit):
            raise ValueError("it would create, rename or delete files")
        yield each.text_document.uri, each.edits


def _new(edit: Any) -> str:
    text = getattr(edit, "new_text", None)
    if not isinstance(text, str):
        raise ValueError("it would put in snippets")
    return text


def _of(path: str) -> lsp.TextDocumentIdentifier:
    return lsp.TextDocumentIdentifier(uri=uri_of(path))


def _number(severity: lsp.DiagnosticSeverity | None) -> int:
    return severity.value if severity is not None else 1


def _diagnostic(each: lsp.Diagnostic, lines: Sequence[str], encoding: str) -> Diagnostic:
    start = each.range.start
    line = lines[start.line] if start.line < len(lines) else ""
    column = to_characters(line, start.character, encoding) if line else start.character
    number = _number(each.severity)
    return Diagnostic(
        severity=SEVERITIES[number - 1] if 1 <= number <= len(SEVERITIES) else "hint",
        line=start.line + 1,
        column=column + 1,
        message=_message(each.message)[:LONGEST_MESSAGE],
        source=each.source or "",
        code="" if each.code is None else str(each.code),
    )


def _message(message: object) -> str:
    return message if isinstance(message, str) else str(getattr(message, "value", message))


def _place(path: str, at: lsp.Position, line: Line, encoding: str) -> tuple[int, int]:
    return at.line, to_characters(line(path, at.line), at.character, encoding)


def _spot(uri: str, at: lsp.Position, line: Line, encoding: str) -> Spot:
    path = path_of(uri)
    number, column = _place(path, at, line, encoding)
    return Spot(path=path, line=number + 1, column=column + 1)


def _symbols(each: object, path: str, line: Line, encoding: str, inside: str, depth: int = 0) -> Iterable[Symbol]:
    match each:
        case lsp.DocumentSymbol():
            spot = _spot(uri_of(path), each.selection_range.start, line, encoding)
            yield Symbol(name=each.name, kind=_kind(each.kind), spot=spot, inside=inside, depth=depth)
            for inner in each.children or ():
                yield from _symbols(inner, path, line, encoding, each.name, depth + 1)
        case lsp.SymbolInformation() | lsp.WorkspaceSymbol():
            where = each.location
            told = where.range if isinstance(where, lsp.Location) else _NOWHERE
            spot = _spot(where.uri, told.start, line, encoding)
            last = told.end.line + 1 if told.end.line > told.start.line else 0
            yield Symbol(name=each.name, kind=_kind(each.kind), spot=spot, inside=each.container_name or "", last=last)
        case _:
            pass


_NOWHERE = lsp.Range(start=lsp.Position(line=0, character=0), end=lsp.Position(line=0, character=0))


def _kind(kind: lsp.SymbolKind) -> str:
    return _SYMBOLS.get(kind.value, "symbol")
